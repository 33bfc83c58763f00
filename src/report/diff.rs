//! What changes between two plans, for people: homes, clusters, one-way doors, money, and one sentence at the end.

use super::grid::{Column, Grid};
use super::ink::Ink;
use super::safe;
use super::words;
use crate::plan::diff::{
    Change, ClusterChange, Door, Fate, HomeChange, OneWayDoor, PlanDiff, PoolChange, UnitChange, Who,
};
use crate::vocab::money::Money;
use crate::vocab::tier::Nodes;

/// The whole report. The first plan is *before*, the second *after*.
#[must_use]
pub fn text(diff: &PlanDiff, ink: Ink) -> String {
    let mut sections = Vec::new();
    let strange = strangeness(diff);
    if !strange.is_empty() {
        sections.push(strange.iter().map(|line| format!("{}\n", ink.warn(line))).collect());
    }
    if !diff.placements.is_empty() {
        sections.push(homes(&diff.placements, ink));
    }
    if diff.clusters.iter().any(|cluster| cluster.what.is_change()) {
        sections.push(clusters(&diff.clusters, ink));
    }
    if !diff.one_way_doors.is_empty() {
        let lines = diff.one_way_doors.iter().map(|door| format!("  - {}\n", one_way(door)));
        sections.push(format!("{}\n{}", ink.strong("one-way doors"), lines.collect::<String>()));
    }
    if diff.money.iter().any(|(_, change)| change.is_one()) {
        sections.push(money(diff, ink));
    }
    sections.push(closing(diff, ink));
    sections.join("\n")
}

/// What makes the two plans hard to compare.
fn strangeness(diff: &PlanDiff) -> Vec<String> {
    let mut lines = Vec::new();
    if diff.fleet.is_one() {
        lines.push(format!("these are plans of two fleets, `{}` and `{}`", diff.fleet.before, diff.fleet.after));
    }
    if diff.currency.is_one() {
        let (before, after) = (safe::line(&diff.currency.before), safe::line(&diff.currency.after));
        lines.push(format!("amounts are in {before} before and in {after} after; they do not compare"));
    }
    lines
}

fn homes(changes: &[UnitChange], ink: Ink) -> String {
    let mut grid = Grid::new(&[
        Column::Words("tenant"),
        Column::Words("site"),
        Column::Words("change"),
        Column::Words("before"),
        Column::Words("after"),
    ]);
    for UnitChange { tenant, site, what } in changes {
        let (change, before, after) = match what {
            HomeChange::Added(home) => ("is new", String::new(), words::home(home)),
            HomeChange::Removed(home) => ("is gone", words::home(home), String::new()),
            HomeChange::Moved(Change { before, after }) => ("moves", words::home(before), words::home(after)),
            HomeChange::Adjusted(Change { before, after }) => ("is adjusted", words::home(before), words::home(after)),
        };
        let site = site.as_ref().map(ToString::to_string).unwrap_or_default();
        grid.row([tenant.to_string(), site, change.to_owned(), before, after]);
    }
    grid.text(ink)
}

fn clusters(changes: &[ClusterChange], ink: Ink) -> String {
    let mut grid = Grid::new(&[
        Column::Words("cluster"),
        Column::Words("change"),
        Column::Words("kubernetes"),
        Column::Words("nodes"),
        Column::Figures("more a month"),
    ]);
    for ClusterChange { name, what } in changes.iter().filter(|cluster| cluster.what.is_change()) {
        let (change, minor, nodes, more) = match what {
            Fate::Opened(cluster) => ("opens", cluster.kubernetes.to_string(), words::nodes(cluster), cluster.monthly),
            Fate::Closed(cluster) => {
                ("closes", cluster.kubernetes.to_string(), words::nodes(cluster), -cluster.monthly)
            }
            Fate::Kept { kubernetes, pools, monthly } => {
                let minor = if kubernetes.is_one() { arrow(kubernetes) } else { kubernetes.after.to_string() };
                ("changes", minor, pools.iter().filter_map(pool).collect::<Vec<_>>().join(", "), monthly.more())
            }
        };
        grid.row([name.to_string(), change.to_owned(), minor, nodes, signed(more)]);
    }
    grid.text(ink)
}

/// `general 4 → 6`; nothing where only the split between shared and dedicated nodes differs.
fn pool(change: &PoolChange) -> Option<String> {
    let PoolChange { pool, nodes, shared: _, dedicated: _, private } = change;
    match (nodes.is_one(), private.is_one()) {
        (false, false) => None,
        (true, false) => Some(format!("{pool} {}", arrow(nodes))),
        (false, true) => Some(format!("{pool} private {}", arrow(private))),
        (true, true) => Some(format!("{pool} {} (private {})", arrow(nodes), arrow(private))),
    }
}

fn arrow<T: std::fmt::Display>(change: &Change<T>) -> String {
    format!("{} → {}", change.before, change.after)
}

fn one_way(door: &OneWayDoor) -> String {
    let who = match &door.who {
        Who::Unit { tenant, site } => words::unit(tenant, site.as_ref()),
        Who::Cluster(cluster) => format!("cluster {cluster}"),
    };
    format!("{who} {}", crossed(&door.door))
}

