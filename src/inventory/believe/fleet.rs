//! `[fleet]`, `[policy]` and `[vcluster]`, with their defaults.

use std::collections::BTreeSet;

use super::{all, or, required};
use crate::inventory::reading::node::{At, Faults};
use crate::inventory::reading::shapes::{Amount, Word};
use crate::inventory::reading::written::{FleetWritten, GitopsWritten, PolicyWritten, VclusterWritten};
use crate::inventory::{
    CrdPolicy, Delivery, Edition, Fleet, Gitops, HostileHome, OneOff, Places, Policy, Toil, VclusterPolicy,
};
use crate::vocab::calendar::Date;
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::money::Money;
use crate::vocab::name::FleetName;
use crate::vocab::share::Share;
use crate::vocab::version::{ChartVersion, Minor};

/// The most quarters that can be planned for: ten years.
const MOST_QUARTERS: u64 = 40;
/// The most months that can be paid back over: ten years.
const MOST_MONTHS: u64 = 120;

pub(super) fn fleet(
    written: Option<At<FleetWritten>>,
    date: Option<Date>,
    today: Date,
    nowhere: &Places,
    faults: &mut Faults,
) -> Fleet {
    let Some(At { value: written, .. }) = written else {
        faults.push(
            Diagnostic::error("no-fleet", "the inventory has no `[fleet]`")
                .help("add `[fleet]` with a `name`; `fleetplan init` writes one"),
        );
        return Fleet {
            name: FleetName::parse("fleet").expect("a constant name"),
            date: date.unwrap_or(today),
            currency: "USD".to_owned(),
            teams: Vec::new(),
            gitops: gitops(None, faults),
            at: nowhere.clone(),
        };
    };
    let FleetWritten { at, name, date: own, currency, teams, gitops: tree } = written;
    let name = required(name, "name", "the fleet", &at, faults);
    let currency = or(currency, Word("USD".to_owned())).0;
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
        faults.push(
            Diagnostic::error("invalid-value", format!("`{currency}` is no currency"))
                .at(at.of("currency"), "not an ISO 4217 code")
                .help("write three capitals, such as \"USD\""),
        );
    }
    let mut teams = all(teams);
    teams.sort();
    teams.dedup();
    Fleet {
        name: name.unwrap_or_else(|| FleetName::parse("fleet").expect("a constant name")),
        date: date.or(own.map(|at| at.value)).unwrap_or(today),
        currency,
        teams,
        gitops: gitops(tree, faults),
        at,
    }
}

fn gitops(written: Option<At<GitopsWritten>>, faults: &mut Faults) -> Gitops {
    let default = |text: &str| Word(text.to_owned());
    let (repository, revision, path, delivery, charts) = match written {
        None => (None, None, None, None, None),
        Some(At { value: GitopsWritten { at, repository, revision, path, delivery, chart_repository }, .. }) => {
            let rooted = path
                .as_ref()
                .is_some_and(|path| path.value.0.split('/').any(|part| part.is_empty() || part.starts_with('.')));
            if rooted {
                faults.push(
                    Diagnostic::error("invalid-value", "the GitOps path leaves its repository")
                        .at(at.of("path"), "has an empty or a dotted part")
                        .help("write a plain relative folder, such as \"gitops\""),
                );
            }
            (repository, revision, path, delivery, chart_repository)
        }
    };
    Gitops {
        repository: or(repository, default("https://git.example.com/fleet.git")).0,
        revision: or(revision, default("main")).0,
        path: or(path, default("gitops")).0,
        delivery: or(delivery, Delivery::Argocd),
        chart_repository: or(charts, default("https://charts.loft.sh")).0,
    }
}

