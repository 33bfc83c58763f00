//! Ways to spoil any plan in one place, and the checks that may refuse it.

use fleetplan::plan::{Action, Placement, Plan, PlannedCluster, PlannedPool, Status};
use fleetplan::vocab::money::Money;
use fleetplan::vocab::tier::{Nodes, Tenancy, Tier};

use super::fleets::Dice;

/// A kind of fault: its name, the checks of which one must refuse it, and how it is made; a plan that has no place for it stays as it is.
pub type Spoil = (&'static str, &'static [&'static str], fn(&mut Plan, &mut Dice));

/// All kinds.
pub const SPOILS: &[Spoil] = &[
    ("format", &["format"], |plan, _| plan.format_version += 1),
    ("fingerprint", &["stale-plan"], |plan, dice| plan.fingerprint = format!("{:064x}", dice.roll())),
    ("fleet", &["fleet"], |plan, _| plan.fleet = "another".parse().unwrap()),
    ("date", &["date"], |plan, _| plan.date = plan.date.yesterday().unwrap()),
    ("currency", &["currency"], |plan, _| plan.currency.push('X')),
    ("placement dropped", &["placed-once"], |plan, dice| {
        let at = dice.below(plan.placements.len());
        drop(plan.placements.remove(at));
    }),
    ("placement doubled", &["placed-once"], |plan, dice| {
        let at = dice.below(plan.placements.len());
        plan.placements.insert(at, plan.placements[at].clone());
    }),
    ("tenant renamed", &["unknown-tenant"], |plan, dice| {
        a_home(plan, dice).tenant = "zz".parse().unwrap();
    }),
    ("site changed", &["unknown-site"], |plan, dice| {
        a_home(plan, dice).site = Some("mars".parse().unwrap());
    }),
    ("cluster unknown", &["unknown-cluster"], |plan, dice| {
        a_home(plan, dice).cluster = "mars".parse().unwrap();
    }),
    ("pool unknown", &["unknown-pool"], |plan, dice| {
        a_home(plan, dice).pools[0].pool = "mars".parse().unwrap();
    }),
    ("workload unknown", &["workloads"], |plan, dice| {
        a_home(plan, dice).pools[0].workload = "mars".parse().unwrap();
    }),
    ("form impossible", &["form"], |plan, dice| {
        let home = a_home(plan, dice);
        home.nodes =
            if home.tier == Tier::Namespace { Some(Nodes::Private) } else { home.nodes.xor(Some(Nodes::Shared)) };
    }),
    ("minor forgotten", &["form"], |plan, _| {
        let mut vclusters = plan.placements.iter_mut().filter(|home| home.tier == Tier::Vcluster);
        if let Some(home) = vclusters.next() {
            home.kubernetes = None;
        }
    }),
    ("minor of no chart", &["version"], |plan, _| {
        let mut vclusters = plan.placements.iter_mut().filter(|home| home.tier == Tier::Vcluster);
        if let Some(home) = vclusters.next() {
            home.kubernetes = Some("1.99".parse().unwrap());
        }
    }),
    ("home in another tenancy", &["tenancy"], |plan, dice| {
        let home = a_home(plan, dice);
        (home.tier, home.nodes, home.kubernetes) = match home.tier {
            Tier::Namespace | Tier::Vcluster => (Tier::Cluster, None, None),
            Tier::Cluster => (Tier::Namespace, Some(Nodes::Dedicated), None),
        };
    }),
    ("own nodes one off", &["own-nodes"], |plan, dice| {
        let nodes = &mut a_home(plan, dice).pools[0].nodes;
        *nodes = if *nodes > 0 && dice.one_in(2) { *nodes - 1 } else { *nodes + 1 }
    }),
    ("shared nodes one off", &["pool-nodes"], |plan, dice| any_pool(plan, dice, |pool| &mut pool.shared)),
    ("dedicated nodes one off", &["pool-nodes"], |plan, dice| any_pool(plan, dice, |pool| &mut pool.dedicated)),
    ("private nodes one off", &["pool-nodes"], |plan, dice| any_pool(plan, dice, |pool| &mut pool.private)),
    ("nodes one off", &["pool-nodes"], |plan, dice| any_pool(plan, dice, |pool| &mut pool.nodes)),
    ("pool forgotten", &["pool-nodes"], |plan, _| {
        if let Some(cluster) = plan.clusters.iter_mut().find(|cluster| !cluster.pools.is_empty()) {
            cluster.pools.pop();
        }
    }),
    ("cluster forgotten", &["clusters", "unknown-cluster"], |plan, dice| {
        let at = dice.below(plan.clusters.len());
        drop(plan.clusters.remove(at));
    }),
    ("cluster doubled", &["clusters"], |plan, dice| {
        let at = dice.below(plan.clusters.len());
        plan.clusters.insert(at, plan.clusters[at].clone());
    }),
    ("class unknown", &["unknown-class"], |plan, _| {
        let mut copies = plan.clusters.iter_mut().filter(|cluster| cluster.class.is_some());
        if let Some(copy) = copies.next() {
            copy.class = Some("mars".parse().unwrap());
        }
    }),
    ("minor changed", &["cluster-facts", "class-copy"], |plan, dice| {
        a_cluster(plan, dice).kubernetes.0 += 7;
    }),
    ("region changed", &["cluster-facts", "class-copy"], |plan, dice| {
        a_cluster(plan, dice).region = "mars".parse().unwrap();
    }),
    ("tenancy changed", &["cluster-facts", "tenancy"], |plan, dice| {
        let tenancy = &mut a_cluster(plan, dice).tenancy;
        *tenancy = if *tenancy == Tenancy::Shared { Tenancy::Dedicated } else { Tenancy::Shared }
    }),
    ("action changed", &["cluster-action", "money"], |plan, dice| {
        let action = &mut a_cluster(plan, dice).action;
        *action = if *action == Action::Keep { Action::Close } else { Action::Keep }
    }),
    ("copy opened once more", &["cluster-action"], |plan, _| {
        let Some(at) = plan.clusters.iter().rposition(|cluster| cluster.action == Action::Open) else { return };
        let mut copy = plan.clusters[at].clone();
        copy.name = format!("{}-77", copy.class.as_ref().unwrap()).parse().unwrap();
        plan.clusters.push(copy);
        plan.clusters.sort_by(|a, b| a.name.cmp(&b.name));
    }),
    ("copy renamed", &["class-copy"], |plan, _| {
        let Some(at) = plan.clusters.iter().rposition(|cluster| cluster.action == Action::Open) else { return };
        let before = std::mem::replace(&mut plan.clusters[at].name, "a-name-of-its-own".parse().unwrap());
        plan.placements
            .iter_mut()
            .filter(|home| home.cluster == before)
            .for_each(|home| home.cluster = plan.clusters[at].name.clone());
    }),
    ("one kind of money one off", &["money"], |plan, dice| {
        let money = &mut plan.money;
        let kinds = [
            &mut money.control_planes,
            &mut money.extended_support,
            &mut money.nodes,
            &mut money.licences,
            &mut money.toil,
            &mut money.storage_and_load_balancers,
            &mut money.one_off,
        ];
        let at = dice.below(7);
        if let Some(kind) = kinds.into_iter().nth(at) {
            *kind += dice.pick(&[Money(1), Money(-1), Money::whole(1)]);
        }
    }),
    ("objective one off", &["objective"], |plan, dice| plan.proof.objective += dice.pick(&[Money(1), Money(-1)])),
    ("bound above", &["bound"], |plan, _| plan.proof.bound = plan.proof.objective + Money(1)),
    ("bound by nobody", &["bound"], |plan, _| plan.proof.by.clear()),
    ("optimal below", &["status"], |plan, _| {
        (plan.proof.status, plan.proof.bound) = (Status::Optimal, plan.proof.objective - Money(1));
    }),
    ("impossible", &["status"], |plan, dice| plan.proof.status = dice.pick(&[Status::Impossible, Status::Unknown])),
    ("cluster's money one off", &["cluster-monthly"], |plan, dice| {
        let amount = dice.pick(&[Money(1), Money(-1)]);
        a_cluster(plan, dice).monthly += amount;
    }),
    ("placement's part one off", &["parts"], |plan, dice| {
        let amount = dice.pick(&[Money(1), Money(-1)]);
        a_home(plan, dice).monthly += amount;
    }),
    ("left out and placed", &["unplaced"], |plan, _| {
        plan.unplaced.push(plan.placements[0].tenant.clone());
        plan.unplaced.sort();
    }),
    ("nobody left out", &["unplaced"], |plan, _| plan.unplaced.push("zz".parse().unwrap())),
    ("placements out of order", &["order"], |plan, _| plan.placements.reverse()),
    ("more moves than wished", &["moves"], |plan, _| {
        plan.max_moves = u64::try_from(plan.moves.len()).unwrap().checked_sub(1).or(plan.max_moves);
    }),
    ("move forgotten", &["moves", "money"], |plan, _| drop(plan.moves.pop())),
    ("move to elsewhere", &["moves"], |plan, _| {
        if let Some(moved) = plan.moves.first_mut() {
            moved.to.push('x');
        }
    }),
];

fn a_home<'a>(plan: &'a mut Plan, dice: &mut Dice) -> &'a mut Placement {
    let at = dice.below(plan.placements.len());
    &mut plan.placements[at]
}

fn a_cluster<'a>(plan: &'a mut Plan, dice: &mut Dice) -> &'a mut PlannedCluster {
    let at = dice.below(plan.clusters.len());
    &mut plan.clusters[at]
}

fn any_pool(plan: &mut Plan, dice: &mut Dice, count: fn(&mut PlannedPool) -> &mut u64) {
    let mut pools: Vec<&mut PlannedPool> = plan.clusters.iter_mut().flat_map(|cluster| &mut cluster.pools).collect();
    let at = dice.below(pools.len().max(1));
    if let Some(pool) = pools.get_mut(at) {
        let nodes = count(pool);
        *nodes = if *nodes > 0 && dice.one_in(2) { *nodes - 1 } else { *nodes + 1 };
    }
}
