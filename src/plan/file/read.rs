//! Text as a plan, or everything that is wrong with its form.

use toml::de::DeTable;

use super::LARGEST_FILE;
use super::table::{Table, span};
use crate::plan::{
    FORMAT_VERSION, MoneyByKind, Move, PlacedWorkload, Placement, Plan, PlannedCluster, PlannedPool, Proof,
};
use crate::vocab::diagnostic::{Diagnostic, Span};

type Faults = Vec<Diagnostic>;

/// Reads the text of the plan file at `path`, which is for messages alone.
///
/// # Errors
/// All faults of form: `file-too-large`, `toml-syntax`, `newer-format`, `unknown-key`, `missing-key`, `wrong-type`,
/// `invalid-value`; and `plan-edited` where the content is not the one that was written. Spans point into file 0: show them
/// with `Sources` that hold this text alone.
pub fn read(path: &str, text: &str) -> Result<Plan, Vec<Diagnostic>> {
    if text.len() > LARGEST_FILE {
        let (size, most) = (text.len() >> 20, LARGEST_FILE >> 20);
        let message = format!("`{path}` has {size} MiB; a plan file has at most {most} MiB");
        return Err(vec![Diagnostic::error("file-too-large", message).help("name a file that `fleetplan plan` wrote")]);
    }
    let (document, broken) = DeTable::parse_recoverable(text);
    if !broken.is_empty() {
        return Err(broken.iter().map(|fault| syntax(fault, text)).collect());
    }
    let mut faults = Faults::new();
    let mut file = Table::new("", document.get_ref(), Span { file: 0, start: 0, end: 0 });
    let format_version = file.required::<u32>("format_version", &mut faults);
    if let Some(newer) = format_version.filter(|version| *version > FORMAT_VERSION) {
        let message = format!("`{path}` has format version {newer}; this fleetplan reads up to {FORMAT_VERSION}");
        return Err(vec![
            Diagnostic::error("newer-format", message)
                .at(file.place("format_version"), "written by a newer fleetplan")
                .help("use a fleetplan that is at least as new as the one that wrote the plan, or plan again"),
        ]);
    }
    let digest = file.required::<String>("digest", &mut faults);
    let digest_place = file.place("digest");
    let plan = plan(file, format_version, &mut faults);
    let (Some(plan), Some(digest), true) = (plan, digest, faults.is_empty()) else {
        faults.sort_by_key(|fault| fault.primary.as_ref().map(|label| label.span.start));
        return Err(faults);
    };
    if digest != format!("sha256:{}", plan.fingerprint()) {
        let message = format!("`{path}` is not as `fleetplan plan` wrote it: its content does not match its `digest`");
        return Err(vec![
            Diagnostic::error("plan-edited", message)
                .at(digest_place, "the digest of other content")
                .help("restore the file from version control, or run `fleetplan plan` again")
                .help("to ask for another decision, write it into the inventory: a `[[pin]]`, an `[[exception]]`, a requirement"),
        ]);
    }
    Ok(plan)
}

fn syntax(fault: &toml::de::Error, text: &str) -> Diagnostic {
    // An unclosed string or a cut file ends beyond its last byte; point at the last line instead of at nothing.
    let at = fault.span().unwrap_or_default();
    let at = at.start.min(text.len())..at.end.min(text.len());
    Diagnostic::error("toml-syntax", format!("not TOML: {}", fault.message().replace('\n', ", ")))
        .at(span(at), "here")
        .help("restore the file from version control, or run `fleetplan plan` again")
}

fn plan(mut file: Table<'_>, format_version: Option<u32>, faults: &mut Faults) -> Option<Plan> {
    let fleet = file.required("fleet", faults);
    let date = file.required("date", faults);
    let currency = file.required("currency", faults);
    let fingerprint = file.required("fingerprint", faults);
    let from = file.optional("from", faults);
    let max_moves = file.optional("max_moves", faults);
    let unplaced = file.list("unplaced", faults);
    let proof = file.table("proof", "[proof]", faults).and_then(|table| proof(table, faults));
    let money = file.table("money", "[money]", faults).and_then(|table| money(table, faults));
    let clusters = file.tables("cluster", "[[cluster]]", faults, cluster);
    let placements = file.tables("placement", "[[placement]]", faults, placement);
    let moves = file.tables("move", "[[move]]", faults, moved);
    file.finish(faults);
    Some(Plan {
        format_version: format_version?,
        fleet: fleet?,
        date: date?,
        currency: currency?,
        fingerprint: fingerprint?,
        from: from?,
        proof: proof?,
        money: money?,
        placements: placements?,
        unplaced: unplaced?,
        clusters: clusters?,
        max_moves: max_moves?,
        moves: moves?,
    })
}

