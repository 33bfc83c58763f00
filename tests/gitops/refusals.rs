//! What is refused, each with its own code.

use fleetplan::gitops::{Templates, generate};
use fleetplan::inventory::Edition;
use fleetplan::plan::Plan;
use fleetplan::vocab::diagnostic::Diagnostic;
use fleetplan::vocab::tier::{Nodes, Tier};

use crate::fixture::{Choice, DEFAULT, fleet, page, plan, read};
use crate::reading::render;

fn faults(choice: Choice, change: impl Fn(&mut Plan)) -> Vec<Diagnostic> {
    let (inventory, mut plan) = fleet(choice);
    change(&mut plan);
    generate(&inventory, &plan, &Templates::shipped()).unwrap_err()
}

fn codes(choice: Choice, change: impl Fn(&mut Plan)) -> Vec<&'static str> {
    faults(choice, change).iter().map(|fault| fault.code).collect()
}

fn placement<'a>(plan: &'a mut Plan, tenant: &str) -> &'a mut fleetplan::plan::Placement {
    plan.placements.iter_mut().find(|placement| placement.tenant.as_str() == tenant).unwrap()
}

#[test]
fn a_plan_of_another_inventory_is_refused_name_by_name() {
    let all = codes(DEFAULT, |plan| {
        placement(plan, "namespace-shared-eks").tenant = "stranger".parse().unwrap();
        placement(plan, "namespace-shared-gke").cluster = "nowhere".parse().unwrap();
        placement(plan, "namespace-shared-aks").pools[0].pool = "nothing".parse().unwrap();
        placement(plan, "vcluster-shared-aks").pools[0].workload = "other".parse().unwrap();
        placement(plan, "vcluster-shared-eks").pools.clear();
        placement(plan, "cluster-eks").cluster = "eks-1".parse().unwrap();
        placement(plan, "cluster-gke").nodes = Some(Nodes::Private);
        plan.clusters.push(fleetplan::plan::PlannedCluster {
            name: "ghost".parse().unwrap(),
            class: None,
            ..plan.clusters[0].clone()
        });
    });
    assert_eq!(all, ["plan-of-another-inventory"; 8]);
}

#[test]
fn private_nodes_without_the_licence_or_the_chart_are_refused_with_the_line() {
    let with_private = plan(&read(&page(DEFAULT)), DEFAULT);
    for (choice, code) in [
        (Choice { edition: Edition::Oss, ..DEFAULT }, "edition-lacks-feature"),
        (Choice { chart: "0.25.0", ..DEFAULT }, "chart-lacks-feature"),
    ] {
        let words = page(DEFAULT).replace("chart = \"0.36.1\"", &format!("chart = \"{}\"", choice.chart)).replace(
            "edition = \"free\"",
            &format!("edition = \"{}\"", format!("{:?}", choice.edition).to_lowercase()),
        );
        let inventory = read(&words);
        let faults = generate(&inventory, &with_private, &Templates::shipped()).unwrap_err();
        assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [code; 3]);
        assert!(faults[0].primary.is_some() && !faults[0].help.is_empty());
    }
}

#[test]
fn a_sandbox_that_the_chart_cannot_force_is_refused() {
    for chart in ["0.15.7", "0.22.6"] {
        assert_eq!(codes(Choice { chart, ..DEFAULT }, |_| {}), ["chart-lacks-feature"]);
    }
}

#[test]
fn three_replicas_of_a_legacy_control_plane_on_k3s_are_refused_with_the_line() {
    let (inventory, plan) = crate::fixture::fleet_without_sandbox(Choice {
        chart: "0.15.7",
        distro: Some("k3s"),
        high_availability: true,
        ..DEFAULT
    });
    let faults = generate(&inventory, &plan, &Templates::shipped()).unwrap_err();
    assert!(faults.iter().all(|fault| fault.code == "distro-lacks-feature" && fault.primary.is_some()), "{faults:?}");
    assert_eq!(faults.len(), 5, "each highly available vcluster: {faults:?}");
}

#[test]
fn a_hostile_tenant_that_could_leave_its_sandbox_is_refused() {
    let words = page(DEFAULT).replace(
        "name = \"vcluster-shared-gke\"\nteam = \"health\"\ntrust = \"hostile\"\nimportance = 3\npod_security = \"restricted\"\nhigh_availability = false\ndemand = {",
        "name = \"vcluster-shared-gke\"\nteam = \"health\"\ntrust = \"hostile\"\nimportance = 3\npod_security = \"restricted\"\nhigh_availability = false\n[[tenant.workload]]\nname = \"two\"\ndemand = { cpu = \"1\", memory = \"1Gi\", pods = 1 }\n[[tenant.workload]]\nname = \"main\"\ndemand = {",
    );
    let inventory = read(&words);
    let mut plan = plan(&inventory, DEFAULT);
    let home = placement(&mut plan, "vcluster-shared-gke");
    let names: Vec<_> =
        inventory.tenant(&home.tenant).unwrap().1.workloads.iter().map(|workload| workload.name.clone()).collect();
    assert_eq!(names.len(), 2);
    home.pools = names
        .into_iter()
        .zip(["general", "sandbox"])
        .map(|(workload, pool)| fleetplan::plan::PlacedWorkload { workload, pool: pool.parse().unwrap(), nodes: 0 })
        .collect();
    let faults = generate(&inventory, &plan, &Templates::shipped()).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["sandbox-mixed"]);
}

