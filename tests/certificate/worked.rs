//! A fleet whose proof is worked out by hand, and every way to spoil it.
//!
//! Cluster `one` costs 73 + 450 = 523 a month and its nodes of 10 CPU 730 each. `ant` asks 4 CPU and `bee` 5: with their namespaces
//! at 10 each, one node holds both, 1,273 in all. Nobody may live in `two`, 523 more: the optimum is 1,796.
//! - At most 0 nodes in `one`: CPU at 0.146 earns a node 1,460, of which the split takes 730 back: 523 + 20 + 9,000 × 0.1378 or
//!   more, as in a copy of `k`, whose only node and opening then cost nothing.
//! - At least 1 node: a price of 730 on that bound, and none on load: 523 + 20 + 730 = 1,273.

use fleetplan::plan::certificate::{
    Certificate, Counted, Group, GroupPrices, Link, Members, Node, Part, Prices, Rounding, Split, UNIT, UnitName,
};
use fleetplan::vocab::tier::{Form, Tenancy};

pub const FLEET: &str = r#"
[fleet]
name = "worked"
date = 2026-11-23
[policy]
headroom = 0.0
max_tenant_share = 1.0
max_importance_share = 1.0
separate_environments = true
[[cluster]]
name = "one"
provider = "eks"
region = "eu-west-1"
residency = "eu"
kubernetes = "1.36"
control_plane = { price = 0.10, disruption = "5m" }
[[cluster.pool]]
name = "general"
node = { cpu = "10", memory = "400Gi", pods = 1000 }
price = 1.0
nodes = { max = 10 }
[[cluster]]
name = "two"
provider = "eks"
region = "us-east-1"
residency = "us"
kubernetes = "1.36"
control_plane = { price = 0.10, disruption = "5m" }
[[cluster.pool]]
name = "general"
node = { cpu = "10", memory = "400Gi", pods = 1000 }
price = 1.0
nodes = { max = 10 }
[[class]]
name = "k"
provider = "eks"
regions = ["eu-west-1"]
residency = "eu"
kubernetes = ["1.36"]
open_at_most = 2
tenancy = ["shared", "dedicated"]
control_plane = { price = 0.10, disruption = "5m" }
[[class.pool]]
name = "general"
node = { cpu = "10", memory = "400Gi", pods = 1000 }
price = 1.0
nodes = { max = 1 }
[[tenant]]
name = "ant"
team = "web"
residency = ["eu"]
demand = { cpu = "4", memory = "1Gi", pods = 5 }
[[tenant]]
name = "bee"
team = "web"
residency = ["eu"]
demand = { cpu = "5", memory = "1Gi", pods = 5 }
"#;

/// So much money for one of something, as a price.
pub fn price(micro: i128) -> i128 {
    micro * UNIT
}

fn of(group: usize) -> GroupPrices {
    GroupPrices { group, ..GroupPrices::default() }
}

fn class(tenancy: Tenancy) -> Members {
    Members::Class { class: "k".parse().unwrap(), kubernetes: "1.36".parse().unwrap(), tenancy }
}

fn group(of: Members) -> Group {
    Group { of, holds: vec![] }
}

/// The proof.
pub fn proof(plan: String) -> Certificate {
    let cpu = |micro| vec![[price(micro), 0, 0, 0]];
    let at_most = Prices {
        groups: vec![
            GroupPrices { load: cpu(146_000), nodes: vec![-price(730_000_000)], ..of(0) },
            GroupPrices { load: cpu(137_800), ..of(1) },
        ],
        ..Prices::default()
    };
    let more = Prices { groups: vec![GroupPrices { nodes: vec![price(730_000_000)], ..of(0) }], ..Prices::default() };
    Certificate {
        format_version: Certificate::FORMAT_VERSION,
        plan,
        parts: vec![Part {
            dimensions: vec![],
            groups: vec![
                group(Members::Clusters(vec!["one".parse().unwrap()])),
                group(class(Tenancy::Shared)),
                group(class(Tenancy::Dedicated)),
            ],
            sums: vec![],
            roundings: vec![],
            tree: vec![
                Node::Split(Split::Nodes { group: 0, pool: 0, at_most: 0 }),
                Node::Leaf(at_most),
                Node::Leaf(more),
            ],
        }],
    }
}

/// `ant` or another pays for being in a pool, or in a cluster.
pub fn link(tenant: &str, pool: Option<usize>, micro: i128) -> Link {
    Link { tenant: tenant.parse().unwrap(), site: None, pool, price: price(micro) }
}

