//! How large the control plane of a legacy chart is, container by container.
//!
//! In: the planned overhead and the distribution. Out: [`Parts`], whose requests add up to what the plan counted (never less than the
//! chart's own), and whose limits are all stated, as in [`crate::gitops::control_plane`]. The API server gets what the others leave.

use super::bounds::Room;
use crate::inventory::Distro;
use crate::inventory::facts::Overhead;
use crate::vocab::resources::{Demand, Resources};

/// A container, sized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Container {
    /// What it requests.
    pub request: Resources,
    /// What it is limited to.
    pub limit: Resources,
}

/// Syncs between vcluster and host. Requests and limits as in every legacy chart.
pub(super) const SYNCER: Container = container((20, 64), (1000, 512));
/// CoreDNS. Requests and limits as in every legacy chart.
pub(super) const COREDNS: Container = container((3, 16), (1000, 170));
/// A member of etcd. The chart's requests; it states no limits.
pub(super) const ETCD: Container = container((20, 150), (1000, 1024));
/// The controller manager. The chart requests 15m and no memory, so a limit range would decide.
pub(super) const CONTROLLER: Container = container((15, 128), (1000, 512));
/// The job that makes certificates before anything else runs.
pub(super) const CERTIFICATES: Container = container((20, 64), (1000, 512));
/// K3s at least: the chart's requests; a limit of 1 CPU, and the chart's 2Gi.
const K3S: Container = container((200, 256), (1000, 2048));
/// The API server at least: the chart's requests; it states no limits.
const API: Container = container((40, 300), (1000, 2048));
/// Limits of the API server against its requests, as for unified charts.
const PEAK: u64 = 4;
/// GiB that a backing store takes at least: the chart's own.
const SMALLEST_STORE: u64 = 5;

/// A control plane, sized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts {
    /// K3s, or the API server.
    pub server: Container,
    /// Replicas of each part; 1 with k3s.
    pub replicas: u64,
    /// Replicas of CoreDNS.
    pub coredns: u64,
    /// GiB of its volume, or of each member of etcd.
    pub store: u64,
    /// What all of it takes of its namespace.
    pub room: Room,
}

impl Parts {
    /// Sizes the control plane that was planned for.
    pub fn of(planned: &Overhead, distro: Distro, high_availability: bool) -> Self {
        let (replicas, coredns) = match distro {
            Distro::K8s if high_availability => (planned.replicas.max(1), 2),
            Distro::K8s | Distro::K3s => (1, 1),
        };
        // Per replica of the server, and the least that the server itself takes.
        let (companions, smallest): (&[Container], Container) = match distro {
            Distro::K3s => (&[SYNCER], K3S),
            Distro::K8s => (&[SYNCER, CONTROLLER, ETCD], API),
        };
        let sum = |of: fn(&Container) -> Resources| {
            companions.iter().map(of).fold(Resources::ZERO, |a, b| a + b).times(replicas) + of(&COREDNS).times(coredns)
        };
        let left = planned.resources.saturating_sub(&sum(|part| part.request)).map(|units| units / replicas);
        let request = most(&left, &smallest.request);
        let limit = most(&request.map(|units| units * PEAK), &smallest.limit);
        let server = Container {
            request: Resources { pods: 0, gpu: 0, ..request },
            limit: Resources { pods: 0, gpu: 0, ..limit },
        };
        let room = Room {
            demand: Demand {
                resources: planned.resources,
                storage: planned.storage,
                load_balancers: 0,
                services: planned.services,
            },
            limits: server.limit.times(replicas) + sum(|part| part.limit),
            largest: server.limit,
        };
        Self { server, replicas, coredns, store: planned.storage.div_ceil(replicas).max(SMALLEST_STORE), room }
    }
}

fn most(a: &Resources, b: &Resources) -> Resources {
    Resources::from_each(std::array::from_fn(|r| a.each()[r].max(b.each()[r])))
}

/// Millicores and MiB that are requested, and limits.
const fn container(request: (u64, u64), limit: (u64, u64)) -> Container {
    Container {
        request: Resources { cpu: request.0, memory: request.1, pods: 0, gpu: 0 },
        limit: Resources { cpu: limit.0, memory: limit.1, pods: 0, gpu: 0 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overhead(cpu: u64, memory: u64, storage: u64, replicas: u64) -> Overhead {
        Overhead { resources: Resources { cpu, memory, pods: 2, gpu: 0 }, storage, services: 3, replicas }
    }

    #[test]
    fn the_shipped_overheads_leave_the_server_what_its_chart_requests() {
        let k3s = Parts::of(&overhead(223, 336, 5, 1), Distro::K3s, false);
        assert_eq!(k3s.server, K3S);
        let k8s = Parts::of(&overhead(98, 658, 5, 1), Distro::K8s, false);
        assert_eq!((k8s.server, k8s.replicas, k8s.store), (API, 1, 5));
    }

    #[test]
    fn three_replicas_request_together_what_was_planned() {
        let planned = overhead(3066, 6626, 15, 3);
        let parts = Parts::of(&planned, Distro::K8s, true);
        let each = parts.server.request + SYNCER.request + CONTROLLER.request + ETCD.request;
        let all = each.times(3) + COREDNS.request.times(2);
        assert!(all.cpu <= 3066 && 3066 - all.cpu < 3, "{all:?}");
        assert!(all.memory <= 6626 && 6626 - all.memory < 3, "{all:?}");
        assert_eq!((parts.replicas, parts.coredns, parts.store), (3, 2, 5));
    }

    #[test]
    fn k3s_has_one_replica_whatever_is_asked() {
        assert_eq!(Parts::of(&overhead(223, 336, 5, 3), Distro::K3s, true).replicas, 1);
    }
}
