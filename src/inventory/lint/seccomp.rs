//! Seccomp default not set: containers that say no profile may make every system call.

use super::Lint;
use super::who::{at_few, verb, who};
use crate::inventory::Inventory;
use crate::vocab::diagnostic::Diagnostic;

pub(super) const LINT: Lint = Lint {
    name: "seccomp-unconfined",
    about: "Without seccompDefault, containers that say no profile may make every system call of the kernel.",
    find,
};

fn find(inventory: &Inventory) -> Vec<Diagnostic> {
    let clusters = inventory.clusters.iter().filter(|cluster| cluster.offer.seccomp_default == Some(false));
    let classes = inventory.classes.iter().filter(|class| class.offer.seccomp_default == Some(false));
    let clusters: Vec<_> = clusters.map(|cluster| (cluster.name.as_str(), &cluster.at)).collect();
    let classes: Vec<_> = classes.map(|class| (class.name.as_str(), &class.at)).collect();
    [("cluster", clusters), ("class", classes)]
        .into_iter()
        .filter(|(_, found)| !found.is_empty())
        .map(|(kind, found)| {
            let names: Vec<_> = found.iter().map(|(name, _)| *name).collect();
            let verb = verb(found.len(), "runs", "run");
            let called = who(kind, &names).replace("classs", "classes");
            let finding = Diagnostic::warning(LINT.name, format!("{called} {verb} kubelets without seccompDefault"));
            at_few(finding, found.iter().map(|(_, at)| at.of("seccomp_default")), "unconfined")
                .help("start kubelets with `seccompDefault: true`, then set `seccomp_default = true`")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, tenant};

    #[test]
    fn a_cluster_without_seccomp_default_is_found_and_an_unsaid_one_is_not() {
        let found_one = found("seccomp_default = true", "seccomp_default = false", &tenant("a", ""));
        assert_eq!(found_one.len(), 1);
        assert_eq!(found_one[0].2, "cluster `eu-1` runs kubelets without seccompDefault");
        assert_eq!(found("seccomp_default = true\n", "", &tenant("a", "")), []);
    }
}
