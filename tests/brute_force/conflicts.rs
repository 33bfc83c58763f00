//! Conflicts of impossible fleets, judged by trying every way: each set is impossible by itself, and possible without any one member.

use std::collections::BTreeSet;

use fleetplan::inventory::Inventory;
use fleetplan::planner::{Asked, Conflict, Proposal, Wishes};
use fleetplan::rules::RULES;
use fleetplan::vocab::name::TenantName;
use fleetplan::vocab::share::Share;

use super::fleets::tiny;
use super::oracle::ask;
use super::world::Question;
use super::{in_halves, is_narrowed, planned, read};

/// Whether the fleet can live where only `set` is asked; nothing where there are too many ways to tell.
fn possible(inventory: &Inventory, set: &[Asked], site: Option<&str>) -> Option<bool> {
    let alone = !set.iter().any(|asked| matches!(asked, Asked::Demand(_)));
    let there: BTreeSet<&TenantName> = set
        .iter()
        .filter_map(|asked| match asked {
            Asked::Demand(name) => Some(name),
            Asked::Rule(name, _) if alone => Some(name),
            _ => None,
        })
        .collect();
    let mut relaxed = inventory.clone();
    let policy = &mut relaxed.policy;
    let keeps = |key: &'static str| alone || set.contains(&Asked::Policy(key));
    policy.survive_zone_loss &= keeps("survive_zone_loss");
    policy.separate_environments &= keeps("separate_environments");
    if !keeps("headroom") {
        policy.headroom = Share::ZERO;
    }
    if !keeps("max_tenant_share") {
        policy.max_tenant_share = Share::ALL;
    }
    let importance =
        |asked: &Asked| matches!(asked, Asked::Rule(_, "blast-radius") | Asked::Policy("max_importance_share"));
    if !set.iter().any(importance) {
        policy.max_importance_share = Share::ALL;
    }
    for class in &mut relaxed.classes {
        if !alone && !set.contains(&Asked::Class(class.name.clone())) {
            class.open_at_most = 9;
        }
    }
    if alone {
        relaxed.classes.iter_mut().for_each(|class| class.open_at_most = 9);
    }
    for tenant in &mut relaxed.tenants {
        let name = tenant.name.clone();
        let pair = |other: &TenantName| (name.clone().min(other.clone()), name.clone().max(other.clone()));
        if !alone {
            tenant.near.retain(|other| set.contains(&Asked::Near(pair(other).0, pair(other).1)));
        }
        tenant.apart.retain(|other| set.contains(&Asked::Apart(pair(other).0, pair(other).1)));
    }
    let mut question = Question {
        pairs_with_absent: alone,
        site: site.map(str::to_owned),
        // The set of one tenant is over its own doors: what clusters hold is part of it only where the set says so.
        roomy: alone && !set.iter().any(|asked| matches!(asked, Asked::Rule(_, "cluster-limits"))),
        ..Question::default()
    };
    for tenant in &inventory.tenants {
        let name = tenant.name.to_string();
        if !there.contains(&tenant.name) {
            question.absent.insert(name);
            continue;
        }
        for rule in RULES.iter().map(|rule| rule.name()) {
            // Where several tenants are in conflict, these are asked by policy, pairs and demand.
            let given = ["blast-radius", "capacity", "environments", "near", "scale"].contains(&rule) && !alone;
            let asked = set.contains(&Asked::Rule(tenant.name.clone(), rule))
                || (rule == "edition" && set.contains(&Asked::Policy("edition")));
            if !given && !asked {
                question.lifted.insert((name.clone(), rule.to_owned()));
            }
        }
    }
    let answer = ask(&relaxed, &question, true);
    (answer.least.is_some() || answer.finished).then_some(answer.least.is_some())
}

/// What is wrong with a conflict. That of one tenant speaks of one of its homes: of one site, where it has several.
fn faults(inventory: &Inventory, conflict: &Conflict) -> Vec<String> {
    let of_one = conflict.requirements.iter().all(|requirement| matches!(requirement.asked, Asked::Rule(..)));
    let sites = match &conflict.tenants[..] {
        [tenant] if of_one => inventory.tenant(tenant).map(|(_, tenant)| tenant.sites.clone()).unwrap_or_default(),
        _ => Vec::new(),
    };
    let of_sites = sites.iter().map(|site| faults_at(inventory, conflict, Some(site.as_str())));
    of_sites.min_by_key(Vec::len).unwrap_or_else(|| faults_at(inventory, conflict, None))
}

