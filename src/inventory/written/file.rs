//! From bytes to written tables: decoding, parsing, and merging of all files into one [`Written`].
//!
//! A file that cannot be parsed gives its faults and nothing else, and [`Written::complete`] says so: what it would have
//! defined is unknown then, and nobody may call a name dangling.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use toml::de::{DeTable, DeValue};

use super::facts::{WrittenOverheads, WrittenPair, WrittenSupport};
use super::fleet::{WrittenFleet, WrittenPolicy, WrittenRegulation, WrittenVcluster};
use super::node::{At, Named, Node, span_of};
use super::number::Hourly;
use super::offer::{WrittenClass, WrittenCluster, WrittenLimits};
use super::table::table;
use super::tenant::{WrittenException, WrittenPin, WrittenTenant};
use crate::inventory::Provider;
use crate::vocab::diagnostic::{Diagnostic, Sources, Span};
use crate::vocab::name::RegimeName;
use crate::vocab::version::Minor;

/// The largest file that is read, in bytes. The 1,458 tenants of a real platform take less than one.
pub const LARGEST_FILE: usize = 16 << 20;

table! {
    /// An inventory of fleetplan, or a part of one: every `*.toml` below its folder is read and merged.
    struct WrittenFile {
        /// The fleet. Once in all files.
        fleet: WrittenFleet = none,
        /// What the operator wants of every decision. Once in all files.
        policy: WrittenPolicy = none,
        /// What vclusters are made of. Once in all files.
        vcluster: WrittenVcluster = none,
        /// Regimes by name. `soc2`, `hipaa`, `pci-dss` and `fedramp-high` are there unless they are written.
        regulation: Named<RegimeName, WrittenRegulation> = none,
        /// Clusters that exist.
        cluster: Vec<At<WrittenCluster>> = none,
        /// Classes from which clusters can be opened.
        class: Vec<At<WrittenClass>> = none,
        /// Tenants.
        tenant: Vec<At<WrittenTenant>> = none,
        /// Placements that were promised.
        pin: Vec<At<WrittenPin>> = none,
        /// Rules, and policies of pods, that are lifted for one tenant for a time.
        exception: Vec<At<WrittenException>> = none,
        /// Support calendars, by provider and minor, over the shipped ones.
        calendar: Named<Provider, Named<Minor, WrittenSupport>> = none,
        /// What extended support adds per hour, by provider, over the shipped prices.
        extended_price: Named<Provider, Hourly> = none,
        /// Verdicts on pairs of minors, after the shipped ones, so that these win.
        pair: Vec<At<WrittenPair>> = none,
        /// What vclusters' control planes take, over the shipped figures. Once in all files.
        overhead: WrittenOverheads = none,
        /// What a cluster holds at most where it does not say, by provider, over the shipped limits.
        default_limits: Named<Provider, WrittenLimits> = none,
    }
}

/// Everything that was written, over all files.
#[derive(Debug, Default)]
pub struct Written {
    /// `[fleet]`.
    pub fleet: Option<At<WrittenFleet>>,
    /// `[policy]`.
    pub policy: Option<At<WrittenPolicy>>,
    /// `[vcluster]`.
    pub vcluster: Option<At<WrittenVcluster>>,
    /// `[regulation.<name>]`.
    pub regulations: Vec<(At<RegimeName>, At<WrittenRegulation>)>,
    /// `[[cluster]]`.
    pub clusters: Vec<At<WrittenCluster>>,
    /// `[[class]]`.
    pub classes: Vec<At<WrittenClass>>,
    /// `[[tenant]]`.
    pub tenants: Vec<At<WrittenTenant>>,
    /// `[[pin]]`.
    pub pins: Vec<At<WrittenPin>>,
    /// `[[exception]]`.
    pub exceptions: Vec<At<WrittenException>>,
    /// Overrides of facts.
    pub facts: WrittenFacts,
    /// Kinds of table that stood somewhere in a form that could not be read; their faults are known.
    pub unread: BTreeSet<&'static str>,
    /// Whether any table stood anywhere.
    pub any: bool,
    /// Whether every file could be parsed.
    pub complete: bool,
}

/// Facts that were written, over all files.
#[derive(Debug, Default)]
pub struct WrittenFacts {
    /// `[calendar.<provider>]`, one row per minor.
    pub calendar: Vec<(Provider, At<Minor>, At<WrittenSupport>)>,
    /// `[extended_price]`.
    pub extended_price: Vec<(At<Provider>, At<Hourly>)>,
    /// `[[pair]]`.
    pub pairs: Vec<At<WrittenPair>>,
    /// `[overhead]`.
    pub overhead: Option<At<WrittenOverheads>>,
    /// `[default_limits.<provider>]`.
    pub default_limits: Vec<(At<Provider>, At<WrittenLimits>)>,
}

impl Written {
    /// Decodes, parses and merges `files`; their texts go to `sources`.
    pub fn read(mut files: Vec<(String, Vec<u8>)>, sources: &mut Sources, faults: &mut Vec<Diagnostic>) -> Self {
        files.sort();
        let mut written = Self { complete: true, ..Self::default() };
        for (path, bytes) in files {
            match decode(path, bytes, sources) {
                Ok(file) => written.add_file(file, &sources.get(file).text, faults),
                Err(fault) => {
                    faults.push(*fault);
                    written.complete = false;
                }
            }
        }
        written.find_doubles(faults);
        written
    }

