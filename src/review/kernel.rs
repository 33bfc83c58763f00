//! Check `kernel`: each workload's nodes are what it needs, and GPU nodes are for those that ask for GPUs.

use super::Found;
use super::ground::Case;
use super::scene::Scene;
use crate::inventory::{Kernel, Pool};
use crate::vocab::tier::Form;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for home in scene.bound_by("kernel") {
        let host = scene.host(home);
        for (workload, pool, planned) in home.parts(host.ground.offer) {
            if let Some(lack) = lack(&workload.kernel, planned.resources.gpu, pool, home.form) {
                let message = format!(
                    "{} of {} is on pool `{}` of cluster `{}`, {lack}",
                    workload.words(),
                    home.words(),
                    pool.name,
                    host.name()
                );
                found.finding("kernel", message, Some(workload.at.of("kernel")));
            }
        }
    }
}

/// True where the nodes of a pool are what a workload needs.
pub fn allows_pool(case: &Case<'_>, workload: usize, pool: usize) -> bool {
    let (workload, planned) = case.workload(workload);
    lack(&workload.kernel, planned.resources.gpu, case.pool(pool), case.form).is_none()
}

fn lack(kernel: &Kernel, gpus: u64, pool: &Pool, form: Form) -> Option<&'static str> {
    let Kernel { os, arch, version, modules, realtime, gpu, runtime } = kernel;
    if os != &pool.os {
        Some("which runs another OS")
    } else if arch.as_ref().is_some_and(|arch| *arch != pool.arch) {
        Some("which has another architecture")
    } else if !version.is_empty() && !at_least(&pool.kernel, version) {
        Some("whose kernel is older or unsaid")
    } else if modules.iter().any(|module| !pool.modules.contains(module)) {
        Some("which lacks a kernel module")
    } else if *realtime && !pool.realtime {
        Some("whose kernel is not real-time")
    } else if gpus > 0 && gpu.is_some() && *gpu != pool.gpu {
        Some("which has not its model of GPU")
    } else if gpus == 0 && pool.node.gpu > 0 {
        Some("whose GPUs it does not ask for")
    } else if runtime.is_some_and(|runtime| runtime != pool.runtime) {
        Some("which has another runtime")
    } else if form == Form::VclusterPrivate && !pool.private {
        Some("whose nodes cannot be joined to a vcluster")
    } else {
        None
    }
}

/// `[6, 8] ≥ [6, 8, 0]`: what is not said is 0. A pool that says nothing has no version at all.
fn at_least(has: &[u64], asked: &[u64]) -> bool {
    let part = |version: &[u64], at: usize| version.get(at).copied().unwrap_or(0);
    let places = 0..has.len().max(asked.len());
    !has.is_empty() && places.clone().map(|at| part(has, at)).ge(places.map(|at| part(asked, at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_version_compares_number_by_number() {
        assert!(at_least(&[6, 10], &[6, 9]) && at_least(&[6, 8], &[6, 8, 0]) && at_least(&[7], &[6, 3]));
        assert!(!at_least(&[6, 8], &[6, 8, 1]) && !at_least(&[5, 15], &[6]) && !at_least(&[], &[1]));
    }
}
