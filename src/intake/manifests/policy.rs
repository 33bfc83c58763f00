//! What a network policy does to egress. In: one policy's node, in one of three dialects. Out: how much of a namespace it covers.
//!
//! Sources: `pkg/apis/networking/v1/defaults.go` of Kubernetes (absent types mean `Ingress`, and `Egress` where there is an egress
//! rule); Calico's NetworkPolicy reference (absent `types`: `Egress` where there are egress rules); Cilium's policy language
//! (a rule section switches its direction on, unless `enableDefaultDeny` says no).

use super::node::Node;

/// The API that a policy is written for. `NetworkPolicy` is the kind of two of them; only the API group tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dialect {
    Kubernetes,
    Calico,
    Cilium,
}

/// What a policy does to the egress of its namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Nothing.
    Nothing,
    /// Nothing, although it has egress rules: its types leave egress out.
    Ignored,
    /// It governs some pods and leaves the others open.
    SomePods,
    /// It governs every pod.
    AllPods,
    /// It governs every pod, and allows everything.
    Open,
}

impl Dialect {
    /// The dialect of a namespaced policy kind, by API group.
    pub(super) fn of(group: &str, kind: &str) -> Option<Self> {
        match (group, kind) {
            ("networking.k8s.io" | "extensions", "NetworkPolicy") => Some(Self::Kubernetes),
            ("projectcalico.org" | "crd.projectcalico.org", "NetworkPolicy") => Some(Self::Calico),
            ("cilium.io", "CiliumNetworkPolicy") => Some(Self::Cilium),
            _ => None,
        }
    }

    /// True for a policy kind that holds for a whole cluster.
    pub(super) fn is_cluster_wide(group: &str, kind: &str) -> bool {
        matches!(
            (group, kind),
            ("projectcalico.org" | "crd.projectcalico.org", "GlobalNetworkPolicy")
                | ("cilium.io", "CiliumClusterwideNetworkPolicy")
                | (
                    "policy.networking.k8s.io",
                    "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy" | "ClusterNetworkPolicy"
                )
        )
    }

    /// What the policy at `root` does.
    pub(super) fn reach(self, root: &Node) -> Reach {
        match self {
            Self::Kubernetes => root.get("spec").map_or(Reach::Nothing, kubernetes),
            Self::Calico => root.get("spec").map_or(Reach::Nothing, calico),
            Self::Cilium => {
                let specs = root.get("specs").map_or(&[][..], Node::items);
                root.get("spec").into_iter().chain(specs).map(cilium).max().unwrap_or(Reach::Nothing)
            }
        }
    }
}

fn kubernetes(spec: &Node) -> Reach {
    let rules = spec.get("egress").map_or(&[][..], Node::items);
    let types = spec.get("policyTypes").filter(|types| !types.is_empty());
    let governs = types.map_or(!rules.is_empty(), says_egress);
    let opens = |rule: &Node| ["to", "ports"].iter().all(|key| rule.get(key).is_none_or(Node::is_empty));
    match (governs, selects_all(spec.get("podSelector"))) {
        (false, _) if rules.is_empty() => Reach::Nothing,
        (false, _) => Reach::Ignored,
        (true, false) => Reach::SomePods,
        (true, true) if rules.iter().any(opens) => Reach::Open,
        (true, true) => Reach::AllPods,
    }
}

/// Calico's rules have an order and actions, so whether one opens everything is not judged.
fn calico(spec: &Node) -> Reach {
    let has_rules = spec.get("egress").is_some_and(|rules| !rules.is_empty());
    let types = spec.get("types").filter(|types| !types.is_empty());
    let all = |key: &str| {
        let selector = spec.get(key).and_then(Node::text).map(str::trim);
        selector.is_none_or(|selector| selector.is_empty() || selector == "all()")
    };
    match types.map_or(has_rules, says_egress) {
        false if has_rules => Reach::Ignored,
        false => Reach::Nothing,
        true if all("selector") && all("serviceAccountSelector") => Reach::AllPods,
        true => Reach::SomePods,
    }
}

fn cilium(spec: &Node) -> Reach {
    let written = ["egress", "egressDeny"].iter().any(|key| spec.get(key).is_some_and(|rules| !rules.is_empty()));
    let default_deny = spec.at(&["enableDefaultDeny", "egress"]).and_then(Node::text) != Some("false");
    match written && default_deny {
        false => Reach::Nothing,
        true if selects_all(spec.get("endpointSelector")) => Reach::AllPods,
        true => Reach::SomePods,
    }
}

fn says_egress(types: &Node) -> bool {
    types.items().iter().any(|item| item.text() == Some("Egress"))
}

