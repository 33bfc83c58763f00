//! `fleetplan import manifests`: inventory files from the manifests of a platform. Paths in; one folder of the inventory out, replaced as a
//! whole or not at all.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::ValueHint;
use fleetplan::intake::manifests::{Assume, FOLDER, Imported, Keys, LARGEST_FILE, Summary, import, refusals};
use fleetplan::inventory::{PodSecurity, Trust};
use fleetplan::report::{json, words};
use fleetplan::vocab::calendar::Seconds;
use fleetplan::vocab::diagnostic::Severity;
use fleetplan::vocab::name::{Environment, RegimeName, TeamName};
use fleetplan::vocab::quantity::{Rounding, Unit, parse, write_cpu, write_memory};
use fleetplan::vocab::share::Share;

use super::folder;
use crate::cli::args::{Format, FormatArgs};
use crate::cli::disk::said;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::findings;
use crate::cli::terminal::Terminal;

/// Make tenants from the Namespace, ResourceQuota, LimitRange and network policy files of a platform
///
/// One namespace is one tenant, and the team is its owner. Demand is estimated from quotas, limit ranges and a share. What the files cannot
/// tell takes a default, and becomes a question in the inventory. Flaws of the files never stop an import; each is said with its place.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Demand, with the share s:
  pods          ceil(s × quota of pods), at least 1; without one, --pods-without-quota
  CPU, memory   ceil(s × quota of requests); without one, pods × the LimitRange's default request, else its default
                limit, else --cpu-per-pod and --memory-per-pod
  the rest      ceil(s × quota) for storage, load balancers, services and GPUs; without one, none

Environments by one name each, before `--environment` adds to them:
  production (prod, prd, live), preproduction (preprod, pre-prod, pp), staging (stage, stg), uat (acceptance),
  test (testing, tst), qa, development (dev), sandbox, training, demo, prototype (poc); any other stays as it is

Examples:
  fleetplan import manifests ../environments/namespaces
  kubectl get namespaces,resourcequotas,limitranges,networkpolicies -A -o yaml | fleetplan import manifests -
  fleetplan import manifests platform.yaml --team-key example.org/owner --share 0.5 --environment live=production")]
pub struct ManifestsArgs {
    /// Files, and folders whose *.yaml, *.yml and *.json are all read; `-` reads standard input
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// Folder of the inventory; the import writes, and owns, its folder `imported`
    #[arg(long, value_name = "DIR", default_value = "inventory", value_hint = ValueHint::DirPath)]
    out: PathBuf,
    #[command(flatten)]
    keys: KeyArgs,
    #[command(flatten)]
    assume: AssumeArgs,
    /// End with exit code 1 if anything is wrong or unclear
    #[arg(long)]
    deny_warnings: bool,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Labels and annotations; the first that a namespace has counts. Without them common keys are detected and said.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Labels and annotations")]
struct KeyArgs {
    /// Label or annotation that names the team; may be repeated [default: detected]
    #[arg(long, value_name = "KEY")]
    team_key: Vec<String>,
    /// … the environment [default: detected]
    #[arg(long, value_name = "KEY")]
    environment_key: Vec<String>,
    /// … the application [default: detected]
    #[arg(long, value_name = "KEY")]
    application_key: Vec<String>,
    /// … the business unit, each a file of its own [default: detected]
    #[arg(long, value_name = "KEY")]
    unit_key: Vec<String>,
    /// … whether it is production, true or false [default: detected]
    #[arg(long, value_name = "KEY")]
    production_key: Vec<String>,
    /// What an environment is called here; may be repeated
    #[arg(long = "environment", value_name = "WRITTEN=NAME", value_parser = read_environment)]
    environments: Vec<(String, Environment)>,
}

/// What is taken where the files are silent.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Where the files are silent")]
struct AssumeArgs {
    /// The part of quotas that is in use
    #[arg(long, value_name = "SHARE", default_value = "0.30", value_parser = read_share)]
    share: Share,
    /// Pods of a namespace without a quota for them
    #[arg(long, value_name = "PODS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pods_without_quota: u64,
    /// CPU of a pod without a default request
    #[arg(long, value_name = "CPU", default_value = "100m", value_parser = read_cpu)]
    cpu_per_pod: u64,
    /// Memory of a pod without a default request
    #[arg(long, value_name = "MEMORY", default_value = "128Mi", value_parser = read_memory)]
    memory_per_pod: u64,
    /// Owner of a namespace without a team
    #[arg(long, value_name = "TEAM", default_value = "unowned")]
    team: TeamName,
    /// Environment of a namespace without one
    #[arg(long, value_name = "NAME", default_value = "production")]
    environment_without: Environment,
    /// Trust of every tenant: soft, hardened or hostile
    #[arg(long, default_value = "soft", value_parser = read_trust)]
    trust: Trust,
    /// Regime of every tenant, such as soc2; may be repeated [default: none]
    #[arg(long, value_name = "REGIME")]
    regulation: Vec<RegimeName>,
    /// Longest control-plane outage that every tenant tolerates, such as 5m [default: any]
    #[arg(long, value_name = "TIME")]
    disruption: Option<Seconds>,
    /// Pod security level of a namespace without one: restricted, baseline or privileged
    #[arg(long, value_name = "LEVEL", default_value = "baseline", value_parser = read_pod_security)]
    pod_security: PodSecurity,
}

/// Imports, and replaces the folder.
pub fn run(args: &ManifestsArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let files = folder::read_all(&args.paths, LARGEST_FILE)?;
    let Imported { files, findings: found, sources, summary } = import(files, &args.keys());
    if found.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(Failure::faults(found, sources));
    }
    let target = args.out.join(FOLDER);
    let standing = folder::read_standing(&target, FOLDER)?;
    let refused = refusals(&standing);
    if !refused.is_empty() {
        return Err(Failure::faults(refused, sources));
    }
    let names: BTreeMap<&str, &str> = files
        .iter()
        .map(|(path, text)| {
            (path.strip_prefix(FOLDER).map_or(path.as_str(), |name| name.trim_start_matches('/')), text.as_str())
        })
        .collect();
    let is_same = standing == files;
    if !is_same {
        folder::replace(&target, &names)
            .map_err(|error| Failure::outside("cannot-write", format!("cannot write `{}`: {error}", said(&target))))?;
    }
    match args.format.format {
        Format::Text => {
            terminal.note(&findings::text(&found, &sources, terminal.note_ink()));
            terminal.print(&told(&summary, &said(&target), is_same))?;
            terminal
                .note(&format!("next: `fleetplan check -i {}` says what the inventory still needs\n", said(&args.out)));
        }
        Format::Json => terminal.print(&document(&summary, &files, &findings::values(&found, &sources)))?,
    }
    Ok(if !found.is_empty() && args.deny_warnings { Exit::No } else { Exit::Done })
}

