//! Each rule that judges candidates, on both sides of its edge: what breaks it closes the door, what satisfies it opens it.
#![expect(clippy::unwrap_used, reason = "a fixture that does not parse is a failed test")]

use fleetplan::inventory::{self, Inventory};
use fleetplan::rules::{Case, RULES, Setting, rule};
use fleetplan::vocab::tier::Form;

/// One cluster that ships no audit log, and a tenant; `%T` is what the tenant asks, `%C` what the cluster has, `%P` policy and other tables.
const PAGE: &str = r#"
[fleet]
name = "acme"
date = 2026-11-23
%P
[[cluster]]
name = "host"
provider = "eks"
region = "eu-west-1"
residency = "eu"
tenancy = "shared"
control_plane = { price = 0.10, disruption = "5m" }
%C
[[cluster.pool]]
name = "general"
node = { cpu = "16", memory = "64Gi", pods = 110 }
price = 0.768
nodes = { max = 10 }
kernel = "6.8"
modules = ["wireguard"]
private = true
[[class]]
name = "abroad"
provider = "eks"
regions = ["us-east-1"]
residency = "us"
kubernetes = ["1.35"]
control_plane = { price = 0.10, disruption = "5m" }
[[class.pool]]
name = "general"
node = { cpu = "16", memory = "64Gi", pods = 110 }
price = 0.768
nodes = { max = 10 }
[[tenant]]
name = "friend"
team = "web"
importance = 9
demand = { cpu = "1", memory = "1Gi", pods = 1 }
[[tenant]]
name = "it"
team = "web"
%T
"#;

const SMALL: &str = "demand = { cpu = \"1\", memory = \"1Gi\", pods = 5 }\n";
const MINOR: &str = "kubernetes = \"1.35\"\n";

fn read(tenant: &str, cluster: &str, other: &str) -> Inventory {
    let demand = if tenant.contains("demand") { "" } else { SMALL };
    let minor = if cluster.contains("kubernetes") { "" } else { MINOR };
    let text = PAGE
        .replace("%T", &format!("{tenant}\n{demand}"))
        .replace("%C", &format!("{cluster}\n{minor}"))
        .replace("%P", other);
    let reading = inventory::read(vec![("fleet.toml".to_owned(), text.into())], None, "2026-11-23".parse().unwrap());
    reading.inventory.unwrap_or_else(|| panic!("{:#?}", reading.diagnostics))
}

/// Whether the rule lets the tenant into the host in this form; a closed door says why, and names the tenant or the host.
fn opens(name: &str, form: Form, inventory: &Inventory) -> bool {
    let setting = Setting::new(inventory, None);
    let unit = setting.units.iter().find(|unit| unit.tenant.name.as_str() == "it").unwrap();
    let host = setting.hosts.iter().find(|host| host.name == "host").unwrap();
    let case = Case { setting: &setting, unit, host, form };
    let rule = rule(name).unwrap();
    let (workload, pool) = (&unit.tenant.workloads[0], &host.offer().pools[0]);
    if !rule.allows_home(&case) {
        let said = rule.reason(&case, None).text;
        assert!(said.contains("`it`") || said.contains("`host`") || said.contains("edition"), "{name}: {said}");
        return false;
    }
    if !rule.allows_pool(&case, workload, pool) {
        let said = rule.reason(&case, Some((workload, pool))).text;
        assert!(said.contains("`it`") || said.contains("`general`"), "{name}: {said}");
        return false;
    }
    true
}

