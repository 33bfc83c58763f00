//! Laws that hold whatever the fleet: names and order change nothing, more to choose from costs no more, and a plan is at rest in itself.

use std::sync::OnceLock;

use fleetplan::inventory::{self, Inventory};
use fleetplan::plan::{Plan, Status, file};
use fleetplan::planner::{Proposal, Wishes};

use super::fleets::{QUICK, larger, tiny};
use super::{planned, read};

/// The plan, where there is one.
fn plan(inventory: &Inventory, from: Option<&Plan>) -> Option<Plan> {
    match planned(inventory, &Wishes { from, ..Wishes::default() }) {
        Proposal::Plan(plan) => Some(*plan),
        Proposal::Impossible(_) | Proposal::Unknown(_) => None,
    }
}

/// A seed, its fleet and its plan.
type Planned = (u64, String, Plan);

/// Fleets that have a plan: tiny ones, many of them under `FLEETPLAN_FULL=1`.
fn fleets() -> &'static [Planned] {
    static FLEETS: OnceLock<Vec<Planned>> = OnceLock::new();
    // The first plan takes what makes most of the time: everybody shares it.
    let full = std::env::var_os("FLEETPLAN_FULL").is_some();
    let (seeds, most) = if full { ((0..600).collect(), 600) } else { (QUICK.to_vec(), 8) };
    FLEETS.get_or_init(|| seeds.iter().filter_map(|seed| planned_fleet(*seed, tiny(*seed))).take(most).collect())
}

fn planned_fleet(seed: u64, text: String) -> Option<Planned> {
    let plan = plan(&read(&text)?, None)?;
    Some((seed, text, plan))
}

#[test]
fn an_unchanged_fleet_stays_where_its_plan_has_it() {
    let mut seen = 0;
    let more = planned_fleet(0, larger(0));
    for (seed, text, first) in fleets().iter().chain(&more) {
        let inventory = read(text).unwrap();
        let mut second = plan(&inventory, Some(first)).unwrap();
        assert!(second.moves.is_empty(), "seed {seed}: {:?}", second.moves);
        let mut third = plan(&inventory, Some(&second)).unwrap();
        // The plan that it was made from is named in it.
        (second.from, third.from) = (None, None);
        assert_eq!(file::write(&second), file::write(&third), "seed {seed}");
        seen += 1;
    }
    assert!(seen > 4, "only {seen}");
}

#[test]
fn the_order_of_files_and_tenants_changes_no_byte() {
    let more = planned_fleet(1, larger(1));
    for (seed, text, first) in fleets().iter().chain(&more) {
        // Each top-level table with what belongs to it; the head stays one file.
        let mut parts: Vec<String> = Vec::new();
        for line in text.lines() {
            let begins = ["[[cluster]]", "[[class]]", "[[tenant]]", "[[pin]]", "[[exception]]"].contains(&line);
            if begins || parts.is_empty() {
                parts.push(String::new());
            }
            parts.last_mut().unwrap().push_str(&format!("{line}\n"));
        }
        let files = parts.into_iter().rev().enumerate();
        let files = files.map(|(at, part)| (format!("{at}.toml"), part.into_bytes())).collect();
        let other = inventory::read(files, None, "2026-11-23".parse().unwrap()).inventory.unwrap();
        assert_eq!(file::write(&plan(&other, None).unwrap()), file::write(first), "seed {seed}");
    }
}

#[test]
fn other_names_change_neither_status_nor_objective() {
    for (seed, text, first) in fleets() {
        let renamed = (0..4).fold(text.clone(), |text, number| {
            text.replace(&format!("\"t{number}\""), &format!("\"x{}\"", 9 - number))
        });
        let renamed = plan(&read(&renamed).unwrap(), None).unwrap();
        let said = |plan: &Plan| (plan.proof.status, plan.proof.objective, plan.proof.bound);
        assert_eq!(said(&renamed), said(first), "seed {seed}");
    }
}

