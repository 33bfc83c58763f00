//! `fleetplan convert-values`: a values file of one vcluster chart, for another.

use std::path::PathBuf;

use clap::ValueHint;
use fleetplan::gitops::convert::{self, ChartMinor, Conversion};
use fleetplan::inventory::Distro;
use fleetplan::report::{json, words};
use fleetplan::vocab::diagnostic::{Diagnostic, Sources};

use crate::cli::args::{Format, FormatArgs};
use crate::cli::disk::{self, said};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::findings;
use crate::cli::save::save;
use crate::cli::terminal::Terminal;

/// Convert the values of a vcluster from one chart version to another
///
/// Every key that is called otherwise in the other chart is moved, every key that it does not have is named with its line and left out; the
/// rest stays as it is. Comments are not kept. Whether a running vcluster survives the change is another question: distribution and
/// backing store cannot be changed in place.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Charts: 0.15 to 0.19 (`vcluster` for k3s, `vcluster-k8s`) and 0.20 to 0.37, upwards and downwards.

Examples:
  fleetplan convert-values --from 0.15 --to 0.36 values.yaml > new.yaml
  fleetplan convert-values --from 0.24 --to 0.36 values.yaml --out values.yaml
  fleetplan convert-values --from 0.36.1 --to 0.19 --distro k8s values.yaml --format json

Exit codes: 0 everything has an equivalent; 1 converted, but something has none; 2 the input is wrong.")]
pub struct ConvertValuesArgs {
    /// The values
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// Chart that they are for, such as 0.15 or 0.15.7
    #[arg(long, value_name = "CHART")]
    from: ChartMinor,
    /// Chart that they shall be for, such as 0.36 or 0.36.1
    #[arg(long, value_name = "CHART")]
    to: ChartMinor,
    /// Which legacy chart, where the file does not say: k3s or k8s
    #[arg(long, value_name = "DISTRO", value_parser = read_distro)]
    distro: Option<Distro>,
    /// File to write; standard output without it
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Values are a page or two; 4 MiB is a mistake.
const LARGEST_FILE: u64 = 4 << 20;

/// Converts, writes and tells.
pub fn run(args: &ConvertValuesArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut sources = Sources::default();
    let bytes = disk::read_file(&args.file, LARGEST_FILE).map_err(|fault| Failure::wrong(*fault))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let message = format!("`{}` is not UTF-8: byte {at} begins no character", said(&args.file));
        Failure::wrong(Diagnostic::error("not-utf8", message).help("save the file as UTF-8"))
    })?;
    let file = sources.add(said(&args.file), text);
    let conversion = match convert::convert(&sources, file, args.from, args.to, args.distro) {
        Ok(conversion) => conversion,
        Err(fault) => return Err(Failure::faults(vec![*fault], sources)),
    };
    let warnings = convert::warnings(&sources, file, args.to, &conversion);
    terminal.note(&findings::text(&warnings, &sources, terminal.note_ink()));
    if let Some(out) = &args.out {
        save(out, &conversion.text, terminal)?;
    }
    match args.format.format {
        Format::Json => terminal.print(&document(args, &conversion))?,
        Format::Text if args.out.is_none() => terminal.print(&conversion.text)?,
        Format::Text => {}
    }
    let Conversion { moved, lost, added, .. } = &conversion;
    terminal.note(&format!(
        "{}, {}, {}\n",
        words::count(moved.len(), "key moved", "keys moved"),
        words::count(added.len(), "added", "added"),
        words::count(lost.len(), "without an equivalent", "without an equivalent"),
    ));
    Ok(if lost.is_empty() { Exit::Done } else { Exit::No })
}

fn document(args: &ConvertValuesArgs, conversion: &Conversion) -> String {
    let Conversion { text: _, values, chart, moved, lost, added } = conversion;
    json::text(&serde_json::json!({
        "format_version": json::FORMAT_VERSION,
        "from": args.from.to_string(),
        "to": args.to.to_string(),
        "chart": chart,
        "values": values,
        "moved": moved,
        "lost": lost,
        "added": added,
    }))
}

fn read_distro(text: &str) -> Result<Distro, String> {
    match text {
        "k3s" => Ok(Distro::K3s),
        "k8s" => Ok(Distro::K8s),
        _ => Err("not k3s or k8s".to_owned()),
    }
}
