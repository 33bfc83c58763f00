//! Sessions: what a change answers is what a plan and its certificate say, the same every time, and the session says when it solved the fleet anew.
#![expect(clippy::unwrap_used, reason = "a fixture that does not parse is a failed test")]

#[path = "../examples/fleet-bench/population/mod.rs"]
#[expect(dead_code, reason = "of the populations, a few")]
mod population;

use std::ops::ControlFlow;

use fleetplan::inventory::{self, Inventory, Tenant};
use fleetplan::plan::{Plan, file};
use fleetplan::planner::session::{Answer, Because, Change, How, Refusal, Session};
use fleetplan::planner::{Progress, Proposal, Wishes, propose};
use fleetplan::review::{Certification, review_with};
use fleetplan::vocab::money::Money;

use population::{Fleet, Kind, dice::Dice};

fn read(fleet: &Fleet) -> Inventory {
    let files = fleet.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect();
    inventory::read(files, None, "2026-07-15".parse().unwrap()).inventory.unwrap()
}

/// A search that ends at once: a debug build would take minutes for all of it.
fn hasty(_: Progress) -> ControlFlow<()> {
    ControlFlow::Break(())
}

fn open(kind: Kind, tenants: usize) -> (Session, Option<Plan>) {
    let fleet = Fleet::new(kind, tenants, 1);
    let inventory = read(&fleet);
    let today = fleet.today(&inventory);
    let wishes = Wishes { from: today.as_ref(), ..Wishes::default() };
    let (session, _) = Session::open(inventory, &wishes, &mut hasty).unwrap();
    (session, today)
}

fn any(session: &Session, dice: &mut Dice) -> Tenant {
    session.tenants().nth(dice.below(session.tenants().count())).unwrap().clone()
}

/// Resizes somebody, lets somebody leave, and lets somebody come who is like another.
fn changes(session: &mut Session, dice: &mut Dice, count: usize) -> Vec<Answer> {
    let mut answers = Vec::new();
    for number in 0..count {
        let mut tenant = any(session, dice);
        let change = match number % 3 {
            0 => Change::NoTenant(tenant.name),
            1 => {
                tenant.workloads[0].today.resources.cpu += 500;
                Change::Tenant(Box::new(tenant))
            }
            _ => {
                tenant = Tenant { name: format!("new-{number}").parse().unwrap(), ..tenant };
                Change::Tenant(Box::new(tenant))
            }
        };
        answers.push(session.change(change, &mut hasty).unwrap());
    }
    answers
}

fn hold(what: &str, session: &Session, answer: &Answer, from: Option<&Plan>) {
    let (plan, certificate) = session.plan();
    assert_eq!((plan.proof.objective, plan.proof.bound), (answer.objective, answer.bound), "{what}");
    let review = review_with(&session.inventory(), &plan, from, Some(&certificate));
    assert!(review.is_valid(), "{what}: {:#?}", &review.findings[..review.findings.len().min(3)]);
    let Certification::Certified { bound } = review.certification else { panic!("{what}: {:?}", review.certification) };
    assert_eq!(bound.min(review.objective), answer.bound, "{what}");
}

#[test]
fn every_answer_is_what_the_review_finds_in_the_plan_and_its_certificate() {
    // Small fleets see each cluster by itself, large ones those that are alike as one; both have units that pay for being there.
    for (kind, tenants, count) in [(Kind::Mixed, 60, 9), (Kind::Conflicts, 60, 9), (Kind::Mixed, 420, 6)] {
        let (mut session, today) = open(kind, tenants);
        session.tolerate(u64::MAX);
        let mut dice = Dice(7);
        let mut repaired = 0;
        for step in 0..count {
            let answers = changes(&mut session, &mut dice, 3);
            repaired += answers.iter().filter(|answer| answer.how == How::Repaired).count();
            hold(&format!("{tenants} tenants, step {step}"), &session, answers.last().unwrap(), today.as_ref());
        }
        assert!(repaired >= count * 2, "{tenants} tenants: {repaired} of {} repaired", count * 3);
    }
}

