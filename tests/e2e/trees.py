"""A rendered tree as its readers see it: documents per cluster, values, descriptors.

In: the folder. Out: `Document`s with the very text that the tree holds, grouped by the cluster that they go to. A file that is none of the
known kinds is an error: nothing is passed over in silence.
"""

import collections
import dataclasses
import functools
import pathlib
import re

import yaml

# Everything that is not for a cluster of tenants is for the one that delivery runs in.
MANAGEMENT = "the management cluster"
# Read by a command line alone.
NOT_FOR_CLUSTERS = ("kustomize.config.k8s.io/",)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Kinds that came with a minor of Kubernetes in the version that trees are written in. A server of an older one does not serve them: what a
# tree has of them is for clusters that are newer than that server.
SERVED_SINCE = {"MutatingAdmissionPolicy": 36, "MutatingAdmissionPolicyBinding": 36}


@dataclasses.dataclass(frozen=True)
class Document:
    """One object: where it stands, its text, and what the text says."""

    file: str
    text: bytes
    says: dict

    @property
    def name(self):
        metadata = self.says["metadata"]
        place = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
        return f"{self.says['kind']} {place}{metadata['name']}"

    @property
    def group(self):
        return self.says["apiVersion"].rpartition("/")[0]

    def is_served(self, minor):
        """Whether an API server of a minor, `1.35`, knows the kind."""
        return SERVED_SINCE.get(self.says["kind"], 0) <= int(minor.split(".")[1])


def not_served(documents, minor):
    """A line that says loudly what a server of an older minor was not asked, or nothing."""
    kinds = collections.Counter(d.says["kind"] for d in documents if not d.is_served(minor))
    if not kinds:
        return None
    return f"NOT SERVED by Kubernetes {minor}, so not tried there: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items())


@dataclasses.dataclass(frozen=True)
class Values:
    """The values file of a vcluster, and what the descriptor or release beside it says."""

    file: pathlib.Path
    chart: str
    release: str
    namespace: str


class Tree:
    """A tree, read once."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        if not (self.root / "fleetplan.sha256").exists():
            raise SystemExit(f"{self.root} is no rendered tree: it holds no fleetplan.sha256")
        self.clusters, self.values, self.descriptors = {}, [], 0
        for file in sorted(self.root.rglob("*.yaml")):
            self.read(file)

    def read(self, file):
        parts = file.relative_to(self.root).parts
        if file.name.endswith(".fleetplan.yaml"):
            self.descriptors += 1
            return
        if file.name == "values.yaml":
            self.values.append(self.values_of(file))
            return
        # A release of Flux stands beside the manifests of its tenant, and lives where Flux does.
        cluster = parts[1] if parts[0] in ("policies", "tenants") and "manifests" in parts else MANAGEMENT
        for text in re.split(r"(?m)^---$", file.read_text()):
            says = yaml.load(text, Loader=LOADER)
            if says is None:
                continue
            if not isinstance(says, dict) or "kind" not in says or "apiVersion" not in says:
                raise SystemExit(f"{file}: neither an object, a descriptor nor values")
            if says["apiVersion"].startswith(NOT_FOR_CLUSTERS):
                continue
            document = Document(str(pathlib.Path(*parts)), text.encode(), says)
            self.clusters.setdefault(cluster, []).append(document)

    @staticmethod
    def values_of(file):
        release = file.parent / "release.yaml"
        if release.exists():
            spec = yaml.load(release.read_text(), Loader=LOADER)["spec"]
            return Values(file, spec["chart"]["spec"]["version"], spec["releaseName"], spec["targetNamespace"])
        found = sorted(file.parent.glob("*.fleetplan.yaml"))
        if len(found) != 1:
            raise SystemExit(f"{file}: {len(found)} descriptors stand beside it")
        says = yaml.load(found[0].read_text(), Loader=LOADER)
        return Values(file, says["chartVersion"], says["release"], says["namespace"])

    @functools.cached_property
    def groups(self):
        return {document.group for documents in self.clusters.values() for document in documents}
