//! Names of what is generated: derived from names of the inventory, within Kubernetes' limits, never two alike.
//!
//! A name that is too long is cut and gets a hash of the whole, so that it depends on nothing but itself: a tenant that
//! comes later never renames an older one.

use super::tree::hash;

/// The longest name of a release or an Application: a StatefulSet's pods carry `<name>-<10 characters>` as a label value of at
/// most 63 (argo-helm#1328).
pub(super) const LONGEST_RELEASE: usize = 52;

/// Hexadecimal digits of the hash behind a shortened name.
const HASH_DIGITS: usize = 8;

/// `name`, or its beginning and a hash of all of it where it is longer than `longest` bytes. ASCII only.
pub(super) fn shorten(name: &str, longest: usize) -> String {
    if name.len() <= longest {
        return name.to_owned();
    }
    let hash = hash(name.as_bytes());
    let head = name[..longest - HASH_DIGITS - 1].trim_end_matches(['-', '.']);
    format!("{head}-{}", &hash[..HASH_DIGITS])
}

/// The namespaces of a tenant that lives as `count` namespaces: `name`, `name-2`, `name-3`, ….
pub(super) fn namespaces(tenant: &str, count: u64) -> Vec<String> {
    (1..=count)
        .map(|place| if place == 1 { tenant.to_owned() } else { shorten(&format!("{tenant}-{place}"), 63) })
        .collect()
}

/// The host namespace of a tenant's vcluster. Not the tenant's name, so that a tenant that changes tier within a cluster never
/// finds its new home in its old namespace.
pub(super) fn vcluster_namespace(tenant: &str) -> String {
    shorten(&format!("vcluster-{tenant}"), 63)
}

/// A vcluster's Helm release.
pub(super) fn release(tenant: &str) -> String {
    shorten(tenant, LONGEST_RELEASE)
}

/// An Argo CD Application. Parts are joined by `.`, which no name of an inventory holds, so that two lists of parts never make
/// one name.
pub(super) fn application(parts: &[&str]) -> String {
    shorten(&parts.join("."), LONGEST_RELEASE)
}

/// True for namespaces that are Kubernetes' own or the platform's.
pub(super) fn is_reserved(namespace: &str) -> bool {
    namespace.starts_with("kube-") || ["default", "argocd", "kyverno"].contains(&namespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_stays_and_a_long_one_gets_a_hash_of_the_whole() {
        assert_eq!(shorten("checkout", 52), "checkout");
        let (one, two) = (shorten(&format!("{}-a", "x".repeat(60)), 52), shorten(&format!("{}-b", "x".repeat(60)), 52));
        assert_eq!((one.len(), two.len()), (52, 52));
        assert_ne!(one, two);
        assert_eq!(&one[..43], &two[..43]);
    }

    #[test]
    fn a_cut_never_leaves_two_dashes_in_a_row() {
        let name = format!("{}-{}", "x".repeat(42), "y".repeat(30));
        assert!(!shorten(&name, 52).contains("--"));
    }

    #[test]
    fn the_second_namespace_of_a_tenant_with_a_name_of_63_characters_is_a_name_too() {
        let all = namespaces(&"x".repeat(63), 3);
        assert!(all.iter().all(|name| crate::vocab::name::check_label(name).is_ok()));
        assert_ne!(all[1], all[2]);
    }

    #[test]
    fn applications_of_different_parts_never_share_a_name() {
        assert_ne!(application(&["namespace", "a-b", "c"]), application(&["namespace", "a", "b-c"]));
    }
}
