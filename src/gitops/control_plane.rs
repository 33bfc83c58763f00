//! How large a vcluster's control plane is: replicas, backing store, requests and limits.
//!
//! In: the planned overhead of a profile. Out: [`ControlPlane`], whose requests add up to what the plan counted (never less than the
//! chart's own), and whose limits are all stated: a container without one would get the tenant's default, and be throttled by it.

use crate::inventory::facts::Overhead;
use crate::vocab::resources::{Demand, Resources};

/// What CoreDNS requests in every chart: 20m and 64Mi.
const COREDNS: Resources = resources(20, 64);
/// What CoreDNS is limited to in every chart: 1 CPU and 170Mi.
const COREDNS_LIMIT: Resources = resources(1000, 170);
/// What each member of a deployed etcd requests: 20m and 150Mi, as in every chart.
const ETCD: Resources = resources(20, 150);
/// What each member of a deployed etcd is limited to.
const ETCD_LIMIT: Resources = resources(1000, 1024);
/// The least a control plane requests: the chart's own 200m and 256Mi.
const SMALLEST: Resources = resources(200, 256);
/// The least a control plane is limited to: 1 CPU, and the chart's own 4Gi.
const SMALLEST_LIMIT: Resources = resources(1000, 4096);
/// Limits against requests: an API server's peaks are short, and one that is throttled or killed delays everybody. The planned
/// request of 1 CPU and 2Gi then reaches the vendor's production profile of 4 CPU and 8Gi.
const PEAK: u64 = 4;
/// GiB that a backing store takes at least: the chart's own.
const SMALLEST_STORE: u64 = 5;

/// A vcluster's control plane, sized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ControlPlane {
    /// What each replica requests.
    pub request: Resources,
    /// What each replica is limited to.
    pub limit: Resources,
    /// Replicas of CoreDNS.
    pub coredns: u64,
    /// Where its state is, and how many replicas that allows.
    pub store: Store,
    /// The overhead that was planned for.
    planned: Overhead,
}

/// A backing store together with the replicas that it allows: three replicas on an embedded database cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Store {
    /// The embedded database: one replica.
    Embedded {
        /// GiB.
        size: u64,
    },
    /// A deployed etcd with as many members as replicas.
    Etcd {
        /// Replicas of the control plane, and members.
        replicas: u64,
        /// GiB of each member.
        size: u64,
        /// What each member requests.
        request: Resources,
        /// What each member is limited to.
        limit: Resources,
    },
}

impl ControlPlane {
    /// Sizes the control plane that was planned for.
    pub fn of(planned: &Overhead, high_availability: bool) -> Self {
        let (replicas, coredns, companions) = if high_availability {
            let replicas = planned.replicas.max(1);
            (replicas, 2, COREDNS.times(2) + ETCD.times(replicas))
        } else {
            (1, 1, COREDNS)
        };
        let store = if high_availability {
            let size = planned.storage.div_ceil(replicas).max(SMALLEST_STORE);
            Store::Etcd { replicas, size, request: ETCD, limit: ETCD_LIMIT }
        } else {
            Store::Embedded { size: planned.storage.max(SMALLEST_STORE) }
        };
        let left = planned.resources.saturating_sub(&companions).map(|units| units / replicas);
        let request = resources(left.cpu.max(SMALLEST.cpu), left.memory.max(SMALLEST.memory));
        let limit =
            resources((request.cpu * PEAK).max(SMALLEST_LIMIT.cpu), (request.memory * PEAK).max(SMALLEST_LIMIT.memory));
        Self { request, limit, coredns, store, planned: *planned }
    }

    /// Replicas of the control plane itself.
    pub const fn replicas(&self) -> u64 {
        match self.store {
            Store::Embedded { .. } => 1,
            Store::Etcd { replicas, .. } => replicas,
        }
    }

    /// What all of its pods request of the host together, as it was planned.
    pub const fn demand(&self) -> Demand {
        Demand {
            resources: self.planned.resources,
            storage: self.planned.storage,
            load_balancers: 0,
            services: self.planned.services,
        }
    }

    /// What all of its containers are limited to together.
    pub fn limits(&self) -> Resources {
        let etcd = match self.store {
            Store::Embedded { .. } => Resources::ZERO,
            Store::Etcd { replicas, limit, .. } => limit.times(replicas),
        };
        self.limit.times(self.replicas()) + COREDNS_LIMIT.times(self.coredns) + etcd
    }
}

const fn resources(cpu: u64, memory: u64) -> Resources {
    Resources { cpu, memory, pods: 0, gpu: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overhead(cpu: u64, memory: u64, replicas: u64) -> Overhead {
        Overhead { resources: Resources { pods: 2, ..resources(cpu, memory) }, storage: 15, services: 4, replicas }
    }

    #[test]
    fn a_small_control_plane_has_one_replica_on_its_own_database() {
        let plane = ControlPlane::of(&overhead(220, 320, 1), false);
        assert_eq!(plane.store, Store::Embedded { size: 15 });
        assert_eq!((plane.request.cpu, plane.request.memory), (200, 256));
        assert_eq!(plane.replicas(), 1);
    }

    #[test]
    fn replicas_etcd_and_coredns_together_request_what_was_planned() {
        let planned = overhead(12_100, 25_154, 3);
        let plane = ControlPlane::of(&planned, true);
        let all = plane.request.times(3) + ETCD.times(3) + COREDNS.times(2);
        assert!(all.cpu <= planned.resources.cpu && planned.resources.cpu - all.cpu < 3, "{all:?}");
        assert!(all.memory <= planned.resources.memory && planned.resources.memory - all.memory < 3, "{all:?}");
    }

    #[test]
    fn an_overhead_below_the_charts_own_requests_is_not_followed() {
        let plane = ControlPlane::of(&overhead(0, 0, 3), true);
        assert_eq!((plane.request.cpu, plane.request.memory), (200, 256));
        assert!(plane.limit.memory >= 4096);
    }
}
