//! Certificates of any fleet with prices from dice: sound, whatever they prove.

use fleetplan::inventory::Inventory;
use fleetplan::plan::certificate::{
    Certificate, Counted, Dimension, Group, GroupPrices, Link, Members, Node, Part, Prices, Rounding, Split, UNIT,
    UnitName,
};
use fleetplan::plan::{Action, Plan};
use fleetplan::vocab::tier::{Form, Tenancy};

use super::fleets::Dice;

/// One part with every cluster and class, told apart by what policy keeps apart or by nothing.
pub fn certificate(inventory: &Inventory, plan: &Plan, from: Option<&Plan>, dice: &mut Dice) -> Certificate {
    let mut dimensions = Vec::new();
    if inventory.policy.separate_environments && dice.one_in(2) {
        dimensions.push(Dimension::Environment);
    }
    for regime in inventory.regulations.iter().filter(|regime| regime.same_regime_neighbours) {
        if dice.one_in(2) {
            dimensions.push(Dimension::Regime(regime.name.clone()));
        }
    }
    let mut members: Vec<(Members, Tenancy, usize, i64)> = Vec::new();
    let shape = |offer: &fleetplan::inventory::Offer| (offer.pools.len(), offer.pools[0].price.0);
    for cluster in &inventory.clusters {
        let (pools, price) = shape(&cluster.offer);
        members.push((Members::Clusters(vec![cluster.name.clone()]), cluster.tenancy, pools, price));
    }
    for copy in from.map_or(&[][..], |from| &from.clusters) {
        if let Some(class) = copy.class.as_ref().filter(|_| copy.action != Action::Close) {
            let (pools, price) = shape(&inventory.class(class).unwrap().offer);
            members.push((Members::Clusters(vec![copy.name.clone()]), copy.tenancy, pools, price));
        }
    }
    for class in &inventory.classes {
        let (pools, price) = shape(&class.offer);
        for (kubernetes, tenancy) in
            class.kubernetes.iter().flat_map(|minor| class.tenancy.iter().map(move |t| (*minor, *t)))
        {
            members.push((Members::Class { class: class.name.clone(), kubernetes, tenancy }, tenancy, pools, price));
        }
    }
    let (mut groups, mut shapes) = (Vec::new(), Vec::new());
    for (of, tenancy, pools, price) in members {
        let states = if tenancy == Tenancy::Shared { 1_usize << dimensions.len() } else { 1 };
        for state in 0..states {
            let bits = if tenancy == Tenancy::Shared { dimensions.len() } else { 0 };
            groups.push(Group { of: of.clone(), holds: (0..bits).map(|bit| state >> bit & 1 == 1).collect() });
            shapes.push(Shape { tenancy, is_class: matches!(of, Members::Class { .. }), pools, price });
        }
    }
    let roundings = roundings(inventory, plan, &shapes, dice);
    let sums = sums(&shapes, dice);
    let known = (sums.len(), roundings.len());
    let mut tree = Vec::new();
    let deep = dice.below(4);
    grow((inventory, plan, known), &shapes, deep, &mut Vec::new(), &mut tree, dice);
    let part = Part { dimensions, groups, sums, roundings, tree };
    Certificate { format_version: Certificate::FORMAT_VERSION, plan: plan.fingerprint(), parts: vec![part] }
}

struct Shape {
    tenancy: Tenancy,
    is_class: bool,
    pools: usize,
    price: i64,
}

/// Pools of shared clusters, some of them, none twice.
fn some_pools(shapes: &[Shape], dice: &mut Dice) -> Vec<(usize, usize)> {
    let shared = shapes.iter().enumerate().filter(|(_, shape)| shape.tenancy == Tenancy::Shared);
    let pools = shared.flat_map(|(group, shape)| (0..shape.pools).map(move |pool| (group, pool)));
    let mut pools: Vec<(usize, usize)> = pools.collect();
    pools.retain(|_| dice.one_in(2));
    pools
}

