//! Bad inventories: each fault has its code, its exact place and its way out, and brings no false fault along.
//!
//! `«` marks the place where the one error must point; it is taken out before the text is read.

mod small;

use fleetplan::inventory::{Reading, read};
use fleetplan::vocab::diagnostic::{Diagnostic, Severity};
use small::{CLUSTER, FLEET, SHOP};

fn reading(files: &[(&str, String)]) -> Reading {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.replace('«', "").into_bytes())).collect();
    read(files, None, "2026-11-23".parse().expect("a date"))
}

fn said(reading: &Reading, diagnostic: &Diagnostic) -> String {
    let place = diagnostic.primary.as_ref().map(|label| reading.sources.place(label.span).to_string());
    format!("{} {} {}", diagnostic.code, place.unwrap_or_default(), diagnostic.message)
}

/// `path:line:column` of the mark.
fn mark(files: &[(&str, String)]) -> String {
    let (path, text, at) =
        files.iter().find_map(|(path, text)| Some((path, text, text.find('«')?))).expect("a case marks its place");
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    format!("{path}:{line}:{column}")
}

/// Reads `files` and finds the one error `code` at the mark, with help. Returns it for more questions.
#[track_caller]
fn refused(code: &str, files: &[(&str, String)]) -> Diagnostic {
    let reading = reading(files);
    let errors: Vec<_> = reading.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    let all: Vec<_> = errors.iter().map(|error| said(&reading, error)).collect();
    assert_eq!(errors.len(), 1, "one error `{code}` alone, found {all:#?}");
    assert_eq!(errors[0].code, code, "{all:#?}");
    assert!(all[0].starts_with(&format!("{code} {} ", mark(files))), "at {}, found {all:#?}", mark(files));
    assert!(!errors[0].help.is_empty() && errors[0].help.iter().all(|help| !help.is_empty()), "{all:#?}");
    assert!(reading.inventory.is_none());
    errors[0].clone()
}

