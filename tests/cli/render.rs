//! The tree's other faces: what Argo CD will make of it, the same plan for Flux, and a platform team's own templates.

use crate::place::{Place, err, json, out};

#[test]
fn expand_shows_every_application_and_writes_nothing() {
    let place = Place::with_plan();
    let before = place.files();
    let shown = out(&place.run(&["render", "--expand"]).success());
    let names: Vec<&str> = shown.lines().filter_map(|line| line.strip_prefix("  name: ")).collect();
    let document = json(&place.run(&["render", "--expand", "--format", "json"]).success());
    let applications = document["applications"].as_array().unwrap();
    let said: Vec<&str> = applications.iter().map(|one| one["metadata"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, said);
    assert!(said.is_sorted() && said.contains(&"clusters.eks-steady-1"), "{said:?}");
    for tenant in ["shop", "payments", "pipelines", "trading"] {
        assert!(said.iter().any(|name| name.split('.').nth(1) == Some(tenant)), "{tenant}: {said:?}");
    }
    assert!(!shown.contains("{{"), "{shown}");
    assert_eq!(place.files(), before);
}

#[test]
fn expand_is_of_argo_cd_and_goes_with_nothing_that_writes() {
    let place = Place::with_plan();
    let flux = place.run(&["render", "--expand", "--delivery", "flux"]).code(2);
    assert!(err(&flux).contains("error[expand-nothing]"), "{}", err(&flux));
    for more in [&["--out", "gitops"][..], &["--check"], &["--remove", "shop"]] {
        let both = place.run(&[&["render", "--expand"][..], more].concat()).code(2);
        assert!(err(&both).contains("cannot be used with"), "{}", err(&both));
    }
    let neither = place.run(&["render"]).code(2);
    assert!(err(&neither).contains("--out <DIR>"), "{}", err(&neither));
}

#[test]
fn one_plan_gives_a_tree_for_either_whatever_the_inventory_says() {
    let place = Place::with_plan();
    place.run(&["render", "--out", "argocd"]).success();
    place.run(&["render", "--out", "flux", "--delivery", "flux"]).success();
    let (argocd, flux) = (place.path("argocd"), place.path("flux"));
    assert!(argocd.join("argocd/root.yaml").is_file() && !argocd.join("flux").exists());
    assert!(flux.join("flux/root.yaml").is_file() && !flux.join("argocd").exists());
    // Each is held against what it was rendered for.
    place.run(&["render", "--out", "flux", "--delivery", "flux", "--check"]).success();
    let check = place.run(&["render", "--out", "flux", "--check"]).code(1);
    assert!(out(&check).contains("missing  flux/argocd/root.yaml"), "{}", out(&check));
    // Once the inventory says so, nobody else has to.
    let said =
        "gitops = { repository = \"https://git.acme.example/fleet.git\", delivery = \"flux\" }\ndate = 2026-11-23";
    place.edit("inventory/fleet.toml", "date = 2026-11-23", said);
    place.run(&["plan", "-q"]).success();
    place.run(&["render", "--out", "said"]).success();
    assert!(place.path("said/flux/root.yaml").is_file());
    place.run(&["render", "--out", "said", "--delivery", "argocd", "--check"]).code(1);
}

#[test]
fn a_delivery_that_does_not_exist_is_met_with_those_that_do() {
    let place = Place::with_plan();
    let refused = place.run(&["render", "--out", "gitops", "--delivery", "jenkins"]).code(2);
    assert!(err(&refused).contains("argocd") && err(&refused).contains("flux"), "{}", err(&refused));
    assert!(!place.path("gitops").exists());
}

#[test]
fn a_template_of_ones_own_adds_and_one_that_takes_away_is_refused_with_its_name() {
    let place = Place::with_plan();
    let shipped = include_str!("../../templates/network/network-policy.yaml.hbs");
    place.write(
        "own/network/network-policy.yaml.hbs",
        shipped.replace("  labels:\n", "  labels:\n    acme.example/net: all\n"),
    );
    place.run(&["render", "-q", "--out", "gitops", "--templates", "own"]).success();
    let network = place.text("gitops/tenants/shared-1/shop/manifests/network.yaml");
    assert!(network.contains("acme.example/net: all"), "{network}");
    place.write("own/network/network-policy.yaml.hbs", shipped.replace("kind: NetworkPolicy\n", ""));
    let before = place.files();
    let refused = place.run(&["render", "--out", "gitops", "--templates", "own"]).code(2);
    assert!(err(&refused).contains("network/network-policy.yaml.hbs"), "{}", err(&refused));
    assert_eq!(place.files(), before);
}
