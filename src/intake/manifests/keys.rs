//! Which labels and annotations say what, and what is taken where nothing says it. In: the operator's words, and the namespaces.
//! Out: the keys to read each fact from, and environments under one name each.

use std::collections::BTreeMap;

use serde::Serialize;

use super::findings::shown;
use super::objects::{Namespace, Text};
use crate::inventory::{PodSecurity, Trust};
use crate::vocab::calendar::Seconds;
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::edit::nearest;
use crate::vocab::name::{Environment, RegimeName, TeamName, nearest_label};
use crate::vocab::share::Share;

/// What the operator says of an import. Every part has a default.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// Labels or annotations that name the team, the first that a namespace has. Empty: detected.
    pub team: Vec<String>,
    /// The environment. Empty: detected.
    pub environment: Vec<String>,
    /// The application. Empty: detected.
    pub application: Vec<String>,
    /// The business unit, which gets a file of its own. Empty: detected.
    pub unit: Vec<String>,
    /// Whether it is production, as `true` or `false`; only compared with the environment. Empty: detected.
    pub production: Vec<String>,
    /// Environments by what the labels call them, in lower case; looked up before the shipped table.
    pub environments: BTreeMap<String, Environment>,
    /// What is taken where the files are silent.
    pub assume: Assume,
}

/// What is taken where the files are silent. Each becomes a question in the inventory.
#[derive(Debug, Clone)]
pub struct Assume {
    /// The part of a quota that is in use. 30 %.
    pub share: Share,
    /// Pods of a namespace that has no quota for them. 10.
    pub pods_without_quota: u64,
    /// Millicores that a pod asks where no limit range gives a default. 100.
    pub cpu_per_pod: u64,
    /// MiB that a pod asks where no limit range gives a default. 128.
    pub memory_per_pod: u64,
    /// The owner of a namespace that names none. unowned.
    pub team: TeamName,
    /// The environment of a namespace that names none. production, which is kept apart from the rest.
    pub environment: Environment,
    /// Trust. soft.
    pub trust: Trust,
    /// Regimes. None.
    pub regulation: Vec<RegimeName>,
    /// The longest planned outage of a control plane that is tolerated. None: any.
    pub disruption: Option<Seconds>,
    /// The pod security level of a namespace without a label for it. baseline.
    pub pod_security: PodSecurity,
}

impl Default for Assume {
    fn default() -> Self {
        Self {
            share: Share::percent(30),
            pods_without_quota: 10,
            cpu_per_pod: 100,
            memory_per_pod: 128,
            team: TeamName::parse("unowned").expect("a label"),
            environment: Environment::parse(Environment::PRODUCTION).expect("a label"),
            trust: Trust::Soft,
            regulation: Vec::new(),
            disruption: None,
            pod_security: PodSecurity::Baseline,
        }
    }
}

/// The keys that were read, whether named or detected, with the namespaces that have each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KeysRead {
    /// For the team.
    pub team: Vec<KeyRead>,
    /// For the environment.
    pub environment: Vec<KeyRead>,
    /// For the application.
    pub application: Vec<KeyRead>,
    /// For the business unit.
    pub unit: Vec<KeyRead>,
    /// For production, yes or no.
    pub production: Vec<KeyRead>,
}

/// One label or annotation key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyRead {
    /// The key.
    pub key: String,
    /// How many namespaces have it.
    pub namespaces: usize,
}

/// The last parts of keys (behind the `/`, with `-` for `_`) that commonly name each fact, best first.
const TEAM: &[&str] = &["team-name", "team", "owner-team", "owning-team", "squad", "owner"];
const ENVIRONMENT: &[&str] = &["environment-name", "environment", "env", "stage"];
const APPLICATION: &[&str] = &["application", "application-name", "part-of", "app-name", "app"];
const UNIT: &[&str] = &["business-unit", "department", "division", "directorate", "organisation", "organization"];
const PRODUCTION: &[&str] = &["is-production", "production"];