/// Up to two sums of nodes and of open clusters.
fn sums(shapes: &[Shape], dice: &mut Dice) -> Vec<Vec<Counted>> {
    (0..dice.below(3))
        .map(|_| {
            let nodes = some_pools(shapes, dice).into_iter().map(|(group, pool)| Counted { group, pool: Some(pool) });
            let mut sum: Vec<Counted> = nodes.collect();
            let open = (0..shapes.len()).filter(|group| shapes[*group].tenancy == Tenancy::Shared);
            sum.extend(open.filter(|_| dice.one_in(4)).map(|group| Counted { group, pool: None }));
            sum
        })
        .collect()
}

/// Up to three roundings of random units over random pools.
fn roundings(inventory: &Inventory, plan: &Plan, shapes: &[Shape], dice: &mut Dice) -> Vec<Rounding> {
    let mut roundings = Vec::new();
    for _ in 0..dice.below(4).saturating_sub(1) {
        let over = some_pools(shapes, dice);
        let mut units = Vec::new();
        for home in &plan.placements {
            let single = inventory.tenant(&home.tenant).is_some_and(|(_, tenant)| tenant.workloads.len() == 1);
            if single && dice.one_in(2) {
                units.push(UnitName { tenant: home.tenant.clone(), site: home.site.clone() });
            }
        }
        if !over.is_empty() && !units.is_empty() {
            roundings.push(Rounding { over, resource: dice.below(3), units });
        }
    }
    roundings
}

/// Stands in a way for a bound from above on a sum, where otherwise a group stands.
const fn of_sum(sum: usize) -> (usize, Option<usize>) {
    (usize::MAX - sum, None)
}

/// A tree of random splits. `way` are the bounds from above that stand on the way: group, and pool or none for open clusters. `known` are the numbers of
/// sums and roundings.
fn grow(
    (inventory, plan, known): (&Inventory, &Plan, (usize, usize)),
    shapes: &[Shape],
    deep: usize,
    way: &mut Vec<(usize, Option<usize>)>,
    tree: &mut Vec<Node>,
    dice: &mut Dice,
) {
    if deep == 0 {
        tree.push(Node::Leaf(prices((inventory, plan, known), shapes, way, dice)));
        return;
    }
    let group = dice.below(shapes.len());
    let shape = &shapes[group];
    let home = &plan.placements[dice.below(plan.placements.len())];
    let at_most = dice.roll() % 4;
    let (split, bound) = match dice.below(4) {
        3 if known.0 > 0 => {
            let sum = dice.below(known.0);
            (Split::Sum { sum, at_most: at_most * 2 }, Some(of_sum(sum)))
        }
        0 if shape.tenancy == Tenancy::Shared => (Split::Open { group, at_most }, Some((group, None))),
        1 if shape.tenancy == Tenancy::Shared => {
            let pool = dice.below(shape.pools);
            (Split::Nodes { group, pool, at_most }, Some((group, Some(pool))))
        }
        _ => {
            let form = if shape.tenancy == Tenancy::Shared { dice.pick(&Form::ALL[..5]) } else { Form::Cluster };
            (Split::Home { tenant: home.tenant.clone(), site: home.site.clone(), group, form }, None)
        }
    };
    tree.push(Node::Split(split));
    way.extend(bound);
    grow((inventory, plan, known), shapes, deep - 1, way, tree, dice);
    if bound.is_some() {
        way.pop();
    }
    grow((inventory, plan, known), shapes, deep - 1, way, tree, dice);
}