#[test]
fn a_session_and_a_fresh_plan_never_contradict_each_other() {
    let (mut session, today) = open(Kind::Mixed, 40);
    session.tolerate(u64::MAX);
    let answer = changes(&mut session, &mut Dice(3), 6).pop().unwrap();
    let wishes = Wishes { from: today.as_ref(), ..Wishes::default() };
    let Proposal::Plan(fresh) = propose(&session.inventory(), &wishes, &mut hasty) else { panic!("there is a plan") };
    assert!(answer.bound <= fresh.proof.objective && fresh.proof.bound <= answer.objective);
}

#[test]
fn the_same_changes_make_the_same_plan_byte_for_byte() {
    let made = [(), ()].map(|()| {
        let (mut session, _) = open(Kind::Mixed, 60);
        let answers = changes(&mut session, &mut Dice(11), 7);
        (answers, file::write(&session.plan().0))
    });
    assert_eq!(made[0], made[1]);
}

#[test]
fn a_gap_that_grows_too_large_is_answered_by_a_plan_that_is_made_anew() {
    let (mut session, today) = open(Kind::Mixed, 40);
    session.tolerate(0);
    let answers = changes(&mut session, &mut Dice(5), 12);
    assert!(answers.iter().any(|answer| answer.how == How::Solved(Because::Gap)), "{answers:?}");
    hold("the last", &session, answers.last().unwrap(), today.as_ref());
}

#[test]
fn clusters_prices_and_dates_make_the_plan_that_a_fresh_run_makes() {
    let (mut session, today) = open(Kind::Mixed, 40);
    let wishes = Wishes { from: today.as_ref(), ..Wishes::default() };
    let mut cluster = session.inventory().clusters[0].clone();
    cluster.offer.pools[0].price += Money::whole(100);
    let class = session.inventory().classes[0].clone();
    let changes = [
        Change::Cluster(Box::new(cluster.clone())),
        Change::NoCluster(cluster.name.clone()),
        Change::Date("2026-09-01".parse().unwrap()),
        Change::NoClass(class.name.clone()),
        Change::Class(Box::new(class)),
        Change::Cluster(Box::new(cluster)),
    ];
    for change in changes {
        let what = format!("{change:?}");
        let answer = session.change(change, &mut hasty).unwrap();
        assert_eq!(answer.how, How::Solved(Because::Fleet));
        let Proposal::Plan(fresh) = propose(&session.inventory(), &wishes, &mut hasty) else { panic!("{what}") };
        assert_eq!(file::write(&session.plan().0), file::write(&fresh), "{what}");
    }
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let (mut session, _) = open(Kind::Mixed, 40);
    let before = file::write(&session.plan().0);
    let first = session.tenants().next().unwrap().clone();
    let mut giant = first.clone();
    giant.workloads[0].today.resources.cpu = 1 << 40;
    let strangers = Tenant { apart: vec!["nobody".parse().unwrap()], ..first.clone() };
    let itself = Tenant { near: vec![first.name.clone()], ..first };
    for (change, sentence) in [
        (Change::NoTenant("nobody".parse().unwrap()), "there is no tenant `nobody`"),
        (Change::NoCluster("nowhere".parse().unwrap()), "there is no cluster `nowhere`"),
        (Change::Tenant(Box::new(strangers)), "names `nobody` in `apart`, which is no tenant"),
        (Change::Tenant(Box::new(itself)), "names itself in `near`"),
    ] {
        let Err(Refusal::Input(text)) = session.change(change, &mut hasty) else { panic!("{sentence}") };
        assert!(text.contains(sentence), "{text}");
    }
    let refused = session.change(Change::Tenant(Box::new(giant)), &mut hasty);
    assert!(matches!(refused, Err(Refusal::Impossible(conflicts)) if conflicts.len() == 1));
    assert_eq!(file::write(&session.plan().0), before);
}
