//! A plan as text. One thing per line wherever a reviewer compares line by line; money exact to the micro-unit.

use std::fmt::{Display, Write as _};

use sha2::{Digest as _, Sha256};

use crate::plan::{MoneyByKind, Move, PlacedWorkload, Placement, Plan, PlannedCluster, PlannedPool, Proof};
use crate::vocab::money::Money;

const HEAD: &str = "\
# fleetplan decides for every tenant of the fleet whether it lives in a shared namespace, a vcluster or a dedicated cluster.
# Made by `fleetplan plan`. Do not edit by hand: change the inventory and plan again.
";

/// The plan file of `plan`. Equal plans make equal bytes.
#[must_use]
pub fn write(plan: &Plan) -> String {
    let body = body(plan);
    // The body begins with the format's version; readers learn it before anything else.
    let (version, rest) = body.split_once('\n').expect("the body has a first line");
    format!("{HEAD}\n{version}\ndigest = \"sha256:{}\"\n{rest}", digest(&body))
}

/// SHA-256 of a canonical text, in hex.
pub(super) fn digest(body: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(body.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// The canonical text: everything but the head comment and the digest.
pub(super) fn body(plan: &Plan) -> String {
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
        max_moves,
        moves,
    } = plan;
    let mut page = Page(String::with_capacity(1_000 + 500 * (placements.len() + clusters.len())));
    page.plain("format_version", format_version);
    page.text("fleet", fleet.as_str());
    page.plain("date", date);
    page.text("currency", currency);
    page.text("fingerprint", fingerprint);
    if let Some(from) = from {
        page.text("from", from);
    }
    if let Some(most) = max_moves {
        page.plain("max_moves", most);
    }
    if !unplaced.is_empty() {
        page.lines("unplaced", unplaced.iter().map(|tenant| quoted(tenant.as_str())));
    }
    let Proof { status, objective, bound, by, claim, limited } = proof;
    page.header("[proof]");
    page.text("status", status.word());
    page.money("objective", *objective);
    page.money("bound", *bound);
    page.text("by", by);
    if let Some(claim) = claim {
        page.text("claim", claim);
    }
    if *limited {
        page.plain("limited", true);
    }
    page.header("[money]");
    let MoneyByKind { control_planes, extended_support, nodes, licences, toil, storage_and_load_balancers, one_off } =
        money;
    page.money("control_planes", *control_planes);
    page.money("extended_support", *extended_support);
    page.money("nodes", *nodes);
    page.money("licences", *licences);
    page.money("toil", *toil);
    page.money("storage_and_load_balancers", *storage_and_load_balancers);
    page.money("one_off", *one_off);
    clusters.iter().for_each(|cluster| page.cluster(cluster));
    placements.iter().for_each(|placement| page.placement(placement));
    moves.iter().for_each(|moved| page.moved(moved));
    page.0
}

struct Page(String);

impl Page {
    fn header(&mut self, header: &str) {
        let _ = writeln!(self.0, "\n{header}");
    }

    fn plain(&mut self, key: &str, value: impl Display) {
        let _ = writeln!(self.0, "{key} = {value}");
    }

    fn text(&mut self, key: &str, value: &str) {
        self.plain(key, quoted(value));
    }

    fn money(&mut self, key: &str, value: Money) {
        self.text(key, &value.exact());
    }

    /// An array with one element per line.
    fn lines(&mut self, key: &str, elements: impl ExactSizeIterator<Item = String>) {
        if elements.len() == 0 {
            return self.plain(key, "[]");
        }
        let _ = writeln!(self.0, "{key} = [");
        for element in elements {
            let _ = writeln!(self.0, "  {element},");
        }
        self.0.push_str("]\n");
    }

    fn cluster(&mut self, cluster: &PlannedCluster) {
        let PlannedCluster { name, class, kubernetes, region, tenancy, action, pools, monthly } = cluster;
        self.header("[[cluster]]");
        self.text("name", name.as_str());
        if let Some(class) = class {
            self.text("class", class.as_str());
        }
        self.text("kubernetes", &kubernetes.to_string());
        self.text("region", region.as_str());
        self.text("tenancy", &tenancy.to_string());
        self.text("action", action.word());
        self.lines(
            "pools",
            pools.iter().map(|PlannedPool { pool, nodes, shared, dedicated, private }| {
                format!(
                    "{{ pool = {}, nodes = {nodes}, shared = {shared}, dedicated = {dedicated}, private = {private} }}",
                    quoted(pool.as_str())
                )
            }),
        );
        self.money("monthly", *monthly);
    }

    fn placement(&mut self, placement: &Placement) {
        let Placement { tenant, site, tier, nodes, cluster, kubernetes, pools, monthly, rule, reason } = placement;
        self.header("[[placement]]");
        self.text("tenant", tenant.as_str());
        if let Some(site) = site {
            self.text("site", site.as_str());
        }
        self.text("tier", &tier.to_string());
        if let Some(nodes) = nodes {
            self.text("nodes", &nodes.to_string());
        }
        self.text("cluster", cluster.as_str());
        if let Some(kubernetes) = kubernetes {
            self.text("kubernetes", &kubernetes.to_string());
        }
        let pools: Vec<String> = pools
            .iter()
            .map(|PlacedWorkload { workload, pool, nodes }| {
                let (workload, pool) = (quoted(workload.as_str()), quoted(pool.as_str()));
                format!("{{ workload = {workload}, pool = {pool}, nodes = {nodes} }}")
            })
            .collect();
        self.plain("pools", format_args!("[{}]", pools.join(", ")));
        self.money("monthly", *monthly);
        self.text("rule", rule);
        self.text("reason", reason);
    }

    fn moved(&mut self, moved: &Move) {
        let Move { tenant, site, from, to } = moved;
        self.header("[[move]]");
        self.text("tenant", tenant.as_str());
        if let Some(site) = site {
            self.text("site", site.as_str());
        }
        self.text("from", from);
        self.text("to", to);
    }
}

/// A basic TOML string. Control characters are escaped, so that no text leaves its line.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // The line and paragraph separators end a line for some readers.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
