//! `[fleet]`, `[policy]`, `[vcluster]` and `[regulation.<name>]`, believed.

use crate::inventory::written::fleet::{
    Neighbours, WrittenFleet, WrittenGitops, WrittenOneOff, WrittenPolicy, WrittenRegulation, WrittenToil,
    WrittenVcluster,
};
use crate::inventory::written::node::At;
use crate::inventory::written::number::Amount;
use crate::inventory::written::table::Table;
use crate::inventory::{
    CrdPolicy, Delivery, Distro, Edition, Fleet, Gitops, HostileHome, OneOff, Places, Policy, Regulation, Toil,
    VclusterPolicy,
};
use crate::vocab::calendar::Date;
use crate::vocab::diagnostic::{Diagnostic, Span};
use crate::vocab::money::Money;
use crate::vocab::name::RegimeName;
use crate::vocab::share::Share;
use crate::vocab::tier::{Isolation, Tier};
use crate::vocab::version::{ChartVersion, Minor};

use super::names::Names;
use super::{each, or, sorted, values};

/// The fleet; nothing where it has no name. A missing `[fleet]` is a fault where every file could be read.
pub fn fleet(
    written: Option<&At<WrittenFleet>>,
    date: Option<Date>,
    today: Date,
    complete: bool,
    faults: &mut Vec<Diagnostic>,
) -> Option<Fleet> {
    let Some(At { value: written, .. }) = written else {
        if complete {
            faults.push(
                Diagnostic::error("missing-table", "the inventory has no `[fleet]`")
                    .help("write `[fleet]` with a `name` in one of the files"),
            );
        }
        return None;
    };
    Some(Fleet {
        name: written.name.as_ref()?.value.clone(),
        date: date.or_else(|| written.date.as_ref().map(|at| at.value)).unwrap_or(today),
        currency: written.currency.as_ref().map_or_else(|| "USD".to_owned(), |at| at.value.0.clone()),
        teams: sorted(written.teams.as_ref()),
        gitops: gitops(written.gitops.as_ref().map(|at| &at.value)),
        at: written.places(),
    })
}

/// Where the tree goes unless the inventory says so. `check` warns of this one: it leads nowhere.
pub const NO_REPOSITORY: &str = "https://git.example.com/fleet.git";

fn gitops(written: Option<&WrittenGitops>) -> Gitops {
    let text = |at: Option<String>, default: &str| at.unwrap_or_else(|| default.to_owned());
    let field = |at: &dyn Fn(&WrittenGitops) -> Option<String>| written.and_then(at);
    Gitops {
        repository: text(field(&|g| g.repository.as_ref().map(|at| at.value.0.clone())), NO_REPOSITORY),
        revision: text(field(&|g| g.revision.as_ref().map(|at| at.value.0.clone())), "main"),
        path: text(field(&|g| g.path.as_ref().map(|at| at.value.0.clone())), "gitops"),
        delivery: or(written.and_then(|g| g.delivery.as_ref()), Delivery::Argocd),
        chart_repository: text(
            field(&|g| g.chart_repository.as_ref().map(|at| at.value.0.clone())),
            "https://charts.loft.sh",
        ),
    }
}

/// The policy, every key with its default.
pub fn policy(written: Option<&At<WrittenPolicy>>, faults: &mut Vec<Diagnostic>) -> Policy {
    let at = written.map_or(Places::new(Span { file: 0, start: 0, end: 0 }), |at| at.value.places());
    let written = written.map(|at| &at.value);
    let headroom = written.and_then(|w| w.headroom.as_ref());
    if let Some(all) = headroom.filter(|at| at.value == Share::ALL) {
        faults.push(
            Diagnostic::error("headroom-of-everything", "a headroom of 100 % leaves nothing to place tenants on")
                .at(all.span, "")
                .help("write a share below 1, such as 0.15"),
        );
    }
    for (name, share) in [
        ("max_tenant_share", written.and_then(|w| w.max_tenant_share.as_ref())),
        ("max_importance_share", written.and_then(|w| w.max_importance_share.as_ref())),
    ] {
        if let Some(none) = share.filter(|at| at.value == Share::ZERO) {
            faults.push(
                Diagnostic::error("share-of-nothing", format!("a `{name}` of 0 closes every shared cluster"))
                    .at(none.span, "")
                    .help("write a share above 0; 1 switches the rule off"),
            );
        }
    }
    let all_hostile = [HostileHome::Cluster, HostileHome::VclusterPrivate, HostileHome::VclusterSandboxed];
    let hostile = written.and_then(|w| w.hostile.as_ref());
    let whole = |at: Option<u64>, default: u32| at.and_then(|whole| u32::try_from(whole).ok()).unwrap_or(default);
    Policy {
        headroom: or(headroom, Share::percent(15)),
        survive_zone_loss: or(written.and_then(|w| w.survive_zone_loss.as_ref()), false),
        horizon_quarters: whole(written.and_then(|w| w.horizon_quarters.as_ref()).map(|at| at.value.0), 4),
        payback_months: whole(written.and_then(|w| w.payback_months.as_ref()).map(|at| at.value.0), 12),
        max_tenant_share: or(written.and_then(|w| w.max_tenant_share.as_ref()), Share::percent(20)),
        max_importance_share: or(written.and_then(|w| w.max_importance_share.as_ref()), Share::percent(30)),
        separate_environments: or(written.and_then(|w| w.separate_environments.as_ref()), true),
        crds: or(written.and_then(|w| w.crds.as_ref()), CrdPolicy::Platform),
        hostile: if hostile.is_some() { values(hostile).into_iter().collect() } else { all_hostile.into() },
        share_sandboxes: or(written.and_then(|w| w.share_sandboxes.as_ref()), false),
        registries: values(written.and_then(|w| w.registries.as_ref()))
            .into_iter()
            .map(|registry| registry.0)
            .collect(),
        toil: toil(written.and_then(|w| w.toil.as_ref()).map(|at| &at.value)),
        once: once(written.and_then(|w| w.once.as_ref()).map(|at| &at.value)),
        at,
    }
}