/// What going through a door means, as a sentence without its subject.
pub(super) fn crossed(door: &Door) -> String {
    match *door {
        Door::Tier(Change { before, after }) => {
            format!("leaves tier `{before}` for `{after}`: another API server, everything is deployed anew")
        }
        Door::NodeModel(Change { before, after }) => {
            format!("goes from {before} to {after} nodes: the vcluster is made anew")
        }
        Door::NewVcluster(Nodes::Private) => {
            "gets a vcluster with private nodes: node model, backing store and distro are fixed from here on".to_owned()
        }
        Door::NewVcluster(Nodes::Shared | Nodes::Dedicated) => {
            "gets a vcluster on the host's nodes: node model, backing store and distro are fixed from here on"
                .to_owned()
        }
        Door::Minor(Change { before, after }) if after > before => {
            format!("is raised from Kubernetes {before} to {after}: there is no way back in place")
        }
        Door::Minor(Change { before, after }) => {
            format!("is lowered from Kubernetes {before} to {after}: only by making it anew")
        }
    }
}

fn money(diff: &PlanDiff, ink: Ink) -> String {
    let currency = safe::line(&diff.currency.after);
    let more = format!("{currency} more a month");
    let mut grid = Grid::new(&[
        Column::Words("money"),
        Column::Figures("before"),
        Column::Figures("after"),
        Column::Figures(&more),
    ]);
    for (kind, change) in diff.money.iter().filter(|(_, change)| change.is_one()) {
        grid.row([(*kind).to_owned(), change.before.to_string(), change.after.to_string(), signed(change.more())]);
    }
    let total = diff.objective;
    grid.row(["total".to_owned(), total.before.to_string(), total.after.to_string(), signed(total.more())]);
    grid.text(ink)
}

/// `+412.00`, `-3.10`, `0.00`.
fn signed(more: Money) -> String {
    if more > Money::ZERO { format!("+{more}") } else { more.to_string() }
}

fn closing(diff: &PlanDiff, ink: Ink) -> String {
    let mut lines = Vec::new();
    if diff.inventory.is_one() {
        let dates =
            if diff.date.is_one() { format!(", {} and {}", diff.date.before, diff.date.after) } else { String::new() };
        lines.push(format!("made from two inventories{dates}"));
    }
    if diff.status.is_one() {
        lines.push(format!("{} before, {} after", words::status(diff.status.before), words::status(diff.status.after)));
    }
    lines.extend(diff.left_out.iter().map(|tenant| format!("{tenant} loses its home: it is left out")));
    lines.extend(diff.taken_in.iter().map(|tenant| format!("{tenant} was left out and gets a home")));
    let last = if diff.is_empty() { "nothing changes".to_owned() } else { summary(diff) };
    lines.push(ink.strong(last));
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// `1 home moves, 2 are new; 1 cluster opens; 412.00 USD a month less`.
fn summary(diff: &PlanDiff) -> String {
    let homes = |is: fn(&HomeChange) -> bool| diff.placements.iter().filter(|unit| is(&unit.what)).count();
    let fates = |is: fn(&Fate) -> bool| diff.clusters.iter().filter(|cluster| is(&cluster.what)).count();
    let counted = [
        (homes(|what| matches!(what, HomeChange::Moved(_))), "home moves", "homes move"),
        (homes(|what| matches!(what, HomeChange::Added(_))), "home is new", "homes are new"),
        (homes(|what| matches!(what, HomeChange::Removed(_))), "home is gone", "homes are gone"),
        (homes(|what| matches!(what, HomeChange::Adjusted(_))), "home is adjusted", "homes are adjusted"),
        (fates(|what| matches!(what, Fate::Opened(_))), "cluster opens", "clusters open"),
        (fates(|what| matches!(what, Fate::Closed(_))), "cluster closes", "clusters close"),
    ];
    let mut said: Vec<String> = counted
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| words::count(number, one, many))
        .collect();
    said.push(words::more(diff.objective.more(), &diff.currency.after));
    said.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::diff::diff;
    use crate::plan::{Action, Plan, Status};
    use crate::report::sample;
    use crate::vocab::tier::{Nodes, Tier};
    use crate::vocab::version::Minor;

    fn after() -> Plan {
        let mut after = sample::plan();
        after.fingerprint = "c7".repeat(32);
        after.proof.status = Status::Feasible;
        after.placements[0].tier = Tier::Vcluster;
        after.placements[0].kubernetes = Some(Minor(36));
        after.placements[1].nodes = Some(Nodes::Private);
        after.placements.remove(2);
        after.unplaced.push(sample::tenant("vault"));
        after.clusters[0].action = Action::Close;
        after.clusters[2].kubernetes = Minor(36);
        after.clusters[2].pools[0].nodes = 6;
        after.money.nodes = Money::whole(3000);
        after.proof.objective = after.money.total();
        after
    }

    #[test]
    fn a_diff_reads_from_homes_to_one_sentence() {
        insta::assert_snapshot!(text(&diff(&sample::plan(), &after()), Ink::Plain));
    }

    #[test]
    fn a_plan_and_itself_say_that_nothing_changes() {
        assert_eq!(text(&diff(&sample::plan(), &sample::plan()), Ink::Plain), "nothing changes\n");
    }

    #[test]
    fn plans_of_two_fleets_or_currencies_are_not_compared_in_silence() {
        let mut other = sample::plan();
        other.fleet = "other".parse().unwrap();
        other.currency = "EUR".into();
        let text = text(&diff(&sample::plan(), &other), Ink::Plain);
        assert!(text.contains("two fleets") && text.contains("do not compare"), "{text}");
    }
}
