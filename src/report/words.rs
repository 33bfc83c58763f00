//! Small words and figures that several reports share: homes, pools, plurals, percentages.

use super::safe;
use crate::plan::{Action, Move, PlacedWorkload, Placement, Plan, PlannedCluster, PlannedPool, Proof, Status};
use crate::vocab::diagnostic::{Sources, Span};
use crate::vocab::money::Money;
use crate::vocab::name::{Residency, TenantName};
use crate::vocab::tier::Tier;

/// `1 tenant`, `2 tenants`, `no tenants`.
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        _ => format!("{number} {many}"),
    }
}

/// The first `most` of some names, and how many more there are: `a, b and 12 more`.
#[must_use]
pub fn few(names: impl ExactSizeIterator<Item = String>, most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let said = names.take(most).collect::<Vec<_>>().join(", ");
    if more == 0 { said } else { format!("{said} and {more} more") }
}

/// `checkout`, or `checkout (eu)` where the tenant has sites.
#[must_use]
pub fn unit(tenant: &TenantName, site: Option<&Residency>) -> String {
    site.map_or_else(|| tenant.to_string(), |site| format!("{tenant} ({site})"))
}

/// `vcluster/dedicated`, `cluster`.
#[must_use]
pub fn form(placement: &Placement) -> String {
    placement.nodes.map_or_else(|| placement.tier.to_string(), |nodes| format!("{}/{nodes}", placement.tier))
}

/// `vcluster/dedicated on eu-1 (1.35), general ×2`.
#[must_use]
pub fn home(placement: &Placement) -> String {
    let minor = placement.kubernetes.map(|minor| format!(" ({minor})")).unwrap_or_default();
    format!("{} on {}{minor}, {}", form(placement), placement.cluster, pools(&placement.pools))
}

/// `412.00 USD a month more`, `3.10 USD a month less`, `for the same money`.
#[must_use]
pub fn more(money: Money, currency: &str) -> String {
    let currency = safe::line(currency);
    match money {
        Money::ZERO => "for the same money".to_owned(),
        money if money > Money::ZERO => format!("{money} {currency} a month more"),
        money => format!("{} {currency} a month less", -money),
    }
}

/// The word for a status.
#[must_use]
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Optimal => "proven optimal",
        Status::Feasible => "feasible",
        Status::Impossible => "impossible",
        Status::Unknown => "unknown",
    }
}

/// A unit's pools: `general`, `general 2 own`, `web: general, training: l4 2 own`.
#[must_use]
pub fn pools(placed: &[PlacedWorkload]) -> String {
    let one = |placed: &PlacedWorkload| match placed.nodes {
        0 => placed.pool.to_string(),
        nodes => format!("{} ×{nodes}", placed.pool),
    };
    match placed {
        [only] => one(only),
        several => {
            several.iter().map(|placed| format!("{}: {}", placed.workload, one(placed))).collect::<Vec<_>>().join(", ")
        }
    }
}

/// A cluster's nodes: `general 12, gpu 2 (+3 private)`.
#[must_use]
pub fn nodes(cluster: &PlannedCluster) -> String {
    let one = |planned: &PlannedPool| match planned.private {
        0 => format!("{} {}", planned.pool, planned.nodes),
        private => format!("{} {} (+{private} private)", planned.pool, planned.nodes),
    };
    let used = cluster.pools.iter().filter(|planned| planned.nodes > 0 || planned.private > 0);
    used.map(one).collect::<Vec<_>>().join(", ")
}

/// `checkout (eu): vcluster/shared in eu-1 to cluster in eu-2`.
#[must_use]
pub fn moved(moved: &Move) -> String {
    format!("{}: {} → {}", unit(&moved.tenant, moved.site.as_ref()), moved.from, moved.to)
}

