//! A plan as a planner wants to see it: every home, the clusters, the money, the moves, the proof.
//!
//! The plan names everything, so nothing else is needed. Seconds are not told here: they would make equal plans differ.

use super::grid::{Column, Grid};
use super::ink::Ink;
use super::safe;
use super::words;
use crate::plan::{Action, Plan, Status};
use crate::vocab::money::Money;

/// How much of a plan is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Every home and everything else.
    Whole,
    /// The fleet: clusters, money, moves, proof.
    Summary,
}

/// The whole report.
#[must_use]
pub fn plan(plan: &Plan, detail: Detail, ink: Ink) -> String {
    let mut sections = Vec::new();
    if detail == Detail::Whole && !plan.placements.is_empty() {
        sections.push(homes(plan, ink));
    }
    sections.push(clusters(plan, ink));
    sections.push(money(plan, ink));
    if !plan.moves.is_empty() {
        sections.push(moves(plan, ink));
    }
    if !plan.unplaced.is_empty() {
        sections.push(unplaced(plan, ink));
    }
    sections.push(closing(plan, ink));
    sections.join("\n")
}

/// Every unit's home.
#[must_use]
pub fn homes(plan: &Plan, ink: Ink) -> String {
    let mut grid = Grid::new(&[
        Column::Words("tenant"),
        Column::Words("site"),
        Column::Words("tier"),
        Column::Words("nodes"),
        Column::Words("cluster"),
        Column::Words("pool"),
        Column::Figures(&a_month(plan)),
        Column::Words("decided by"),
    ]);
    for placement in &plan.placements {
        grid.row([
            placement.tenant.to_string(),
            placement.site.as_ref().map(ToString::to_string).unwrap_or_default(),
            placement.tier.to_string(),
            placement.nodes.map(|nodes| nodes.to_string()).unwrap_or_default(),
            placement.cluster.to_string(),
            words::pools(&placement.pools),
            placement.monthly.to_string(),
            placement.rule.clone(),
        ]);
    }
    grid.text(ink)
}

/// What happens to each cluster.
fn clusters(plan: &Plan, ink: Ink) -> String {
    let mut grid = Grid::new(&[
        Column::Words("cluster"),
        Column::Words("action"),
        Column::Words("class"),
        Column::Words("kubernetes"),
        Column::Words("region"),
        Column::Words("tenancy"),
        Column::Figures("homes"),
        Column::Words("nodes"),
        Column::Figures(&a_month(plan)),
    ]);
    for cluster in &plan.clusters {
        let homes = plan.placements.iter().filter(|placement| placement.cluster == cluster.name).count();
        grid.row([
            cluster.name.to_string(),
            action(cluster.action).to_owned(),
            cluster.class.as_ref().map(ToString::to_string).unwrap_or_default(),
            cluster.kubernetes.to_string(),
            cluster.region.to_string(),
            cluster.tenancy.to_string(),
            homes.to_string(),
            words::nodes(cluster),
            cluster.monthly.to_string(),
        ]);
    }
    grid.text(ink)
}

fn a_month(plan: &Plan) -> String {
    format!("{} a month", safe::line(&plan.currency))
}

const fn action(action: Action) -> &'static str {
    match action {
        Action::Open => "open",
        Action::Keep => "keep",
        Action::Close => "close",
    }
}

/// The fleet's money by kind, without kinds that cost nothing.
fn money(plan: &Plan, ink: Ink) -> String {
    let mut grid = Grid::new(&[Column::Words("money"), Column::Figures(&a_month(plan))]);
    for (kind, amount) in plan.money.each() {
        if amount != Money::ZERO {
            grid.row([kind.to_owned(), amount.to_string()]);
        }
    }
    grid.row(["total".to_owned(), plan.money.total().to_string()]);
    grid.text(ink)
}

fn moves(plan: &Plan, ink: Ink) -> String {
    let mut grid =
        Grid::new(&[Column::Words("moves"), Column::Words("site"), Column::Words("from"), Column::Words("to")]);
    for moved in &plan.moves {
        grid.row([
            moved.tenant.to_string(),
            moved.site.as_ref().map(ToString::to_string).unwrap_or_default(),
            moved.from.clone(),
            moved.to.clone(),
        ]);
    }
    grid.text(ink)
}

fn unplaced(plan: &Plan, ink: Ink) -> String {
    let names = plan.unplaced.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    format!(
        "{}: {names}; `fleetplan plan` without `--partial` says why\n",
        ink.bad(format!("{} without a home", words::count(plan.unplaced.len(), "tenant", "tenants")))
    )
}

/// The last lines, which stay on the screen: the fleet in one sentence, and the proof.
fn closing(plan: &Plan, ink: Ink) -> String {
    let first = words::fleet(plan);
    let proof = safe::line(&words::proof(&plan.proof, &plan.currency));
    let proof = match plan.proof.status {
        Status::Optimal => ink.good(proof),
        Status::Feasible => ink.warn(proof),
        Status::Impossible | Status::Unknown => ink.bad(proof),
    };
    format!("{}\n{}\n{}\n{proof}\n", ink.strong(first), words::tiers(plan), words::changes(plan))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_plan_reads_from_homes_to_proof() {
        insta::assert_snapshot!(plan(&sample::plan(), Detail::Whole, Ink::Plain));
    }

    #[test]
    fn a_summary_leaves_the_homes_out() {
        let text = plan(&sample::plan(), Detail::Summary, Ink::Plain);
        assert!(!text.contains("decided by"));
        assert!(text.contains("proven optimal"));
    }

    #[test]
    fn a_partial_and_unproven_plan_says_so() {
        let mut partial = sample::plan();
        partial.unplaced = vec![sample::tenant("batch")];
        partial.proof.status = Status::Feasible;
        partial.proof.bound = partial.proof.objective - Money(1_000_000);
        let text = plan(&partial, Detail::Summary, Ink::Plain);
        assert!(text.contains("1 tenant without a home: batch"), "{text}");
        assert!(text.contains("gap 0.03 %"), "{text}");
    }

    #[test]
    fn a_hand_edited_rule_cannot_steer_the_terminal() {
        let mut edited = sample::plan();
        edited.placements[0].rule = "money\u{1b}[31m\nx".into();
        assert!(!plan(&edited, Detail::Whole, Ink::Plain).contains('\u{1b}'));
    }
}
