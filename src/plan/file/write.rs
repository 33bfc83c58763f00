//! A plan as text. One thing per line wherever a reviewer compares line by line; money exact to the micro-unit.

use std::fmt::{self, Display, Write as _};

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
    let mut body = String::with_capacity(1_000 + 500 * (plan.placements.len() + plan.clusters.len()));
    write_body(plan, &mut body);
    // The body begins with the format's version; readers learn it before anything else.
    let (version, rest) = body.split_once('\n').expect("the body has a first line");
    let mut digest = Digest::default();
    let _ = digest.write_str(&body);
    format!("{HEAD}\n{version}\ndigest = \"sha256:{}\"\n{rest}", digest.hex())
}

/// SHA-256 of the canonical text, in hex. The text itself, megabytes for a large fleet, is never put together.
pub(super) fn digest(plan: &Plan) -> String {
    let mut digest = Digest::default();
    write_body(plan, &mut digest);
    digest.hex()
}

/// A text of which only its SHA-256 is kept.
#[derive(Default)]
struct Digest {
    sha: Sha256,
    /// Short pieces are hashed together.
    waiting: Vec<u8>,
}

/// So many bytes wait at most, about.
const WAITING: usize = 16 << 10;

impl Digest {
    fn hex(mut self) -> String {
        self.sha.update(&self.waiting);
        self.sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Write for Digest {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.waiting.extend_from_slice(text.as_bytes());
        if self.waiting.len() >= WAITING {
            self.sha.update(&self.waiting);
            self.waiting.clear();
        }
        Ok(())
    }
}

/// Writes the canonical text: everything but the head comment and the digest.
fn write_body(plan: &Plan, to: &mut impl fmt::Write) {
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
    let mut page = Page(to);
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
        page.lines("unplaced", unplaced, |page, tenant| page.quoted(tenant.as_str()));
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
}

/// What is written to takes every text, so that nothing here can fail.
struct Page<'w, W>(&'w mut W);

impl<W: fmt::Write> Page<'_, W> {
    fn header(&mut self, header: &str) {
        self.put(&["\n", header, "\n"]);
    }

    fn put(&mut self, parts: &[&str]) {
        for part in parts {
            let _ = self.0.write_str(part);
        }
    }

    fn plain(&mut self, key: &str, value: impl Display) {
        let _ = writeln!(self.0, "{key} = {value}");
    }

    fn text(&mut self, key: &str, value: &str) {
        self.put(&[key, " = "]);
        self.quoted(value);
        self.put(&["\n"]);
    }

    fn quoted(&mut self, text: &str) {
        let _ = write_quoted(self.0, text);
    }

    fn money(&mut self, key: &str, value: Money) {
        self.text(key, &value.exact());
    }

    /// An array with one element per line.
    fn lines<T>(&mut self, key: &str, elements: &[T], write: impl Fn(&mut Self, &T)) {
        if elements.is_empty() {
            return self.plain(key, "[]");
        }
        self.put(&[key, " = [\n"]);
        for element in elements {
            self.put(&["  "]);
            write(self, element);
            self.put(&[",\n"]);
        }
        self.put(&["]\n"]);
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
        self.lines("pools", pools, |page, PlannedPool { pool, nodes, shared, dedicated, private }| {
            page.put(&["{ pool = "]);
            page.quoted(pool.as_str());
            let counts =
                format_args!(", nodes = {nodes}, shared = {shared}, dedicated = {dedicated}, private = {private} }}");
            let _ = page.0.write_fmt(counts);
        });
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
        self.put(&["pools = ["]);
        for (index, PlacedWorkload { workload, pool, nodes }) in pools.iter().enumerate() {
            self.put(&[if index == 0 { "" } else { ", " }, "{ workload = "]);
            self.quoted(workload.as_str());
            self.put(&[", pool = "]);
            self.quoted(pool.as_str());
            let _ = write!(self.0, ", nodes = {nodes} }}");
        }
        self.put(&["]\n"]);
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
fn write_quoted(to: &mut impl fmt::Write, text: &str) -> fmt::Result {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    to.write_str("\"")?;
    if text.bytes().all(is_plain) {
        to.write_str(text)?;
        return to.write_str("\"");
    }
    for c in text.chars() {
        match c {
            '"' => to.write_str("\\\"")?,
            '\\' => to.write_str("\\\\")?,
            '\n' => to.write_str("\\n")?,
            '\t' => to.write_str("\\t")?,
            // The line and paragraph separators end a line for some readers.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => write!(to, "\\u{:04X}", u32::from(c))?,
            c => to.write_char(c)?,
        }
    }
    to.write_str("\"")
}