fn money(at: Option<&At<Amount>>, default: i64) -> Money {
    at.map_or(Money::whole(default), |at| at.value.0)
}

fn toil(written: Option<&WrittenToil>) -> Toil {
    Toil {
        cluster: money(written.and_then(|w| w.cluster.as_ref()), 450),
        vcluster: money(written.and_then(|w| w.vcluster.as_ref()), 60),
        namespace: money(written.and_then(|w| w.namespace.as_ref()), 10),
    }
}

fn once(written: Option<&WrittenOneOff>) -> OneOff {
    OneOff {
        moving: money(written.and_then(|w| w.moving.as_ref()), 400),
        open: money(written.and_then(|w| w.open.as_ref()), 1500),
        close: money(written.and_then(|w| w.close.as_ref()), 500),
    }
}

/// The newest chart that the shipped facts and generators know.
const NEWEST_CHART: ChartVersion = ChartVersion { major: 0, minor: 36, patch: 1 };

/// Minors of the chart, each with its own shape of values, that `gitops` can write.
const KNOWN_CHARTS: std::ops::RangeInclusive<u16> = 15..=37;

/// What a chart of 2026 runs.
const MINORS: [Minor; 3] = [Minor(34), Minor(35), Minor(36)];
/// What a legacy chart runs: the minors that Kubernetes supported when chart 0.15 was current, in summer 2023.
const LEGACY_MINORS: [Minor; 3] = [Minor(25), Minor(26), Minor(27)];

/// `[vcluster]`, every key with its default.
pub fn vcluster(written: Option<&At<WrittenVcluster>>, faults: &mut Vec<Diagnostic>) -> VclusterPolicy {
    let at = written.map_or(Places::new(Span { file: 0, start: 0, end: 0 }), |at| at.value.places());
    let written = written.map(|at| &at.value);
    let chart = written.and_then(|w| w.chart.as_ref());
    if let Some(At { value, span }) = chart.filter(|at| at.value.major != 0 || !KNOWN_CHARTS.contains(&at.value.minor))
    {
        faults.push(
            Diagnostic::error(
                "unknown-chart",
                format!("vcluster chart {value} is none whose values fleetplan can write"),
            )
            .at(*span, "not from 0.15 to 0.37")
            .help("use a chart from 0.15 to 0.37"),
        );
    }
    let version = or(chart, NEWEST_CHART);
    let is_legacy = version.is_legacy_vcluster();
    let distro = written.and_then(|w| w.distro.as_ref());
    if let Some(k3s) = distro.filter(|at| at.value == Distro::K3s && !is_legacy) {
        faults.push(
            Diagnostic::error("chart-lacks-distro", format!("vclusters of chart {version} are written with k8s"))
                .at(k3s.span, "k3s is for charts 0.15 to 0.19")
                .help("leave `distro` out, or name a chart from 0.15 to 0.19"),
        );
    }
    let minors = written.and_then(|w| w.minors.as_ref());
    if let Some(none) = minors.filter(|at| at.value.0.is_empty()) {
        faults.push(
            Diagnostic::error("empty-list", "`minors` of `[vcluster]` is empty: no vcluster could run")
                .at(none.span, "")
                .help("list a minor, or leave the key out for those of the chart"),
        );
    }
    VclusterPolicy {
        chart: version,
        distro: or(distro, if is_legacy { Distro::K3s } else { Distro::K8s }),
        edition: or(written.and_then(|w| w.edition.as_ref()), Edition::Oss),
        minors: if minors.is_some() {
            sorted(minors)
        } else if is_legacy {
            LEGACY_MINORS.to_vec()
        } else {
            MINORS.to_vec()
        },
        price: money(written.and_then(|w| w.price.as_ref()), 0),
        allow_unlisted_pairs: or(written.and_then(|w| w.allow_unlisted_pairs.as_ref()), false),
        at,
    }
}

/// A regime. Its residencies are checked where `names` are known.
pub fn regulation(
    name: &At<RegimeName>,
    written: &WrittenRegulation,
    names: Option<&Names>,
    faults: &mut Vec<Diagnostic>,
) -> Regulation {
    if let Some(names) = names {
        each(written.residency.as_ref()).for_each(|residency| names.residency(residency, faults));
    }
    let mut at = written.places();
    at.note("name", name.span);
    Regulation {
        name: name.value.clone(),
        tier: or(written.tier.as_ref(), Tier::Namespace),
        nodes: or(written.nodes.as_ref(), Isolation::Shared),
        same_regime_neighbours: or(written.neighbours.as_ref(), Neighbours::Any) == Neighbours::SameRegime,
        attestation: written.attestation.as_ref().map(|at| at.value.clone()),
        residency: sorted(written.residency.as_ref()),
        audit_log: or(written.audit_log.as_ref(), false),
        secrets_encryption: or(written.secrets_encryption.as_ref(), false),
        at: Some(at.with_name_as_header()),
    }
}
