//! Demand estimated from what bounds it. In: a namespace's quotas and limit ranges, and the operator's assumptions. Out: a demand
//! that is marked as an estimate.
//!
//! For each resource, with the operator's share `s` of quotas that is in use:
//!
//! - pods: `max(1, ceil(s × quota))`; without a quota for pods, `--pods-without-quota`.
//! - CPU and memory: `ceil(s × quota of requests)`; without one, `pods × request`, where the request is the limit range's default request
//!   for containers, else its default limit (Kubernetes takes that for the request too), else `--cpu-per-pod` and `--memory-per-pod`.
//!   One container per pod is assumed.
//! - storage, load balancers, services, GPUs: `ceil(s × quota)`; without a quota, none.
//!
//! Of several quotas for one resource the smallest holds, as in Kubernetes; of several default requests the largest is taken.
//! Quotas with scopes count some pods only and are left aside.

use super::findings::{Findings, Flaw, shown};
use super::keys::Assume;
use super::objects::{LimitRange, Quota, Text};
use crate::vocab::diagnostic::Span;
use crate::vocab::quantity::{LARGEST, Rounding, Unit, parse};
use crate::vocab::resources::{Demand, Resources};
use crate::vocab::share::Share;

/// The demand of the namespace `name`, which stands at `at`.
pub(super) fn estimate(
    name: &str,
    at: Span,
    quotas: &[&Quota],
    limits: &[&LimitRange],
    assume: &Assume,
    findings: &mut Findings,
) -> Demand {
    for quota in quotas.iter().filter(|quota| quota.is_scoped) {
        findings.note(Flaw::ScopedQuota, quota.at, name, "has scopes");
    }
    let mut reader =
        Reader { name, findings, quotas: quotas.iter().copied().filter(|quota| !quota.is_scoped).collect() };
    let pods_quota = reader.quota(&["pods", "count/pods"], Unit::Count);
    if let Some((0, at)) = pods_quota {
        reader.findings.note(Flaw::EmptyQuota, at, name, "allows none");
    }
    let pods = pods_quota.map_or(assume.pods_without_quota, |(pods, _)| share_of(assume.share, pods)).max(1);
    let cpu_quota = reader.quota(&["requests.cpu", "cpu"], Unit::Millicores);
    let memory_quota = reader.quota(&["requests.memory", "memory"], Unit::Mebibytes);
    let (cpu_request, memory_request) =
        (reader.request(limits, "cpu", Unit::Millicores), reader.request(limits, "memory", Unit::Mebibytes));
    if (cpu_quota.is_none() && cpu_request.is_none()) || (memory_quota.is_none() && memory_request.is_none()) {
        reader.findings.note(Flaw::NoRequests, at, name, "no default requests");
    }
    let mut is_too_large = false;
    let mut of_pods = |quota: Option<(u64, Span)>, request: u64| {
        let units = quota.map_or_else(
            || u128::from(pods) * u128::from(request),
            |(hard, _)| u128::from(share_of(assume.share, hard)),
        );
        is_too_large |= units > u128::from(LARGEST);
        u64::try_from(units).unwrap_or(LARGEST).clamp(1, LARGEST)
    };
    let cpu = of_pods(cpu_quota, cpu_request.unwrap_or(assume.cpu_per_pod));
    let memory = of_pods(memory_quota, memory_request.unwrap_or(assume.memory_per_pod));
    if is_too_large {
        reader.findings.note(Flaw::DemandTooLarge, at, name, "too large");
    }
    let share = |quota: Option<(u64, Span)>| quota.map_or(0, |(hard, _)| share_of(assume.share, hard));
    let gpu = reader.gpus();
    Demand {
        resources: Resources { cpu, memory, pods, gpu: share_of(assume.share, gpu) },
        storage: share(reader.quota(&["requests.storage"], Unit::Gibibytes)),
        load_balancers: share(reader.quota(&["services.loadbalancers"], Unit::Count)),
        services: share(reader.quota(&["services", "count/services"], Unit::Count)),
    }
}

/// `ceil(share × amount)`.
fn share_of(share: Share, amount: u64) -> u64 {
    // ceil(s × a) = a − floor((1 − s) × a)
    amount - share.off(amount)
}

struct Reader<'a> {
    name: &'a str,
    findings: &'a mut Findings,
    quotas: Vec<&'a Quota>,
}

