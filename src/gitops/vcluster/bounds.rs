//! What bounds a tenant inside its host's namespace: quota, limit range, and where its pods may connect to.
//!
//! In: a home, and what its control plane takes of the same namespace. Out: the parts of the values that every chart has, under
//! whatever key. The chart makes the objects; [`Sizing`] is the one that namespaces are sized with too.

use serde_json::{Map, Value, json};

use crate::gitops::home::Home;
use crate::gitops::network::{kept_out, reaches_internet};
use crate::gitops::quota::{Counts, Sizing};
use crate::inventory::thresholds::SERVICES_PER_NAMESPACE;
use crate::vocab::resources::{Demand, Resources};

/// Objects of a kind per pod that a vcluster may sync to its host: config maps and secrets outnumber pods.
const OBJECTS_PER_POD: u64 = 4;
/// The least that such a count is, whatever the pods: room for what every vcluster brings.
const FEWEST_OBJECTS: u64 = 40;

/// What a control plane takes of the namespace that its tenant's pods run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// What all of its pods request, as it was planned.
    pub demand: Demand,
    /// What all of its containers are limited to together.
    pub limits: Resources,
    /// What its largest container is limited to.
    pub largest: Resources,
}

/// The quota's amounts, and the limit range with `enabled`, `default`, `defaultRequest` and `max`.
pub(super) fn quota_and_limits(home: &Home<'_>, room: &Room) -> (Map<String, Value>, Map<String, Value>) {
    let mut sizing = Sizing::of(home);
    sizing.make_room(room.demand, room.limits, &room.largest);
    let mut hard = sizing.hard();
    if let Some(Counts { pods, claims, jobs: _ }) = sizing.counts() {
        let objects = (pods * OBJECTS_PER_POD).max(FEWEST_OBJECTS);
        // Every count that the chart has a default for is stated: a default of 20 pods would win otherwise.
        for (key, count) in [
            ("count/pods", pods),
            ("count/persistentvolumeclaims", claims),
            ("count/configmaps", objects),
            ("count/secrets", objects),
            ("count/endpoints", objects),
        ] {
            hard.insert(key.to_owned(), Value::from(count.to_string()));
        }
        hard.entry("count/services").or_insert_with(|| Value::from(objects.min(SERVICES_PER_NAMESPACE).to_string()));
    }
    // Helm drops a default where a value is null. The plan does not count ephemeral storage, and the chart's own quota of 60Gi at a
    // default request of 3Gi would end at 20 containers.
    for unplanned in ["requests.ephemeral-storage", "limits.ephemeral-storage"] {
        hard.insert(unplanned.to_owned(), Value::Null);
    }
    let mut limit_range = Map::from_iter([("enabled".to_owned(), Value::from(true))]);
    for (key, mut value) in sizing.limits() {
        if key != "max" {
            // As above: a default request of 3Gi a container would fill nodes that the plan counts on.
            value["ephemeral-storage"] = Value::Null;
        }
        limit_range.insert(key.to_owned(), value);
    }
    (hard, limit_range)
}

/// Addresses that no pod may reach through a wide rule. The chart's own policies leave every link-local address open, so the metadata
/// endpoints are named.
pub(super) fn except(home: &Home<'_>) -> Vec<&'static str> {
    let (mut except, _) = kept_out(home.host.offer.provider);
    except.push("127.0.0.0/8");
    except.sort_unstable();
    except
}

/// `outgoingConnections` of charts before 0.31, legacy ones included. They cannot close the block, only move it: TEST-NET-1 is routed
/// nowhere (RFC 5737).
pub(super) fn outgoing_connections(home: &Home<'_>) -> Value {
    let block = if reaches_internet(home.tenant) {
        json!({ "cidr": "0.0.0.0/0", "except": except(home) })
    } else {
        json!({ "cidr": "192.0.2.0/24", "except": [] })
    };
    json!({ "ipBlock": block })
}