#[test]
fn a_tenant_called_like_a_namespace_of_the_platform_is_refused() {
    for name in ["kube-system", "default", "argocd"] {
        let words = page(DEFAULT).replace("\"namespace-shared-eks\"", &format!("\"{name}\""));
        let inventory = read(&words);
        let mut plan = plan(&inventory, DEFAULT);
        placement(&mut plan, "namespace-shared-eks").tenant = name.parse().unwrap();
        let faults = generate(&inventory, &plan, &Templates::shipped()).unwrap_err();
        assert_eq!(faults[0].code, "namespace-reserved", "{name}");
        assert!(faults[0].primary.is_some());
    }
}

#[test]
fn two_tenants_that_would_share_a_namespace_are_refused() {
    let words = page(DEFAULT).replace("\"namespace-dedicated-eks\"", "\"namespace-shared-eks-2\"");
    let inventory = read(&words);
    let mut plan = plan(&inventory, DEFAULT);
    let home = placement(&mut plan, "namespace-dedicated-eks");
    home.tenant = "namespace-shared-eks-2".parse().unwrap();
    // In the same cluster: `namespace-shared-eks` takes this namespace as its second.
    home.cluster = "eks-1".parse().unwrap();
    (home.tier, home.nodes) = (Tier::Namespace, Some(Nodes::Dedicated));
    let faults = generate(&inventory, &plan, &Templates::shipped()).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["namespace-taken"]);
}

#[test]
fn a_chart_of_which_no_values_are_known_is_refused() {
    for chart in ["0.14.2", "0.38.0", "1.0.0"] {
        let words = page(DEFAULT).replace("chart = \"0.36.1\"", &format!("chart = \"{chart}\""));
        let reading = fleetplan::inventory::read(
            vec![("fleet.toml".to_owned(), words.into())],
            None,
            "2026-11-23".parse().unwrap(),
        );
        // The reader may know better than the generator that there is no such chart; one of them must say so.
        if let Some(inventory) = reading.inventory {
            let plan = plan(&inventory, DEFAULT);
            let faults = generate(&inventory, &plan, &Templates::shipped()).unwrap_err();
            assert!(
                faults.iter().all(|fault| ["chart-unknown", "chart-lacks-feature"].contains(&fault.code)),
                "{faults:?}"
            );
            assert!(faults.iter().any(|fault| fault.code == "chart-unknown"), "{chart}: {faults:?}");
        }
    }
}

#[test]
fn a_template_that_fails_for_every_tenant_is_reported_with_the_first() {
    let own = vec![("namespace/namespace.yaml.hbs".to_owned(), b"kind: {{json document.nothing}}\n".to_vec())];
    let (inventory, plan) = fleet(DEFAULT);
    let faults = generate(&inventory, &plan, &Templates::with_overrides(own).unwrap()).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].message.contains("`namespace/namespace.yaml.hbs`, line 1"), "{}", faults[0].message);
    assert!(faults[0].message.contains("tenant `cluster-aks`"), "{}", faults[0].message);
}

#[test]
fn an_override_may_add_what_the_platform_wants_to_every_namespace() {
    let own = r#"
apiVersion: v1
kind: Namespace
metadata:
  name: {{json document.metadata.name}}
  labels:
{{#each document.metadata.labels}}
    {{json @key}}: {{json this}}
{{/each}}
    cost-centre: {{json about.tenant.team}}
  annotations:
{{#each document.metadata.annotations}}
    {{json @key}}: {{json this}}
{{/each}}
    acme.example/region: {{json about.cluster.region}}
"#;
    let own = vec![("namespace/namespace.yaml.hbs".to_owned(), own.as_bytes().to_vec())];
    let (inventory, plan) = fleet(DEFAULT);
    let tree = generate(&inventory, &plan, &Templates::with_overrides(own).unwrap()).unwrap();
    let text = &tree.files["tenants/eks-1/namespace-shared-eks/manifests/namespace.yaml"];
    assert!(text.contains("cost-centre: payments") && text.contains("acme.example/region: eu-west-1"), "{text}");
}

#[test]
fn names_of_63_characters_give_names_within_every_limit() {
    let long = format!("{}-eks", "x".repeat(59));
    let words = page(DEFAULT)
        .replace("\"vcluster-shared-eks\"", &format!("\"{long}\""))
        .replace("\"namespace-shared-eks\"", &format!("\"y{}\"", &long[1..]));
    let inventory = read(&words);
    let mut plan = plan(&inventory, DEFAULT);
    placement(&mut plan, "vcluster-shared-eks").tenant = long.parse().unwrap();
    placement(&mut plan, "namespace-shared-eks").tenant = format!("y{}", &long[1..]).parse().unwrap();
    let tree = render(&inventory, &plan);
    for (path, document) in crate::reading::everything(&tree) {
        let name = document["metadata"]["name"].as_str().unwrap_or("x");
        assert!(name.len() <= 63, "{path}: {name}");
        for key in ["application", "release"] {
            let name = document[key].as_str().unwrap_or("");
            assert!(name.len() <= 52, "{path}: {name}");
        }
    }
}