/// What people call environments, in lower case, and the name each gets.
const ENVIRONMENTS: &[(&str, &[&str])] = &[
    ("production", &["production", "prod", "prd", "live"]),
    ("preproduction", &["preproduction", "pre-production", "preprod", "pre-prod", "pp"]),
    ("staging", &["staging", "stage", "stg"]),
    ("uat", &["uat", "acceptance", "user-acceptance"]),
    ("test", &["test", "testing", "tst"]),
    ("qa", &["qa", "quality"]),
    ("development", &["development", "develop", "dev"]),
    ("sandbox", &["sandbox", "playground"]),
    ("training", &["training", "train"]),
    ("demo", &["demo", "demonstration"]),
    ("prototype", &["prototype", "prototyping", "poc"]),
];

impl KeysRead {
    /// Takes the operator's keys, and detects those that were not named.
    ///
    /// # Errors
    /// One diagnostic for each named key that no namespace has.
    pub(super) fn find(keys: &Keys, namespaces: &BTreeMap<String, Namespace>) -> Result<Self, Vec<Diagnostic>> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for Namespace { labels, annotations, .. } in namespaces.values() {
            for (key, _) in labels.iter().chain(annotations).filter(|(_, value)| !value.text.trim().is_empty()) {
                *counts.entry(key).or_default() += 1;
            }
        }
        let mut faults = Vec::new();
        let mut find = |flag: &str, named: &[String], common: &[&str]| {
            for key in named.iter().filter(|key| !counts.contains_key(key.as_str())) {
                let message = format!("no namespace has the label or annotation `{key}` that `{flag}` names");
                let fault = Diagnostic::error("unknown-label", message);
                faults.push(match nearest(key, counts.keys().copied()) {
                    Some(known) => fault.help(format!("did you mean `{}`?", shown(known))),
                    None => fault.help(format!("leave `{flag}` out to have common keys detected")),
                });
            }
            let read = |key: &str| KeyRead { key: key.to_owned(), namespaces: counts.get(key).copied().unwrap_or(0) };
            if !named.is_empty() {
                return named.iter().map(|key| read(key)).collect();
            }
            let mut found: Vec<(usize, KeyRead)> =
                counts.keys().filter_map(|key| Some((rank(key, common)?, read(key)))).collect();
            found.sort_by(|(a_rank, a), (b_rank, b)| {
                b.namespaces.cmp(&a.namespaces).then(a_rank.cmp(b_rank)).then_with(|| a.key.cmp(&b.key))
            });
            found.into_iter().map(|(_, key)| key).collect()
        };
        let read = Self {
            team: find("--team-key", &keys.team, TEAM),
            environment: find("--environment-key", &keys.environment, ENVIRONMENT),
            application: find("--application-key", &keys.application, APPLICATION),
            unit: find("--unit-key", &keys.unit, UNIT),
            production: find("--production-key", &keys.production, PRODUCTION),
        };
        if faults.is_empty() { Ok(read) } else { Err(faults) }
    }

    /// What was detected, for the operator to confirm. Nothing where every key was named.
    pub(super) fn detected(&self, keys: &Keys, of: usize) -> Option<Diagnostic> {
        let facts = [
            ("team", "--team-key", &keys.team, &self.team),
            ("environment", "--environment-key", &keys.environment, &self.environment),
            ("application", "--application-key", &keys.application, &self.application),
            ("business unit", "--unit-key", &keys.unit, &self.unit),
        ];
        let (mut said, mut flags) = (Vec::new(), Vec::new());
        for (fact, flag, named, read) in facts {
            match (named.is_empty(), read.first()) {
                (false, _) => {}
                (true, None) => said.push(format!("nothing says the {fact}")),
                (true, Some(best)) => {
                    let key = shown(&best.key);
                    said.push(format!("{fact} from `{key}` ({} of {of} namespaces)", best.namespaces));
                    flags.push(format!("{flag} {key}"));
                }
            }
        }
        if said.is_empty() {
            return None;
        }
        let found = Diagnostic::warning("detected-keys", format!("not every key was named; read: {}", said.join(", ")));
        let named = flags.join(" ");
        Some(if flags.is_empty() {
            found.help("name the keys, such as `--team-key team`")
        } else {
            found.help(format!("to settle them, say `{named}`"))
        })
    }
}

/// Where the last part of `key` stands among `common`.
fn rank(key: &str, common: &[&str]) -> Option<usize> {
    let last = key.rsplit('/').next().unwrap_or(key).to_ascii_lowercase().replace('_', "-");
    common.iter().position(|name| *name == last)
}

