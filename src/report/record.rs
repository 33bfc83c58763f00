//! The decision record in Markdown: for the fleet, then for each tenant its drivers, the options considered, the decision,
//! its consequences and its one-way doors.
//!
//! Inventory, plan and explanations flow in. Every text passes [`safe::markdown`]: names and figures stay readable, and no
//! reason that someone wrote opens an element of its own.

use std::fmt::Write as _;

use super::doors::{self, GroupState};
use super::drivers;
use super::safe;
use super::words;
use crate::inventory::{Inventory, Offer, Tenant};
use crate::plan::{Action, Placement, Plan};
use crate::planner::{Explanation, UnitExplanation};
use crate::vocab::diagnostic::Span;
use crate::vocab::money::Money;
use crate::vocab::tier::{Nodes, Tier};

/// How many hosts of like doors are named; the command `explain` names all.
const NAMED: usize = 6;

/// The whole record: the fleet, and the tenants of `explanations` in their order.
#[must_use]
pub fn markdown(inventory: &Inventory, plan: &Plan, explanations: &[Explanation]) -> String {
    let mut text = String::new();
    fleet(plan, &mut text);
    for explanation in explanations {
        if let Some((_, tenant)) = inventory.tenant(&explanation.tenant) {
            one_tenant(inventory, plan, tenant, explanation, &mut text);
        }
    }
    text
}

/// Adds a formatted line; writing to a string cannot fail.
macro_rules! line {
    ($text:expr) => { $text.push('\n') };
    ($text:expr, $($arg:tt)+) => { writeln!($text, $($arg)+).expect("writing to a string cannot fail") };
}

fn fleet(plan: &Plan, text: &mut String) {
    let currency = safe::markdown(&plan.currency);
    line!(text, "# Placement decisions of `{}`\n", plan.fleet);
    line!(text, "- Planned for: {}", plan.date);
    line!(text, "- Inventory: `{}`", safe::markdown(&plan.fingerprint));
    if let Some(from) = &plan.from {
        line!(text, "- Planned from: `{}`", safe::markdown(from));
    }
    line!(text, "- Proof: {}", safe::markdown(&words::proof(&plan.proof, &plan.currency)));
    line!(text, "- {}", safe::markdown(&words::fleet(plan)));
    line!(text, "- {}", words::tiers(plan));
    line!(text, "- {}", words::changes(plan));
    if !plan.unplaced.is_empty() {
        let names = plan.unplaced.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        line!(text, "- Without a home: {names}");
    }
    line!(text, "\n## Money\n\n| kind | {currency} a month |\n| --- | ---: |");
    for (kind, amount) in plan.money.each().into_iter().filter(|(_, amount)| *amount != Money::ZERO) {
        line!(text, "| {kind} | {amount} |");
    }
    line!(text, "| **total** | **{}** |", plan.money.total());
    line!(text, "\n## Clusters\n\n| cluster | action | class | Kubernetes | region | nodes | {currency} a month |");
    line!(text, "| --- | --- | --- | --- | --- | --- | ---: |");
    for cluster in &plan.clusters {
        let class = cluster.class.as_ref().map(ToString::to_string).unwrap_or_default();
        let action = match cluster.action {
            Action::Open => "open",
            Action::Keep => "keep",
            Action::Close => "close",
        };
        line!(
            text,
            "| {} | {action} | {class} | {} | {} | {} | {} |",
            cluster.name,
            cluster.kubernetes,
            cluster.region,
            safe::markdown(&words::nodes(cluster)),
            cluster.monthly
        );
    }
    if !plan.moves.is_empty() {
        line!(text, "\n## Moves\n");
        for moved in &plan.moves {
            line!(text, "- {}", safe::markdown(&words::moved(moved)));
        }
    }
}

fn one_tenant(inventory: &Inventory, plan: &Plan, tenant: &Tenant, explanation: &Explanation, text: &mut String) {
    line!(text, "\n## Tenant `{}`\n", tenant.name);
    line!(text, "Owned by team `{}`. What decides where it may live:\n", tenant.team);
    for driver in drivers::of(inventory, tenant) {
        line!(text, "- {}{}", safe::markdown(&driver.text), place(inventory, Some(driver.span)));
    }
    if tenant.estimated {
        line!(text, "- its figures are estimates");
    }
    for question in &tenant.questions {
        line!(text, "- open question: {}", safe::markdown(question));
    }
    for unit in &explanation.units {
        if let Some(site) = &unit.site {
            line!(text, "\n### Site `{site}`");
        }
        decision(plan, unit, text);
        options(inventory, unit, text);
        consequences(inventory, plan, unit, text);
        one_way_doors(plan, &unit.home, text);
    }
}

fn decision(plan: &Plan, unit: &UnitExplanation, text: &mut String) {
    let home = &unit.home;
    line!(
        text,
        "\n**Decision.** `{}` on `{}` ({}), {} {} a month. Decided by `{}`: {}.",
        words::form(home),
        home.cluster,
        safe::markdown(&words::pools(&home.pools)),
        home.monthly,
        safe::markdown(&plan.currency),
        safe::markdown(&home.rule),
        safe::markdown(home.reason.trim_end_matches('.'))
    );
}

