//! The plan file: TOML that reads well in a diff, the same bytes for the same plan.
//!
//! A plan flows in and text flows out, or the other way with every fault and its place. The last line is a digest of all
//! lines before it. A file that is not exactly what its plan is written as was edited by hand, and is refused.

use std::fmt::Write;

use sha2::Digest;

use crate::plan::{FORMAT_VERSION, Plan};
use crate::vocab::diagnostic::{Diagnostic, Sources, Span};

const HEADER: &str = "# A plan of fleetplan. Do not edit it by hand: change the inventory and plan again.\n";
const DIGEST: &str = "# digest: sha256:";

/// A plan as text.
#[must_use]
pub fn write(plan: &Plan) -> String {
    let body = body(plan);
    let digest = digest(&body);
    format!("{body}\n{DIGEST}{digest}\n")
}

/// SHA-256 of a text, in hex.
fn digest(text: &str) -> String {
    sha2::Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Plan {
    /// SHA-256 of the plan in hex: two plans with the same fingerprint are the same.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        digest(&body(self))
    }
}

/// Text as a TOML string.
fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn body(plan: &Plan) -> String {
    let Plan {
        format_version,
        fleet,
        date,
        currency,
        fingerprint,
        from,
        proof,
        money,
        placements,
        unplaced,
        clusters,
        moves,
    } = plan;
    let mut text = String::from(HEADER);
    let mut line = |line: std::fmt::Arguments<'_>| {
        let _ = text.write_fmt(line);
        text.push('\n');
    };
    line(format_args!("format_version = {format_version}"));
    line(format_args!("fleet = \"{fleet}\""));
    line(format_args!("date = \"{date}\""));
    line(format_args!("currency = {}", quote(currency)));
    line(format_args!("fingerprint = {}", quote(fingerprint)));
    if let Some(from) = from {
        line(format_args!("from = {}", quote(from)));
    }
    if !unplaced.is_empty() {
        let names: Vec<String> = unplaced.iter().map(|name| format!("\"{name}\"")).collect();
        line(format_args!("unplaced = [{}]", names.join(", ")));
    }
    line(format_args!("\n[proof]"));
    line(format_args!("status = \"{}\"", word(&proof.status)));
    line(format_args!("objective = \"{}\"", proof.objective.exact()));
    line(format_args!("bound = \"{}\"", proof.bound.exact()));
    line(format_args!("by = {}", quote(&proof.by)));
    line(format_args!("\n[money]"));
    for (kind, amount) in money.each() {
        line(format_args!("{} = \"{}\"", key(kind), amount.exact()));
    }
    for cluster in clusters {
        line(format_args!("\n[[cluster]]"));
        line(format_args!("name = \"{}\"", cluster.name));
        if let Some(class) = &cluster.class {
            line(format_args!("class = \"{class}\""));
        }
        line(format_args!("kubernetes = \"{}\"", cluster.kubernetes));
        line(format_args!("region = \"{}\"", cluster.region));
        line(format_args!("tenancy = \"{}\"", cluster.tenancy));
        line(format_args!("action = \"{}\"", word(&cluster.action)));
        line(format_args!("monthly = \"{}\"", cluster.monthly.exact()));
        if cluster.pools.is_empty() {
            line(format_args!("pools = []"));
        } else {
            line(format_args!("pools = ["));
            for pool in &cluster.pools {
                line(format_args!(
                    "  {{ pool = \"{}\", nodes = {}, shared = {}, dedicated = {}, private = {} }},",
                    pool.pool, pool.nodes, pool.shared, pool.dedicated, pool.private
                ));
            }
            line(format_args!("]"));
        }
    }
    for placement in placements {
        line(format_args!("\n[[placement]]"));
        line(format_args!("tenant = \"{}\"", placement.tenant));
        if let Some(site) = &placement.site {
            line(format_args!("site = \"{site}\""));
        }
        line(format_args!("tier = \"{}\"", placement.tier));
        if let Some(nodes) = placement.nodes {
            line(format_args!("nodes = \"{nodes}\""));
        }
        line(format_args!("cluster = \"{}\"", placement.cluster));
        if let Some(minor) = placement.kubernetes {
            line(format_args!("kubernetes = \"{minor}\""));
        }
        let pools: Vec<String> = placement
            .pools
            .iter()
            .map(|placed| {
                format!(
                    "{{ workload = \"{}\", pool = \"{}\", nodes = {} }}",
                    placed.workload, placed.pool, placed.nodes
                )
            })
            .collect();
        line(format_args!("pools = [{}]", pools.join(", ")));
        line(format_args!("monthly = \"{}\"", placement.monthly.exact()));
        line(format_args!("rule = {}", quote(&placement.rule)));
        line(format_args!("reason = {}", quote(&placement.reason)));
    }
    for change in moves {
        line(format_args!("\n[[move]]"));
        line(format_args!("tenant = \"{}\"", change.tenant));
        if let Some(site) = &change.site {
            line(format_args!("site = \"{site}\""));
        }
        line(format_args!("from = {}", quote(&change.from)));
        line(format_args!("to = {}", quote(&change.to)));
    }
    text
}

/// The word that serde writes for a plain enum.
fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .expect("a plain enum is a word")
}

fn key(kind: &str) -> &str {
    match kind {
        "control planes" => "control_planes",
        "extended support" => "extended_support",
        "nodes" => "nodes",
        "vcluster licences" => "licences",
        "toil" => "toil",
        "storage and load balancers" => "storage_and_load_balancers",
        _ => "one_off",
    }
}

/// The format's version alone, so that a newer format is named before its keys are called unknown.
#[derive(serde::Deserialize)]
struct Version {
    format_version: u32,
}

/// Reads a plan file.
///
/// # Errors
/// Not TOML, of a newer format, with a key that plans do not have, or edited by hand; each with its place. The sources hold the file for snippets.
pub fn read(path: &str, text: &str) -> Result<Plan, (Diagnostic, Sources)> {
    let mut sources = Sources::default();
    let file = sources.add(path, text);
    let fault = |code, message: String, span: std::ops::Range<usize>, label: &str, help: &str| {
        Diagnostic::error(code, message)
            .at(Span { file, start: narrow(span.start), end: narrow(span.end) }, label)
            .help(help)
    };
    let again = "make it again with `fleetplan plan`";
    if let Ok(Version { format_version }) = toml::from_str::<Version>(text)
        && format_version > FORMAT_VERSION
    {
        let message = format!(
            "plan format {format_version} is newer than {FORMAT_VERSION}, the newest that this fleetplan reads"
        );
        return Err((
            fault("newer-format", message, 0..0, "", "use the fleetplan that wrote it, or a newer one"),
            sources,
        ));
    }
    let plan: Plan = match toml::from_str(text) {
        Ok(plan) => plan,
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            return Err((fault("not-a-plan", error.message().to_owned(), span, "not understood", again), sources));
        }
    };
    if text != write(&plan) {
        let at = text.rfind(DIGEST).unwrap_or(text.len());
        let message = "this plan was changed after fleetplan wrote it".to_owned();
        return Err((fault("plan-edited", message, at..text.len(), "does not match the lines above", again), sources));
    }
    Ok(plan)
}

fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
