//! Tenants written as TOML. In: tenants, and what the import was told. Out: one file per business unit, the same bytes for the same
//! input, that begins with a mark from which a later import tells its own untouched files from all others.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::findings::shown;
use super::keys::{Assume, KeyRead, Keys, KeysRead};
use crate::inventory::{EgressPolicy, PodSecurity, Trust};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::name::{Environment, TeamName, TenantName, nearest_label};
use crate::vocab::quantity::{write_cpu, write_memory};
use crate::vocab::resources::Demand;

/// A tenant as it will be written.
#[derive(Debug, Clone)]
pub(super) struct Tenant {
    pub(super) name: TenantName,
    pub(super) team: TeamName,
    pub(super) environment: Environment,
    /// As written in the files.
    pub(super) application: Option<String>,
    /// As written in the files.
    pub(super) unit: Option<String>,
    pub(super) pod_security: PodSecurity,
    pub(super) demand: Demand,
    pub(super) has_quota: bool,
    pub(super) has_limit_defaults: bool,
    pub(super) egress: EgressPolicy,
    pub(super) questions: Vec<String>,
}

/// What an existing file is to an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not written by an import.
    Foreign,
    /// Written by an import and left as it was: a later import may replace or remove it.
    Untouched,
    /// Written by an import and edited since: answers may stand in it.
    Edited,
}

const SCHEMA: &str = "#:schema ../fleetplan.schema.json\n";
const MARK: &str = "# Written by `fleetplan import manifests`. SHA-256 of what follows: ";

/// Whether an import wrote `text`, and whether it was edited since.
#[must_use]
pub fn standing(text: &str) -> Standing {
    let Some((hash, body)) =
        text.strip_prefix(SCHEMA).and_then(|rest| rest.strip_prefix(MARK)).and_then(|rest| rest.split_once('\n'))
    else {
        return Standing::Foreign;
    };
    if hash == hex(body) { Standing::Untouched } else { Standing::Edited }
}

/// The folder below the inventory's that an import owns: it is replaced as a whole.
pub const FOLDER: &str = "imported";

/// Why a later import must not replace [`FOLDER`]: one error for each file in it (path and text) that it did not write, or that was
/// edited since. None: it may.
#[must_use]
pub fn refusals(standing_there: &BTreeMap<String, String>) -> Vec<Diagnostic> {
    let refusal = |(path, text): (&String, &String)| {
        let path = shown(path);
        let (message, help) = match standing(text) {
            Standing::Untouched => return None,
            Standing::Foreign => (
                format!("`{path}` stands where an import writes, and no import wrote it"),
                format!("move it out of the folder `{FOLDER}`, which belongs to imports"),
            ),
            Standing::Edited => (
                format!("`{path}` was edited since it was imported"),
                format!(
                    "move it out of the folder `{FOLDER}` to keep the answers in it, or import to another folder with `--out`"
                ),
            ),
        };
        Some(Diagnostic::error("would-overwrite", message).help(help))
    };
    standing_there.iter().filter_map(refusal).collect()
}

/// One file per business unit, by path.
pub(super) fn files(
    tenants: &[Tenant],
    keys: &Keys,
    read: &KeysRead,
    sources: &[&str],
    is_without_units: bool,
) -> BTreeMap<String, String> {
    let mut units: BTreeMap<String, Vec<&Tenant>> = BTreeMap::new();
    for tenant in tenants {
        let name = tenant.unit.as_deref().map(|unit| nearest_label(unit, 63)).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| if is_without_units { "tenants" } else { "no-unit" }.to_owned());
        units.entry(name).or_default().push(tenant);
    }
    units
        .into_iter()
        .map(|(name, mut tenants)| {
            tenants.sort_by(|a, b| a.name.cmp(&b.name));
            let mut body = head(&tenants, keys, read, sources);
            for tenant in tenants {
                body.push('\n');
                write_tenant(&mut body, tenant, &keys.assume);
            }
            (format!("{FOLDER}/{name}.toml"), format!("{SCHEMA}{MARK}{}\n{body}", hex(&body)))
        })
        .collect()
}

