//! `convert-values` through its front door: what moves, what is lost, and that the table of spans is what the charts' schemas say.
#![expect(clippy::unwrap_used, reason = "a fixture that does not parse is a failed test")]

use std::collections::BTreeSet;

use assert_cmd::Command;
use serde_json::{Value, json};

const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared");

/// The minors whose schemas were read, with their charts.
const CHARTS: [(u16, &str); 10] = [
    (20, "0.20.0"),
    (22, "0.22.6"),
    (24, "0.24.2"),
    (26, "0.26.5"),
    (28, "0.28.2"),
    (30, "0.30.5"),
    (31, "0.31.3"),
    (32, "0.32.3"),
    (34, "0.34.7"),
    (36, "0.36.1"),
];

/// Exit code, answer and complaints.
fn run(from: &str, to: &str, text: &str, more: &[&str]) -> (i32, Value, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("values.yaml"), text).unwrap();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("fleetplan"));
    let output = command
        .current_dir(folder.path())
        .args(["convert-values", "--color", "never", "--from", from, "--to", to, "values.yaml", "--format", "json"])
        .args(more)
        .output()
        .unwrap();
    let answer = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap(), answer, String::from_utf8(output.stderr).unwrap())
}

fn values(from: &str, to: &str, text: &str) -> Value {
    let (code, answer, complaints) = run(from, to, text, &[]);
    assert_eq!(code, 0, "{complaints}");
    answer["values"].clone()
}

/// What is lost, as `line path`.
fn lost(from: &str, to: &str, text: &str) -> Vec<String> {
    let (code, answer, complaints) = run(from, to, text, &[]);
    assert_eq!(code, 1, "{complaints}");
    answer["lost"]
        .as_array()
        .unwrap()
        .iter()
        .map(|at| format!("{} {}", at["line"], at["path"].as_str().unwrap()))
        .collect()
}

#[test]
fn what_both_charts_spell_alike_stays_as_it_is() {
    let text = "sync: {toHost: {ingresses: {enabled: true}}}\npolicies: {podSecurityStandard: baseline}\nglobal: {a: [1, 'no']}\n";
    let same: Value = serde_saphyr::from_str(text).unwrap();
    for (from, to) in [("0.20", "0.37"), ("0.37", "0.20"), ("0.31.3", "0.31")] {
        assert_eq!(values(from, to, text), same, "{from} to {to}");
    }
}

#[test]
fn three_images_become_one_version_and_a_foreign_registry_is_lost_with_its_line() {
    let text = "controlPlane:\n  distro:\n    k8s:\n      apiServer:\n        image:\n          tag: v1.29.6\n          registry: REG\n";
    let (code, answer, complaints) = run("0.24", "0.25", text, &[]);
    assert_eq!(code, 1);
    assert_eq!(answer["values"], json!({ "controlPlane": { "distro": { "k8s": { "version": "v1.29.6" } } } }));
    assert_eq!(lost("0.24", "0.25", text), ["7 controlPlane.distro.k8s.apiServer.image.registry"]);
    assert!(complaints.contains("values.yaml:7:") && complaints.contains("known until chart 0.24"), "{complaints}");
    assert_eq!(
        values("0.24", "0.36", &text.replace("REG", "registry.k8s.io")),
        json!({ "controlPlane": { "distro": { "k8s": { "version": "v1.29.6" } } } })
    );
}

#[test]
fn egress_is_open_or_closed_under_either_name() {
    let new = |open| json!({ "enabled": open });
    let closed = "policies: {networkPolicy: {outgoingConnections: {ipBlock: {cidr: 192.0.2.0/24, except: []}}}}\n";
    let up = values("0.30", "0.31", closed);
    assert_eq!(up["policies"]["networkPolicy"]["workload"]["publicEgress"], new(false));
    let down = values("0.31", "0.30", "policies: {networkPolicy: {workload: {publicEgress: {enabled: false}}}}\n");
    assert_eq!(
        down["policies"]["networkPolicy"]["outgoingConnections"],
        json!({ "ipBlock": { "cidr": "192.0.2.0/24", "except": [] } })
    );
    let open = "policies: {networkPolicy: {outgoingConnections: {ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}}}\n";
    let up = values("0.30", "0.36", open);
    let egress = &up["policies"]["networkPolicy"]["workload"]["publicEgress"];
    assert_eq!(egress, &json!({ "cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"] }));
    assert_eq!(values("0.36", "0.30", &up.to_string()), serde_saphyr::from_str::<Value>(open).unwrap());
}

