//! What pods ask of nodes and nodes offer to pods, in whole units.

use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};

use serde::Serialize;

use crate::vocab::quantity::{write_cpu, write_memory};

/// CPU in millicores, memory in MiB, pods and GPUs in whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Resources {
    /// Millicores.
    pub cpu: u64,
    /// MiB.
    pub memory: u64,
    /// Pods.
    pub pods: u64,
    /// GPUs.
    pub gpu: u64,
}

/// One resource of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resource {
    /// Millicores.
    Cpu,
    /// MiB.
    Memory,
    /// Pods.
    Pods,
    /// GPUs.
    Gpu,
}

impl Resource {
    /// All of them, in the order of [`Resources::each`].
    pub const ALL: [Self; 4] = [Self::Cpu, Self::Memory, Self::Pods, Self::Gpu];

    /// `12 CPU`, `48Gi memory`, `120 pods`, `2 GPUs`.
    #[must_use]
    pub fn amount(self, units: u64) -> String {
        match self {
            Self::Cpu => format!("{} CPU", write_cpu(units)),
            Self::Memory => format!("{} memory", write_memory(units)),
            Self::Pods => format!("{units} pods"),
            Self::Gpu => format!("{units} GPUs"),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cpu => "CPU",
            Self::Memory => "memory",
            Self::Pods => "pods",
            Self::Gpu => "GPUs",
        })
    }
}

impl Resources {
    /// Nothing.
    pub const ZERO: Self = Self { cpu: 0, memory: 0, pods: 0, gpu: 0 };

    /// The four amounts, in the order of [`Resource::ALL`].
    #[must_use]
    pub const fn each(&self) -> [u64; 4] {
        [self.cpu, self.memory, self.pods, self.gpu]
    }

    /// From four amounts, in the order of [`Resource::ALL`].
    #[must_use]
    pub const fn from_each([cpu, memory, pods, gpu]: [u64; 4]) -> Self {
        Self { cpu, memory, pods, gpu }
    }

    /// The amount of one resource.
    #[must_use]
    pub const fn get(&self, resource: Resource) -> u64 {
        match resource {
            Resource::Cpu => self.cpu,
            Resource::Memory => self.memory,
            Resource::Pods => self.pods,
            Resource::Gpu => self.gpu,
        }
    }

    /// Each amount through `change`.
    #[must_use]
    pub fn map(&self, change: impl FnMut(u64) -> u64) -> Self {
        Self::from_each(self.each().map(change))
    }

    /// Each amount times `count`.
    #[must_use]
    pub fn times(&self, count: u64) -> Self {
        self.map(|units| units * count)
    }

    /// Each amount less the other's, not below zero.
    #[must_use]
    pub fn saturating_sub(&self, other: &Self) -> Self {
        Self::from_each(std::array::from_fn(|r| self.each()[r].saturating_sub(other.each()[r])))
    }

    /// The first resource of which `self` has more than `room`.
    #[must_use]
    pub fn beyond(&self, room: &Self) -> Option<Resource> {
        Resource::ALL.into_iter().find(|r| self.get(*r) > room.get(*r))
    }

    /// True where every amount is at most `room`'s.
    #[must_use]
    pub fn fits(&self, room: &Self) -> bool {
        self.beyond(room).is_none()
    }

    /// `max_r ceil(self_r / per_node_r)`: how many nodes of `per_node` carry this load as a fluid. Nothing where a
    /// resource is asked that a node does not offer.
    #[must_use]
    pub fn nodes(&self, per_node: &Self) -> Option<u64> {
        let mut nodes = 0;
        for resource in Resource::ALL {
            let (asked, offered) = (self.get(resource), per_node.get(resource));
            if asked > 0 {
                if offered == 0 {
                    return None;
                }
                nodes = nodes.max(asked.div_ceil(offered));
            }
        }
        Some(nodes)
    }
}

impl Add for Resources {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::from_each(std::array::from_fn(|r| self.each()[r] + other.each()[r]))
    }
}
impl Sub for Resources {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::from_each(std::array::from_fn(|r| self.each()[r] - other.each()[r]))
    }
}
impl AddAssign for Resources {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
impl SubAssign for Resources {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}
impl std::iter::Sum for Resources {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

/// Everything that a workload asks: of nodes, and of its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Demand {
    /// Of nodes.
    pub resources: Resources,
    /// GiB of persistent storage.
    pub storage: u64,
    /// Services of type `LoadBalancer`.
    pub load_balancers: u64,
    /// Services of every type.
    pub services: u64,
}

impl Add for Demand {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            resources: self.resources + other.resources,
            storage: self.storage + other.storage,
            load_balancers: self.load_balancers + other.load_balancers,
            services: self.services + other.services,
        }
    }
}
impl std::iter::Sum for Demand {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scarcest_resource_decides_the_nodes() {
        let node = Resources { cpu: 1000, memory: 4096, pods: 10, gpu: 0 };
        let load = Resources { cpu: 2500, memory: 4096, pods: 41, gpu: 0 };
        assert_eq!(load.nodes(&node), Some(5));
        assert_eq!(Resources::ZERO.nodes(&node), Some(0));
    }

    #[test]
    fn what_a_node_does_not_offer_no_number_of_nodes_carries() {
        let node = Resources { cpu: 1000, memory: 4096, pods: 10, gpu: 0 };
        assert_eq!(Resources { gpu: 1, ..Resources::ZERO }.nodes(&node), None);
    }
}
