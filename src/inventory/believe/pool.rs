//! `[[cluster.pool]]` and `[[class.pool]]`, believed.

use std::collections::BTreeSet;

use crate::inventory::written::node::At;
use crate::inventory::written::offer::WrittenPool;
use crate::inventory::written::table::Table;
use crate::inventory::{Policy, Pool, Runtime};
use crate::vocab::diagnostic::{Diagnostic, Span};
use crate::vocab::resources::{Resource, Resources};

use super::{or, values};

/// A pool; nothing where a required key is missing or faulty.
pub fn pool(table: &WrittenPool, owner: &str, policy: &Policy, faults: &mut Vec<Diagnostic>) -> Option<Pool> {
    let called = table.name.as_ref().map_or_else(|| "a pool".to_owned(), |at| format!("pool `{}`", at.value));
    let called = format!("{called} of {owner}");
    let written_node = table.node.as_ref();
    let node = written_node.map(|at| &at.value).and_then(|node| {
        Some(Resources {
            cpu: node.cpu.as_ref()?.value.0,
            memory: node.memory.as_ref()?.value.0,
            pods: node.pods.as_ref()?.value.0,
            gpu: node.gpu.as_ref().map_or(0, |at| at.value.0),
        })
    });
    let daemonsets = table.daemonsets.as_ref().map(|at| &at.value).map_or(Resources::ZERO, |written| Resources {
        cpu: written.cpu.as_ref().map_or(0, |at| at.value.0),
        memory: written.memory.as_ref().map_or(0, |at| at.value.0),
        pods: written.pods.as_ref().map_or(0, |at| at.value.0),
        gpu: 0,
    });
    if let (Some(node), Some(written)) = (node, written_node) {
        check_node(table, &called, node, daemonsets, written.span, faults);
    }
    let (min, max) = nodes(table, &called, faults);
    let zones = table.zones.as_ref().map_or(1, |at| at.value.0);
    if policy.survive_zone_loss && zones == 1 {
        let span =
            table.zones.as_ref().map(|at| at.span).or(table.name.as_ref().map(|at| at.span)).unwrap_or(table.head.span);
        faults.push(
            Diagnostic::error(
                "one-zone",
                format!("{called} has one zone, and the policy wants to survive a zone's loss"),
            )
            .at(span, "one zone")
            .also(policy.at.of("survive_zone_loss"), "a zone's loss is to be survived")
            .help("spread the pool over at least two zones and write `zones`, or set `survive_zone_loss = false`"),
        );
    }
    Some(Pool {
        name: table.name.as_ref()?.value.clone(),
        node: node?,
        daemonsets,
        price: table.price.as_ref()?.value.monthly(),
        min,
        max: max?,
        zones,
        os: table.os.as_ref().map_or_else(|| "linux".to_owned(), |at| at.value.0.clone()),
        arch: table.arch.as_ref().map_or_else(|| "amd64".to_owned(), |at| at.value.0.clone()),
        kernel: table.kernel.as_ref().map_or_else(Vec::new, |at| at.value.0.clone()),
        modules: values(table.modules.as_ref()).into_iter().map(|module| module.0).collect::<BTreeSet<_>>(),
        realtime: or(table.realtime.as_ref(), false),
        gpu: table.gpu.as_ref().map(|at| at.value.0.clone()),
        runtime: or(table.runtime.as_ref(), Runtime::Runc),
        private: or(table.private.as_ref(), false),
        at: table.places(),
    })
}

/// A node offers something, daemonsets leave some of it, and GPUs have a model and a number.
fn check_node(
    table: &WrittenPool,
    called: &str,
    node: Resources,
    daemonsets: Resources,
    node_span: Span,
    faults: &mut Vec<Diagnostic>,
) {
    for resource in [Resource::Cpu, Resource::Memory, Resource::Pods] {
        let (has, taken) = (node.get(resource), daemonsets.get(resource));
        if has == 0 {
            faults.push(
                Diagnostic::error("empty-node", format!("a node of {called} offers no {resource}"))
                    .at(node_span, "")
                    .help("write what a node offers to pods: `node = { cpu = \"15890m\", memory = \"60Gi\", pods = 110 }`"),
            );
        } else if taken >= has {
            let span = table.daemonsets.as_ref().map_or(node_span, |at| at.span);
            let message = format!(
                "daemonsets of {called} take {}, a node has {}: nothing is left for tenants",
                resource.amount(taken),
                resource.amount(has)
            );
            faults.push(
                Diagnostic::error("daemonsets-too-large", message)
                    .at(span, "")
                    .also(node_span, "the node")
                    .help("correct one of the two; both are per node"),
            );
        }
    }
    match (&table.gpu, node.gpu) {
        (None, 1..) => faults.push(
            Diagnostic::error("gpu-without-model", format!("nodes of {called} have GPUs of no model"))
                .at(node_span, "")
                .help("write the model beside `node`: `gpu = \"nvidia-l4\"`"),
        ),
        (Some(model), 0) => faults.push(
            Diagnostic::error("gpu-without-number", format!("{called} has a model of GPU, and its nodes have none"))
                .at(model.span, "")
                .also(node_span, "no `gpu` here")
                .help("write their number into `node`: `node = { …, gpu = 1 }`"),
        ),
        (None, 0) | (Some(_), 1..) => {}
    }
}

/// The fewest and the most nodes.
fn nodes(table: &WrittenPool, called: &str, faults: &mut Vec<Diagnostic>) -> (u64, Option<u64>) {
    let Some(At { value: written, .. }) = &table.nodes else { return (0, None) };
    let min = written.min.as_ref().map_or(0, |at| at.value.0);
    let Some(max) = &written.max else { return (min, None) };
    if max.value.0 == 0 {
        faults.push(
            Diagnostic::error("no-nodes", format!("{called} can have no nodes"))
                .at(max.span, "at most zero")
                .help("raise `max`, or remove the pool"),
        );
    } else if min > max.value.0 {
        let fault = Diagnostic::error(
            "min-above-max",
            format!("{called} has at least {min} nodes and at most {}", max.value.0),
        )
        .at(max.span, "at most");
        let fault = match &written.min {
            Some(min) => fault.also(min.span, "at least"),
            None => fault,
        };
        faults.push(fault.help("lower `min` or raise `max`"));
    }
    (min, Some(max.value.0))
}
