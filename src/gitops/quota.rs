//! How much a namespace may take: ResourceQuota and LimitRange, sized from the planned demand.
//!
//! In: a home of tier namespace or cluster. Out: per namespace a `LimitRange`, and in a shared cluster a `ResourceQuota`. [`Sizing`] is
//! shared with the vcluster's values, whose chart writes the same two objects itself.
//!
//! Requests are what the plan counted, so the quota's requests are exactly the planned demand, split evenly over the tenant's
//! namespaces and rounded up. Limits may burst: see [`CPU_BURST`] and [`MEMORY_BURST`].

use serde_json::{Map, Value, json};

use super::document::{Document, namespaced};
use super::home::Home;
use super::namespace::labels;
use crate::inventory::thresholds::{DEPLOYMENTS_PER_NAMESPACE, PODS_PER_NAMESPACE, SERVICES_PER_NAMESPACE};
use crate::vocab::quantity::{write_cpu, write_memory};
use crate::vocab::resources::{Demand, Resources};
use crate::vocab::tier::Tier;

/// CPU limits against requests: CPU is shared by weight, a burst takes nothing that was asked for.
const CPU_BURST: u64 = 2;
/// Memory limits against requests, in quarters: memory cannot be taken back, so the room above requests is small.
const MEMORY_BURST_QUARTERS: u64 = 5;
/// Node ports that one load balancer may use: Kubernetes counts each port of a `LoadBalancer` service against `services.nodeports`.
const PORTS_PER_LOAD_BALANCER: u64 = 4;
/// The least a container gets where it says nothing: 10m and 16Mi.
const SMALLEST: Resources = Resources { cpu: 10, memory: 16, pods: 0, gpu: 0 };

/// What one namespace may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sizing {
    /// The share of the planned demand: what may be requested.
    pub demand: Demand,
    /// What all limits together may reach.
    pub limits: Resources,
    /// What a container requests where it says nothing.
    pub default_request: Resources,
    /// What a container is limited to where it says nothing.
    pub default_limit: Resources,
    /// The most that one container may be limited to.
    pub largest_limit: Resources,
    /// How GPUs are asked for; none where no pool has any.
    pub gpu: Option<&'static str>,
    /// Whether the demand is an estimate: that it counted no storage is then no reason to forbid any.
    pub estimated: bool,
}

impl Sizing {
    /// The share of one of a home's namespaces.
    pub fn of(home: &Home<'_>) -> Self {
        let share = home.namespaces.len() as u64;
        let planned = home.planned();
        let demand = Demand {
            resources: planned.resources.map(|units| units.div_ceil(share)),
            storage: planned.storage.div_ceil(share),
            load_balancers: planned.load_balancers.div_ceil(share),
            services: planned.services.div_ceil(share),
        };
        let pods = planned.resources.pods.max(1);
        let node = most(home.parts.iter().map(|part| part.pool.raw()));
        let default_request = largest(&planned.resources.map(|units| units.div_ceil(pods)), &SMALLEST);
        let default_request = smallest(&default_request, &node);
        let stated = most(home.parts.iter().filter_map(|part| part.workload.largest_pod));
        let largest_limit = if stated == Resources::ZERO { node } else { smallest(&burst(&stated), &node) };
        let largest_limit = largest(&largest_limit, &default_request);
        let default_limit = smallest(&burst(&default_request), &largest_limit);
        let gpu = home.parts.iter().find_map(|part| part.pool.gpu.as_deref()).map(gpu_resource);
        let limits = burst(&demand.resources);
        Self { demand, limits, default_request, default_limit, largest_limit, gpu, estimated: home.tenant.estimated }
    }

    /// Makes room for something of the platform's in the same namespace: what it requests, what it is limited to, and its largest
    /// container's limit.
    pub fn make_room(&mut self, requests: Demand, limits: Resources, largest_container: &Resources) {
        self.demand = self.demand + requests;
        self.limits += limits;
        self.largest_limit = largest(&self.largest_limit, largest_container);
    }

    /// The quota's `hard`, without counts of objects. A resource of which the plan counted nothing is left out where zero would
    /// forbid every pod.
    pub fn hard(&self) -> Map<String, Value> {
        let Demand { resources, storage, load_balancers, services } = self.demand;
        let mut hard = Map::new();
        let mut set = |key: &str, value: String| hard.insert(key.to_owned(), Value::from(value));
        if resources.cpu > 0 {
            set("requests.cpu", write_cpu(resources.cpu));
            set("limits.cpu", write_cpu(self.limits.cpu));
        }
        if resources.memory > 0 {
            set("requests.memory", write_memory(resources.memory));
            set("limits.memory", write_memory(self.limits.memory));
        }
        if let Some(gpu) = self.gpu {
            set(&format!("requests.{gpu}"), resources.gpu.to_string());
        }
        if storage > 0 || !self.estimated {
            set("requests.storage", format!("{storage}Gi"));
        }
        set("services.loadbalancers", load_balancers.min(SERVICES_PER_NAMESPACE).to_string());
        set("services.nodeports", (load_balancers * PORTS_PER_LOAD_BALANCER).to_string());
        if services > 0 {
            set("count/services", (services + load_balancers).min(SERVICES_PER_NAMESPACE).to_string());
        }
        hard
    }

