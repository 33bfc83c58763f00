//! What-if: a session is opened on a fleet, one tenant after the other is changed at random, and each answer is timed.
//!
//! A quarter each are resized (to between half and double), get another requirement, leave, or come as another one's like. The times are of all changes, those
//! among them for which the fleet was solved anew.

use std::error::Error;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::time::Instant;

use fleetplan::inventory::{Tenant, Trust};
use fleetplan::planner::Wishes;
use fleetplan::planner::session::{Answer, Change, How, Session};
use fleetplan::review::{Certification, review_with};
use fleetplan::vocab::money::group_thousands;
use fleetplan::vocab::resources::{Demand, Resources};
use fleetplan::vocab::version::MinorRange;
use serde::Serialize;

use super::population::{Fleet, dice::Dice};
use super::run;

/// What one session came to.
#[derive(Debug, Clone, Serialize)]
pub struct WhatIf {
    pub population: String,
    pub tenants: usize,
    pub seed: u64,
    pub build: String,
    pub changes: usize,
    /// Changes that were refused: after them there is no plan.
    pub refused: usize,
    /// Answers for which the fleet was solved anew, each with why.
    pub solved: Vec<String>,
    /// Seconds of opening the session: a full solve.
    pub open_seconds: f64,
    /// Milliseconds of an answer: half of them, 99 of 100, and all take no longer.
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
    /// Gap of the first plan, of the last, and the largest between, in percent.
    pub gap_first: f64,
    pub gap_last: f64,
    pub gap_most: f64,
    /// `certified` where the independent check proves the last plan and its bound.
    pub last_plan: String,
}

/// Opens a session on a fleet and asks it `changes` times.
pub fn measure(
    (population, tenants, seed): (&str, usize, u64),
    changes: usize,
    seconds: f64,
    build: &str,
) -> Result<WhatIf, Box<dyn Error>> {
    let fleet = Fleet::new(run::kind(population), tenants, seed);
    let inventory = run::read(&fleet)?;
    let today = fleet.today(&inventory);
    let wishes = Wishes { from: today.as_ref(), ..Wishes::default() };
    let began = Instant::now();
    let mut limit = began;
    let watch = |since: Instant| {
        if since.elapsed().as_secs_f64() < seconds { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let opened = Session::open(inventory, &wishes, &mut |_| watch(limit));
    let (mut session, first) = opened.map_err(|refusal| format!("no session: {refusal:?}"))?;
    let open_seconds = began.elapsed().as_secs_f64();
    let percent = |answer: &Answer| super::row::percent(answer.objective, answer.bound);
    let mut dice = Dice(seed ^ 0x000c_4a9e);
    let (mut times, mut solved, mut refused) = (Vec::with_capacity(changes), Vec::new(), 0);
    let (mut last, mut most) = (percent(&first), percent(&first));
    for number in 0..changes {
        let change = draw(&session, &mut dice, number);
        limit = Instant::now();
        let answer = session.change(change, &mut |_| watch(limit));
        times.push(limit.elapsed().as_secs_f64() * 1_000.0);
        match answer {
            Ok(answer) => {
                last = percent(&answer);
                most = most.max(last);
                if let How::Solved(because) = answer.how {
                    solved.push(format!("{because:?}").to_lowercase());
                }
            }
            Err(_) => refused += 1,
        }
    }
    times.sort_by(f64::total_cmp);
    let at =
        |share: usize| times.get((times.len() * share).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default();
    let (plan, certificate) = session.plan();
    let review = review_with(&session.inventory(), &plan, today.as_ref(), Some(&certificate));
    let last_plan = match (review.findings.first(), review.certification) {
        (Some(finding), _) => format!("refused by the check `{}`: {}", finding.check, finding.message),
        (None, Certification::Certified { .. }) => "certified".to_owned(),
        (None, Certification::NotCertified { because }) => format!("not certified: {because}"),
    };
    Ok(WhatIf {
        population: population.to_owned(),
        tenants,
        seed,
        build: build.to_owned(),
        changes,
        refused,
        solved,
        open_seconds,
        p50_ms: at(50),
        p99_ms: at(99),
        max_ms: at(100),
        gap_first: percent(&first),
        gap_last: last,
        gap_most: most,
        last_plan,
    })
}

fn draw(session: &Session, dice: &mut Dice, number: usize) -> Change {
    let count = session.tenants().count();
    let any = session.tenants().nth(dice.below(count)).expect("a fleet has tenants").clone();
    Change::Tenant(Box::new(match dice.below(4) {
        0 => resized(any, dice),
        1 => required(any, dice),
        2 => return Change::NoTenant(any.name),
        _ => {
            let name = format!("newcomer-{number}").parse().expect("a name");
            resized(Tenant { name, near: Vec::new(), apart: Vec::new(), ..any }, dice)
        }
    }))
}

fn resized(mut tenant: Tenant, dice: &mut Dice) -> Tenant {
    let percent = 50 + dice.below(151) as u64;
    for workload in &mut tenant.workloads {
        let Demand { resources: Resources { cpu, memory, pods, gpu }, .. } = workload.today;
        let size = |amount: u64| if amount == 0 { 0 } else { (amount * percent / 100).max(1) };
        workload.today.resources = Resources { cpu: size(cpu), memory: size(memory), pods: size(pods), gpu };
    }
    tenant
}

fn required(tenant: Tenant, dice: &mut Dice) -> Tenant {
    match dice.below(5) {
        0 => Tenant { high_availability: !tenant.high_availability, ..tenant },
        1 => Tenant { kubernetes: MinorRange::ANY, ..tenant },
        2 => Tenant { residency: Vec::new(), ..tenant },
        3 => Tenant { trust: if tenant.trust == Trust::Soft { Trust::Hardened } else { Trust::Soft }, ..tenant },
        _ => Tenant { importance: 11 - tenant.importance.min(10), ..tenant },
    }
}

/// The rows as a table in Markdown.
pub fn markdown(rows: &[WhatIf]) -> String {
    let mut text = String::from(
        "| population | tenants | seed | build | full solve, s | changes | p50, ms | p99, ms | slowest, ms | full solve / p50 | solved anew | gap first | gap last | largest gap | last plan |\n\
         | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: | --- |\n",
    );
    for row in rows {
        let mut kinds: Vec<&String> = row.solved.iter().collect();
        kinds.sort();
        kinds.dedup();
        let times = |kind: &&String| format!("{} ({kind})", row.solved.iter().filter(|other| other == kind).count());
        let anew =
            if kinds.is_empty() { "0".to_owned() } else { kinds.iter().map(times).collect::<Vec<_>>().join(", ") };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {:.2} | {} | {:.2} | {:.2} | {:.1} | {:.0} | {anew} | {:.2} % | {:.2} % | {:.2} % | {} |",
            row.population,
            group_thousands(row.tenants as u64),
            row.seed,
            row.build,
            row.open_seconds,
            group_thousands(row.changes as u64),
            row.p50_ms,
            row.p99_ms,
            row.max_ms,
            row.open_seconds * 1_000.0 / row.p50_ms.max(0.001),
            row.gap_first,
            row.gap_last,
            row.gap_most,
            row.last_plan,
        );
    }
    text
}