/// Rule, form, and tenant, cluster and other lines: first those that break it, then those that satisfy it.
type Edge = (&'static str, Form, [&'static str; 3], [&'static str; 3]);

const EDGES: &[Edge] = &[
    ("blast-radius", Form::NamespaceShared, ["importance = 4", "", ""], ["importance = 3", "", ""]),
    (
        "capacity",
        Form::NamespaceShared,
        ["largest_pod = { cpu = \"17\" }", "", ""],
        ["largest_pod = { cpu = \"16\" }", "", ""],
    ),
    (
        "crds",
        Form::NamespaceShared,
        ["crds = [\"a.b.example/v1\"]", "", ""],
        ["crds = [\"a.b.example/v1\"]", "", "[policy]\ncrds = \"tenants\""],
    ),
    ("disruption", Form::NamespaceShared, ["disruption = \"4m59s\"", "", ""], ["disruption = \"5m\"", "", ""]),
    ("edition", Form::VclusterPrivate, ["", "", ""], ["", "", "[vcluster]\nedition = \"free\""]),
    ("isolation", Form::NamespaceShared, ["isolation = \"dedicated\"", "", ""], ["isolation = \"shared\"", "", ""]),
    (
        "kernel",
        Form::NamespaceShared,
        ["kernel = { modules = [\"kvm\"] }", "", ""],
        ["kernel = { modules = [\"wireguard\"] }", "", ""],
    ),
    (
        "kernel",
        Form::NamespaceShared,
        ["kernel = { version = \">=6.9\" }", "", ""],
        ["kernel = { version = \">=6.8\" }", "", ""],
    ),
    ("near", Form::Cluster, ["near = [\"friend\"]", "", ""], ["", "", ""]),
    (
        "pin",
        Form::NamespaceShared,
        ["", "", "[[pin]]\ntenant = \"it\"\ntier = \"vcluster\"\nowner = \"web\"\nreason = \"so\"\nuntil = 2026-11-23"],
        ["", "", "[[pin]]\ntenant = \"it\"\ntier = \"vcluster\"\nowner = \"web\"\nreason = \"so\"\nuntil = 2026-11-22"],
    ),
    (
        "regulation",
        Form::NamespaceDedicated,
        ["regulation = [\"soc2\"]", "", ""],
        ["regulation = [\"soc2\"]", "audit_log = true", ""],
    ),
    ("residency", Form::NamespaceShared, ["residency = [\"us\"]", "", ""], ["residency = [\"us\", \"eu\"]", "", ""]),
    (
        "scale",
        Form::NamespaceShared,
        ["demand = { cpu = \"32001m\", memory = \"1Gi\", pods = 1 }", "", ""],
        ["demand = { cpu = \"32\", memory = \"1Gi\", pods = 1 }", "", ""],
    ),
    ("support", Form::NamespaceShared, ["", "kubernetes = \"1.30\"", ""], ["", "kubernetes = \"1.32\"", ""]),
    (
        "trust",
        Form::NamespaceShared,
        ["trust = \"hardened\"", "audit_log = true\nsecrets_encryption = true", ""],
        ["trust = \"soft\"", "", ""],
    ),
    (
        "trust",
        Form::NamespaceDedicated,
        ["trust = \"hardened\"", "secrets_encryption = true", ""],
        ["trust = \"hardened\"", "audit_log = true\nsecrets_encryption = true", ""],
    ),
    (
        "trust",
        Form::VclusterPrivate,
        ["trust = \"hostile\"", "", "[policy]\nhostile = [\"cluster\"]"],
        ["trust = \"hostile\"", "", ""],
    ),
    ("version", Form::NamespaceShared, ["kubernetes = \">=1.36\"", "", ""], ["kubernetes = \">=1.35\"", "", ""]),
    ("version", Form::VclusterShared, ["kubernetes = \"1.33\"", "", ""], ["kubernetes = \"1.34\"", "", ""]),
];

#[test]
fn what_breaks_a_rule_closes_the_door_and_what_satisfies_it_opens_it() {
    for (name, form, broken, satisfied) in EDGES {
        let read = |[tenant, cluster, other]: &[&str; 3]| read(tenant, cluster, other);
        assert!(!opens(name, *form, &read(broken)), "`{name}` lets {form} pass with {broken:?}");
        assert!(opens(name, *form, &read(satisfied)), "`{name}` closes {form} with {satisfied:?}");
    }
}

#[test]
fn every_rule_that_judges_candidates_stands_in_the_table() {
    // Rules that only bind tenants together are tried by the plans of `agreement.rs` and the faults of `review.rs`.
    let binding = [
        "apart",
        "class-limit",
        "cluster-limits",
        "crd-versions",
        "environments",
        "moves",
        "neighbours",
        "pool-limits",
    ];
    for rule in RULES {
        let tried = EDGES.iter().any(|edge| edge.0 == rule.name());
        assert_eq!(tried, !binding.contains(&rule.name()), "`{}`", rule.name());
    }
}

#[test]
fn an_exception_lifts_a_rule_until_its_date() {
    let exception = "[[exception]]\ntenant = \"it\"\nrule = \"disruption\"\nowner = \"web\"\nreason = \"so\"\nuntil = ";
    for (until, lifts) in [("2026-11-23", true), ("2026-11-22", false)] {
        let inventory = read("disruption = \"1m\"", "", &format!("{exception}{until}"));
        let setting = Setting::new(&inventory, None);
        assert_eq!(setting.lifts(&"it".parse().unwrap(), "disruption"), lifts, "{until}");
    }
}
