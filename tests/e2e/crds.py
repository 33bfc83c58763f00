"""The custom resource definitions of the controllers that read a tree.

In: the API groups that a tree uses. Out: definitions, from the schemas beside the clone and, where those do not have a kind, from the
controllers' own published Go modules.
"""

import pathlib
import subprocess

import yaml

import tools
from trees import LOADER

HERE = pathlib.Path(__file__).resolve().parent
SCHEMAS = HERE.parents[2] / "shared" / "schemas"


def of(groups, schemas):
    """The definitions of all groups that have some; Kubernetes' own groups have none."""
    return [crd for group in sorted(groups) for crd in SOURCES.get(group, lambda _: [])(schemas)]


def shared(folder, *modules):
    """Those of a folder of the schemas, and from Go modules those that it lacks."""

    def find(schemas):
        found = {crd["metadata"]["name"]: crd for crd in read((schemas / folder).glob("*.yaml"))}
        if not found:
            raise SystemExit(f"{schemas / folder} holds no custom resource definition")
        for module in modules:
            for crd in module(schemas):
                found.setdefault(crd["metadata"]["name"], crd)
        return list(found.values())

    return find


def published(path, version, pattern):
    """Those of a Go module."""

    def find(_):
        found = read(tools.module(path, version).glob(pattern))
        if not found:
            raise SystemExit(f"{path} {version} holds no custom resource definition in {pattern}")
        return found

    return find


def generated(package):
    """Made of Go types, for a controller that publishes only these."""

    def find(_):
        tools.check_go()
        command = ["go", "tool", "controller-gen", "crd", f"paths={package}", "output:stdout"]
        said = subprocess.run(command, cwd=HERE / "flux", check=True, capture_output=True, text=True)
        return [crd for crd in yaml.load_all(said.stdout, Loader=LOADER) if crd]

    return find


def read(files):
    found = [yaml.load(file.read_text(), Loader=LOADER) for file in sorted(files)]
    return [crd for crd in found if crd.get("kind") == "CustomResourceDefinition"]


KYVERNO = ("github.com/kyverno/kyverno", "v1.18.2")
SOURCES = {
    "argoproj.io": shared("argo-cd/v3.5.1"),
    "cilium.io": published("github.com/cilium/cilium", "v1.20.2", "pkg/k8s/apis/cilium.io/client/crds/v2/*networkpolicies.yaml"),
    "cluster.x-k8s.io": shared("cluster-api/v1.12.11"),
    "helm.toolkit.fluxcd.io": generated("github.com/fluxcd/helm-controller/api/v2"),
    "kustomize.toolkit.fluxcd.io": published("github.com/fluxcd/kustomize-controller", "v1.9.6", "config/crd/bases/*.yaml"),
    "kyverno.io": shared("kyverno/v1.18.2", published(*KYVERNO, "config/crds/kyverno/*.yaml")),
    "policies.kyverno.io": published(*KYVERNO, "config/crds/policies.kyverno.io/*.yaml"),
    "source.toolkit.fluxcd.io": published("github.com/fluxcd/source-controller", "v1.9.6", "config/crd/bases/*.yaml"),
}