/// The same bound without a split: `ant` pays for a whole node of `one` or of a copy, and for a copy's opening as for its cluster, because there is none
/// without it.
pub fn linked(plan: String) -> Certificate {
    let mut proof = proof(plan);
    let whole = || link("ant", Some(0), 730_000_000);
    let copy = || link("ant", None, 523_000_000);
    proof.parts[0].tree = vec![Node::Leaf(Prices {
        groups: vec![
            GroupPrices { links: vec![whole()], ..of(0) },
            GroupPrices { links: vec![whole(), copy()], ..of(1) },
        ],
        ..Prices::default()
    })];
    proof
}

/// Nodes of `one` and of a copy.
fn both_pools() -> Vec<(usize, usize)> {
    vec![(0, 0), (1, 0)]
}

fn unit(tenant: &str) -> UnitName {
    UnitName { tenant: tenant.parse().unwrap(), site: None }
}

/// The same bound by one split of all nodes there may be: with none, nobody can live; with one, it costs 730.
pub fn summed(plan: String) -> Certificate {
    let mut proof = proof(plan);
    let part = &mut proof.parts[0];
    part.sums = vec![both_pools().into_iter().map(|(group, pool)| Counted { group, pool: Some(pool) }).collect()];
    let dear = |group| GroupPrices { load: vec![[price(146_000), 0, 0, 0]], ..of(group) };
    let none = Prices { groups: vec![dear(0), dear(1)], sums: vec![(0, -price(730_000_000))], ..Prices::default() };
    let one = Prices { sums: vec![(0, price(730_000_000))], ..Prices::default() };
    part.tree = vec![Node::Split(Split::Sum { sum: 0, at_most: 0 }), Node::Leaf(none), Node::Leaf(one)];
    proof
}

/// The same bound without a split: `ant` and `bee` fill 9 of the 10 cores of a node, so that together they pay for a whole one.
pub fn rounded(plan: String) -> Certificate {
    let mut proof = proof(plan);
    let part = &mut proof.parts[0];
    part.roundings = vec![Rounding { over: both_pools(), resource: 0, units: vec![unit("ant"), unit("bee")] }];
    part.tree = vec![Node::Leaf(Prices { roundings: vec![(0, price(730_000_000) / 9_000)], ..Prices::default() })];
    proof
}

/// Adds a rounding and its price to the second leaf.
fn round(proof: &mut Certificate, over: Vec<(usize, usize)>, resource: usize, units: &[&str], price: i128) {
    let units = units.iter().map(|tenant| unit(tenant)).collect();
    proof.parts[0].roundings.push(Rounding { over, resource, units });
    leaf(proof, 2).roundings.push((0, price));
}

/// Adds a sum and its price to the second leaf.
fn sum(proof: &mut Certificate, terms: &[(usize, Option<usize>)], price: i128) {
    let terms = terms.iter().map(|(group, pool)| Counted { group: *group, pool: *pool }).collect();
    proof.parts[0].sums.push(terms);
    leaf(proof, 2).sums.push((0, price));
}

/// The prices of a node that is a leaf.
pub fn leaf(proof: &mut Certificate, node: usize) -> &mut Prices {
    match &mut proof.parts[0].tree[node] {
        Node::Leaf(prices) => prices,
        Node::Split(split) => panic!("{split:?} is no leaf"),
    }
}

fn root(proof: &mut Certificate, split: Split) {
    proof.parts[0].tree[0] = Node::Split(split);
}

fn home(tenant: &str, group: usize, form: Form) -> Split {
    Split::Home { tenant: tenant.parse().unwrap(), site: None, group, form }
}

fn clusters(proof: &mut Certificate, names: &[&str]) {
    proof.parts[0].groups[0].of = Members::Clusters(names.iter().map(|name| name.parse().unwrap()).collect());
}

/// Kind, what the finding says, how it is made.
/// A kind of fault, what the review says of it, and the fault.
pub type Spoil = (&'static str, &'static str, fn(&mut Certificate));