fn proof(mut table: Table<'_>, faults: &mut Faults) -> Option<Proof> {
    let status = table.required("status", faults);
    let objective = table.required("objective", faults);
    let bound = table.required("bound", faults);
    let by = table.required("by", faults);
    let claim = table.optional("claim", faults);
    let limited = table.optional("limited", faults);
    table.finish(faults);
    let limited = limited?.unwrap_or(false);
    Some(Proof { status: status?, objective: objective?, bound: bound?, by: by?, claim: claim?, limited })
}

fn money(mut table: Table<'_>, faults: &mut Faults) -> Option<MoneyByKind> {
    let control_planes = table.required("control_planes", faults);
    let extended_support = table.required("extended_support", faults);
    let nodes = table.required("nodes", faults);
    let licences = table.required("licences", faults);
    let toil = table.required("toil", faults);
    let storage_and_load_balancers = table.required("storage_and_load_balancers", faults);
    let one_off = table.required("one_off", faults);
    table.finish(faults);
    Some(MoneyByKind {
        control_planes: control_planes?,
        extended_support: extended_support?,
        nodes: nodes?,
        licences: licences?,
        toil: toil?,
        storage_and_load_balancers: storage_and_load_balancers?,
        one_off: one_off?,
    })
}

fn cluster(mut table: Table<'_>, faults: &mut Faults) -> Option<PlannedCluster> {
    let name = table.required("name", faults);
    let class = table.optional("class", faults);
    let kubernetes = table.required("kubernetes", faults);
    let region = table.required("region", faults);
    let tenancy = table.required("tenancy", faults);
    let action = table.required("action", faults);
    let pools = table.tables("pools", "pools", faults, planned_pool);
    let monthly = table.required("monthly", faults);
    table.finish(faults);
    Some(PlannedCluster {
        name: name?,
        class: class?,
        kubernetes: kubernetes?,
        region: region?,
        tenancy: tenancy?,
        action: action?,
        pools: pools?,
        monthly: monthly?,
    })
}

fn planned_pool(mut table: Table<'_>, faults: &mut Faults) -> Option<PlannedPool> {
    let pool = table.required("pool", faults);
    let nodes = table.required("nodes", faults);
    let shared = table.required("shared", faults);
    let dedicated = table.required("dedicated", faults);
    let private = table.required("private", faults);
    table.finish(faults);
    Some(PlannedPool { pool: pool?, nodes: nodes?, shared: shared?, dedicated: dedicated?, private: private? })
}

fn placement(mut table: Table<'_>, faults: &mut Faults) -> Option<Placement> {
    let tenant = table.required("tenant", faults);
    let site = table.optional("site", faults);
    let tier = table.required("tier", faults);
    let nodes = table.optional("nodes", faults);
    let cluster = table.required("cluster", faults);
    let kubernetes = table.optional("kubernetes", faults);
    let pools = table.tables("pools", "pools", faults, placed_workload);
    let monthly = table.required("monthly", faults);
    let rule = table.required("rule", faults);
    let reason = table.required("reason", faults);
    table.finish(faults);
    Some(Placement {
        tenant: tenant?,
        site: site?,
        tier: tier?,
        nodes: nodes?,
        cluster: cluster?,
        kubernetes: kubernetes?,
        pools: pools?,
        monthly: monthly?,
        rule: rule?,
        reason: reason?,
    })
}

fn placed_workload(mut table: Table<'_>, faults: &mut Faults) -> Option<PlacedWorkload> {
    let workload = table.required("workload", faults);
    let pool = table.required("pool", faults);
    let nodes = table.required("nodes", faults);
    table.finish(faults);
    Some(PlacedWorkload { workload: workload?, pool: pool?, nodes: nodes? })
}

fn moved(mut table: Table<'_>, faults: &mut Faults) -> Option<Move> {
    let tenant = table.required("tenant", faults);
    let site = table.optional("site", faults);
    let from = table.required("from", faults);
    let to = table.required("to", faults);
    table.finish(faults);
    Some(Move { tenant: tenant?, site: site?, from: from?, to: to? })
}