fn faults_at(inventory: &Inventory, conflict: &Conflict, site: Option<&str>) -> Vec<String> {
    let set: Vec<Asked> = conflict.requirements.iter().map(|requirement| requirement.asked.clone()).collect();
    let mut faults = Vec::new();
    if !conflict.minimal {
        return faults;
    }
    if set.is_empty() || possible(inventory, &set, site) == Some(true) {
        faults.push(format!("is possible: {set:?}"));
    }
    // Of a single requirement, nothing is left to ask.
    for (index, dropped) in set.iter().enumerate().filter(|_| set.len() > 1) {
        let left: Vec<Asked> =
            set.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, one)| one.clone()).collect();
        if possible(inventory, &left, site) == Some(false) {
            faults.push(format!("is impossible without {dropped:?}: {set:?}"));
        }
    }
    faults
}

#[derive(Default)]
struct Run {
    impossible: usize,
    conflicts: usize,
    unsure: usize,
    of_many: usize,
    wrong: Vec<String>,
}

impl Run {
    fn seeds(seeds: impl Iterator<Item = u64>, most: usize) -> Self {
        let mut run = Self::default();
        for seed in seeds {
            let Some(inventory) = read(&tiny(seed)) else { continue };
            let Proposal::Impossible(conflicts) = planned(&inventory, &Wishes::default()) else { continue };
            run.impossible += 1;
            for conflict in &conflicts {
                run.conflicts += 1;
                run.unsure += usize::from(!conflict.minimal);
                run.of_many += usize::from(conflict.tenants.len() > 1);
                for fault in faults(&inventory, conflict) {
                    eprintln!("seed {seed}: {fault}");
                    run.wrong.push(format!("seed {seed}: {fault}"));
                }
            }
            if run.impossible.is_multiple_of(500) {
                eprintln!("seed {seed}: {}", run.said());
            }
            if run.impossible >= most {
                break;
            }
        }
        run
    }

    fn said(&self) -> String {
        let Self { impossible, conflicts, unsure, of_many, wrong } = self;
        let wrong = wrong.len();
        format!(
            "{impossible} impossible fleets, {conflicts} conflicts, {of_many} of several tenants, {unsure} unsure, {wrong} wrong"
        )
    }

    fn assert(&self, least: usize) {
        let Self { impossible, conflicts, unsure, of_many, wrong } = self;
        let said = self.said();
        assert!(wrong.is_empty(), "{said}\n{}", wrong[..wrong.len().min(20)].join("\n"));
        if is_narrowed() {
            return;
        }
        assert!(*impossible >= least && *of_many * 20 > *conflicts && *unsure * 20 <= *conflicts, "{said}");
    }
}

#[test]
fn every_conflict_is_impossible_by_itself_and_possible_without_any_one_member() {
    Run::seeds(0..400, 25).assert(25);
}

#[test]
fn conflicts_that_were_wrong_once_are_right() {
    for (name, text) in [
        ("a limit that one tenant passes", include_str!("regressions/a-limit-that-one-tenant-passes.toml")),
        ("neighbours of two sites", include_str!("regressions/neighbours-of-two-sites.toml")),
    ] {
        let inventory = read(text).unwrap();
        let Proposal::Impossible(conflicts) = planned(&inventory, &Wishes::default()) else {
            panic!("{name} has a plan")
        };
        for conflict in &conflicts {
            assert!(conflict.minimal, "{name}");
            assert_eq!(faults(&inventory, conflict), [""; 0], "{name}");
        }
    }
}

#[test]
#[ignore = "the full run: 10,000 impossible fleets, in release"]
fn ten_thousand_impossible_fleets_have_conflicts_that_cannot_be_smaller() {
    let mut all = Run::default();
    for half in in_halves(0..u64::MAX, |seeds| Run::seeds(seeds, 5_000)) {
        all.impossible += half.impossible;
        all.conflicts += half.conflicts;
        all.unsure += half.unsure;
        all.of_many += half.of_many;
        all.wrong.extend(half.wrong);
    }
    eprintln!("{}", all.said());
    all.assert(10_000);
}