pub const SPOILS: &[Spoil] = &[
    ("another plan", "belongs to another plan", |it| it.plan = "0".repeat(64)),
    ("a newer format", "has format version 2", |it| it.format_version = 2),
    ("a load price below zero", "the price of load is below zero", |it| leaf(it, 1).groups[0].load[0][1] = -1),
    ("a private price below zero", "the price of a private node is below zero", |it| {
        leaf(it, 1).groups[0].private = vec![-1]
    }),
    ("a price of all nodes below zero", "the price of a node of any pool is below zero", |it| {
        leaf(it, 1).groups[0].all_nodes = -1
    }),
    ("a limit's price below zero", "the price of services is below zero", |it| leaf(it, 1).groups[0].limits[3] = -1),
    ("a class price below zero", "the price of a copy is below zero", |it| {
        leaf(it, 1).classes = vec![("k".parse().unwrap(), -1)]
    }),
    ("a move's price below zero", "the price of moves is below zero", |it| leaf(it, 1).moves = -1),
    ("a move's price without a limit", "does not say how many", |it| leaf(it, 1).moves = 1),
    ("a node price below zero on no split", "stands on no split", |it| leaf(it, 2).groups[0].nodes[0] = -1),
    ("an open price below zero on no split", "stands on no split", |it| leaf(it, 2).groups[0].open = -1),
    ("a price beyond all bounds", "the price of load is beyond", |it| leaf(it, 1).groups[0].load[0][0] = i128::MAX),
    ("the lowest number there is", "the price of an open cluster is beyond", |it| {
        leaf(it, 1).groups[0].open = i128::MIN
    }),
    ("a leaf dropped", "ends before every split", |it| drop(it.parts[0].tree.pop())),
    ("a leaf too many", "goes on behind its end", |it| it.parts[0].tree.push(Node::Leaf(Prices::default()))),
    ("no tree", "ends before every split", |it| it.parts[0].tree.clear()),
    ("a split of another pool", "has no pool 1", |it| root(it, Split::Nodes { group: 0, pool: 1, at_most: 0 })),
    ("a split of no group", "there is no group 7", |it| root(it, Split::Nodes { group: 7, pool: 0, at_most: 0 })),
    ("a split that counts dedicated clusters", "which is dedicated", |it| {
        root(it, Split::Open { group: 2, at_most: 0 })
    }),
    ("a split of an unknown unit", "no unit with a home", |it| root(it, home("cat", 0, Form::NamespaceShared))),
    ("a split of an impossible form", "nobody lives as `cluster`", |it| root(it, home("ant", 0, Form::Cluster))),
    ("a split wrong", "stands on no split", |it| root(it, Split::Nodes { group: 1, pool: 0, at_most: 0 })),
    ("a split that cuts too high", "proves a bound of", |it| root(it, Split::Nodes { group: 0, pool: 0, at_most: 1 })),
    ("a price of no group", "there is no group 9", |it| leaf(it, 1).groups[0].group = 9),
    ("prices of groups swapped", "stands on no split", |it| {
        leaf(it, 1).groups[0].group = 1;
        leaf(it, 1).groups[1].group = 0;
    }),
    ("a group priced twice", "priced twice", |it| leaf(it, 1).groups[1].group = 0),
    ("a class priced twice", "priced twice", |it| {
        leaf(it, 1).classes = vec![("k".parse().unwrap(), 1), ("k".parse().unwrap(), 1)]
    }),
    ("a class priced that is not there", "stands in no group", |it| {
        leaf(it, 1).classes = vec![("mars".parse().unwrap(), 1)]
    }),
    ("prices for more pools", "pools", |it| leaf(it, 1).groups[0].load.push([0; 4])),
    ("a dedicated cluster priced", "without one", |it| leaf(it, 1).groups.push(GroupPrices { open: 1, ..of(2) })),
    ("a link in a dedicated cluster", "without one", |it| {
        leaf(it, 1).groups.push(GroupPrices { links: vec![link("ant", None, 1)], ..of(2) })
    }),
    ("a link below zero", "being there is below zero", |it| leaf(it, 2).groups[0].links.push(link("ant", Some(0), -1))),
    ("a link of nobody", "no unit with a home", |it| leaf(it, 2).groups[0].links.push(link("mars", Some(0), 1))),
    ("a link to a pool that there is not", "a pool that there is not", |it| {
        leaf(it, 2).groups[0].links.push(link("ant", Some(1), 1))
    }),
    ("a unit linked twice", "linked twice", |it| {
        leaf(it, 2).groups[0].links.extend([link("ant", None, 1), link("ant", None, 2)])
    }),
    ("a sum that counts dedicated clusters", "which is dedicated", |it| sum(it, &[(2, None)], 0)),
    ("a sum of a pool that there is not", "has not", |it| sum(it, &[(0, Some(1))], 0)),
    ("a sum of no group", "there is no group 7", |it| sum(it, &[(7, None)], 0)),
    ("a sum that counts twice", "twice", |it| sum(it, &[(0, Some(0)), (0, Some(0))], 0)),
    ("a price of no sum", "there is no sum 0", |it| leaf(it, 2).sums.push((0, 1))),
    ("a sum priced twice", "priced twice", |it| {
        sum(it, &[(0, None)], 1);
        leaf(it, 2).sums.push((0, 1));
    }),
    ("a sum's price below zero on no split", "stands on no split", |it| sum(it, &[(0, None)], -1)),
    ("a sum's price beyond all bounds", "is beyond", |it| sum(it, &[(0, None)], i128::MAX)),
    ("a split of no sum", "there is no sum 0", |it| root(it, Split::Sum { sum: 0, at_most: 0 })),
    ("a rounding below zero", "a rounding is below zero", |it| round(it, both_pools(), 0, &["ant", "bee"], -1)),
    ("a rounding of nobody", "no unit with a home", |it| round(it, both_pools(), 0, &["mars"], 1)),
    ("a rounding that asks a unit twice", "stands there twice", |it| round(it, both_pools(), 0, &["ant", "ant"], 1)),
    ("a rounding over a pool twice", "stands there twice", |it| round(it, vec![(0, 0), (0, 0)], 0, &["ant"], 1)),
    ("a rounding over a pool that there is not", "has no pool 1", |it| round(it, vec![(0, 1)], 0, &["ant"], 1)),
    ("a rounding over dedicated clusters", "is dedicated", |it| round(it, vec![(2, 0)], 0, &["ant"], 1)),
    ("a rounding of no resource", "there is no resource 4", |it| round(it, both_pools(), 4, &["ant"], 1)),
    ("a rounding of what nobody asks for", "no part of a node", |it| round(it, both_pools(), 3, &["ant"], 1)),
    ("a price of no rounding", "there is no rounding 3", |it| leaf(it, 2).roundings.push((3, 1))),
    ("a rounding priced twice", "priced twice", |it| {
        round(it, both_pools(), 0, &["ant"], 1);
        leaf(it, 2).roundings.push((0, 1));
    }),
    ("a rounding that makes a node too dear", "beyond what can be checked", |it| {
        round(it, both_pools(), 0, &["ant", "bee"], 1 << 71);
    }),
    ("a group missing", "could live in class `k` at 1.36, dedicated, which is in no group", |it| {
        drop(it.parts[0].groups.pop())
    }),
    ("no parts", "which is in no group", |it| it.parts.clear()),
    ("a part missing a unit's home", "which is in another part", |it| {
        let own = it.parts[0].groups.remove(0);
        let part = Part {
            dimensions: vec![],
            groups: vec![own],
            sums: vec![],
            roundings: vec![],
            tree: vec![Node::Leaf(Prices::default())],
        };
        it.parts[0].tree = vec![Node::Leaf(Prices::default())];
        it.parts.push(part);
    }),
    ("a part twice", "stands in two", |it| it.parts.push(it.parts[0].clone())),
    ("an unknown cluster", "which does not exist", |it| clusters(it, &["mars"])),
    ("a cluster twice", "stands in two groups", |it| clusters(it, &["one", "one"])),
    ("clusters that are not alike", "not alike", |it| clusters(it, &["one", "two"])),
    ("a group of nothing", "is of no cluster", |it| clusters(it, &[])),
    ("an unknown class", "which the inventory lacks", |it| {
        it.parts[0].groups[1].of = Members::Class {
            class: "mars".parse().unwrap(),
            kubernetes: "1.36".parse().unwrap(),
            tenancy: Tenancy::Shared,
        };
    }),
    ("a class at another minor", "does not offer 1.30", |it| {
        it.parts[0].groups[1].of = Members::Class {
            class: "k".parse().unwrap(),
            kubernetes: "1.30".parse().unwrap(),
            tenancy: Tenancy::Shared,
        };
    }),
    ("a state missing", "the states of", |it| {
        it.parts[0].dimensions = vec![fleetplan::plan::certificate::Dimension::Environment];
    }),
    ("a state twice", "the states of", |it| {
        let again = it.parts[0].groups[0].clone();
        it.parts[0].groups.push(again);
    }),
    ("a state of no dimension", "the states of", |it| it.parts[0].groups[0].holds = vec![true]),
    ("states that nothing keeps apart", "does not keep apart", |it| {
        it.parts[0].dimensions = vec![fleetplan::plan::certificate::Dimension::Regime("soc2".parse().unwrap())];
    }),
    ("prices of a cheaper fleet", "proves a bound of", |it| {
        for node in [1, 2] {
            for priced in &mut leaf(it, node).groups {
                priced.load.iter_mut().flatten().for_each(|price| *price /= 2);
                priced.nodes.iter_mut().for_each(|price| *price /= 2);
            }
        }
    }),
    ("leaves swapped", "stands on no split", |it| it.parts[0].tree.swap(1, 2)),
    ("no prices", "proves a bound of", |it| (1..3).for_each(|node| *leaf(it, node) = Prices::default())),
];