    /// Parses one file and adds its tables.
    pub fn add_file(&mut self, file: u32, text: &str, faults: &mut Vec<Diagnostic>) {
        let (document, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            faults.extend(errors.iter().map(|error| syntax_fault(file, text, error)));
            self.complete = false;
            return;
        }
        self.any |= !document.get_ref().is_empty();
        let document = DeValue::Table(document.into_inner());
        if let Some(At { value, .. }) = Node::document(file, &document).read::<WrittenFile>(faults) {
            self.merge(value, faults);
        }
    }

    fn merge(&mut self, file: WrittenFile, faults: &mut Vec<Diagnostic>) {
        let WrittenFile {
            head,
            fleet,
            policy,
            vcluster,
            regulation,
            cluster,
            class,
            tenant,
            pin,
            exception,
            calendar,
            extended_price,
            pair,
            overhead,
            default_limits,
        } = file;
        self.unread.extend(head.unread);
        once("fleet", &mut self.fleet, fleet, faults);
        once("policy", &mut self.policy, policy, faults);
        once("vcluster", &mut self.vcluster, vcluster, faults);
        once("overhead", &mut self.facts.overhead, overhead, faults);
        self.regulations.extend(regulation.into_iter().flat_map(|at| at.value.0));
        self.clusters.extend(cluster.into_iter().flat_map(|at| at.value));
        self.classes.extend(class.into_iter().flat_map(|at| at.value));
        self.tenants.extend(tenant.into_iter().flat_map(|at| at.value));
        self.pins.extend(pin.into_iter().flat_map(|at| at.value));
        self.exceptions.extend(exception.into_iter().flat_map(|at| at.value));
        let facts = &mut self.facts;
        for (provider, calendar) in calendar.into_iter().flat_map(|at| at.value.0) {
            let rows = calendar.value.0.into_iter().map(|(minor, support)| (provider.value, minor, support));
            facts.calendar.extend(rows);
        }
        facts.extended_price.extend(extended_price.into_iter().flat_map(|at| at.value.0));
        facts.pairs.extend(pair.into_iter().flat_map(|at| at.value));
        facts.default_limits.extend(default_limits.into_iter().flat_map(|at| at.value.0));
    }

    /// Faults of names that two files define. Within one file TOML itself forbids it.
    fn find_doubles(&self, faults: &mut Vec<Diagnostic>) {
        let facts = &self.facts;
        doubles("regulation", self.regulations.iter().map(|(name, _)| (name.value.to_string(), name.span)), faults);
        let rows = facts.calendar.iter();
        doubles(
            "calendar",
            rows.map(|(provider, minor, _)| (format!("{provider}.{}", minor.value), minor.span)),
            faults,
        );
        let keyed = |at: &At<Provider>| (at.value.to_string(), at.span);
        doubles("extended_price", facts.extended_price.iter().map(|(at, _)| keyed(at)), faults);
        doubles("default_limits", facts.default_limits.iter().map(|(at, _)| keyed(at)), faults);
    }
}

fn decode(path: String, bytes: Vec<u8>, sources: &mut Sources) -> Result<u32, Box<Diagnostic>> {
    if bytes.len() > LARGEST_FILE {
        let message = format!("`{path}` has {} bytes; a file may have {LARGEST_FILE} (16 MiB)", bytes.len());
        let file = sources.add(path, "");
        return Err(Box::new(
            Diagnostic::error("file-too-large", message)
                .at(Span { file, start: 0, end: 0 }, "")
                .help("cut it into several files, or move what is no inventory elsewhere"),
        ));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(sources.add(path, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let message = format!("`{path}` is not UTF-8: byte {at} begins no character");
            let file = sources.add(path, String::from_utf8_lossy(error.as_bytes()));
            Err(Box::new(
                Diagnostic::error("not-utf8", message)
                    .at(span_of(file, at..at + '\u{FFFD}'.len_utf8()), "here")
                    .help("save the file as UTF-8"),
            ))
        }
    }
}

fn syntax_fault(file: u32, text: &str, error: &toml::de::Error) -> Diagnostic {
    let range = error.span().unwrap_or(text.len()..text.len());
    let start = (0..=range.start.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = (range.end.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let fault = Diagnostic::error("toml-syntax", format!("not TOML: {}", error.message()));
    let help = match error.message() {
        "duplicate key" => "keep one of the two keys; several tables of one name are written `[[name]]`",
        _ => "correct the syntax; nothing of this file was read",
    };
    fault.at(span_of(file, start..end.max(start)), "").help(help)
}

/// Puts `found` into `slot`; a second one is a fault that points at both.
fn once<T>(name: &str, slot: &mut Option<At<T>>, found: Option<At<T>>, faults: &mut Vec<Diagnostic>) {
    let Some(found) = found else { return };
    match slot {
        None => *slot = Some(found),
        Some(first) => faults.push(
            Diagnostic::error("duplicate-table", format!("`[{name}]` stands twice"))
                .at(found.span, "again")
                .also(first.span, "first")
                .help(format!("merge the two: `[{name}]` stands once over all files")),
        ),
    }
}

/// Faults of names that stand twice among `rows`.
pub fn doubles<K: Eq + Hash + std::fmt::Display>(
    kind: &str,
    rows: impl Iterator<Item = (K, Span)>,
    faults: &mut Vec<Diagnostic>,
) {
    let mut seen: HashMap<K, Span> = HashMap::new();
    for (name, span) in rows {
        if let Some(first) = seen.get(&name) {
            faults.push(
                Diagnostic::error("duplicate-name", format!("{kind} `{name}` is written twice"))
                    .at(span, "again")
                    .also(*first, "first")
                    .help("rename or remove one of the two"),
            );
        } else {
            seen.insert(name, span);
        }
    }
}