/// The first text that a namespace has under any of `keys`: labels before annotations.
pub(super) fn lookup<'a>(namespace: &'a Namespace, keys: &[KeyRead]) -> Option<&'a Text> {
    keys.iter()
        .filter_map(|KeyRead { key, .. }| namespace.labels.get(key).or_else(|| namespace.annotations.get(key)))
        .find(|text| !text.text.trim().is_empty())
}

/// The environment that `text` names, and whether a table knew it. Nothing where no letter of it can stand in a name.
pub(super) fn environment_of(text: &str, keys: &Keys) -> Option<(Environment, bool)> {
    let written = text.trim().to_lowercase();
    if let Some(named) = keys.environments.get(&written) {
        return Some((named.clone(), true));
    }
    let label = nearest_label(&written, 63);
    let listed = ENVIRONMENTS.iter().find(|(_, words)| words.contains(&label.as_str()));
    let name = listed.map_or(label.as_str(), |(name, _)| name);
    Some((Environment::parse(name).ok()?, listed.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::diagnostic::Span;

    fn namespaces(all: &[&[(&str, &str)]]) -> BTreeMap<String, Namespace> {
        let at = Span { file: 0, start: 0, end: 0 };
        let texts = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(key, text)| ((*key).to_owned(), Text { text: (*text).to_owned(), at })).collect()
        };
        let namespace = |pairs| Namespace { at, labels: texts(pairs), annotations: BTreeMap::new() };
        all.iter().enumerate().map(|(at, pairs)| (format!("n{at}"), namespace(pairs))).collect()
    }

    #[test]
    fn the_key_that_most_namespaces_have_is_read_first_and_the_others_after_it() {
        let all =
            namespaces(&[&[("team", "a")], &[("x.io/team-name", "b")], &[("x.io/team-name", "c")], &[("teams", "d")]]);
        let read = KeysRead::find(&Keys::default(), &all).unwrap();
        let keys: Vec<_> = read.team.iter().map(|read| (read.key.as_str(), read.namespaces)).collect();
        assert_eq!(keys, [("x.io/team-name", 2), ("team", 1)]);
        assert_eq!(lookup(&all["n0"], &read.team).unwrap().text, "a");
        assert_eq!(lookup(&all["n3"], &read.team), None);
    }

    #[test]
    fn an_empty_value_is_no_value() {
        let all = namespaces(&[&[("team", " "), ("owner", "b")]]);
        let read = KeysRead::find(&Keys::default(), &all).unwrap();
        assert_eq!(lookup(&all["n0"], &read.team).unwrap().text, "b");
    }

    #[test]
    fn a_named_key_is_read_alone() {
        let all = namespaces(&[&[("team", "a"), ("my/custom", "b")]]);
        let keys = Keys { team: vec!["my/custom".to_owned()], ..Keys::default() };
        let read = KeysRead::find(&keys, &all).unwrap();
        assert_eq!(lookup(&all["n0"], &read.team).unwrap().text, "b");
        assert_eq!(read.team.len(), 1);
    }

    #[test]
    fn environments_go_by_one_name_each_and_the_operators_words_come_first() {
        let name =
            |text: &str, keys: &Keys| environment_of(text, keys).map(|(name, listed)| (name.to_string(), listed));
        let default = Keys::default();
        for (text, expected) in [
            ("prod", "production"),
            ("Production", "production"),
            ("PRE_PROD", "preproduction"),
            ("dev", "development"),
            (" UAT ", "uat"),
        ] {
            assert_eq!(name(text, &default), Some((expected.to_owned(), true)), "{text}");
        }
        assert_eq!(name("Live Dev", &default), Some(("live-dev".to_owned(), false)));
        assert_eq!(name("東京", &default), None);
        let own = BTreeMap::from([("live dev".to_owned(), Environment::parse("production").unwrap())]);
        let own = Keys { environments: own, ..Keys::default() };
        assert_eq!(name("Live Dev", &own), Some(("production".to_owned(), true)));
    }

    #[test]
    fn the_table_of_environments_holds_names_and_no_word_twice() {
        let words: Vec<_> = ENVIRONMENTS.iter().flat_map(|(_, words)| *words).collect();
        let distinct: std::collections::BTreeSet<_> = words.iter().collect();
        assert_eq!(words.len(), distinct.len());
        for (name, words) in ENVIRONMENTS {
            assert!(Environment::parse(name).is_ok() && words.contains(name), "{name}");
        }
    }
}
