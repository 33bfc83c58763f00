//! Sessions on tiny fleets: after each change the least that any plan costs is between what the session proves and what it found, and the independent check
//! finds both figures again.

use std::ops::ControlFlow;

use fleetplan::inventory::Tenant;
use fleetplan::plan::{Plan, file};
use fleetplan::planner::session::{Answer, Change, How, Refusal, Session};
use fleetplan::planner::{Proposal, Wishes};
use fleetplan::review::{Certification, review_with};
use fleetplan::vocab::resources::Resources;
use fleetplan::vocab::version::MinorRange;

use super::fleets::{Dice, QUICK, tiny};
use super::oracle::ask;
use super::world::Question;
use super::{planned, read};

fn open(seed: u64, from: Option<&Plan>) -> Option<Session> {
    let inventory = read(&tiny(seed))?;
    let wishes = Wishes { from, ..Wishes::default() };
    Some(Session::open(inventory, &wishes, &mut |_| ControlFlow::Continue(())).ok()?.0)
}

/// A change of one tenant.
fn draw(session: &Session, dice: &mut Dice, number: usize) -> Change {
    let all: Vec<&Tenant> = session.tenants().collect();
    let mut tenant = all[dice.below(all.len())].clone();
    let other = all[dice.below(all.len())].name.clone();
    match dice.below(8) {
        0 if all.len() > 1 => return Change::NoTenant(tenant.name),
        0 | 1 => {
            tenant = Tenant { name: format!("new-{number}").parse().unwrap(), near: Vec::new(), ..tenant };
        }
        2 => tenant.importance = 1 + dice.below(9) as u64,
        3 => tenant.kubernetes = MinorRange::ANY,
        4 => tenant.high_availability = !tenant.high_availability,
        5 if other != tenant.name => match tenant.apart.iter().position(|known| *known == other) {
            Some(at) => drop(tenant.apart.remove(at)),
            None => tenant.apart.push(other),
        },
        _ => {}
    }
    for workload in &mut tenant.workloads {
        let Resources { cpu, memory, pods, gpu } = workload.today.resources;
        let size = |amount: u64| (amount * (60 + dice.below(80) as u64) / 100).max(amount.min(1));
        let [cpu, memory, pods] = [cpu, memory, pods].map(size);
        workload.today.resources = Resources { cpu, memory, pods, gpu };
    }
    Change::Tenant(Box::new(tenant))
}

/// Holds an answer to every way there is, and to the independent check.
fn hold(what: &str, session: &Session, answer: &Answer, from: Option<&Plan>) {
    let inventory = session.inventory();
    let (plan, certificate) = session.plan();
    assert_eq!((plan.proof.objective, plan.proof.bound), (answer.objective, answer.bound), "{what}");
    assert_eq!(u64::try_from(plan.moves.len()).unwrap(), answer.moves, "{what}");
    let review = review_with(&inventory, &plan, from, Some(&certificate));
    assert!(review.is_valid(), "{what}: {:#?}", review.findings);
    assert_eq!(review.objective, answer.objective, "{what}");
    let Certification::Certified { bound } = review.certification else { panic!("{what}: {:?}", review.certification) };
    assert_eq!(bound.min(review.objective), answer.bound, "{what}");
    let found = ask(&inventory, &Question { from, ..Question::default() }, false);
    if found.finished {
        let least = found.least.unwrap();
        assert!(answer.bound.0 <= least, "{what}: {} is proven, and {least} is possible", answer.bound);
        assert!(answer.objective.0 >= least, "{what}: {} is said to be enough, and {least} is not", answer.objective);
    }
}

#[test]
fn a_session_never_proves_too_much_and_never_finds_what_is_not_there() {
    let (mut repaired, mut solved, mut refused) = (0, 0, 0);
    for seed in QUICK {
        let from = read(&tiny(*seed)).map(|inventory| planned(&inventory, &Wishes::default()));
        let from = match from {
            Some(Proposal::Plan(plan)) if seed % 2 == 0 => Some(*plan),
            _ => None,
        };
        let Some(mut session) = open(*seed, from.as_ref()) else { continue };
        session.tolerate(u64::MAX);
        let mut dice = Dice(*seed);
        for number in 0..6 {
            let what = format!("seed {seed}, change {number}");
            let change = draw(&session, &mut dice, number);
            let before = file::write(&session.plan().0);
            match session.change(change, &mut |_| ControlFlow::Continue(())) {
                Ok(answer) => {
                    repaired += usize::from(answer.how == How::Repaired);
                    solved += usize::from(answer.how != How::Repaired);
                    hold(&what, &session, &answer, from.as_ref());
                }
                Err(Refusal::Impossible(_)) => {
                    refused += 1;
                    assert_eq!(file::write(&session.plan().0), before, "{what}: nothing has changed");
                }
                Err(refusal) => panic!("{what}: {refusal:?}"),
            }
        }
    }
    assert!(repaired > 30 && solved > 5 && refused > 3, "{repaired} repaired, {solved} solved anew, {refused} refused");
}
