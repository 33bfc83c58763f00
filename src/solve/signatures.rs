//! Signatures: units with the same requirements, whom rules that read no amounts cannot tell apart. One table of candidates serves all of them.

use std::collections::HashMap;

use crate::inventory::facts::SupportPhase;
use crate::inventory::{Kernel, Trust};
use crate::rules::{Setting, Unit};
use crate::vocab::calendar::Seconds;
use crate::vocab::name::{RegimeName, Residency, TenantName};
use crate::vocab::tier::Isolation;
use crate::vocab::version::MinorRange;

/// Everything of a unit that rules read beside its amounts ([`crate::rules::Reads::Requirements`]), and what a candidate's own costs read.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Signature<'a> {
    trust: Trust,
    kubernetes: MinorRange,
    regulation: &'a [RegimeName],
    residency: &'a [Residency],
    site: Option<&'a Residency>,
    disruption: Option<Seconds>,
    isolation: Isolation,
    high_availability: bool,
    brings_crds: bool,
    near: bool,
    workloads: Vec<(&'a Kernel, bool)>,
    lifted: Vec<&'a str>,
    ended: Option<&'a str>,
    /// A tenant that is like no other: pinned, or with rules ignored.
    alone: Option<&'a TenantName>,
}

fn signature<'a>(setting: &Setting<'a>, unit: &'a Unit<'a>, ended: &HashMap<&'a str, &'a str>) -> Signature<'a> {
    let tenant = unit.tenant;
    let is_alone = setting.pin(&tenant.name).is_some() || setting.ignores(&tenant.name);
    let mut lifted = setting.lifted(&tenant.name).to_vec();
    lifted.sort_unstable();
    lifted.dedup();
    Signature {
        trust: tenant.trust,
        kubernetes: tenant.kubernetes,
        regulation: &tenant.regulation,
        residency: &tenant.residency,
        site: unit.site,
        disruption: tenant.disruption,
        isolation: tenant.isolation,
        high_availability: tenant.high_availability,
        brings_crds: !tenant.crds.is_empty(),
        near: setting.near.contains(&tenant.name),
        workloads: tenant.workloads.iter().map(|work| (&work.kernel, work.planned.resources.gpu > 0)).collect(),
        lifted,
        ended: unit.today.as_ref().and_then(|today| ended.get(today.cluster.as_str()).copied()),
        alone: is_alone.then_some(&tenant.name),
    }
}

/// All that a unit's signature is made of, in words that no other signature has.
#[must_use]
pub fn key(setting: &Setting<'_>, unit: &Unit<'_>) -> String {
    format!("{:?}", signature(setting, unit, &ended(setting)))
}

/// Hosts past every support, which only their residents may use.
fn ended<'a>(setting: &'a Setting<'_>) -> HashMap<&'a str, &'a str> {
    let hosts = setting.hosts.iter().filter(|host| host.support == SupportPhase::Ended && !host.is_class());
    hosts.map(|host| (host.name.as_str(), host.name.as_str())).collect()
}

/// The number of each unit's signature, and a unit that stands for each.
#[must_use]
pub fn signatures<'a>(setting: &'a Setting<'a>) -> (Vec<usize>, Vec<usize>) {
    let ended = ended(setting);
    let mut known: HashMap<Signature<'a>, usize> = HashMap::new();
    let mut examples = Vec::new();
    let of_unit = setting
        .units
        .iter()
        .enumerate()
        .map(|(index, unit)| {
            let next = known.len();
            let number = *known.entry(signature(setting, unit, &ended)).or_insert(next);
            if number == next {
                examples.push(index);
            }
            number
        })
        .collect();
    (of_unit, examples)
}