fn prices(
    (inventory, plan, known): (&Inventory, &Plan, (usize, usize)),
    shapes: &[Shape],
    way: &[(usize, Option<usize>)],
    dice: &mut Dice,
) -> Prices {
    // Some leaves are priced with care, near what nodes cost; others with whatever the dice say.
    let careful = !dice.one_in(4);
    let groups = shapes.iter().enumerate().filter(|_| careful || !dice_skips(dice.roll()));
    let groups = groups.collect::<Vec<_>>();
    let links = dice.one_in(2);
    let groups = groups
        .into_iter()
        .map(|(group, shape)| {
            let mut priced = priced(group, shape, way, careful, dice);
            if links && shape.tenancy == Tenancy::Shared {
                priced.links = linked(inventory, plan, shape, dice);
            }
            priced
        })
        .collect();
    let classes = inventory
        .classes
        .iter()
        .filter(|_| !careful && dice.one_in(3))
        .map(|class| class.name.clone())
        .collect::<Vec<_>>();
    let classes = classes.into_iter().map(|name| (name, money(dice, 300_000_000))).collect();
    let mut prices = Prices { groups, classes, ..Prices::default() };
    for sum in (0..known.0).filter(|_| !careful) {
        let price = money(dice, 300_000_000);
        prices.sums.push((sum, if way.contains(&of_sum(sum)) && dice.one_in(2) { -price } else { price }));
    }
    let node = shapes[0].price / if careful { 100_000 } else { 4_000 };
    prices.roundings.extend((0..known.1).map(|rounding| (rounding, money(dice, node))));
    prices
}

/// Random units pay for being there: for nodes of a pool where they have one workload, or for the cluster.
fn linked(inventory: &Inventory, plan: &Plan, shape: &Shape, dice: &mut Dice) -> Vec<Link> {
    let mut links = Vec::new();
    for home in &plan.placements {
        let single = inventory.tenant(&home.tenant).is_some_and(|(_, tenant)| tenant.workloads.len() == 1);
        for pool in (0..shape.pools).map(Some).filter(|_| single).chain([None]) {
            if dice.one_in(3) {
                let (tenant, site) = (home.tenant.clone(), home.site.clone());
                links.push(Link { tenant, site, pool, price: money(dice, shape.price) });
            }
        }
    }
    links
}

fn dice_skips(roll: u64) -> bool {
    roll.is_multiple_of(3)
}

/// Up to so many micro-units, as a price that is not a whole number of them.
fn money(dice: &mut Dice, micro: i64) -> i128 {
    i128::from(dice.roll() % micro.unsigned_abs().max(1)) * UNIT + i128::from(dice.roll() % 1_000_000)
}

fn priced(group: usize, shape: &Shape, way: &[(usize, Option<usize>)], careful: bool, dice: &mut Dice) -> GroupPrices {
    let mut priced = GroupPrices { group, ..GroupPrices::default() };
    if shape.tenancy == Tenancy::Dedicated {
        if !shape.is_class && dice.one_in(3) {
            priced.limits[5] = money(dice, 200_000_000);
        }
        return priced;
    }
    let share = if careful { 1 + i64::try_from(dice.below(2)).unwrap() } else { 1 };
    for _ in 0..shape.pools {
        // A node of 16 CPU earns up to its price, or twice that.
        priced.load.push([
            i128::from(shape.price) * UNIT / 16_000 / i128::from(share),
            if careful { 0 } else { money(dice, 20_000) },
            if careful { 0 } else { money(dice, 2_000_000) },
            if !careful && dice.one_in(3) { money(dice, shape.price) } else { 0 },
        ]);
    }
    // Full nodes earn their price and nothing else is asked: that is what the careful leaves are.
    if careful {
        return priced;
    }
    if dice.one_in(3) {
        priced.private = (0..shape.pools).map(|_| money(dice, 100_000_000)).collect();
    }
    if dice.one_in(3) {
        priced.all_nodes = money(dice, 10_000_000);
    }
    for limit in 0..7 {
        if dice.one_in(6) {
            priced.limits[limit] = money(dice, 100_000);
        }
    }
    if dice.one_in(2) {
        priced.nodes = (0..shape.pools)
            .map(|pool| {
                let price = money(dice, shape.price);
                if way.contains(&(group, Some(pool))) && dice.one_in(2) { -price } else { price }
            })
            .collect();
    }
    if dice.one_in(2) {
        let price = money(dice, 500_000_000);
        priced.open = if way.contains(&(group, None)) && dice.one_in(2) { -price } else { price };
    }
    priced
}