fn told(summary: &Summary, target: &str, is_same: bool) -> String {
    let Summary { documents, tenants, teams, environments, egress, demand, .. } = summary;
    let resources = demand.resources;
    let wrote = if is_same { "nothing changed in" } else { "wrote" };
    format!(
        "{wrote} `{target}`: {}, {}, {}, from {}\n\
         estimated demand: {} CPU, {} memory, {} pods\n\
         egress governed for {} of {tenants}: {} by Kubernetes, {} by Calico, {} by Cilium policies\n",
        words::count(*tenants, "tenant", "tenants"),
        words::count(teams.len(), "team", "teams"),
        words::count(environments.len(), "environment", "environments"),
        words::count(*documents, "document", "documents"),
        write_cpu(resources.cpu),
        write_memory(resources.memory),
        resources.pods,
        tenants - egress.none,
        egress.kubernetes,
        egress.calico,
        egress.cilium,
    )
}

fn document(summary: &Summary, files: &BTreeMap<String, String>, diagnostics: &[serde_json::Value]) -> String {
    let files: Vec<&String> = files.keys().collect();
    json::text(&serde_json::json!({
        "format_version": json::FORMAT_VERSION,
        "files": files,
        "summary": summary,
        "diagnostics": diagnostics,
    }))
}

impl ManifestsArgs {
    fn keys(&self) -> Keys {
        let KeyArgs { team_key, environment_key, application_key, unit_key, production_key, environments } = &self.keys;
        let AssumeArgs {
            share,
            pods_without_quota,
            cpu_per_pod,
            memory_per_pod,
            team,
            environment_without,
            trust,
            regulation,
            disruption,
            pod_security,
        } = &self.assume;
        Keys {
            team: team_key.clone(),
            environment: environment_key.clone(),
            application: application_key.clone(),
            unit: unit_key.clone(),
            production: production_key.clone(),
            environments: environments.iter().cloned().collect(),
            assume: Assume {
                share: *share,
                pods_without_quota: *pods_without_quota,
                cpu_per_pod: *cpu_per_pod,
                memory_per_pod: *memory_per_pod,
                team: team.clone(),
                environment: environment_without.clone(),
                trust: *trust,
                regulation: regulation.clone(),
                disruption: *disruption,
                pod_security: *pod_security,
            },
        }
    }
}

fn read_environment(text: &str) -> Result<(String, Environment), String> {
    let (written, name) = text.split_once('=').ok_or("not of the form `live=production`")?;
    let name = Environment::parse(name.trim()).map_err(|fault| fault.to_string())?;
    Ok((written.trim().to_lowercase(), name))
}

fn read_share(text: &str) -> Result<Share, String> {
    match Share::parse(text) {
        Ok(Share::ZERO) => Err("must be more than 0".to_owned()),
        Ok(share) => Ok(share),
        Err(fault) => Err(format!("{fault}; write a share from 0 to 1, such as 0.30")),
    }
}

fn read_cpu(text: &str) -> Result<u64, String> {
    parse(text, Unit::Millicores, Rounding::Up).map_err(|fault| fault.to_string())
}

fn read_memory(text: &str) -> Result<u64, String> {
    parse(text, Unit::Mebibytes, Rounding::Up).map_err(|fault| fault.to_string())
}

fn read_trust(text: &str) -> Result<Trust, String> {
    match text {
        "soft" => Ok(Trust::Soft),
        "hardened" => Ok(Trust::Hardened),
        "hostile" => Ok(Trust::Hostile),
        _ => Err("not soft, hardened or hostile".to_owned()),
    }
}

fn read_pod_security(text: &str) -> Result<PodSecurity, String> {
    match text {
        "restricted" => Ok(PodSecurity::Restricted),
        "baseline" => Ok(PodSecurity::Baseline),
        "privileged" => Ok(PodSecurity::Privileged),
        _ => Err("not restricted, baseline or privileged".to_owned()),
    }
}