impl Reader<'_> {
    /// The smallest bound that any quota sets under any of `keys`.
    fn quota(&mut self, keys: &[&str], unit: Unit) -> Option<(u64, Span)> {
        let written: Vec<Text> =
            self.quotas.iter().flat_map(|quota| keys.iter().filter_map(|key| quota.hard.get(*key))).cloned().collect();
        written.iter().filter_map(|text| Some((self.read(text, unit)?, text.at))).min_by_key(|(units, _)| *units)
    }

    /// GPUs of every vendor: `requests.nvidia.com/gpu` and its like.
    fn gpus(&mut self) -> u64 {
        let vendors: std::collections::BTreeSet<String> = self
            .quotas
            .iter()
            .flat_map(|quota| quota.hard.keys())
            .filter(|key| key.starts_with("requests.") && key.ends_with("/gpu"))
            .cloned()
            .collect();
        vendors
            .iter()
            .filter_map(|key| self.quota(&[key], Unit::Count))
            .map(|(units, _)| units)
            .sum::<u64>()
            .min(LARGEST)
    }

    /// What a container asks that does not say: the default request, else the default limit.
    fn request(&mut self, limits: &[&LimitRange], resource: &str, unit: Unit) -> Option<u64> {
        let mut largest = |of: fn(&LimitRange) -> &Vec<(String, Text)>| {
            let written = limits.iter().flat_map(|range| of(range)).filter(|(key, _)| key == resource);
            written.filter_map(|(_, text)| self.read(text, unit)).max()
        };
        largest(|range| &range.requests).or_else(|| largest(|range| &range.limits))
    }

    fn read(&mut self, text: &Text, unit: Unit) -> Option<u64> {
        match parse(&text.text, unit, Rounding::Up) {
            Ok(units) => Some(units),
            Err(fault) => {
                let name = format!("{} of {}", shown(&text.text), self.name);
                self.findings.note(Flaw::BadQuantity, text.at, &name, fault.to_string());
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::import_text;
    use super::super::{Assume, Imported, Keys};
    use super::*;

    /// One namespace with these quotas (`hard` each) and limit ranges (a container limit each), at a share of 30 %.
    fn of(quotas: &[&str], limits: &[&str]) -> Imported {
        let mut text = "{apiVersion: v1, kind: Namespace, metadata: {name: a}}\n".to_owned();
        for (at, hard) in quotas.iter().enumerate() {
            text += &format!(
                "---\n{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: q{at}, namespace: a}}, spec: {{hard: {hard}}}}}\n"
            );
        }
        for (at, limit) in limits.iter().enumerate() {
            text += &format!(
                "---\n{{apiVersion: v1, kind: LimitRange, metadata: {{name: l{at}, namespace: a}}, spec: {{limits: [{limit}]}}}}\n"
            );
        }
        import_text(&text, &Keys { assume: Assume { pods_without_quota: 7, ..Assume::default() }, ..Keys::default() })
    }

    fn asked(quotas: &[&str], limits: &[&str]) -> (u64, u64, u64) {
        let Resources { cpu, memory, pods, .. } = of(quotas, limits).summary.demand.resources;
        (cpu, memory, pods)
    }

    const DEFAULTS: &str =
        "{type: Container, default: {cpu: 1, memory: 1Gi}, defaultRequest: {cpu: 10m, memory: 100Mi}}";

    #[test]
    fn a_quota_of_pods_alone_is_estimated_by_default_requests() {
        assert_eq!(asked(&["{pods: '50'}"], &[DEFAULTS]), (150, 1500, 15));
        assert_eq!(asked(&["{pods: 1}"], &[DEFAULTS]), (10, 100, 1));
    }

    #[test]
    fn a_quota_of_requests_is_taken_by_its_share_rounded_up() {
        let quota = "{pods: 10, requests.cpu: 1000m, requests.memory: 2000Mi, limits.cpu: 5000m}";
        assert_eq!(asked(&[quota], &[DEFAULTS]), (300, 600, 3));
        assert_eq!(asked(&["{cpu: 1m, memory: 1}"], &[]), (1, 1, 7));
    }

    #[test]
    fn without_any_quota_the_operators_pods_are_taken() {
        assert_eq!(asked(&[], &[DEFAULTS]), (70, 700, 7));
        assert_eq!(asked(&[], &[]), (700, 896, 7));
    }

    #[test]
    fn a_default_limit_stands_in_for_a_default_request() {
        assert_eq!(asked(&["{pods: 10}"], &["{type: Container, default: {cpu: 200m, memory: 64Mi}}"]), (600, 192, 3));
        // A limit range for pods or volumes gives containers nothing.
        assert_eq!(asked(&["{pods: 10}"], &["{type: Pod, default: {cpu: 200m}}"]), (300, 384, 3));
    }

    #[test]
    fn the_smallest_of_several_quotas_and_the_largest_of_several_defaults_hold() {
        let more = "{type: Container, defaultRequest: {cpu: 20m, memory: 50Mi}}";
        assert_eq!(asked(&["{pods: 100}", "{count/pods: 10}"], &[DEFAULTS, more]), (60, 300, 3));
    }

    #[test]
    fn storage_load_balancers_services_and_gpus_come_from_their_quotas() {
        let quota = "{requests.storage: 100Gi, services.loadbalancers: 2, services: 10, requests.nvidia.com/gpu: 4, requests.amd.com/gpu: 1}";
        let demand = of(&[quota], &[]).summary.demand;
        assert_eq!((demand.storage, demand.load_balancers, demand.services, demand.resources.gpu), (30, 1, 3, 2));
    }

    #[test]
    fn a_quota_with_scopes_and_one_that_is_no_quantity_are_left_aside_and_said() {
        let text = "{apiVersion: v1, kind: Namespace, metadata: {name: a}}\n---\n\
                    {apiVersion: v1, kind: ResourceQuota, metadata: {name: q, namespace: a}, spec: {scopes: [BestEffort], hard: {pods: 1}}}";
        let imported = import_text(text, &Keys::default());
        assert_eq!(imported.summary.demand.resources.pods, 10);
        assert!(imported.findings.iter().any(|finding| finding.code == "scoped-quota"));
        let imported = of(&["{pods: lots, requests.cpu: -5}"], &[]);
        assert_eq!(imported.summary.demand.resources.pods, 7);
        assert_eq!(imported.findings.iter().filter(|finding| finding.code == "bad-quantity").count(), 2);
    }

    #[test]
    fn an_estimate_beyond_what_can_be_planned_is_cut_and_said() {
        let imported =
            of(&["{pods: 1000000000000}"], &["{type: Container, defaultRequest: {cpu: 1000000, memory: 1Ti}}"]);
        assert_eq!(imported.summary.demand.resources.cpu, LARGEST);
        assert!(imported.findings.iter().any(|finding| finding.code == "demand-too-large"));
    }

    #[test]
    fn a_quota_of_no_pods_still_needs_a_home_for_one() {
        let imported = of(&["{pods: 0}"], &[DEFAULTS]);
        assert_eq!(imported.summary.demand.resources.pods, 1);
        assert!(imported.findings.iter().any(|finding| finding.code == "empty-quota"));
    }
}
