//! Facts as they are written: in the shipped `facts.toml`, and in an inventory that overrides them. One reader for both.

use super::number::{ASKED, Count, Cpu, Memory, Storage, Whole};
use super::table::table;
use crate::inventory::Verdict;
use crate::vocab::calendar::Date;
use crate::vocab::version::MinorRange;

table! {
    /// Until when a provider supports a minor.
    struct WrittenSupport {
        /// The last day of standard support.
        standard: Date = required,
        /// The last day of extended support, where there is one.
        extended: Date = none,
    }

    /// What is known of vclusters of some minors on hosts of some minors. Later lines win.
    struct WrittenPair {
        /// Minors of the host.
        host: MinorRange = required,
        /// Minors of the vcluster.
        tenant: MinorRange = required,
        /// What is known of them.
        verdict: Verdict = required,
    }

    /// What the control planes of vclusters take of their hosts, by profile.
    struct WrittenOverheads {
        /// One replica.
        small: WrittenOverhead = none,
        /// Where high availability is asked.
        production: WrittenOverhead = none,
        /// Where `small` begins with a legacy chart and k3s.
        legacy_k3s as "legacy-k3s": WrittenOverhead = none,
        /// Where `small` begins with a legacy chart and k8s.
        legacy_k8s as "legacy-k8s": WrittenOverhead = none,
        /// Where `production` begins with a legacy chart and k8s.
        legacy_k8s_production as "legacy-k8s-production": WrittenOverhead = none,
    }

    /// What the control plane of one vcluster takes, all pods and replicas together.
    struct WrittenOverhead {
        /// CPU requests.
        cpu: Cpu<ASKED> = "the shipped figure",
        /// Memory requests.
        memory: Memory<ASKED> = "the shipped figure",
        /// Pods.
        pods: Count = "the shipped figure",
        /// Storage of the backing store.
        storage: Storage<ASKED> = "the shipped figure",
        /// Services on the host.
        services: Count = "the shipped figure",
        /// Replicas of the control plane.
        replicas: Whole<1, 9> = "the shipped figure",
    }
}