/// A share in millionths as a percentage with two digits, rounded up, so that a gap is never made to look smaller: `0.37 %`.
#[must_use]
pub fn percent_up(millionths: u64) -> String {
    let hundredths = millionths.div_ceil(100);
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

/// What a proof says, in one line without a full stop.
#[must_use]
pub fn proof(proof: &Proof, currency: &str) -> String {
    let Proof { status, objective, bound, by, claim, limited } = proof;
    let gap = percent_up(proof.gap_millionths());
    match status {
        Status::Optimal => format!(
            "proven optimal: objective {objective} {currency} a month, bound {bound}, gap 0 %; no plan costs less (by {by})"
        ),
        Status::Feasible => format!(
            "feasible: objective {objective} {currency} a month, bound {bound}, gap {gap}; no plan costs less than the bound (by {by}){}{}",
            claim.as_ref().map_or_else(String::new, |who| format!(
                "; {who} says that none costs less than this one, which nobody can check"
            )),
            if *limited { "; the search was ended before it was done" } else { "" }
        ),
        Status::Impossible => "impossible: no plan exists".to_owned(),
        Status::Unknown => "unknown: the budget ended before a plan was found".to_owned(),
    }
}

/// `inventory/tenants.toml:12`, or a word for what is not written anywhere.
#[must_use]
pub fn place(sources: &Sources, span: Option<Span>) -> Option<String> {
    let place = sources.place(span?);
    Some(format!("{}:{}", place.file, place.line))
}

/// Sites make the number of homes differ from the number of tenants: `43 tenants`, `43 tenants in 45 homes`.
#[must_use]
pub fn homes(placements: &[Placement]) -> String {
    let mut tenants: Vec<&TenantName> = placements.iter().map(|placement| &placement.tenant).collect();
    tenants.dedup();
    let said = count(tenants.len(), "tenant", "tenants");
    if tenants.len() == placements.len() { said } else { format!("{said} in {} homes", placements.len()) }
}

/// `acme on 2026-11-23: 43 tenants on 9 clusters for 61,234.50 USD a month`.
#[must_use]
pub fn fleet(plan: &Plan) -> String {
    let open = plan.clusters.iter().filter(|cluster| cluster.action != Action::Close).count();
    format!(
        "{} on {}: {} on {} for {} {} a month",
        plan.fleet,
        plan.date,
        homes(&plan.placements),
        count(open, "cluster", "clusters"),
        plan.money.total(),
        safe::line(&plan.currency)
    )
}

/// `31 in namespaces, 9 in vclusters, 5 in clusters of their own`.
#[must_use]
pub fn tiers(plan: &Plan) -> String {
    let of = |tier: Tier| plan.placements.iter().filter(|placement| placement.tier == tier).count();
    format!(
        "homes: {} in namespaces, {} in vclusters, {} in clusters of their own",
        of(Tier::Namespace),
        of(Tier::Vcluster),
        of(Tier::Cluster)
    )
}

/// `2 clusters to open, 6 to keep, none to close; 3 homes move`.
#[must_use]
pub fn changes(plan: &Plan) -> String {
    let of = |action: Action| plan.clusters.iter().filter(|cluster| cluster.action == action).count();
    let none = |number: usize| if number == 0 { "none".to_owned() } else { number.to_string() };
    let opened = count(of(Action::Open), "cluster", "clusters");
    let moved = match (&plan.from, plan.moves.len()) {
        (None, _) => "no earlier plan to move from".to_owned(),
        (Some(_), 0) => "nobody moves".to_owned(),
        (Some(_), number) => format!("{} to move", count(number, "home", "homes")),
    };
    format!("{opened} to open, {} to keep, {} to close; {moved}", none(of(Action::Keep)), none(of(Action::Close)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_never_made_to_look_smaller() {
        assert_eq!(percent_up(0), "0.00 %");
        assert_eq!(percent_up(1), "0.01 %");
        assert_eq!(percent_up(3_700), "0.37 %");
        assert_eq!(percent_up(1_000_001), "100.01 %");
    }
}