fn options(inventory: &Inventory, unit: &UnitExplanation, text: &mut String) {
    line!(text, "\n**Options considered.**\n\n| home | where | a month | verdict |\n| --- | --- | ---: | --- |");
    for group in doors::groups(&unit.doors) {
        let hosts = words::few(group.doors.iter().map(|door| doors::host(door, unit)), NAMED);
        let (money, verdict) = match &group.state {
            GroupState::Home => (unit.home.monthly.to_string(), "chosen".to_owned()),
            GroupState::Open(monthly) => (monthly.to_string(), "open".to_owned()),
            GroupState::Closed(_, rules) => (String::new(), format!("closed by {}", rules.join(", "))),
        };
        line!(text, "| {} | {} | {money} | {verdict} |", group.form, safe::markdown(&hosts));
    }
    let says = doors::what_rules_say(&unit.doors);
    if !says.is_empty() {
        line!(text, "\nWhat closed the closed ones:\n");
    }
    for rule in says {
        for (sentence, span) in rule.sentences {
            line!(text, "- {}: {}{}", rule.rule, safe::markdown(sentence), place(inventory, span));
        }
    }
}

fn consequences(inventory: &Inventory, plan: &Plan, unit: &UnitExplanation, text: &mut String) {
    let home = &unit.home;
    line!(text, "\n**Consequences.**\n");
    let mut others: Vec<_> =
        plan.placements.iter().filter(|other| other.cluster == home.cluster && other.tenant != home.tenant).collect();
    others.dedup_by(|one, other| one.tenant == other.tenant);
    match others.len() {
        0 => line!(text, "- no other tenant is in `{}`", home.cluster),
        many => line!(text, "- shares `{}` with {}", home.cluster, words::count(many, "other tenant", "other tenants")),
    }
    if let Some(offer) = offer(inventory, plan, home) {
        line!(text, "- its control plane may be gone for `{}` at an upgrade", offer.control_plane.disruption);
    }
    if let Some(minor) = home.kubernetes {
        line!(text, "- its virtual API server runs Kubernetes {minor}");
    }
    match &unit.next_best {
        Some(next) => line!(
            text,
            "- next best: `{}` on `{}`, {} {} a month more for the fleet",
            next.form,
            safe::markdown(&next.host),
            next.extra,
            safe::markdown(&plan.currency)
        ),
        None => line!(text, "- next best: none, no other door is open"),
    }
    for flip in &unit.flips {
        line!(text, "- {}{}", safe::markdown(&flip.text), place(inventory, flip.span));
    }
}

/// What the cluster of a home offers: its own, or its class's.
fn offer<'a>(inventory: &'a Inventory, plan: &'a Plan, home: &Placement) -> Option<&'a Offer> {
    let planned = plan.clusters.iter().find(|cluster| cluster.name == home.cluster)?;
    match &planned.class {
        Some(class) => inventory.class(class).map(|class| &class.offer),
        None => inventory.cluster(&planned.name).map(|cluster| &cluster.offer),
    }
}

/// Choices that cannot be changed in place: only by building anew and moving.
fn one_way_doors(plan: &Plan, home: &Placement, text: &mut String) {
    line!(text, "\n**One-way doors.**\n");
    let opened = plan.clusters.iter().find(|cluster| cluster.name == home.cluster && cluster.action == Action::Open);
    match (home.tier, home.nodes) {
        (Tier::Vcluster, nodes) => {
            let model = match nodes {
                Some(Nodes::Private) => "private nodes, not the host's",
                Some(Nodes::Shared | Nodes::Dedicated) | None => "the host's nodes, not private ones",
            };
            line!(text, "- the vcluster's node model ({model}), its backing store and its distribution");
        }
        (Tier::Namespace | Tier::Cluster, _) if opened.is_none() => line!(text, "- none"),
        (Tier::Namespace | Tier::Cluster, _) => {}
    }
    if let Some(cluster) = opened {
        line!(text, "- the region of `{}` (`{}`), and its minor, which only rises", cluster.name, cluster.region);
    }
}

fn place(inventory: &Inventory, span: Option<Span>) -> String {
    words::place(&inventory.sources, span)
        .map(|at| format!(" ({})", safe::markdown(&format!("`{at}`"))))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_record_tells_drivers_options_decision_consequences_and_one_way_doors() {
        let inventory = sample::inventory();
        insta::assert_snapshot!(markdown(&inventory, &sample::plan(), &[sample::explanation()]));
    }

    #[test]
    fn no_reason_opens_an_element() {
        let (inventory, mut plan, mut explanation) = (sample::inventory(), sample::plan(), sample::explanation());
        let payload = "x | <script>\n# y [a](http://b) `c|`";
        plan.placements[1].reason = payload.into();
        plan.currency = payload.into();
        plan.moves[0].to = payload.into();
        explanation.units[0].home = plan.placements[1].clone();
        explanation.units[0].flips[0].text = payload.into();
        let before = markdown(&inventory, &sample::plan(), &[sample::explanation()]);
        let text = markdown(&inventory, &plan, &[explanation]);
        assert!(!text.contains("<script>") && !text.replace("\\]", "").contains(']'), "{text}");
        let bars = |text: &str| text.lines().map(|line| line.replace("\\|", "").matches('|').count()).sum::<usize>();
        assert_eq!(bars(&text), bars(&before));
        assert_eq!(text.lines().count(), before.lines().count());
    }
}