fn hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The comment at the top: made of what, and how.
fn head(tenants: &[&Tenant], keys: &Keys, read: &KeysRead, sources: &[&str]) -> String {
    let assume = &keys.assume;
    let unit = tenants.first().and_then(|tenant| tenant.unit.as_deref());
    let of_unit = unit.map_or(String::new(), |unit| format!(" of `{}`", shown(unit)));
    let from = sources.iter().take(3).map(|path| format!("`{}`", shown(path))).collect::<Vec<_>>().join(", ");
    let more = if sources.len() > 3 { format!(" and {} more", sources.len() - 3) } else { String::new() };
    let key = |keys: &[KeyRead]| match keys {
        [] => "nothing".to_owned(),
        keys => keys.iter().map(|key| format!("`{}`", shown(&key.key))).collect::<Vec<_>>().join(", then "),
    };
    let lines = [
        "# An import replaces this file as long as nobody edits it.".to_owned(),
        "#".to_owned(),
        format!("# Namespaces{of_unit}: {}, each a tenant, from {from}{more}.", tenants.len()),
        format!("# Team from {}; environment from {};", key(&read.team), key(&read.environment)),
        format!("# application from {}; business unit from {}.", key(&read.application), key(&read.unit)),
        format!(
            "# Demand is an estimate: {} of each quota is taken to be in use. Where a quota bounds pods alone, each pod",
            assume.share
        ),
        "# is taken to ask for the LimitRange's default request. Guardrails are what stands today.".to_owned(),
        "# What the files cannot tell stands under `questions`: answer it, then take the question out.".to_owned(),
    ];
    lines.join("\n") + "\n"
}

fn write_tenant(out: &mut String, tenant: &Tenant, assume: &Assume) {
    let Tenant {
        name,
        team,
        environment,
        application,
        unit,
        pod_security,
        demand,
        has_quota,
        has_limit_defaults,
        egress,
        questions,
    } = tenant;
    push(out, format_args!("[[tenant]]\nname = {}\nteam = {}\n", text(name.as_str()), text(team.as_str())));
    push(out, format_args!("environment = {}\n", text(environment.as_str())));
    for (key, words) in [("application", application), ("unit", unit)] {
        if let Some(words) = words.as_deref().map(shown).filter(|words| !words.is_empty()) {
            push(out, format_args!("{key} = {}\n", text(&words)));
        }
    }
    push(out, format_args!("trust = {}\n", text(trust_word(assume.trust))));
    if !assume.regulation.is_empty() {
        push(out, format_args!("regulation = [{}]\n", list(assume.regulation.iter().map(|regime| regime.as_str()))));
    }
    if let Some(disruption) = assume.disruption {
        push(out, format_args!("disruption = {}\n", text(&disruption.to_string())));
    }
    push(out, format_args!("pod_security = {}\n", text(pod_security_word(*pod_security))));
    let Demand { resources, storage, load_balancers, services } = demand;
    let mut parts = vec![
        format!("cpu = {}", text(&write_cpu(resources.cpu))),
        format!("memory = {}", text(&write_memory(resources.memory))),
        format!("pods = {}", resources.pods),
    ];
    if *storage > 0 {
        parts.push(format!("storage = {}", text(&format!("{storage}Gi"))));
    }
    for (key, count) in [("load_balancers", *load_balancers), ("services", *services), ("gpu", resources.gpu)] {
        if count > 0 {
            parts.push(format!("{key} = {count}"));
        }
    }
    push(out, format_args!("demand = {{ {} }}\n", parts.join(", ")));
    push(
        out,
        format_args!(
            "guardrails = {{ quota = {has_quota}, limit_defaults = {has_limit_defaults}, egress = {} }}\nestimated = true\n",
            text(egress_word(*egress))
        ),
    );
    push(out, format_args!("questions = [\n"));
    for question in questions {
        push(out, format_args!("    {},\n", text(question)));
    }
    push(out, format_args!("]\n"));
}