#[test]
fn sleep_and_platform_change_their_names_and_come_back() {
    let text = "sleepMode: {enabled: true, timeZone: UTC, autoSleep: {afterInactivity: 1h}, autoWakeup: {schedule: '0 7 * * *'}}\nexternal: {platform: {apiKey: {secretName: key}}}\n";
    let up = values("0.31", "0.32", text);
    assert_eq!(
        up,
        json!({
            "platform": { "apiKey": { "secretName": "key" } },
            "sleep": { "auto": { "afterInactivity": "1h", "timezone": "UTC", "wakeup": { "schedule": "0 7 * * *" } } },
        })
    );
    assert_eq!(values("0.32", "0.31", &up.to_string()), serde_saphyr::from_str::<Value>(text).unwrap());
    assert_eq!(values("0.31", "0.32", "sleepMode: {enabled: false, autoSleep: {afterInactivity: 1h}}\n"), json!({}));
}

#[test]
fn k3s_is_lost_at_0_33_and_its_version_survives() {
    let text = "controlPlane:\n  distro:\n    k3s:\n      enabled: true\n      image:\n        tag: v1.32.1-k3s1\n";
    assert_eq!(values("0.20", "0.32", text), serde_saphyr::from_str::<Value>(text).unwrap());
    let (_, answer, complaints) = run("0.32", "0.33", text, &[]);
    assert_eq!(answer["values"]["controlPlane"]["distro"]["k8s"], json!({ "enabled": true, "version": "v1.32.1" }));
    assert!(complaints.contains("must be made anew") && complaints.contains("values.yaml:6:"), "{complaints}");
}

