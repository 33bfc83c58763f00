//! The most that any plan of an inventory can cost. Where that leaves 64 bits, no plan's money could be trusted.

use crate::inventory::{Inventory, Offer};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::money::Money;

/// The fault of an inventory whose prices and counts together pass [`Money::CEILING`].
///
/// The sum is far above any real plan: every pool at its most, every class opened as often as it may, every tenant with
/// private nodes of its own at the dearest pool's most.
pub fn check(inventory: &Inventory) -> Option<Diagnostic> {
    let most = most(inventory);
    (most > i128::from(Money::CEILING.0)).then(|| {
        Diagnostic::error("fleet-too-large", "prices and counts together are too large to plan with")
            .help("lower the highest `nodes.max`, `open_at_most`, storage or prices; the sum of every pool at its most is counted")
    })
}

/// An upper bound of any plan's money per month.
pub fn most(inventory: &Inventory) -> i128 {
    let wide = |money: Money| i128::from(money.0);
    let policy = &inventory.policy;
    let extended = inventory.facts.extended_price.values().map(|price| wide(*price)).max().unwrap_or(0);
    let one_off = wide(policy.once.open) + wide(policy.once.close);
    let per_cluster = |offer: &Offer| {
        let nodes: i128 = offer.pools.iter().map(|pool| wide(pool.price) * i128::from(pool.max)).sum();
        wide(offer.control_plane.price) + extended + wide(policy.toil.cluster) + one_off + nodes
    };
    let clusters: i128 = inventory.clusters.iter().map(|cluster| per_cluster(&cluster.offer)).sum();
    let classes: i128 =
        inventory.classes.iter().map(|class| per_cluster(&class.offer) * i128::from(class.open_at_most)).sum();
    let offers = || {
        let clusters = inventory.clusters.iter().map(|cluster| &cluster.offer);
        clusters.chain(inventory.classes.iter().map(|class| &class.offer))
    };
    let private_pools = offers().flat_map(|offer| &offer.pools).filter(|pool| pool.private);
    let private = private_pools.map(|pool| wide(pool.price) * i128::from(pool.max)).max().unwrap_or(0);
    let storage = offers().map(|offer| wide(offer.prices.storage)).max().unwrap_or(0);
    let load_balancer = offers().map(|offer| wide(offer.prices.load_balancer)).max().unwrap_or(0);
    let overhead = inventory.facts.small.storage.max(inventory.facts.production.storage);
    let tenants: i128 = inventory
        .tenants
        .iter()
        .map(|tenant| {
            let demand = tenant.planned();
            let toil = wide(policy.toil.vcluster).max(wide(policy.toil.namespace) * i128::from(tenant.namespaces));
            let unit = toil
                + wide(inventory.vcluster.price)
                + wide(policy.once.moving)
                + private * i128::try_from(tenant.workloads.len()).unwrap_or(i128::MAX)
                + storage * i128::from(demand.storage + overhead)
                + load_balancer * i128::from(demand.load_balancers);
            unit * i128::try_from(tenant.unit_sites().len()).unwrap_or(i128::MAX)
        })
        .sum();
    clusters + classes + tenants
}
