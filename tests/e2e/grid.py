#!/usr/bin/env python3
"""Writes the inventory in which every combination stands of what a tree is made from.

usage: grid.py --edition EDITION --delivery DELIVERY FOLDER

Every provider has a cluster with each engine of policies; every cluster has a tenant in each form of home, and each form of vcluster in both
profiles. Every provider has a class with each version of Cluster API and each kind of workers; from every class one cluster is opened for a
tenant of its own, and one for a tenant on nodes of its own. Minors, networks and the kinds of network policies take turns. Each cluster and
class is a residency of its own, and tenants name their residency and pin their form: the planner has no choice left, so that the tree holds
what is written here. Editions and deliveries hold for a whole fleet: each has an inventory of its own.

It knows words of the inventory, and nothing of trees.
"""

import argparse
import itertools
import pathlib

EDITIONS, DELIVERIES = ("oss", "free", "enterprise"), ("argocd", "flux")
PROVIDERS = {"eks": "eu-west-1", "gke": "europe-west4", "aks": "westeurope"}
ENGINES = ("kyverno", "kyverno-cel", "admission")
VERSIONS, WORKERS = ("v1beta1", "v1beta2"), ("machine-deployments", "machine-pools")
MINORS = ("1.33", "1.34", "1.35", "1.36", "1.37")
# What the network is, and in whose kind its policies are written.
NETWORKS = (("kubernetes", "kubernetes"), ("cilium", "kubernetes"), ("cilium", "cilium"))
PROFILES = {"small": "false", "large": "true"}

FLEET = """[fleet]
name = "grid"
date = 2026-11-23
teams = ["health", "payments"]

[fleet.gitops]
repository = "https://git.acme.example/fleet.git"
revision = "main"
path = "gitops"
delivery = "{delivery}"
chart_repository = "https://charts.acme.example"

[policy]
registries = ["registry.acme.example", "ghcr.io/acme"]
crds = "tenants"
hostile = ["cluster", "vcluster/private", "vcluster/sandboxed"]
max_tenant_share = 1.0
max_importance_share = 1.0

[vcluster]
chart = "0.36.1"
edition = "{edition}"
minors = ["1.34", "1.35", "1.36"]
allow_unlisted_pairs = true
"""

OFFER = """
[[{table}]]
name = "{name}"
provider = "{provider}"
residency = "{name}"
policies = "{engine}"
cni = "{network[0]}"
network_policies = "{network[1]}"
audit_log = true
secrets_encryption = true
control_plane = {{ price = 0.10, disruption = "5m" }}
{more}
[[{table}.pool]]
name = "general"
node = {{ cpu = "15890m", memory = "60Gi", pods = 110 }}
daemonsets = {{ cpu = "300m", memory = "600Mi", pods = 6 }}
price = 0.768
nodes = {{ max = 60 }}
zones = 3
private = true
[[{table}.pool]]
name = "gpu"
node = {{ cpu = "15890m", memory = "60Gi", pods = 110, gpu = 1 }}
price = 0.98
nodes = {{ max = 10 }}
gpu = "nvidia-l4"
[[{table}.pool]]
name = "sandbox"
node = {{ cpu = "15890m", memory = "60Gi", pods = 110 }}
price = 0.768
nodes = {{ max = 30 }}
runtime = "gvisor"
"""

TENANT = """
[[tenant]]
name = "{name}"
team = "{team}"
trust = "{trust}"
residency = ["{cell}"]
pod_security = "{level}"
high_availability = {high_availability}
demand = {{ cpu = "4", memory = "16Gi", pods = 20, storage = "50Gi", load_balancers = 2, services = 10{gpu} }}
{more}

[[pin]]
tenant = "{name}"
tier = "{tier}"
{nodes}owner = "{team}"
reason = "the grid shows this form of home here"
"""


def cluster(name, provider, engine, minor, network):
    more = f'region = "{PROVIDERS[provider]}"\nkubernetes = "{minor}"\ntenancy = "shared"'
    return OFFER.format(table="cluster", name=name, provider=provider, engine=engine, network=network, more=more)


def opened(name, provider, engine, minor, network, version, workers):
    more = f'regions = ["{PROVIDERS[provider]}"]\nkubernetes = ["{minor}"]\nopen_at_most = 2\ncluster_api = "{version}"\nworkers = "{workers}"'
    return OFFER.format(table="class", name=name, provider=provider, engine=engine, network=network, more=more)


def tenant(cell, form, provider, trust="soft", profile="small", gpu=0, more=""):
    tier, _, nodes = form.partition("/")
    name = "-".join([tier, *([nodes] if nodes else []), *([trust] if trust == "hostile" else []), *([profile] if tier == "vcluster" else []), cell])
    return TENANT.format(
        name=name,
        team="payments" if trust == "soft" else "health",
        trust=trust,
        cell=cell,
        level="baseline" if provider == "aks" else "restricted",
        high_availability=PROFILES[profile],
        gpu=f", gpu = {gpu}" if gpu else "",
        more=more,
        tier=tier,
        nodes=f'nodes = "{nodes}"\n' if nodes else "",
    )


def homes(cell, provider, edition):
    """The tenants of a cluster: each form of home that is no cluster."""
    yield tenant(cell, "namespace/shared", provider, more="namespaces = 3")
    yield tenant(cell, "namespace/dedicated", provider, trust="hardened")
    for profile in PROFILES:
        yield tenant(cell, "vcluster/shared", provider, profile=profile)
        # On nodes whose runtime is a sandbox.
        yield tenant(cell, "vcluster/shared", provider, trust="hostile", profile=profile)
        yield tenant(cell, "vcluster/dedicated", provider, profile=profile, gpu=2)
        if edition != "oss":
            yield tenant(cell, "vcluster/private", provider, profile=profile)


def inventory(edition, delivery):
    yield FLEET.format(edition=edition, delivery=delivery)
    turns = itertools.count()
    for provider, engine in itertools.product(PROVIDERS, ENGINES):
        turn, cell = next(turns), f"{provider}-{engine}"
        yield cluster(cell, provider, engine, MINORS[turn % 5], NETWORKS[(turn + turn // 3) % 3])
        yield from homes(cell, provider, edition)
    for provider, version, workers in itertools.product(PROVIDERS, VERSIONS, WORKERS):
        turn, cell = next(turns), f"{provider}-{version}-{workers.removeprefix('machine-')}"
        yield opened(cell, provider, ENGINES[turn % 3], MINORS[turn % 5], NETWORKS[(turn + turn // 3) % 3], version, workers)
        yield tenant(cell, "cluster", provider, more='crds = ["certificates.cert-manager.io/v1"]')
        yield tenant(cell, "namespace/dedicated", provider, trust="hardened")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edition", choices=EDITIONS, required=True)
    parser.add_argument("--delivery", choices=DELIVERIES, required=True)
    parser.add_argument("folder", type=pathlib.Path, metavar="FOLDER")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    (options.folder / "fleet.toml").write_text("".join(inventory(options.edition, options.delivery)))


if __name__ == "__main__":
    main()