/// An absent or empty label selector selects every pod, and so does one whose terms are all empty.
fn selects_all(selector: Option<&Node>) -> bool {
    selector.is_none_or(|selector| selector.entries().all(|(_, terms)| terms.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(dialect: Dialect, spec: &str) -> Reach {
        dialect.reach(&Node::parse(&format!("spec: {spec}")).unwrap())
    }

    #[test]
    fn kubernetes_counts_egress_only_where_its_types_say_so() {
        for (spec, expected) in [
            ("{podSelector: {}, policyTypes: [Ingress]}", Reach::Nothing),
            ("{podSelector: {}, policyTypes: [Ingress, Egress]}", Reach::AllPods),
            ("{podSelector: {}, policyTypes: [Egress], egress: []}", Reach::AllPods),
            ("{podSelector: {}, policyTypes: [Ingress], egress: [{ports: [{port: 53}]}]}", Reach::Ignored),
        ] {
            assert_eq!(reach(Dialect::Kubernetes, spec), expected, "{spec}");
        }
    }

    #[test]
    fn absent_kubernetes_types_mean_egress_only_where_there_is_an_egress_rule() {
        for (spec, expected) in [
            ("{podSelector: {}, ingress: [{}]}", Reach::Nothing),
            ("{podSelector: {}, egress: []}", Reach::Nothing),
            ("{podSelector: {}, policyTypes: [], egress: [{ports: [{port: 53}]}]}", Reach::AllPods),
            ("{podSelector: {}, egress: [{to: [{podSelector: {}}]}]}", Reach::AllPods),
        ] {
            assert_eq!(reach(Dialect::Kubernetes, spec), expected, "{spec}");
        }
    }

    #[test]
    fn a_kubernetes_policy_for_some_pods_or_for_every_address_governs_no_whole_namespace() {
        for (spec, expected) in [
            ("{podSelector: {matchLabels: {app: x}}, policyTypes: [Egress]}", Reach::SomePods),
            ("{podSelector: {matchLabels: {}, matchExpressions: []}, policyTypes: [Egress]}", Reach::AllPods),
            ("{podSelector: {}, policyTypes: [Egress], egress: [{}]}", Reach::Open),
            ("{podSelector: {}, policyTypes: [Egress], egress: [{to: null, ports: [{port: 443}]}]}", Reach::AllPods),
        ] {
            assert_eq!(reach(Dialect::Kubernetes, spec), expected, "{spec}");
        }
    }

    #[test]
    fn calico_has_types_and_selectors_of_its_own() {
        for (spec, expected) in [
            ("{selector: all(), types: [Egress], egress: [{action: Deny}]}", Reach::AllPods),
            ("{egress: [{action: Deny}]}", Reach::AllPods),
            ("{selector: all(), types: [Ingress], egress: [{action: Deny}]}", Reach::Ignored),
            ("{selector: all(), ingress: [{action: Deny}]}", Reach::Nothing),
            ("{selector: \"app == 'x'\", types: [Egress]}", Reach::SomePods),
            ("{serviceAccountSelector: \"role == 'x'\", types: [Egress]}", Reach::SomePods),
        ] {
            assert_eq!(reach(Dialect::Calico, spec), expected, "{spec}");
        }
    }

    #[test]
    fn cilium_counts_a_direction_that_has_rules_unless_default_deny_is_off() {
        for (spec, expected) in [
            ("{endpointSelector: {}, egress: [{toEntities: [cluster]}]}", Reach::AllPods),
            ("{endpointSelector: {}, egress: [{}]}", Reach::AllPods),
            ("{endpointSelector: {}, ingress: [{}]}", Reach::Nothing),
            ("{endpointSelector: {matchLabels: {a: b}}, egressDeny: [{toCIDR: [x]}]}", Reach::SomePods),
            ("{endpointSelector: {}, enableDefaultDeny: {egress: false}, egress: [{}]}", Reach::Nothing),
        ] {
            assert_eq!(reach(Dialect::Cilium, spec), expected, "{spec}");
        }
        let two = Node::parse("specs: [{endpointSelector: {}}, {endpointSelector: {}, egress: [{}]}]").unwrap();
        assert_eq!(Dialect::Cilium.reach(&two), Reach::AllPods);
    }

    #[test]
    fn one_kind_name_is_two_kinds_by_api_group() {
        assert_eq!(Dialect::of("networking.k8s.io", "NetworkPolicy"), Some(Dialect::Kubernetes));
        assert_eq!(Dialect::of("projectcalico.org", "NetworkPolicy"), Some(Dialect::Calico));
        assert_eq!(Dialect::of("example.org", "NetworkPolicy"), None);
    }
}
