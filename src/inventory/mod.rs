//! What was written, with spans, and what we believe of it once checked.
//!
//! TOML files flow in through [`read`]; an [`Inventory`] or a list of diagnostics flows out. Believed types hold no
//! contradictions that one table alone can have: every name resolves, every range holds something, every quantity is in
//! whole planner units. What tenants ask together may still be impossible; that is for `planner` to find.

mod believe;
pub mod engine;
pub mod facts;
pub mod fleet;
pub mod lint;
pub mod offer;
pub mod places;
pub mod pod_policy;
pub mod policy;
mod read;
pub mod tenant;
pub mod thresholds;
pub mod vcluster;
pub mod waiver;
mod written;

use std::io::{BufWriter, Write};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::vocab::diagnostic::{Sources, Span};
use crate::vocab::name::{ClassName, ClusterName, TenantName};

pub use engine::{Lacking, PolicyEngine};
pub use facts::Facts;
pub use fleet::{Delivery, Fleet, Gitops};
pub use lint::{Lint, lint};
pub use offer::{
    Class, Cluster, ClusterApi, Cni, ControlPlane, Limits, NetworkPolicies, Offer, Pool, Provider, Runtime, UnitPrices,
    Workers,
};
pub use places::Places;
pub use pod_policy::{PodPolicy, PolicyException};
pub use policy::{CrdPolicy, Distro, Edition, HostileHome, OneOff, Policy, Regulation, Toil, VclusterPolicy, Verdict};
pub use read::{Reading, follows_from_unread, read};
pub use tenant::{Crd, EgressPolicy, Guardrails, Kernel, PodSecurity, Tenant, Trust, Workload};
pub use vcluster::{Feature, Missing};
pub use waiver::{Exception, LIFTABLE, Pin};
pub use written::file::LARGEST_FILE;

/// A whole inventory, checked. Lists are sorted by name, so that file order never matters.
#[derive(Debug, Clone, Serialize)]
pub struct Inventory {
    /// The fleet: name, date, currency, teams.
    pub fleet: Fleet,
    /// What the operator wants of every decision.
    pub policy: Policy,
    /// What vclusters are made of.
    pub vcluster: VclusterPolicy,
    /// The operator's regulation table, sorted by name. The shipped regimes are in it unless the inventory replaced them.
    pub regulations: Vec<Regulation>,
    /// Clusters that exist.
    pub clusters: Vec<Cluster>,
    /// Classes from which clusters may be opened.
    pub classes: Vec<Class>,
    /// Tenants.
    pub tenants: Vec<Tenant>,
    /// Placements that were promised.
    pub pins: Vec<Pin>,
    /// Rules that are lifted for a tenant for a time.
    pub exceptions: Vec<Exception>,
    /// Policies of pods that are lifted for a tenant for a time. No rule reads them: they change what is rendered, not where it lives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policy_exceptions: Vec<PolicyException>,
    /// Calendars, version pairs, chart overheads: shipped, and overridden by the inventory.
    pub facts: Facts,
    /// The files, for snippets. Not part of the fingerprint.
    #[serde(skip)]
    pub sources: Sources,
}

impl Inventory {
    /// A tenant by name, and its index in [`Inventory::tenants`].
    #[must_use]
    pub fn tenant(&self, name: &TenantName) -> Option<(usize, &Tenant)> {
        let at = self.tenants.binary_search_by(|tenant| tenant.name.cmp(name)).ok()?;
        Some((at, &self.tenants[at]))
    }

    /// A cluster by name.
    #[must_use]
    pub fn cluster(&self, name: &ClusterName) -> Option<&Cluster> {
        let at = self.clusters.binary_search_by(|cluster| cluster.name.cmp(name)).ok()?;
        Some(&self.clusters[at])
    }

    /// A class by name.
    #[must_use]
    pub fn class(&self, name: &ClassName) -> Option<&Class> {
        let at = self.classes.binary_search_by(|class| class.name.cmp(name)).ok()?;
        Some(&self.classes[at])
    }

    /// The regimes of `tenant`, in its own order.
    pub fn regimes<'a>(&'a self, tenant: &'a Tenant) -> impl Iterator<Item = &'a Regulation> {
        tenant.regulation.iter().filter_map(|name| self.regulations.iter().find(|regime| regime.name == *name))
    }

    /// The exception that lifts candidate rule `rule` for `tenant` on the planning date.
    #[must_use]
    pub fn exception(&self, tenant: &TenantName, rule: &str) -> Option<&Exception> {
        self.exceptions.iter().find(|exception| {
            exception.tenant == *tenant && exception.rule == rule && exception.until >= self.fleet.date
        })
    }

    /// The pin of `tenant` on the planning date.
    #[must_use]
    pub fn pin(&self, tenant: &TenantName) -> Option<&Pin> {
        self.pins.iter().find(|pin| pin.tenant == *tenant && pin.until.is_none_or(|until| until >= self.fleet.date))
    }

    /// What no plan costs more than, in micro-units a month, far above any real one: the gate refuses an inventory of which this passes
    /// [`crate::vocab::money::Money::CEILING`].
    #[must_use]
    pub fn most(&self) -> i128 {
        believe::bounds::most(self)
    }

    /// Where a span stands, for messages: `tenants/payments.toml:12:1`.
    #[must_use]
    pub fn place(&self, span: Span) -> crate::vocab::diagnostic::Place {
        self.sources.place(span)
    }
}

/// The JSON Schema of an inventory file, for editors.
#[must_use]
pub fn schema() -> serde_json::Value {
    let mut schema = <written::file::WrittenFile as written::node::Shape>::schema();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "fleetplan inventory".into();
    schema
}

/// What is written there is hashed, and forgotten: a large fleet takes a hundred megabytes.
#[derive(Debug)]
struct Digest(Sha256);

impl Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Inventory {
    /// SHA-256 of the inventory in substance, in hex: comments, order and the cut into files do not count, the date does.
    ///
    /// # Panics
    /// Never: believed types always serialise.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut digest = BufWriter::with_capacity(16 << 10, Digest(Sha256::default()));
        serde_json::to_writer(&mut digest, self).expect("believed types serialise");
        let Digest(sha) = digest.into_inner().expect("a digest takes every byte");
        sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