#[test]
fn a_legacy_file_says_the_same_to_a_unified_chart_and_comes_back() {
    let text = "\
syncer:
  extraArgs: [\"--tls-san=a.example.com\", \"--out-kube-config-secret=mine\", \"--enforce-toleration=k=v:NoSchedule\"]
  replicas: 3
api: {image: registry.k8s.io/kube-apiserver:v1.27.3, replicas: 3}
controller: {image: registry.k8s.io/kube-controller-manager:v1.27.3, replicas: 3}
etcd: {replicas: 3, storage: {size: 5Gi}}
enableHA: true
sync: {nodes: {enabled: true, nodeSelector: \"a=b,c=d\"}, fake-nodes: {enabled: true}}
isolation: {enabled: true, podSecurityStandard: restricted, limitRange: {enabled: false}}
telemetry: {disabled: \"true\"}
";
    let up = values("0.15.7", "0.36.1", text);
    assert_eq!(up["controlPlane"]["distro"]["k8s"], json!({ "enabled": true, "version": "v1.27.3" }));
    assert_eq!(up["controlPlane"]["statefulSet"]["highAvailability"]["replicas"], 3);
    assert_eq!(up["controlPlane"]["backingStore"]["etcd"]["deploy"]["enabled"], true);
    assert_eq!(up["controlPlane"]["proxy"]["extraSANs"], json!(["a.example.com"]));
    assert_eq!(up["sync"]["fromHost"]["nodes"]["selector"]["labels"], json!({ "a": "b", "c": "d" }));
    assert_eq!(up["sync"]["toHost"]["pods"]["enforceTolerations"], json!(["k=v:NoSchedule"]));
    assert_eq!(up["telemetry"], json!({ "enabled": false }));
    assert_eq!(up["policies"]["limitRange"]["enabled"], false);
    assert_eq!(up["policies"]["resourceQuota"]["enabled"], true, "one switch became four");
    let down = values("0.36", "0.15", &up.to_string());
    assert_eq!(down["api"], json!({ "image": "registry.k8s.io/kube-apiserver:v1.27.3", "replicas": 3 }));
    assert_eq!(down["sync"]["nodes"], json!({ "enabled": true, "nodeSelector": "a=b,c=d" }));
    assert_eq!(down["isolation"]["enabled"], true);
    assert_eq!(down["enableHA"], true);
}

#[test]
fn isolation_that_is_off_has_no_effect_and_is_not_lost() {
    let up = values(
        "0.15",
        "0.32",
        "vcluster: {image: rancher/k3s:v1.27.3-k3s1}\nisolation: {podSecurityStandard: baseline}\n",
    );
    assert!(up.get("policies").is_none(), "{up}");
}

#[test]
fn an_argument_without_a_key_is_lost_by_its_line() {
    let text = "storage: {size: 5Gi}\nsyncer:\n  extraArgs:\n    - --tls-san=a\n    - --request-timeout=30s\n";
    assert_eq!(lost("0.19", "0.32", text), ["5 syncer.extraArgs[1]"]);
}

#[test]
fn wrong_input_is_refused_with_its_code() {
    for (text, more, code) in [
        ("- a\n", &[][..], "not-values"),
        ("a: [\n", &[], "not-values"),
        ("isolation: {enabled: true}\n", &[], "which-distro"),
    ] {
        let (exit, answer, complaints) = run("0.15", "0.36", text, more);
        assert_eq!(exit, 2, "{complaints}");
        assert_eq!(answer["diagnostics"][0]["code"], code);
    }
    assert_eq!(run("0.15", "0.36", "isolation: {enabled: true}\n", &["--distro", "k8s"]).0, 0);
    for (from, to) in [("0.14", "0.36"), ("0.36", "0.38"), ("1.2", "0.36"), ("0.36.x", "0.36")] {
        assert_eq!(run(from, to, "", &[]).0, 2, "{from} {to}");
    }
}

#[test]
fn a_file_is_written_whole_with_out() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("values.yaml"), "deletion: {prevent: true}\n").unwrap();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("fleetplan"));
    command
        .current_dir(folder.path())
        .args(["convert-values", "--from", "0.36", "--to", "0.31", "values.yaml", "--out", "new.yaml"])
        .assert()
        .code(1)
        .stdout("");
    let text = std::fs::read_to_string(folder.path().join("new.yaml")).unwrap();
    assert!(text.starts_with("# For chart vcluster 0.31, converted by fleetplan from values of 0.36.\n"), "{text}");
}

/// Every path of a schema. List items are `[]`, free keys `*`.
fn paths(schema: &Value, root: &Value, path: &str, all: &mut BTreeSet<String>) {
    let mut schema = schema;
    while let Some(reference) = schema["$ref"].as_str() {
        schema = root.pointer(reference.trim_start_matches('#')).unwrap();
    }
    // Schemas are recursive in places; nothing in the table is as deep.
    if path.matches('.').count() > 12 {
        return;
    }
    let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    if let Some(properties) = schema["properties"].as_object() {
        for (key, below) in properties {
            all.insert(join(key));
            paths(below, root, &join(key), all);
        }
    } else if schema["additionalProperties"].is_object() {
        paths(&schema["additionalProperties"], root, &join("*"), all);
    } else if schema["items"].is_object() {
        paths(&schema["items"], root, &join("[]"), all);
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that skips must say so, loudly")]
fn the_table_of_spans_says_of_each_chart_what_its_schema_says() {
    let rows: Vec<(String, u16, u16)> = include_str!("../src/gitops/convert/spans.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            (words[0].to_owned(), words[1].parse().unwrap(), words[2].parse().unwrap())
        })
        .collect();
    let is_row = |row: &str, path: &str| {
        let (row, path): (Vec<_>, Vec<_>) = (row.split('.').collect(), path.split('.').collect());
        row.len() == path.len() && row.iter().zip(&path).all(|(row, key)| row == key || *row == "*")
    };
    let mut known = Vec::new();
    for (minor, chart) in CHARTS {
        let file = format!("{SHARED}/schemas/vcluster/v{chart}/values.schema.json");
        let Ok(text) = std::fs::read_to_string(&file) else {
            assert!(std::env::var_os("FLEETPLAN_REQUIRE_SHARED").is_none(), "`{file}` cannot be read");
            eprintln!("SKIPPED: `{file}` is not there, so the table of spans was held against nothing");
            return;
        };
        let schema: Value = serde_json::from_str(&text).unwrap();
        let mut all = BTreeSet::new();
        paths(&schema, &schema, "", &mut all);
        for (row, first, last) in &rows {
            let should = (first..=last).contains(&&minor);
            let does = all.iter().any(|path| is_row(row, path));
            assert!(
                should == does || !does && row.starts_with("external"),
                "`{row}` and chart {chart}: {should}, {does}"
            );
        }
        known.push((minor, all));
    }
    // What is in one chart and not in the next is in the table, or below something that is.
    for pair in known.windows(2) {
        let [(a, before), (b, after)] = pair else { unreachable!("windows of two") };
        for path in before.symmetric_difference(after) {
            let words: Vec<&str> = path.split('.').collect();
            let covered = (1..=words.len()).any(|end| {
                let parent = words[..end].join(".");
                rows.iter().any(|(row, first, last)| {
                    is_row(row, &parent) && ((first..=last).contains(&a) != (first..=last).contains(&b))
                })
            });
            assert!(covered || path.starts_with("external.platform"), "`{path}` differs between 0.{a} and 0.{b}");
        }
    }
}
