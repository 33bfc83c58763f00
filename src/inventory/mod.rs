//! What was written, with spans, and what we believe of it once checked.
//!
//! TOML files flow in through [`read`]; an [`Inventory`] or a list of diagnostics flows out. Believed types hold no
//! contradictions that one table alone can have: every name resolves, every range holds something, every quantity is in
//! whole planner units. What tenants ask together may still be impossible; that is for `planner` to find.

mod believe;
pub mod facts;
pub mod fleet;
pub mod offer;
pub mod places;
pub mod policy;
pub mod reading;
pub mod tenant;
pub mod vcluster;
pub mod waiver;

use serde::Serialize;

use crate::vocab::calendar::Date;
use crate::vocab::diagnostic::{Diagnostic, Severity, Sources, Span};
use crate::vocab::name::{ClassName, ClusterName, TenantName};

pub use facts::Facts;
pub use fleet::{Delivery, Fleet, Gitops};
pub use offer::{Class, Cluster, Cni, ControlPlane, Limits, Offer, PolicyEngine, Pool, Provider, Runtime, UnitPrices};
pub use places::Places;
pub use policy::{CrdPolicy, Edition, HostileHome, OneOff, Policy, Regulation, Toil, VclusterPolicy, Verdict};
pub use tenant::{Crd, EgressPolicy, Guardrails, Kernel, PodSecurity, Tenant, Trust, Workload};
pub use vcluster::{Feature, Missing};
pub use waiver::{Exception, LIFTABLE, Pin};

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

    /// Where a span stands, for messages: `tenants/payments.toml:12:1`.
    #[must_use]
    pub fn place(&self, span: Span) -> crate::vocab::diagnostic::Place {
        self.sources.place(span)
    }
}

/// What comes of reading: an inventory unless there was an error, and everything that was found.
#[derive(Debug)]
pub struct Reading {
    /// The inventory; none where a diagnostic is an error.
    pub inventory: Option<Inventory>,
    /// Errors and warnings, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The files, for snippets.
    pub sources: Sources,
}

/// Reads an inventory from files (path, bytes). `date` overrides the fleet's own planning date; `today` stands in where neither is said.
///
/// ```
/// let page = r#"
/// [fleet]
/// name = "acme"
/// [[tenant]]
/// name = "shop"
/// team = "web"
/// demand = { cpu = "2", memory = "4Gi", pods = 10 }
/// [[class]]
/// name = "eks"
/// provider = "eks"
/// regions = ["eu-west-1"]
/// residency = "eu"
/// kubernetes = ["1.36"]
/// control_plane = { price = 0.10, disruption = "5m" }
/// [[class.pool]]
/// name = "general"
/// node = { cpu = "3920m", memory = "14Gi", pods = 58 }
/// price = 0.192
/// nodes = { max = 10 }
/// "#;
/// let today = "2026-11-23".parse().unwrap();
/// let reading = fleetplan::inventory::read(vec![("fleet.toml".into(), page.into())], None, today);
/// assert_eq!(reading.inventory.unwrap().tenants.len(), 1);
/// ```
#[must_use]
pub fn read(files: Vec<(String, Vec<u8>)>, date: Option<Date>, today: Date) -> Reading {
    let (written, found, sources) = reading::read_files(files);
    let mut faults = reading::node::Faults::default();
    let unread = |code: &str| matches!(code, "toml-syntax" | "not-utf8" | "file-too-large");
    let broken = found.iter().any(|diagnostic| unread(diagnostic.code));
    for diagnostic in found {
        faults.push(diagnostic);
    }
    let believed = believe::believe(written, &sources, date, today, &mut faults);
    let mut diagnostics = faults.into_vec();
    if broken {
        diagnostics.retain(|diagnostic| !follows_from_unread(diagnostic));
    }
    diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.as_ref().map(|label| label.span), diagnostic.code));
    let inventory = believed.filter(|_| diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error));
    Reading { inventory, diagnostics, sources }
}

/// True for a finding that a file which could not be read may explain: what it would have said is not missing, it is unread.
#[must_use]
pub fn follows_from_unread(diagnostic: &Diagnostic) -> bool {
    matches!(diagnostic.code, "unknown-name" | "no-fleet" | "no-clusters" | "no-tenants")
}

/// The facts that are shipped, in the form of an inventory's own tables.
pub(crate) fn read_shipped() -> reading::written::Written {
    let (written, faults, _) =
        reading::read_files(vec![("facts.toml".to_owned(), include_bytes!("facts.toml").to_vec())]);
    assert!(faults.is_empty(), "the shipped facts read without a fault");
    written
}

/// The JSON Schema of an inventory file, for editors.
#[must_use]
pub fn schema() -> serde_json::Value {
    let mut schema = <reading::written::File as reading::node::Shape>::schema();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "fleetplan inventory".into();
    schema
}

impl Inventory {
    /// SHA-256 of the inventory in substance, in hex: comments, order and the cut into files do not count, the date does.
    ///
    /// # Panics
    /// Never: believed types always serialise.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        use sha2::Digest;
        let substance = serde_json::to_vec(self).expect("believed types serialise");
        sha2::Sha256::digest(&substance).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