fn push(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("a string can always be written to");
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.map(text).collect::<Vec<_>>().join(", ")
}

/// A TOML string, quoted so that nothing in it can end it.
fn text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

pub(super) const fn trust_word(trust: Trust) -> &'static str {
    match trust {
        Trust::Soft => "soft",
        Trust::Hardened => "hardened",
        Trust::Hostile => "hostile",
    }
}

pub(super) const fn pod_security_word(level: PodSecurity) -> &'static str {
    match level {
        PodSecurity::Restricted => "restricted",
        PodSecurity::Baseline => "baseline",
        PodSecurity::Privileged => "privileged",
    }
}

const fn egress_word(egress: EgressPolicy) -> &'static str {
    match egress {
        EgressPolicy::None => "none",
        EgressPolicy::Kubernetes => "kubernetes",
        EgressPolicy::Calico => "calico",
        EgressPolicy::Cilium => "cilium",
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::import_text;
    use super::*;

    #[test]
    fn a_file_that_was_edited_is_told_from_one_that_was_not_and_from_a_strangers() {
        let imported = import_text("{apiVersion: v1, kind: Namespace, metadata: {name: a}}", &Keys::default());
        let written = &imported.files["imported/tenants.toml"];
        assert_eq!(standing(written), Standing::Untouched);
        assert_eq!(standing(&written.replace("soft", "hostile")), Standing::Edited);
        assert_eq!(standing(&written.replace('\n', "\r\n")), Standing::Foreign);
        assert_eq!(standing("[fleet]\n"), Standing::Foreign);
        assert_eq!(standing(""), Standing::Foreign);
    }

    #[test]
    fn only_files_that_an_import_wrote_and_nobody_edited_are_replaced() {
        let imported = import_text("{apiVersion: v1, kind: Namespace, metadata: {name: a}}", &Keys::default());
        assert!(refusals(&imported.files).is_empty());
        let mut there = imported.files;
        there.insert("imported/mine.toml".to_owned(), "[fleet]\n".to_owned());
        let text = there["imported/tenants.toml"].replace("soft", "hardened");
        there.insert("imported/tenants.toml".to_owned(), text);
        let messages: Vec<_> = refusals(&there).into_iter().map(|refusal| refusal.message).collect();
        assert_eq!(
            messages,
            [
                "`imported/mine.toml` stands where an import writes, and no import wrote it",
                "`imported/tenants.toml` was edited since it was imported"
            ]
        );
    }

    #[test]
    fn nothing_that_a_tenant_wrote_changes_the_structure_of_a_file() {
        for hostile in [
            "\"\n[[tenant]]\nname = \"x\"",
            "'''",
            "\"\"\"",
            "\\",
            "\\u0000",
            "\r\n#",
            "\u{2028}[fleet]",
            "]",
            "../../etc",
            "a\u{0}b",
            "\u{7f}\u{85}",
            "=",
            "{{x}}",
        ] {
            let escaped: String = hostile.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            let quoted = format!("\"{escaped}\"");
            let text = format!(
                "{{apiVersion: v1, kind: Namespace, metadata: {{name: a, labels: {{team: {quoted}, environment: {quoted}, \
                 application: {quoted}, business-unit: {quoted}, is-production: {quoted}}}}}}}"
            );
            let imported = import_text(&text, &Keys::default());
            assert_eq!(imported.files.len(), 1, "{hostile:?}");
            for (path, file) in &imported.files {
                assert!(path.starts_with("imported/") && !path.contains(".."), "{path}");
                let read: toml::Table = toml::from_str(file).unwrap_or_else(|fault| panic!("{hostile:?}: {fault}"));
                assert_eq!(read.keys().collect::<Vec<_>>(), ["tenant"], "{hostile:?}");
                assert_eq!(read["tenant"].as_array().unwrap().len(), 1, "{hostile:?}");
                assert!(!file.contains(|c: char| c.is_control() && c != '\n'), "{hostile:?}");
            }
        }
    }
}
