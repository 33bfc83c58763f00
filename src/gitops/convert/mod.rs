//! Values of one vcluster chart, converted for another: across the legacy charts (0.15 to 0.19) and every minor of the unified one.
//!
//! In: a values file and two minors. Out: [`Conversion`]: the same wishes in the words of the other chart, and for each key that has no
//! equivalent there its line. Nothing is guessed: what cannot be said is reported, not approximated. It knows keys, not whether a
//! value makes sense, and not what a running vcluster would make of the change: backing store and distribution cannot be changed in place.

mod image;
mod legacy;
mod node;
mod spans;
mod table;
mod unified;
mod work;

use serde::Serialize;
use serde_json::Value;

use super::yaml;
use crate::inventory::Distro;
use crate::vocab::diagnostic::{Diagnostic, Sources, Span};

/// The first chart that can be converted from and to.
const FIRST: u16 = 15;

/// A minor of the chart: 36 for 0.36.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChartMinor(u16);

impl std::str::FromStr for ChartMinor {
    type Err = String;

    /// `0.36`, or any patch of it.
    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("not a vcluster chart from 0.{FIRST} to 0.{}, such as 0.36 or 0.36.1", spans::LAST);
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let mut next = || parts.next().filter(|part| part.bytes().all(|b| b.is_ascii_digit()))?.parse::<u16>().ok();
        let (Some(0), Some(minor)) = (next(), next()) else { return Err(fault()) };
        let rest: Vec<&str> = text.split('.').skip(2).collect();
        let is_patch = rest.iter().all(|patch| !patch.is_empty() && patch.bytes().all(|b| b.is_ascii_digit()));
        if rest.len() > 1 || !is_patch || !(FIRST..=spans::LAST).contains(&minor) {
            return Err(fault());
        }
        Ok(Self(minor))
    }
}

impl std::fmt::Display for ChartMinor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "0.{}", self.0)
    }
}

impl ChartMinor {
    const fn is_legacy(self) -> bool {
        self.0 < spans::FIRST
    }
}

/// What came of a conversion.
#[derive(Debug)]
pub struct Conversion {
    /// The values, as YAML.
    pub text: String,
    /// The values.
    pub values: Value,
    /// The chart of these values.
    pub chart: &'static str,
    /// Keys under another name now, by line.
    pub moved: Vec<Moved>,
    /// Keys without an equivalent, by line.
    pub lost: Vec<Loss>,
    /// Keys that nobody wrote and the target needs.
    pub added: Vec<Added>,
}

/// A key under another name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Moved {
    /// Line in the file, from 1.
    pub line: u64,
    /// Its old path.
    pub from: String,
    /// Its new path.
    pub to: String,
}

/// A key without an equivalent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Loss {
    /// Line in the file, from 1.
    pub line: u64,
    /// Its path.
    pub path: String,
    /// Why.
    pub why: String,
}

/// A key that the target needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Added {
    /// Its path.
    pub path: String,
    /// Why.
    pub why: &'static str,
}

/// Converts the file at index `file` of `sources`. `distro` says which legacy chart it is for, or is to be for, where its keys do not.
///
/// # Errors
/// `not-values` for text that is no YAML map, `which-distro` where a legacy file fits both charts.
pub fn convert(
    sources: &Sources,
    file: u32,
    from: ChartMinor,
    to: ChartMinor,
    distro: Option<Distro>,
) -> Result<Conversion, Box<Diagnostic>> {
    let text = &sources.get(file).text;
    let values = node::read(text).map_err(|(line, what)| {
        Box::new(
            Diagnostic::error("not-values", format!("this is no file of values: {what}"))
                .at(line_span(text, file, line.unwrap_or(1)), "here")
                .help("values are one YAML document, a map of keys"),
        )
    })?;
    if from == to || (from.is_legacy() && to.is_legacy()) {
        let chart = chart(to, legacy::distro(&values).or(distro));
        return Ok(done(work::Work::on(values), from, to, chart));
    }
    let mut work = if from.is_legacy() {
        let Some(distro) = distro.or_else(|| legacy::distro(&values)) else {
            return Err(Box::new(
                Diagnostic::error("which-distro", format!("nothing in this file says which chart {from} it is for"))
                    .at(line_span(text, file, 1), "")
                    .help("say `--distro k3s` for chart `vcluster`, `--distro k8s` for chart `vcluster-k8s`"),
            ));
        };
        legacy::up(values, distro)
    } else {
        work::Work::on(values)
    };
    let start = from.0.max(spans::FIRST);
    unified::step(&mut work, start, to.0.max(spans::FIRST));
    let mut target = None;
    if to.is_legacy() {
        let is_k3s = work.values.get("controlPlane.distro.k3s.enabled").is_some_and(node::Node::is_true);
        let distro = distro.unwrap_or(if is_k3s { Distro::K3s } else { Distro::K8s });
        work = legacy::down(work, distro);
        target = Some(distro);
    }
    Ok(done(work, from, to, chart(to, target)))
}

fn chart(to: ChartMinor, distro: Option<Distro>) -> &'static str {
    match distro {
        Some(Distro::K8s) if to.is_legacy() => "vcluster-k8s",
        Some(Distro::K8s | Distro::K3s) | None => "vcluster",
    }
}

fn done(work: work::Work, from: ChartMinor, to: ChartMinor, chart: &'static str) -> Conversion {
    let work::Work { values, mut moved, mut lost, added } = work;
    moved.sort();
    moved.dedup();
    lost.sort();
    lost.dedup();
    let values = values.value();
    let body = yaml::write(std::slice::from_ref(&values));
    let body = body.split_once('\n').map_or("", |(_, body)| body);
    let text = format!("# For chart {chart} {to}, converted by fleetplan from values of {from}.\n{body}");
    Conversion { text, values, chart, moved, lost, added }
}

/// The losses as warnings that point into the file.
#[must_use]
pub fn warnings(sources: &Sources, file: u32, to: ChartMinor, conversion: &Conversion) -> Vec<Diagnostic> {
    let text = &sources.get(file).text;
    // What stands in one line and is lost for one reason is one warning.
    let alike = |a: &Loss, b: &Loss| a.line == b.line && a.why == b.why;
    conversion
        .lost
        .chunk_by(alike)
        .map(|losses| {
            let paths: Vec<String> = losses.iter().map(|loss| format!("`{}`", loss.path)).collect();
            let have = if paths.len() == 1 { "has" } else { "have" };
            let Loss { line, why, .. } = &losses[0];
            let message = format!("{} {have} no equivalent in chart {to}: {why}", paths.join(", "));
            Diagnostic::warning("no-equivalent", message).at(line_span(text, file, *line), "")
        })
        .collect()
}

/// A line without its indent and its end.
fn line_span(text: &str, file: u32, line: u64) -> Span {
    let start: usize = text
        .split_inclusive('\n')
        .take(usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX))
        .map(str::len)
        .sum();
    let this = text[start..].lines().next().unwrap_or_default();
    let indent = this.len() - this.trim_start().len();
    let end = start + this.trim_end().len().max(indent);
    let cut = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { file, start: cut(start + indent), end: cut(end) }
}