    /// Pods, volume claims and jobs that may exist at a time; none where the plan counted no pods. Never more pods than Kubernetes is
    /// tested with, whatever was planned: `check` warns of such a plan.
    pub fn counts(&self) -> Option<Counts> {
        let pods = self.demand.resources.pods.min(PODS_PER_NAMESPACE);
        (pods > 0).then_some(Counts {
            pods,
            // At most one claim per pod, and none where no storage was asked for.
            claims: if self.demand.storage == 0 && !self.estimated { 0 } else { pods },
            // Finished jobs count until they are cleaned up, so each pod may stand for one.
            jobs: pods,
        })
    }

    /// `default`, `defaultRequest` and `max` of a LimitRange for containers.
    pub fn limits(&self) -> [(&'static str, Value); 3] {
        let amounts = |of: &Resources| json!({ "cpu": write_cpu(of.cpu), "memory": write_memory(of.memory) });
        [
            ("default", amounts(&self.default_limit)),
            ("defaultRequest", amounts(&self.default_request)),
            ("max", amounts(&self.largest_limit)),
        ]
    }
}

/// How many objects of a kind may exist at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    /// Pods that have not ended.
    pub pods: u64,
    /// Persistent volume claims.
    pub claims: u64,
    /// Jobs and cron jobs, each.
    pub jobs: u64,
}

/// The documents of a home. A cluster of its own is bounded by its nodes, so it gets no quota.
pub(super) fn documents(home: &Home<'_>) -> Vec<Document> {
    let sizing = Sizing::of(home);
    home.namespaces
        .iter()
        .flat_map(|namespace| {
            let quota = (home.form.tier() == Tier::Namespace)
                .then(|| Document::new("quota/resource-quota.yaml.hbs", resource_quota(home, namespace, &sizing)));
            quota
                .into_iter()
                .chain([Document::new("quota/limit-range.yaml.hbs", limit_range(home, namespace, &sizing))])
        })
        .collect()
}

fn resource_quota(home: &Home<'_>, namespace: &str, sizing: &Sizing) -> Value {
    let mut hard = sizing.hard();
    // What the plan does not count is bounded by what Kubernetes is tested with.
    for (key, most) in
        [("count/services", SERVICES_PER_NAMESPACE), ("count/deployments.apps", DEPLOYMENTS_PER_NAMESPACE)]
    {
        hard.entry(key).or_insert_with(|| Value::from(most.to_string()));
    }
    if let Some(Counts { pods, claims, jobs }) = sizing.counts() {
        for (key, count) in [
            ("pods", pods),
            ("persistentvolumeclaims", claims),
            ("count/jobs.batch", jobs),
            ("count/cronjobs.batch", jobs),
        ] {
            hard.insert(key.to_owned(), Value::from(count.to_string()));
        }
    }
    json!({
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": namespaced("fleetplan", namespace, &labels(home)),
        "spec": { "hard": hard },
    })
}

fn limit_range(home: &Home<'_>, namespace: &str, sizing: &Sizing) -> Value {
    let mut container = Map::from_iter([("type".to_owned(), Value::from("Container"))]);
    container.extend(sizing.limits().map(|(key, value)| (key.to_owned(), value)));
    json!({
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": namespaced("fleetplan", namespace, &labels(home)),
        "spec": { "limits": [container] },
    })
}

/// Limits that go with requests.
fn burst(requests: &Resources) -> Resources {
    Resources {
        cpu: requests.cpu * CPU_BURST,
        memory: (requests.memory * MEMORY_BURST_QUARTERS).div_ceil(4),
        pods: requests.pods,
        gpu: requests.gpu,
    }
}

/// The extended resource of a GPU model: `nvidia-l4` is asked for as `nvidia.com/gpu`.
pub(super) fn gpu_resource(model: &str) -> &'static str {
    match model.split_once('-').map_or(model, |(vendor, _)| vendor) {
        "amd" => "amd.com/gpu",
        "intel" => "gpu.intel.com/i915",
        _ => "nvidia.com/gpu",
    }
}

fn largest(a: &Resources, b: &Resources) -> Resources {
    Resources::from_each(std::array::from_fn(|r| a.each()[r].max(b.each()[r])))
}

fn smallest(a: &Resources, b: &Resources) -> Resources {
    Resources::from_each(std::array::from_fn(|r| a.each()[r].min(b.each()[r])))
}

fn most(all: impl Iterator<Item = Resources>) -> Resources {
    all.fold(Resources::ZERO, |a, b| largest(&a, &b))
}
