//! Ways to spoil any plan in one place, and the checks that may refuse it.

use fleetplan::plan::{Action, Plan, PlannedPool, Status};
use fleetplan::vocab::money::Money;
use fleetplan::vocab::tier::{Nodes, Tenancy, Tier};

use super::fleets::Dice;

/// A kind of fault: its name, the checks of which one must refuse it, and how it is made. False where a plan has no place for it.
pub type Spoil = (&'static str, &'static [&'static str], fn(&mut Plan, &mut Dice) -> bool);

/// All kinds.
pub const SPOILS: &[Spoil] = &[
    ("format", &["format"], |plan, _| done(plan.format_version += 1)),
    ("fingerprint", &["stale-plan"], |plan, dice| done(plan.fingerprint = format!("{:064x}", dice.roll()))),
    ("fleet", &["fleet"], |plan, _| done(plan.fleet = "another".parse().unwrap())),
    ("date", &["date"], |plan, _| done(plan.date = plan.date.yesterday().unwrap())),
    ("currency", &["currency"], |plan, _| done(plan.currency.push('X'))),
    ("placement dropped", &["placed-once"], |plan, dice| {
        let at = dice.below(plan.placements.len());
        done(drop(plan.placements.remove(at)))
    }),
    ("placement doubled", &["placed-once"], |plan, dice| {
        let at = dice.below(plan.placements.len());
        done(plan.placements.insert(at, plan.placements[at].clone()))
    }),
    ("tenant renamed", &["unknown-tenant"], |plan, dice| {
        let at = dice.below(plan.placements.len());
        done(plan.placements[at].tenant = "zz".parse().unwrap())
    }),
    ("site changed", &["unknown-site"], |plan, dice| {
        let at = dice.below(plan.placements.len());
        done(plan.placements[at].site = Some("mars".parse().unwrap()))
    }),
    ("cluster unknown", &["unknown-cluster"], |plan, dice| {
        let at = dice.below(plan.placements.len());
        done(plan.placements[at].cluster = "mars".parse().unwrap())
    }),
    ("pool unknown", &["unknown-pool"], |plan, dice| {
        let at = dice.below(plan.placements.len());
        done(plan.placements[at].pools[0].pool = "mars".parse().unwrap())
    }),
    ("workload unknown", &["workloads"], |plan, dice| {
        let at = dice.below(plan.placements.len());
        done(plan.placements[at].pools[0].workload = "mars".parse().unwrap())
    }),
    ("form impossible", &["form"], |plan, dice| {
        let at = dice.below(plan.placements.len());
        let home = &mut plan.placements[at];
        home.nodes =
            if home.tier == Tier::Namespace { Some(Nodes::Private) } else { home.nodes.xor(Some(Nodes::Shared)) };
        home.tier != Tier::Vcluster || home.nodes.is_none()
    }),
    ("minor forgotten", &["form"], |plan, _| {
        let mut vclusters = plan.placements.iter_mut().filter(|home| home.tier == Tier::Vcluster);
        vclusters.next().is_some_and(|home| home.kubernetes.take().is_some())
    }),
    ("minor of no chart", &["version"], |plan, _| {
        let mut vclusters = plan.placements.iter_mut().filter(|home| home.tier == Tier::Vcluster);
        vclusters.next().is_some_and(|home| done(home.kubernetes = Some("1.99".parse().unwrap())))
    }),
    ("home in another tenancy", &["tenancy"], |plan, dice| {
        let at = dice.below(plan.placements.len());
        let home = &mut plan.placements[at];
        (home.tier, home.nodes, home.kubernetes) = match home.tier {
            Tier::Namespace | Tier::Vcluster => (Tier::Cluster, None, None),
            Tier::Cluster => (Tier::Namespace, Some(Nodes::Dedicated), None),
        };
        true
    }),
    ("own nodes one off", &["own-nodes"], |plan, dice| {
        let at = dice.below(plan.placements.len());
        let nodes = &mut plan.placements[at].pools[0].nodes;
        done(*nodes = if *nodes > 0 && dice.one_in(2) { *nodes - 1 } else { *nodes + 1 })
    }),
    ("shared nodes one off", &["pool-nodes"], |plan, dice| any_pool(plan, dice, |pool| &mut pool.shared)),
    ("dedicated nodes one off", &["pool-nodes"], |plan, dice| any_pool(plan, dice, |pool| &mut pool.dedicated)),
    ("private nodes one off", &["pool-nodes"], |plan, dice| any_pool(plan, dice, |pool| &mut pool.private)),
    ("nodes one off", &["pool-nodes"], |plan, dice| any_pool(plan, dice, |pool| &mut pool.nodes)),
    ("pool forgotten", &["pool-nodes"], |plan, _| {
        plan.clusters
            .iter_mut()
            .find(|cluster| !cluster.pools.is_empty())
            .is_some_and(|cluster| cluster.pools.pop().is_some())
    }),
    ("cluster forgotten", &["clusters", "unknown-cluster"], |plan, dice| {
        let at = dice.below(plan.clusters.len());
        done(drop(plan.clusters.remove(at)))
    }),
    ("cluster doubled", &["clusters"], |plan, dice| {
        let at = dice.below(plan.clusters.len());
        done(plan.clusters.insert(at, plan.clusters[at].clone()))
    }),
    ("class unknown", &["unknown-class"], |plan, _| {
        let mut copies = plan.clusters.iter_mut().filter(|cluster| cluster.class.is_some());
        copies.next().is_some_and(|copy| done(copy.class = Some("mars".parse().unwrap())))
    }),
    ("minor changed", &["cluster-facts", "class-copy"], |plan, dice| {
        let at = dice.below(plan.clusters.len());
        done(plan.clusters[at].kubernetes.0 += 7)
    }),
    ("region changed", &["cluster-facts", "class-copy"], |plan, dice| {
        let at = dice.below(plan.clusters.len());
        done(plan.clusters[at].region = "mars".parse().unwrap())
    }),
    ("tenancy changed", &["cluster-facts", "tenancy"], |plan, dice| {
        let at = dice.below(plan.clusters.len());
        let tenancy = &mut plan.clusters[at].tenancy;
        done(*tenancy = if *tenancy == Tenancy::Shared { Tenancy::Dedicated } else { Tenancy::Shared })
    }),
    ("action changed", &["cluster-action", "money"], |plan, dice| {
        let at = dice.below(plan.clusters.len());
        let action = &mut plan.clusters[at].action;
        done(*action = if *action == Action::Keep { Action::Close } else { Action::Keep })
    }),
    ("copy opened once more", &["cluster-action"], |plan, _| {
        let Some(at) = plan.clusters.iter().rposition(|cluster| cluster.action == Action::Open) else { return false };
        let mut copy = plan.clusters[at].clone();
        copy.name = format!("{}-77", copy.class.as_ref().unwrap()).parse().unwrap();
        plan.clusters.push(copy);
        done(plan.clusters.sort_by(|a, b| a.name.cmp(&b.name)))
    }),
    ("copy renamed", &["class-copy"], |plan, _| {
        let Some(at) = plan.clusters.iter().rposition(|cluster| cluster.action == Action::Open) else { return false };
        let before = std::mem::replace(&mut plan.clusters[at].name, "a-name-of-its-own".parse().unwrap());
        plan.placements
            .iter_mut()
            .filter(|home| home.cluster == before)
            .for_each(|home| home.cluster = plan.clusters[at].name.clone());
        true
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
        kinds.into_iter().nth(at).is_some_and(|kind| done(*kind += dice.pick(&[Money(1), Money(-1), Money::whole(1)])))
    }),
    ("objective one off", &["objective"], |plan, dice| done(plan.proof.objective += dice.pick(&[Money(1), Money(-1)]))),
    ("bound above", &["bound"], |plan, _| done(plan.proof.bound = plan.proof.objective + Money(1))),
    ("bound by nobody", &["bound"], |plan, _| done(plan.proof.by.clear())),
    ("optimal below", &["status"], |plan, _| {
        (plan.proof.status, plan.proof.bound) = (Status::Optimal, plan.proof.objective - Money(1));
        true
    }),
    ("impossible", &["status"], |plan, dice| {
        done(plan.proof.status = dice.pick(&[Status::Impossible, Status::Unknown]))
    }),
    ("cluster's money one off", &["cluster-monthly"], |plan, dice| {
        let at = dice.below(plan.clusters.len());
        done(plan.clusters[at].monthly += dice.pick(&[Money(1), Money(-1)]))
    }),
    ("placement's part one off", &["parts"], |plan, dice| {
        let at = dice.below(plan.placements.len());
        done(plan.placements[at].monthly += dice.pick(&[Money(1), Money(-1)]))
    }),
    ("left out and placed", &["unplaced"], |plan, _| {
        plan.unplaced.push(plan.placements[0].tenant.clone());
        done(plan.unplaced.sort())
    }),
    ("nobody left out", &["unplaced"], |plan, _| done(plan.unplaced.push("zz".parse().unwrap()))),
    ("placements out of order", &["order"], |plan, _| done(plan.placements.reverse()) && plan.placements.len() > 1),
    ("move forgotten", &["moves", "money"], |plan, _| plan.moves.pop().is_some()),
    ("move to elsewhere", &["moves"], |plan, _| plan.moves.first_mut().is_some_and(|moved| done(moved.to.push('x')))),
];

const fn done((): ()) -> bool {
    true
}

fn any_pool(plan: &mut Plan, dice: &mut Dice, count: fn(&mut PlannedPool) -> &mut u64) -> bool {
    let mut pools: Vec<&mut PlannedPool> = plan.clusters.iter_mut().flat_map(|cluster| &mut cluster.pools).collect();
    let at = dice.below(pools.len().max(1));
    pools.get_mut(at).is_some_and(|pool| {
        let nodes = count(pool);
        done(*nodes = if *nodes > 0 && dice.one_in(2) { *nodes - 1 } else { *nodes + 1 })
    })
}