/// One page: the fleet, its cluster, its tenant, and `extra`.
fn page(extra: &str) -> [(&'static str, String); 1] {
    [("fleet.toml", format!("{FLEET}{CLUSTER}{SHOP}{extra}"))]
}

/// The page with keys added to its tenant.
fn tenant(keys: &str) -> [(&'static str, String); 1] {
    page(keys)
}

/// The page with `from` replaced by `to` in its cluster.
#[track_caller]
fn cluster(from: &str, to: &str) -> [(&'static str, String); 1] {
    assert!(CLUSTER.contains(from));
    [("fleet.toml", format!("{FLEET}{}{SHOP}", CLUSTER.replace(from, to)))]
}

/// The page with `from` replaced by `to` in its tenant.
#[track_caller]
fn shop(from: &str, to: &str) -> [(&'static str, String); 1] {
    assert!(SHOP.contains(from));
    [("fleet.toml", format!("{FLEET}{CLUSTER}{}", SHOP.replace(from, to)))]
}

const OTHER: &str = "[[tenant]]\nname = \"other\"\nteam = \"web\"\ndemand = { cpu = 1, memory = \"1Gi\", pods = 1 }\n";

#[test]
fn the_page_that_the_cases_start_from_is_sound() {
    let files = page("");
    let reading = reading(&files);
    assert!(reading.diagnostics.is_empty(), "{:?}", reading.diagnostics);
    assert!(reading.inventory.is_some());
}

#[test]
fn keys_and_tables_that_do_not_exist_are_named_with_the_one_that_was_meant() {
    let fault = refused("unknown-key", &cluster("region =", "«regoin = \"x\"\nregion ="));
    assert_eq!(fault.help, ["did you mean `region`?"]);
    let fault = refused("unknown-table", &page("[«polcy]\nheadroom = 0.1\n"));
    assert_eq!(fault.help, ["did you mean `policy`?"]);
    refused("unknown-key", &page("[policy.toil]\n«pods = 3\n"));
    refused("unknown-key", &shop("pods = 10", "pods = 10, «disk = 3"));
    refused("unknown-key", &tenant("[tenant.kernel]\n«distro = \"debian\"\n"));
}

#[test]
fn keys_that_are_missing_are_named_at_their_table() {
    refused("missing-key", &cluster("[[cluster]]\nname = \"eu-1\"", "«[[cluster]]"));
    refused(
        "missing-key",
        &shop("[[tenant]]", "«[[tenant]]").map(|(path, text)| (path, text.replace("team = \"web\"\n", ""))),
    );
    refused("missing-key", &cluster("{ price = 0.10, disruption = \"5m\" }", "«{ price = 0.10 }"));
    refused("missing-key", &shop("{ cpu = \"2\", memory = \"4Gi\", pods = 10 }", "«{ cpu = \"2\", memory = \"4Gi\" }"));
    refused(
        "missing-key",
        &page("«[[exception]]\ntenant = \"shop\"\nrule = \"trust\"\nowner = \"web\"\nreason = \"x\"\n"),
    );
}

#[test]
fn network_policies_of_a_kind_that_the_network_does_not_enforce_are_refused_with_both_lines() {
    let fault = refused(
        "network-policies-not-enforced",
        &cluster("[[cluster.pool]]", "network_policies = «\"cilium\"\n[[cluster.pool]]"),
    );
    assert_eq!(fault.also.len(), 0);
    let said = "cni = \"calico\"\nnetwork_policies = «\"cilium\"\n[[cluster.pool]]";
    let fault = refused("network-policies-not-enforced", &cluster("[[cluster.pool]]", said));
    assert_eq!(fault.also.len(), 1);
    refused("unknown-word", &cluster("[[cluster.pool]]", "network_policies = «\"calico\"\n[[cluster.pool]]"));
}

#[test]
fn values_of_the_wrong_type_say_what_is_expected() {
    refused("wrong-type", &cluster("price = 0.768", "price = «\"0.768\""));
    refused("wrong-type", &cluster("kubernetes = \"1.35\"", "kubernetes = «1.35"));
    refused("wrong-type", &shop("pods = 10", "pods = «10.5"));
    refused("wrong-type", &shop("name = \"shop\"", "name = «7"));
    refused("wrong-type", &tenant("near = «\"other\"\n"));
    refused("wrong-type", &tenant("near = [«3]\n"));
    refused("wrong-type", &tenant("high_availability = «\"yes\"\n"));
    refused("wrong-type", &shop("demand = { cpu = \"2\", memory = \"4Gi\", pods = 10 }", "demand = «5"));
    let fault = refused("wrong-type", &page("«[pin]\ntenant = \"shop\"\n"));
    assert_eq!(fault.help, ["write its header in double brackets: `[[pin]]`"]);
    refused(
        "wrong-type",
        &[("fleet.toml", format!("{CLUSTER}{SHOP}[[«fleet]]\nname = \"acme\"\n").replace("[[«", "«[["))],
    );
}

#[test]
fn names_that_would_leave_their_place_are_refused() {
    for bad in ["../x", "{{x}}", "a\\nb", "Shop", "-shop", "", "a b", "é"] {
        refused("bad-name", &shop("\"shop\"", &format!("«\"{bad}\"")));
    }
    refused("bad-name", &shop("\"shop\"", &format!("«\"{}\"", "x".repeat(64))));
    let fault = refused("bad-name", &shop("\"shop\"", "«\"My Shop\""));
    assert_eq!(fault.help, ["`my-shop` would do"]);
    refused("bad-key", &page("[regulation.«\"PCI DSS\"]\n"));
}

#[test]
fn two_of_one_name_point_at_both_places() {
    let files = [("a.toml", format!("{FLEET}{CLUSTER}{SHOP}")), ("b.toml", SHOP.replace("\"shop\"", "«\"shop\""))];
    let fault = refused("duplicate-name", &files);
    assert_eq!(fault.also.len(), 1);
    assert_eq!(reading(&files).sources.place(fault.also[0].span).to_string(), "a.toml:20:8");
    refused("duplicate-name", &page(&CLUSTER.replace("\"eu-1\"", "«\"eu-1\"")));
    refused(
        "duplicate-name",
        &cluster(
            "zones = 3\n",
            "zones = 3\n[[cluster.pool]]\nname = «\"general\"\nnode = { cpu = 4, memory = \"8Gi\", pods = 20 }\nprice = 1\nnodes = { max = 3 }\n",
        ),
    );
    refused(
        "duplicate-table",
        &[("a.toml", format!("{FLEET}{CLUSTER}{SHOP}")), ("b.toml", "«[fleet]\nname = \"b\"\n".into())],
    );
    refused(
        "duplicate-table",
        &[("a.toml", format!("{FLEET}{CLUSTER}{SHOP}[policy]\n")), ("b.toml", "«[policy]\n".into())],
    );
    let regime = "[regulation.soc2]\n";
    refused(
        "duplicate-name",
        &[("a.toml", format!("{FLEET}{CLUSTER}{SHOP}{regime}")), ("b.toml", "[regulation.«soc2]\n".into())],
    );
    refused("duplicate-entry", &tenant("residency = [\"eu\", «\"eu\"]\n"));
    refused("toml-syntax", &page("[policy]\nheadroom = 0.1\n«headroom = 0.2\n"));
}

#[test]
fn names_that_nothing_bears_are_dangling() {
    let fault = refused("unknown-tenant", &tenant("near = [«\"shopp\"]\n"));
    assert_eq!(fault.help, ["did you mean `shop`?"]);
    refused(
        "unknown-tenant",
        &page("[[pin]]\ntenant = «\"nobody\"\ntier = \"vcluster\"\nowner = \"web\"\nreason = \"x\"\n"),
    );
    refused(
        "unknown-cluster",
        &page("[[pin]]\ntenant = \"shop\"\ncluster = «\"eu-2\"\nowner = \"web\"\nreason = \"x\"\n"),
    );
    refused("unknown-regime", &tenant("regulation = [«\"pci\"]\n"));
    refused("unknown-residency", &tenant("residency = [«\"mars\"]\n"));
    refused("unknown-residency", &tenant("sites = [\"eu\", «\"us\"]\n"));
    refused("unknown-residency", &page("[regulation.own]\nresidency = [«\"ue\"]\n"));
    let teams = |text: &str| [("fleet.toml", format!("[fleet]\nname = \"acme\"\nteams = [\"wob\"]\n{CLUSTER}{text}"))];
    let fault = refused("unknown-team", &teams(&SHOP.replace("\"web\"", "«\"web\"")));
    assert!(fault.help[0].contains("known: `wob`") || fault.help[0].contains("did you mean `wob`"), "{:?}", fault.help);
    refused("unknown-pool", &cluster("region =", "platform_pool = «\"generl\"\nregion ="));
}

#[test]
fn a_name_is_not_called_dangling_because_its_own_table_is_faulty() {
    refused("bad-quantity", &page(&format!("near = [\"other\"]\n{}", OTHER.replace("cpu = 1", "cpu = «\"lots\""))));
    refused(
        "bad-minor",
        &cluster("\"1.35\"", "«\"1.35.2\"").map(|(path, text)| {
            (path, format!("{text}[[pin]]\ntenant = \"shop\"\ncluster = \"eu-1\"\nowner = \"web\"\nreason = \"x\"\n"))
        }),
    );
    let files =
        [("a.toml", format!("{FLEET}{CLUSTER}{SHOP}near = [\"other\"]\n")), ("b.toml", "[[tenant]\n".to_owned())];
    let reading = reading(&files);
    assert!(reading.diagnostics.iter().all(|found| found.code == "toml-syntax"), "{:?}", reading.diagnostics);
}

#[test]
fn quantities_durations_versions_and_dates_say_their_form() {
    for bad in ["", "lots", "5Q", "-1", "1e99", "99999Ei", "0x10", "1 Gi"] {
        refused("bad-quantity", &shop("cpu = \"2\"", &format!("cpu = «\"{bad}\"")));
    }
    refused("bad-quantity", &shop("cpu = \"2\"", "cpu = «-2"));
    refused("bad-quantity", &shop("cpu = \"2\"", "cpu = «nan"));
    refused("out-of-range", &shop("pods = 10", "pods = «-10"));
    refused("out-of-range", &shop("pods = 10", "pods = «9_999_999_999_999"));
    for bad in ["", "5", "five minutes", "1.5h", "-5m"] {
        refused("bad-duration", &tenant(&format!("disruption = «\"{bad}\"\n")));
    }
    refused("bad-minor", &cluster("\"1.35\"", "«\"1.35.2\""));
    refused("bad-minor", &cluster("\"1.35\"", "«\"2.1\""));
    for bad in ["", "latest", "~1.34", "1.34 || 1.35", ">1.x"] {
        refused("bad-range", &tenant(&format!("kubernetes = «\"{bad}\"\n")));
    }
    for bad in [">1.35, <1.36", "1.35, 1.36", "<1.0", ">=1.36, <1.34"] {
        refused("empty-range", &tenant(&format!("kubernetes = «\"{bad}\"\n")));
    }
    refused("bad-chart-version", &page("[vcluster]\nchart = «\"0.36\"\n"));
    refused("unknown-chart", &page("[vcluster]\nchart = «\"1.2.3\"\n"));
    refused("unknown-chart", &page("[vcluster]\nchart = «\"0.14.2\"\n"));
    refused("chart-lacks-distro", &page("[vcluster]\ndistro = «\"k3s\"\n"));
    refused("empty-list", &page("[vcluster]\nminors = «[]\n"));
    let dated = |date: &str| [("fleet.toml", format!("{FLEET}date = {date}\n{CLUSTER}{SHOP}"))];
    refused("bad-date", &dated("«2026-11-23T10:00:00"));
    refused("bad-date", &dated("«\"23.11.2026\""));
    refused("bad-date", &dated("«07:30:00"));
    refused("wrong-type", &dated("«20261123"));
    refused("bad-crd", &tenant("crds = [«\"certificates\"]\n"));
    refused("bad-crd", &tenant("crds = [«\"certificates.cert-manager.io\"]\n"));
    refused("bad-crd", &tenant("crds = [«\"Certificates.cert-manager.io/v1\"]\n"));
    refused("bad-kernel-version", &tenant("kernel = { version = «\"new\" }\n"));
    refused("bad-kernel-version", &cluster("zones = 3", "zones = 3\nkernel = «\"linux-6\""));
}

#[test]
fn money_and_shares_are_bounded() {
    refused("bad-price", &cluster("price = 0.768", "price = «-0.768"));
    refused("bad-price", &cluster("price = 0.768", "price = «0.7681234"));
    refused("bad-price", &cluster("price = 0.768", "price = «inf"));
    refused("bad-price", &cluster("price = 0.768", "price = «1e30"));
    refused("bad-price", &cluster("price = 0.10", "price = «-1"));
    refused("bad-price", &page("[policy.toil]\ncluster = «-450\n"));
    refused("bad-price", &page("[policy]\nonce = { move = «1_000_001 }\n"));
    refused("bad-share", &page("[policy]\nheadroom = «1.5\n"));
    refused("bad-share", &page("[policy]\nheadroom = «-0.1\n"));
    refused("headroom-of-everything", &page("[policy]\nheadroom = «1.0\n"));
    refused("share-of-nothing", &page("[policy]\nmax_tenant_share = «0\n"));
    refused("out-of-range", &page("[policy]\npayback_months = «0\n"));
    refused("out-of-range", &page("[policy]\nhorizon_quarters = «4_000_000_000\n"));
    refused("bad-growth", &tenant("growth = «-1\n"));
    refused("bad-growth", &tenant("growth = «-1.5\n"));
    refused("bad-growth", &tenant("growth = «101\n"));
    let dear = CLUSTER.replace("price = 0.768", "price = 9999").replace("max = 60", "max = 100000");
    let pages: String = (0..2).map(|at| dear.replace("eu-1", &format!("eu-{at}"))).collect();
    let reading = reading(&[("fleet.toml", format!("{FLEET}{pages}{SHOP}"))]);
    assert_eq!(reading.diagnostics.iter().map(|found| found.code).collect::<Vec<_>>(), ["fleet-too-large"]);
}

#[test]
fn demand_that_overflows_points_at_the_demand_and_at_its_growth() {
    let fault = refused(
        "demand-overflow",
        &tenant("growth = 99\n").map(|(path, text)| (path, text.replace("cpu = \"2\"", "cpu = «\"900000\""))),
    );
    assert_eq!(fault.also.len(), 1);
}

#[test]
fn pools_that_could_hold_nothing_are_refused() {
    refused("no-nodes", &cluster("{ min = 3, max = 60 }", "{ min = 0, max = «0 }"));
    refused("min-above-max", &cluster("{ min = 3, max = 60 }", "{ min = 3, max = «2 }"));
    refused("out-of-range", &cluster("max = 60", "max = «1_000_000"));
    refused("empty-node", &cluster("node = { cpu = \"15890m\"", "node = «{ cpu = 0"));
    refused(
        "empty-node",
        &cluster("pods = 110 }", "pods = 0 }").map(|(path, text)| (path, text.replace("node = {", "node = «{"))),
    );
    let fault = refused("daemonsets-too-large", &cluster("daemonsets = { cpu = \"300m\"", "daemonsets = «{ cpu = 16"));
    assert!(fault.message.contains("16 CPU"), "{}", fault.message);
    refused("out-of-range", &cluster("zones = 3", "zones = «0"));
    refused(
        "gpu-without-model",
        &cluster("node = {", "node = «{").map(|(path, text)| (path, text.replace("pods = 110", "pods = 110, gpu = 1"))),
    );
    refused("gpu-without-number", &cluster("zones = 3", "zones = 3\ngpu = «\"nvidia-l4\""));
    refused(
        "no-pools",
        &[(
            "fleet.toml",
            format!(
                "{FLEET}{}{SHOP}",
                CLUSTER[..CLUSTER.find("[[cluster.pool]]").unwrap()].to_owned() + "pool = «[]\n"
            ),
        )],
    );
    refused(
        "unfit-platform-pool",
        &cluster("region =", "platform_pool = «\"general\"\nregion =")
            .map(|(path, text)| (path, text.replace("zones = 3", "os = \"windows\""))),
    );
    refused("zero-limit", &cluster("region =", "limits = { pods = «0 }\nregion ="));
    refused("limit-below-minimum", &cluster("region =", "limits = { nodes = «2 }\nregion ="));
    refused("unknown-word", &cluster("zones = 3", "os = «\"bsd\""));
    refused("unknown-word", &cluster("zones = 3", "runtime = «\"gviser\""));
}

#[test]
fn one_zone_names_the_pool_and_the_policy() {
    let files = cluster("zones = 3", "zones = «1")
        .map(|(path, text)| (path, format!("{text}[policy]\nsurvive_zone_loss = true\n")));
    let fault = refused("one-zone", &files);
    assert!(fault.message.contains("pool `general` of cluster `eu-1`"), "{}", fault.message);
    assert_eq!(reading(&files).sources.place(fault.also[0].span).to_string(), "fleet.toml:24:21");
}

#[test]
fn classes_that_could_open_nothing_are_refused() {
    let class = |from: &str, to: &str| {
        let class = CLUSTER
            .replace("cluster", "class")
            .replace("region = \"eu-west-1\"", "regions = [\"eu-west-1\"]")
            .replace("kubernetes = \"1.35\"", "kubernetes = [\"1.35\"]");
        assert!(class.contains(from), "{class}");
        [("fleet.toml", format!("{FLEET}{}{SHOP}", class.replace(from, to)))]
    };
    refused("empty-list", &class("regions = [\"eu-west-1\"]", "regions = «[]"));
    refused("empty-list", &class("kubernetes = [\"1.35\"]", "kubernetes = «[]"));
    refused("empty-list", &class("region", "tenancy = «[]\nregion"));
    refused("class-name-too-long", &class("\"eu-1\"", &format!("«\"{}\"", "x".repeat(63))));
    refused("out-of-range", &class("region", "open_at_most = «-1\nregion"));
}

#[test]
fn a_tenant_says_its_demand_once() {
    refused(
        "no-demand",
        &shop("demand = { cpu = \"2\", memory = \"4Gi\", pods = 10 }\n", "")
            .map(|(path, text)| (path, text.replace("\"shop\"", "«\"shop\""))),
    );
    let web = "[[tenant.workload]]\nname = \"web\"\ndemand = { cpu = 1, memory = \"1Gi\", pods = 1 }\n";
    refused("demand-and-workloads", &shop("demand = {", "demand = «{").map(|(path, text)| (path, text + web)));
    let parts = |text: &str| shop("demand = { cpu = \"2\", memory = \"4Gi\", pods = 10 }\n", text);
    refused("duplicate-name", &parts(&format!("{web}{}", web.replace("\"web\"", "«\"web\""))));
    refused("no-demand", &parts("workload = «[]\n"));
    refused("gpu-without-demand", &tenant("kernel = { gpu = «\"nvidia-l4\" }\n"));
    refused("out-of-range", &tenant("importance = «0\n"));
    refused("out-of-range", &tenant("namespaces = «0\n"));
    refused("crd-in-two-versions", &tenant("crds = [\"a.b.io/v1\", «\"a.b.io/v2\"]\n"));
    refused(
        "site-outside-residency",
        &page(&format!(
            "sites = [\"eu\", «\"us\"]\nresidency = [\"eu\"]\n{}",
            CLUSTER.replace("\"eu-1\"", "\"us-1\"").replace("\"eu\"", "\"us\"")
        )),
    );
}

#[test]
fn near_and_apart_contradict_also_through_others() {
    refused("names-itself", &tenant("near = [«\"shop\"]\n"));
    refused("names-itself", &tenant("apart = [«\"shop\"]\n"));
    let fault = refused("near-and-apart", &page(&format!("near = [\"other\"]\napart = [«\"other\"]\n{OTHER}")));
    assert_eq!(fault.message, "tenant `shop` is near `other`, and `shop` is apart from `other`");
    let third = OTHER.replace("other", "third");
    let fault = refused(
        "near-and-apart",
        &page(&format!("near = [\"other\"]\n{OTHER}{third}near = [\"other\"]\napart = [«\"shop\"]\n")),
    );
    assert_eq!(fault.message, "tenant `third` is near `other`, which is near `shop`, and `third` is apart from `shop`");
    assert_eq!(fault.also.len(), 2);
}

#[test]
fn near_tenants_have_the_same_sites() {
    let us = CLUSTER.replace("\"eu-1\"", "\"us-1\"").replace("\"eu\"", "\"us\"");
    refused(
        "near-sites",
        &page(&format!("sites = [\"eu\", \"us\"]\nnear = [\"other\"]\n{OTHER}sites = «[\"eu\"]\n{us}")),
    );
    assert!(reading(&page(&format!("sites = [\"eu\"]\nnear = [\"other\"]\n{OTHER}{us}"))).inventory.is_some());
}

#[test]
fn pins_and_exceptions_are_whole_and_stand_once() {
    let pin = "[[pin]]\ntenant = \"shop\"\ntier = \"vcluster\"\nowner = \"web\"\nreason = \"x\"\n";
    refused("empty-pin", &page(&pin.replace("tier = \"vcluster\"\n", "").replace("\"shop\"", "«\"shop\"")));
    refused("contradicting-pin", &page(&pin.replace("\"vcluster\"", "\"namespace\"\nnodes = «\"private\"")));
    refused("contradicting-pin", &page(&pin.replace("\"vcluster\"", "\"cluster\"\nnodes = «\"shared\"")));
    refused("two-pins", &page(&format!("{pin}{}", pin.replace("\"shop\"", "«\"shop\""))));
    let us = CLUSTER.replace("\"eu-1\"", "\"us-1\"").replace("\"eu\"", "\"us\"");
    let sited = format!("sites = [\"eu\"]\n{us}{}", pin.replace("tier = \"vcluster\"", "cluster = «\"us-1\""));
    refused("pin-outside-sites", &page(&sited));
    let exception =
        "[[exception]]\ntenant = \"shop\"\nrule = \"trust\"\nowner = \"web\"\nreason = \"x\"\nuntil = 2027-01-01\n";
    refused("two-exceptions", &page(&format!("{exception}{}", exception.replace("\"trust\"", "«\"trust\""))));
    let fault = refused("unliftable-rule", &page(&exception.replace("\"trust\"", "«\"disrupton\"")));
    assert_eq!(fault.help[0], "did you mean `disruption`?");
    refused("unliftable-rule", &page(&exception.replace("\"trust\"", "«\"capacity\"")));
    refused("empty-text", &page(&exception.replace("reason = \"x\"", "reason = «\" \"")));
    refused(
        "text-too-long",
        &page(&exception.replace("reason = \"x\"", &format!("reason = «\"{}\"", "x".repeat(2001)))),
    );
}

#[test]
fn what_has_ended_is_a_warning() {
    let ended = "[[pin]]\ntenant = \"shop\"\ntier = \"vcluster\"\nowner = \"web\"\nreason = \"x\"\nuntil = 2026-11-22\n\
        [[exception]]\ntenant = \"shop\"\nrule = \"trust\"\nowner = \"web\"\nreason = \"x\"\nuntil = 2026-11-22\n";
    let reading = reading(&page(ended));
    let codes: Vec<_> = reading.diagnostics.iter().map(|found| (found.code, found.severity)).collect();
    assert_eq!(codes, [("expired-pin", Severity::Warning), ("expired-exception", Severity::Warning)]);
    assert!(reading.inventory.is_some());
}

#[test]
fn characters_that_hide_or_break_are_refused_in_every_text() {
    let pin = |reason: &str| {
        page(&format!("[[pin]]\ntenant = \"shop\"\ntier = \"vcluster\"\nowner = \"web\"\nreason = «\"{reason}\"\n"))
    };
    for odd in ["\\u0007", "\\u007F", "\\u0085", "\\uFFFE", "\\uFEFF", "\\u202E", "\\u2066", "\\u2028", "\\n", "\\t"] {
        refused("forbidden-character", &pin(&format!("fine{odd}")));
    }
    refused("forbidden-character", &tenant("questions = [\"fine\", «\"not\\u202Efine\"]\n"));
    let gitops = |key: &str, value: &str| {
        let git =
            if key == "repository" { String::new() } else { "repository = \"https://git.example/x.git\", ".into() };
        [("fleet.toml", format!("{FLEET}gitops = {{ {git}{key} = «\"{value}\" }}\n{CLUSTER}{SHOP}"))]
    };
    for bad in [
        "",
        "ftp://x",
        "https://",
        "https://user:secret@git.example/x.git",
        "https://a b",
        "https://x/{{y}}",
        "https://x\\\"y",
    ] {
        refused("bad-url", &gitops("repository", bad));
    }
    refused("bad-url", &gitops("chart_repository", "charts.example"));
    for bad in ["../x", "/abs", "a//b", "a/", "", ".git", "a/{{b}}"] {
        refused("bad-path", &gitops("path", bad));
    }
    for bad in ["-x", "a..b", "", "a b", "a'b"] {
        refused("bad-revision", &gitops("revision", bad));
    }
    for bad in ["https://registry.example", "", "a b", "x/", "{{x}}"] {
        refused("bad-registry", &page(&format!("[policy]\nregistries = [«\"{bad}\"]\n")));
    }
    for bad in ["usd", "US", "USDT", "U$D"] {
        refused("bad-currency", &[("fleet.toml", format!("{FLEET}currency = «\"{bad}\"\n{CLUSTER}{SHOP}"))]);
    }
}

#[test]
fn facts_are_overridden_with_the_same_care() {
    refused("bad-key", &page("[calendar.eks]\n«\"2.0\" = { standard = 2027-01-01 }\n"));
    refused("bad-key", &page("[calendar.«openshift]\n\"1.35\" = { standard = 2027-01-01 }\n"));
    refused("missing-key", &page("[calendar.eks]\n\"1.35\" = «{ extended = 2027-01-01 }\n"));
    refused(
        "support-ends-early",
        &page("[calendar.eks]\n\"1.35\" = { standard = 2027-01-01, extended = «2026-01-01 }\n"),
    );
    refused("unknown-word", &page("[[pair]]\nhost = \"1.35\"\ntenant = \"1.36\"\nverdict = «\"probably\"\n"));
    refused("empty-range", &page("[[pair]]\nhost = «\">1.36, <1.37\"\ntenant = \"1.36\"\nverdict = \"likely\"\n"));
    refused("unknown-key", &page("[overhead.«large]\ncpu = 1\n"));
    refused("out-of-range", &page("[overhead.small]\nreplicas = «0\n"));
    refused("bad-price", &page("[extended_price]\neks = «-0.5\n"));
    refused("zero-limit", &page("[default_limits.eks]\npods = «0\n"));
    refused("unknown-word", &page("[regulation.own]\nneighbours = «\"nobody\"\n"));
}

#[test]
fn files_that_cannot_be_read_say_where() {
    let read_bytes = |files: Vec<(String, Vec<u8>)>| read(files, None, "2026-11-23".parse().expect("a date"));
    let found = read_bytes(vec![("latin.toml".into(), b"[fleet]\nname = \"caf\xe9\"\n".to_vec())]);
    assert_eq!(
        said(&found, &found.diagnostics[0]),
        "not-utf8 latin.toml:2:12 `latin.toml` is not UTF-8: byte 19 begins no character"
    );
    let found = read_bytes(vec![("huge.toml".into(), vec![b'#'; (16 << 20) + 1])]);
    assert!(said(&found, &found.diagnostics[0]).starts_with("file-too-large huge.toml:1:1"));
    assert_eq!(found.diagnostics.len(), 1);
    let files = [("a.toml", "x = = 1\ny = 1 2\n".to_owned()), ("b.toml", "x = = 1\n".to_owned())];
    let found = reading(&files);
    let places: Vec<_> = found
        .diagnostics
        .iter()
        .map(|fault| (fault.code, found.sources.place(fault.primary.as_ref().unwrap().span).to_string()))
        .collect();
    assert!(places.iter().all(|(code, _)| *code == "toml-syntax"), "{places:?}");
    assert!(places.iter().any(|(_, place)| place.starts_with("a.toml:1:")), "{places:?}");
    assert!(places.iter().any(|(_, place)| place.starts_with("a.toml:2:")), "{places:?}");
    assert!(places.iter().any(|(_, place)| place.starts_with("b.toml:1:")), "{places:?}");
    let bom = format!("\u{feff}{FLEET}{CLUSTER}{SHOP}");
    assert!(reading(&[("bom.toml", bom)]).inventory.is_some(), "a byte order mark at the start is TOML");
}

#[test]
fn nesting_without_end_is_refused_and_not_followed() {
    for deep in [
        "[".repeat(100_000),
        format!("x = {}", "[".repeat(100_000)),
        format!("x = {}", "{a=".repeat(100_000)),
        format!("{}x = 1", "a.".repeat(100_000)),
    ] {
        let reading = reading(&[("deep.toml", deep)]);
        assert!(reading.diagnostics.iter().any(|found| found.code == "toml-syntax"), "{:?}", reading.diagnostics.len());
        assert!(reading.diagnostics.len() < 100, "{}", reading.diagnostics.len());
    }
}

#[test]
fn an_inventory_that_lacks_a_whole_kind_of_table_says_so() {
    let codes =
        |files: &[(&str, String)]| -> Vec<_> { reading(files).diagnostics.iter().map(|found| found.code).collect() };
    assert_eq!(codes(&[]), ["empty-inventory"]);
    assert_eq!(codes(&[("a.toml", "# nothing\n".into())]), ["empty-inventory"]);
    assert_eq!(codes(&[("a.toml", format!("{CLUSTER}{SHOP}"))]), ["missing-table"]);
    assert_eq!(codes(&[("a.toml", format!("{FLEET}{CLUSTER}"))]), ["no-tenants"]);
    assert_eq!(codes(&[("a.toml", format!("{FLEET}{SHOP}"))]), ["no-clusters"]);
}

#[test]
fn ten_faults_in_two_files_are_found_in_one_run() {
    let first = r#"[fleet]
name = "Acme"
currency = "usd"
[policy]
headroom = 1.0
survive_zone_loss = true
[[cluster]]
name = "eu-1"
provider = "eks"
regoin = "eu-west-1"
region = "eu-west-1"
residency = "eu"
kubernetes = "1.35"
control_plane = { price = -0.10, disruption = "5m" }
[[cluster.pool]]
name = "general"
node = { cpu = 4, memory = "16Gi", pods = 58 }
price = 0.192
nodes = { max = 0 }
"#;
    let second = r#"[[tenant]]
name = "shop"
team = "web"
kubernetes = ">1.35, <1.36"
near = ["ghost"]
demand = { cpu = "lots", memory = "4Gi", pods = 10 }
[[tenant]]
name = "shop"
team = "web"
demand = { cpu = 1, memory = "4Gi", pods = 10 }
"#;
    let reading = reading(&[("a.toml", first.into()), ("b.toml", second.into())]);
    let found: Vec<_> = reading
        .diagnostics
        .iter()
        .map(|fault| format!("{} {}", fault.code, reading.sources.place(fault.primary.as_ref().unwrap().span)))
        .collect();
    assert_eq!(
        found,
        [
            "bad-name a.toml:2:8",
            "bad-currency a.toml:3:12",
            "headroom-of-everything a.toml:5:12",
            "unknown-key a.toml:10:1",
            "bad-price a.toml:14:27",
            "one-zone a.toml:16:8",
            "no-nodes a.toml:19:17",
            "empty-range b.toml:4:14",
            "unknown-tenant b.toml:5:9",
            "bad-quantity b.toml:6:18",
            "duplicate-name b.toml:8:8",
        ]
    );
}

#[test]
fn the_order_of_files_does_not_matter() {
    let a = ("a.toml".to_owned(), format!("{FLEET}{CLUSTER}").into_bytes());
    let b = ("b.toml".to_owned(), format!("{SHOP}near = [\"other\"]\n{OTHER}").into_bytes());
    let today = "2026-11-23".parse().unwrap();
    let one = read(vec![a.clone(), b.clone()], None, today).inventory.unwrap();
    let two = read(vec![b, a], None, today).inventory.unwrap();
    assert_eq!(one.fingerprint(), two.fingerprint());
}
