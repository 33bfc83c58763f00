//! Tenants of a population: dice in, what each of them asks out.

use std::collections::BTreeSet;

use super::Kind;
use super::dice::Dice;
use super::offers::{CLUSTER_PODS, MINORS, REGIONS, SHAPES, USABLE_PERCENT};

/// How far a tenant is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    Soft,
    Hardened,
    Hostile,
}

/// What its nodes must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nodes {
    /// Any Linux: the first or the second pool.
    Any,
    /// One pool alone, by index.
    Only(usize),
}

/// What a tenant asks.
#[derive(Debug, Clone)]
pub struct Tenant {
    pub region: Option<&'static str>,
    pub pci: bool,
    pub hipaa: bool,
    pub trust: Trust,
    pub nodes: Nodes,
    /// First and last index into [`MINORS`].
    pub minors: (usize, usize),
    /// Millicores.
    pub cpu: u64,
    /// MiB.
    pub memory: u64,
    pub pods: u64,
    pub gpu: u64,
    /// Definitions, each with its version.
    pub crds: Vec<(usize, usize)>,
    pub available: bool,
    pub important: bool,
    pub strict: bool,
    /// Earlier tenants that it must not meet.
    pub apart: BTreeSet<usize>,
}

impl Tenant {
    /// The pools that it may use.
    pub fn pools(&self) -> &'static [usize] {
        const ONE: [usize; 5] = [0, 1, 2, 3, 4];
        match self.nodes {
            Nodes::Any => &ONE[..2],
            Nodes::Only(pool) => &ONE[pool..=pool],
        }
    }

    /// How much its loss hurts.
    pub const fn importance(&self) -> u64 {
        if self.important { 10 } else { 1 }
    }
}

/// Draws the tenants of a population.
pub fn draw(kind: Kind, size: usize, dice: &mut Dice) -> Vec<Tenant> {
    let mut tenants: Vec<Tenant> =
        (0..size).map(|_| if kind == Kind::Alike { alike() } else { tenant(kind, dice) }).collect();
    let pairs = match kind {
        Kind::Alike => 0,
        Kind::Conflicts => size / 5,
        Kind::Mixed | Kind::NoGpus | Kind::Greenfield | Kind::Settled | Kind::OneRegion | Kind::Huge => size / 50,
    };
    for _ in 0..pairs {
        let (one, other) = (dice.below(size), dice.below(size));
        if one != other {
            tenants[one.max(other)].apart.insert(one.min(other));
        }
    }
    tenants
}

/// The median tenant of the default population.
const fn alike() -> Tenant {
    Tenant {
        region: Some("eu"),
        pci: false,
        hipaa: false,
        trust: Trust::Soft,
        nodes: Nodes::Any,
        minors: (0, 3),
        cpu: 5_430,
        memory: 21_720,
        pods: 20,
        gpu: 0,
        crds: Vec::new(),
        available: false,
        important: false,
        strict: false,
        apart: BTreeSet::new(),
    }
}

fn tenant(kind: Kind, dice: &mut Dice) -> Tenant {
    let region = match kind {
        Kind::OneRegion => Some("eu"),
        _ if percent(dice, 15) => None,
        _ => Some(weighted(dice, &REGIONS)),
    };
    let (pci, hipaa) =
        weighted(dice, &[((false, false), 95), ((true, false), 2), ((false, true), 2), ((true, true), 1)]);
    let trust = weighted(dice, &[(Trust::Soft, 77), (Trust::Hardened, 20), (Trust::Hostile, 3)]);
    let kinds = [(Nodes::Any, 55), (Nodes::Only(0), 25), (Nodes::Only(1), 8), (Nodes::Only(4), 4)];
    let gpus = [(Nodes::Only(2), 6), (Nodes::Only(3), 2)];
    let nodes = if kind == Kind::NoGpus {
        weighted(dice, &kinds)
    } else {
        weighted(dice, &[kinds.as_slice(), gpus.as_slice()].concat())
    };
    let length = 1 + dice.below(MINORS.len());
    let first = dice.below(MINORS.len() + 1 - length);
    let (cpu, memory, pods, gpu) = demand(kind, nodes, dice);
    let (share, names) = if kind == Kind::Conflicts { (80, 5) } else { (25, 30) };
    let mut crds: Vec<(usize, usize)> = Vec::new();
    if percent(dice, share) {
        for _ in 0..if dice.one_in(2) { 1 } else { 2 } {
            let name = dice.below(names);
            if crds.iter().all(|(known, _)| *known != name) {
                crds.push((name, dice.pick(&[1, 2, 3])));
            }
        }
    }
    Tenant {
        region,
        pci,
        hipaa,
        trust,
        nodes,
        minors: (first, first + length - 1),
        cpu,
        memory,
        pods,
        gpu,
        crds,
        available: percent(dice, 30),
        important: percent(dice, 15),
        strict: percent(dice, 4),
        apart: BTreeSet::new(),
    }
}

/// Millicores, MiB, pods and GPUs.
fn demand(kind: Kind, nodes: Nodes, dice: &mut Dice) -> (u64, u64, u64, u64) {
    // Box and Muller's normal deviate.
    let normal = (-2.0 * (1.0 - unit(dice)).ln()).sqrt() * (std::f64::consts::TAU * unit(dice)).cos();
    let cores = 0.9_f64.mul_add(normal, 8.6).exp() / 1_000.0;
    let per_core = dice.pick(&[2.0, 4.0, 8.0]) * 0.4_f64.mul_add(unit(dice), 0.8);
    let pods_per_core = 4.5_f64.mul_add(unit(dice), 1.5);
    let huge = kind == Kind::Huge || percent(dice, 2);
    let (cpu, memory) = (cores * if huge { 12.0 } else { 1.0 }, cores * per_core * if huge { 12.0 } else { 1.0 });
    let pods = (cores * pods_per_core * if huge { 8.0 } else { 1.0 }).max(1.0);
    let shape = &SHAPES[match nodes {
        Nodes::Any => 0,
        Nodes::Only(pool) => pool,
    }];
    let held = |of_node: u64| shape.most * of_node * USABLE_PERCENT / 100 * 3 / 4;
    let (most_cpu, most_memory) = (held(shape.cpu) as f64 / 1_000.0, held(shape.memory) as f64 / 1_024.0);
    let cut = (most_cpu / cpu).min(most_memory / memory).min(1.0);
    let (cpu, memory) = (cpu * cut, memory * cut);
    let gpu = if shape.gpu > 0 { (cpu / 12.0).ceil() } else { 0.0 };
    let pods = whole(pods.round()).min(CLUSTER_PODS * 9 / 10).min(held(shape.pods));
    (whole((cpu * 100.0).round()).max(10) * 10, whole((memory * 1_024.0).round()).max(64), pods, whole(gpu))
}

/// A number of [0, 1).
fn unit(dice: &mut Dice) -> f64 {
    (dice.roll() >> 11) as f64 / (1_u64 << 53) as f64
}

pub fn percent(dice: &mut Dice, share: usize) -> bool {
    dice.below(100) < share
}

pub fn weighted<T: Copy>(dice: &mut Dice, all: &[(T, usize)]) -> T {
    let mut left = dice.below(all.iter().map(|(_, weight)| weight).sum());
    for (one, weight) in all {
        if left < *weight {
            return *one;
        }
        left -= weight;
    }
    unreachable!("a number below the sum falls into one of its parts")
}

/// A float that is whole and small, as an integer.
fn whole(number: f64) -> u64 {
    number as u64
}
