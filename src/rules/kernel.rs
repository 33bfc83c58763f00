//! Rule `kernel`: what the nodes must be.

use crate::inventory::{Pool, Workload};
use crate::rules::rule::{Case, Page, Rule, Unfit};
use crate::vocab::tier::Form;

/// See [`Rule::page`].
pub struct KernelRule;

impl Rule for KernelRule {
    fn name(&self) -> &'static str {
        "kernel"
    }

    fn page(&self) -> Page {
        Page {
            asks: "Every workload runs on nodes of the OS, architecture, kernel, modules, GPU and runtime it asks for.",
            why: "Namespaces and vclusters share the kernel of the host's nodes. A module, a driver or a real-time kernel cannot be added from inside.",
            form: "Closes pools of candidates, workload by workload. GPU nodes carry a taint: a workload that asks for no GPU does not run on them. Private nodes need a pool marked `private`.",
            breaks: "No pool of the host has what the workload asks for.",
            satisfy: "Drop the requirement, or add a pool that has it to a cluster or a class.",
        }
    }

    fn allows_pool(&self, case: &Case<'_>, workload: &Workload, pool: &Pool) -> bool {
        lack(case, workload, pool).is_none()
    }

    fn reason(&self, case: &Case<'_>, part: Option<(&Workload, &Pool)>) -> Unfit {
        let (workload, pool) = part.expect("this rule judges pools");
        let lack = lack(case, workload, pool).unwrap_or_default();
        let text = format!(
            "{} of tenant `{}` {lack}; pool `{}` of {} does not offer that",
            workload.words(),
            case.unit.tenant.name,
            pool.name,
            case.host.words()
        );
        Unfit { text, span: Some(workload.at.written("kernel").unwrap_or_else(|| workload.at.of("demand"))) }
    }
}

/// What the pool lacks, as the second half of "workload … needs …". The first lack only.
fn lack(case: &Case<'_>, workload: &Workload, pool: &Pool) -> Option<String> {
    let kernel = &workload.kernel;
    let gpus = workload.planned.resources.gpu;
    if kernel.os != pool.os {
        return Some(format!("needs {} nodes", kernel.os));
    }
    if let Some(arch) = kernel.arch.as_ref().filter(|arch| **arch != pool.arch) {
        return Some(format!("needs {arch} nodes"));
    }
    if !kernel.version.is_empty() && pool.kernel < kernel.version {
        let version: Vec<String> = kernel.version.iter().map(ToString::to_string).collect();
        return Some(format!("needs a kernel of {} or newer", version.join(".")));
    }
    if let Some(module) = kernel.modules.iter().find(|module| !pool.modules.contains(*module)) {
        return Some(format!("needs kernel module `{module}`"));
    }
    if kernel.realtime && !pool.realtime {
        return Some("needs a real-time kernel".to_owned());
    }
    if gpus > 0 && pool.node.gpu == 0 {
        return Some(format!("needs {gpus} GPUs"));
    }
    if let Some(model) = kernel.gpu.as_ref().filter(|model| gpus > 0 && pool.gpu.as_ref() != Some(model)) {
        return Some(format!("needs GPUs of model `{model}`"));
    }
    if gpus == 0 && pool.node.gpu > 0 {
        return Some("asks for no GPU, and GPU nodes are kept for those that do".to_owned());
    }
    if let Some(runtime) = kernel.runtime.filter(|runtime| *runtime != pool.runtime) {
        return Some(format!("needs runtime `{runtime}`"));
    }
    if case.form == Form::VclusterPrivate && !pool.private {
        return Some("would run on private nodes, which need a pool marked `private = true`".to_owned());
    }
    None
}