#[test]
fn a_class_more_never_raises_the_optimum() {
    let more = "[[class]]\nname = \"more\"\nregions = [\"r\"]\nkubernetes = [\"1.35\"]\nprovider = \"eks\"\nresidency = \"eu\"\n\
        control_plane = { price = 0.01, disruption = \"30s\" }\naudit_log = true\nsecrets_encryption = true\n\
        [[class.pool]]\nname = \"general\"\nnode = { cpu = \"8\", memory = \"32Gi\", pods = 80 }\nprice = 0.1\n\
        nodes = { max = 9 }\nzones = 3\n";
    let mut cheaper = 0;
    for (seed, text, first) in fleets() {
        let with = plan(&read(&format!("{text}\n{more}")).unwrap(), None).unwrap();
        if first.proof.status == Status::Optimal && with.proof.status == Status::Optimal {
            assert!(with.proof.objective <= first.proof.objective, "seed {seed}");
            cheaper += usize::from(with.proof.objective < first.proof.objective);
        }
    }
    assert!(cheaper > 0, "the class was of use to {cheaper} fleets only");
}

#[test]
fn fewer_requirements_never_raise_the_optimum() {
    // What no rule about neighbours reads: dropping them only opens doors.
    let keys = ["residency = ", "disruption = ", "kubernetes = \">", "isolation = "];
    let asks = |line: &str| keys.iter().any(|key| line.starts_with(key));
    let mut cheaper = 0;
    let mut seen = 0;
    for (seed, text, first) in fleets() {
        let (offers, tenants) = text.split_at(text.find("[[tenant]]").unwrap());
        let kept: Vec<&str> = tenants.lines().filter(|line| !asks(line)).collect();
        if kept.len() == tenants.lines().count() {
            continue;
        }
        let less = format!("{offers}{}\n", kept.join("\n"));
        let with = plan(&read(&less).unwrap(), None).unwrap();
        if first.proof.status == Status::Optimal && with.proof.status == Status::Optimal {
            assert!(with.proof.objective <= first.proof.objective, "seed {seed}");
            cheaper += usize::from(with.proof.objective < first.proof.objective);
            seen += 1;
        }
    }
    assert!(seen > 1 && cheaper > 0, "{seen} fleets asked for something; {cheaper} got cheaper without");
}

#[test]
fn twice_the_prices_are_twice_the_objective_up_to_the_rounding_of_one_off_costs() {
    for (seed, text, first) in fleets().iter().filter(|(.., plan)| plan.proof.status == Status::Optimal) {
        let inventory = read(text).unwrap();
        let mut twice = inventory.clone();
        let policy = &mut twice.policy;
        for price in [
            &mut policy.toil.cluster,
            &mut policy.toil.vcluster,
            &mut policy.toil.namespace,
            &mut policy.once.moving,
            &mut policy.once.open,
            &mut policy.once.close,
            &mut twice.vcluster.price,
        ] {
            *price = *price * 2;
        }
        twice.facts.extended_price.values_mut().for_each(|price| *price = *price * 2);
        let clusters = twice.clusters.iter_mut().map(|cluster| &mut cluster.offer);
        for offer in clusters.chain(twice.classes.iter_mut().map(|class| &mut class.offer)) {
            for price in [&mut offer.control_plane.price, &mut offer.prices.storage, &mut offer.prices.load_balancer] {
                *price = *price * 2;
            }
            offer.pools.iter_mut().for_each(|pool| pool.price = pool.price * 2);
        }
        let said = plan(&twice, None).unwrap();
        assert_eq!(said.proof.status, Status::Optimal, "seed {seed}");
        // Each cluster that opens or closes is rounded by less than one millionth.
        let off = (said.proof.objective.0 - 2 * first.proof.objective.0).unsigned_abs();
        assert!(off <= 2 * first.clusters.len().max(said.clusters.len()) as u64, "seed {seed}: {off} millionths off");
    }
}