pub(super) fn policy(written: Option<At<PolicyWritten>>, nowhere: &Places, faults: &mut Faults) -> Policy {
    let empty = PolicyWritten {
        at: nowhere.clone(),
        headroom: None,
        survive_zone_loss: None,
        horizon_quarters: None,
        payback_months: None,
        max_tenant_share: None,
        max_importance_share: None,
        separate_environments: None,
        crds: None,
        hostile: None,
        share_sandboxes: None,
        registries: None,
        toil: None,
        once: None,
    };
    let PolicyWritten {
        at,
        headroom,
        survive_zone_loss,
        horizon_quarters,
        payback_months,
        max_tenant_share,
        max_importance_share,
        separate_environments,
        crds,
        hostile,
        share_sandboxes,
        registries,
        toil,
        once,
    } = written.map_or(empty, |at| at.value);
    let headroom = or(headroom, Share::percent(15));
    if headroom == Share::ALL {
        faults.push(
            Diagnostic::error("no-room-left", "a headroom of 100 % leaves no room for any tenant")
                .at(at.of("headroom"), "everything is kept free")
                .help("keep less free, such as 0.15"),
        );
    }
    let mut bounded = |value: Option<At<u64>>, key: &str, default: u64, least: u64, most: u64| {
        let value = or(value, default);
        if value < least || value > most {
            faults.push(
                Diagnostic::error("invalid-value", format!("`{key}` is {value}"))
                    .at(at.of(key), "out of range")
                    .help(format!("write {least} to {most}")),
            );
        }
        u32::try_from(value.clamp(least, most)).expect("the bounds fit")
    };
    let horizon_quarters = bounded(horizon_quarters, "horizon_quarters", 4, 0, MOST_QUARTERS);
    let payback_months = bounded(payback_months, "payback_months", 12, 1, MOST_MONTHS);
    let amount = |value: Option<At<Amount>>, default: i64| or(value, Amount(Money::whole(default))).0;
    let toil = match toil.map(|at| at.value) {
        None => Toil { cluster: Money::whole(450), vcluster: Money::whole(60), namespace: Money::whole(10) },
        Some(toil) => Toil {
            cluster: amount(toil.cluster, 450),
            vcluster: amount(toil.vcluster, 60),
            namespace: amount(toil.namespace, 10),
        },
    };
    let once = match once.map(|at| at.value) {
        None => OneOff { moving: Money::whole(400), open: Money::whole(1500), close: Money::whole(500) },
        Some(once) => {
            OneOff { moving: amount(once.moving, 400), open: amount(once.open, 1500), close: amount(once.close, 500) }
        }
    };
    let hostile: BTreeSet<HostileHome> = match hostile {
        None => [HostileHome::Cluster, HostileHome::VclusterPrivate, HostileHome::VclusterSandboxed].into(),
        written => all(written).into_iter().collect(),
    };
    Policy {
        headroom,
        survive_zone_loss: or(survive_zone_loss, false),
        horizon_quarters,
        payback_months,
        max_tenant_share: or(max_tenant_share, Share::percent(20)),
        max_importance_share: or(max_importance_share, Share::percent(30)),
        separate_environments: or(separate_environments, true),
        crds: or(crds, CrdPolicy::Platform),
        hostile,
        share_sandboxes: or(share_sandboxes, false),
        registries: all(registries).into_iter().map(|word| word.0).collect(),
        toil,
        once,
        at,
    }
}

pub(super) fn vcluster(written: Option<At<VclusterWritten>>, nowhere: &Places, faults: &mut Faults) -> VclusterPolicy {
    let empty = VclusterWritten {
        at: nowhere.clone(),
        chart: None,
        edition: None,
        minors: None,
        price: None,
        allow_unlisted_pairs: None,
    };
    let VclusterWritten { at, chart, edition, minors, price, allow_unlisted_pairs } =
        written.map_or(empty, |at| at.value);
    let chart = or(chart, ChartVersion { major: 0, minor: 36, patch: 1 });
    if chart.major != 0 || !(20..=37).contains(&chart.minor) {
        faults.push(
            Diagnostic::error(
                "unknown-chart",
                format!("vcluster chart {chart} is none whose values fleetplan can write"),
            )
            .at(at.of("chart"), "not from 0.20 to 0.37")
            .help("use a chart from 0.20 to 0.37"),
        );
    }
    let mut minors = if minors.is_none() { vec![Minor(34), Minor(35), Minor(36)] } else { all(minors) };
    minors.sort();
    minors.dedup();
    VclusterPolicy {
        chart,
        edition: or(edition, Edition::Oss),
        minors,
        price: or(price, Amount(Money::ZERO)).0,
        allow_unlisted_pairs: or(allow_unlisted_pairs, false),
        at,
    }
}
