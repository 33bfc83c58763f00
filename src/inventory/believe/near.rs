//! `near` and `apart` between tenants. Near is transitive: tenants that it joins share a cluster, site by site.
//!
//! Found here: pairs that are near and apart, also through others, and near tenants whose sites cannot match. That a
//! near group fits no cluster is for `planner` to find.

use std::collections::{BTreeMap, HashMap, VecDeque};

use petgraph::unionfind::UnionFind;

use crate::inventory::written::node::At;
use crate::inventory::written::tenant::WrittenTenant;
use crate::vocab::diagnostic::{Diagnostic, Span};

use super::each;

/// A tenant with a name, and the edges it wrote.
struct Vertex<'a> {
    name: &'a str,
    table: &'a WrittenTenant,
    /// Near ones, from both sides, with the span that says so.
    near: Vec<(usize, Span)>,
}

/// Checks `near` and `apart` of all tenants against each other.
pub fn check(tenants: &[At<WrittenTenant>], faults: &mut Vec<Diagnostic>) {
    let mut vertices: Vec<Vertex<'_>> = tenants
        .iter()
        .filter_map(|at| {
            let name = at.value.name.as_ref()?.value.as_str();
            Some(Vertex { name, table: &at.value, near: Vec::new() })
        })
        .collect();
    let index: HashMap<&str, usize> = vertices.iter().enumerate().map(|(at, vertex)| (vertex.name, at)).collect();
    let mut groups = UnionFind::<usize>::new(vertices.len());
    for from in 0..vertices.len() {
        let table = vertices[from].table;
        for near in each(table.near.as_ref()) {
            if let Some(to) = index.get(near.value.as_str()).copied().filter(|to| *to != from) {
                groups.union(from, to);
                vertices[from].near.push((to, near.span));
                vertices[to].near.push((from, near.span));
            }
        }
    }
    for from in 0..vertices.len() {
        for apart in each(vertices[from].table.apart.as_ref()) {
            if let Some(to) = index.get(apart.value.as_str()).copied().filter(|to| *to != from)
                && groups.equiv(from, to)
            {
                faults.push(near_and_apart(&vertices, from, to, apart.span));
            }
        }
    }
    check_sites(&vertices, &groups, faults);
}

/// The fault of two tenants that are apart and joined by a chain of near ones.
fn near_and_apart(vertices: &[Vertex<'_>], from: usize, to: usize, apart: Span) -> Diagnostic {
    let chain = chain(vertices, from, to);
    let mut said = format!("tenant `{}`", vertices[from].name);
    for (at, _) in &chain {
        said.push_str(&format!(" is near `{}`,", vertices[*at].name));
        if *at != to {
            said.push_str(" which");
        }
    }
    let message = format!("{said} and `{}` is apart from `{}`", vertices[from].name, vertices[to].name);
    let mut fault = Diagnostic::error("near-and-apart", message).at(apart, "apart");
    for (_, span) in &chain {
        fault = fault.also(*span, "near");
    }
    fault.help("tenants joined by `near` share a cluster; remove `apart`, or one `near` of the chain")
}

/// The shortest chain of near tenants from one to another: each step's tenant and the span that says so.
fn chain(vertices: &[Vertex<'_>], from: usize, to: usize) -> Vec<(usize, Span)> {
    let mut came: HashMap<usize, (usize, Span)> = HashMap::new();
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        if at == to {
            break;
        }
        for (next, span) in &vertices[at].near {
            if *next != from && !came.contains_key(next) {
                came.insert(*next, (at, *span));
                queue.push_back(*next);
            }
        }
    }
    let (mut chain, mut at) = (Vec::new(), to);
    while let Some((before, span)) = came.get(&at) {
        chain.push((at, *span));
        at = *before;
    }
    chain.reverse();
    chain
}

/// In a near group every tenant with sites has the same ones, and with two or more sites every tenant has them: one home
/// cannot share a cluster with homes in two residencies.
fn check_sites(vertices: &[Vertex<'_>], groups: &UnionFind<usize>, faults: &mut Vec<Diagnostic>) {
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, vertex) in vertices.iter().enumerate() {
        if !vertex.near.is_empty() {
            members.entry(groups.find(at)).or_default().push(at);
        }
    }
    for group in members.values() {
        let most = |at: &&usize| sites(&vertices[**at]).len();
        let Some(widest) = group.iter().rev().max_by_key(most).map(|at| &vertices[*at]) else { continue };
        let asked = sites(widest);
        if asked.is_empty() {
            continue;
        }
        for vertex in group.iter().map(|at| &vertices[*at]) {
            let own = sites(vertex);
            if own == asked || (own.is_empty() && asked.len() == 1) {
                continue;
            }
            let span = vertex
                .table
                .sites
                .as_ref()
                .or(widest.table.sites.as_ref())
                .map_or(vertex.table.head.span, |at| at.span);
            let span = if own.is_empty() { vertex.table.name.as_ref().map_or(span, |at| at.span) } else { span };
            let has = if own.is_empty() { "no sites".to_owned() } else { format!("the sites `{}`", own.join("`, `")) };
            let message = format!(
                "tenant `{}` has {has}, and is near `{}`, which has the sites `{}`",
                vertex.name,
                widest.name,
                asked.join("`, `")
            );
            let fault = Diagnostic::error("near-sites", message).at(span, "");
            let fault = match &widest.table.sites {
                Some(sites) => fault.also(sites.span, "other sites"),
                None => fault,
            };
            faults.push(
                fault.help("near tenants share a cluster in each site: give both the same `sites`, or remove `near`"),
            );
        }
    }
}

/// The sites of a tenant, sorted.
fn sites<'a>(vertex: &Vertex<'a>) -> Vec<&'a str> {
    let mut sites: Vec<_> = each(vertex.table.sites.as_ref()).map(|at| at.value.as_str()).collect();
    sites.sort_unstable();
    sites
}
