#!/usr/bin/env python3
"""Applies every object of rendered trees to a real API server, cluster by cluster.

usage: apply.py [--minor MINOR] --schemas DIR TREE...

Namespaces are made first; everything else is applied as a dry run, then for real, server-side, with unknown and doubled keys as errors. A
second apply changes nothing. Once for each kind of a tree: `kubectl diff` sees nothing, a field that somebody else changed is a conflict that
names it, and forcing it restores what the tree says. Then the cluster is emptied for the next. Clusters share most of their policies, and trees most of their files: a
file that was applied before, word for word, is not applied again, but for namespaces. No two objects of a cluster have one name.

One summary line per tree, exit 1 on any failure.
"""

import argparse
import collections
import itertools
import pathlib
import subprocess
import sys
import time

import crds
import tools
from kustomize import built
from server import Refused, Server
from trees import MANAGEMENT, Tree, not_served

# Made by those who install what a tree needs, or by Argo CD where an Application says so: never by a tree.
THERE_BEFORE = ("argocd", "flux-system", "fleetplan-clusters", "kyverno")
MERGE = "application/merge-patch+json"
# Groups whose controller converts between versions, which nobody does here: each version is applied alone, and stored as it is written.
CONVERTED = ("cluster.x-k8s.io",)


class Check:
    """One tree against one server. `applied` holds what files said that were applied before, and is added to."""

    def __init__(self, server, tree, kubectl, applied):
        self.server, self.tree, self.kubectl, self.applied = server, tree, kubectl, applied
        self.failures, self.counts, self.diffed, self.contested = [], collections.Counter(), set(), set()

    def run(self):
        for cluster, documents in self.tree.clusters.items():
            self.counts["clusters"] += 1
            self.see_no_name_twice(cluster, documents)
            documents = list(self.to_apply(documents))
            for version in sorted({d.says["apiVersion"] for d in documents if d.group in CONVERTED}):
                self.server.store(*version.split("/"))
                self.apply_all(cluster, [d for d in documents if d.says["apiVersion"] == version])
            self.apply_all(cluster, [d for d in documents if d.group not in CONVERTED])
        self.build()

    def build(self):
        """What Flux's controller makes of folders with a file of Kustomize."""
        for folder, documents, faults in built(self.kubectl, self.tree):
            self.failures += [f"{folder}: {fault}" for fault in faults]
            for document in documents:
                if self.attempt(MANAGEMENT, document, "as Kustomize builds it", lambda d=document: self.server.apply(d.says, dry=True)):
                    self.counts["built by Kustomize"] += 1

    def apply_all(self, cluster, documents):
        namespaces = [d for d in documents if d.says["kind"] == "Namespace"]
        rest = [d for d in documents if d.says["kind"] != "Namespace"]
        for name in THERE_BEFORE:
            self.server.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, manager="somebody")
        live = {}
        for document in namespaces:
            self.apply(cluster, document, live)
        for document in rest:
            if self.attempt(cluster, document, "as a dry run", lambda d=document: self.server.apply_text(d, dry=True)):
                self.counts["dry runs"] += 1
        for document in rest:
            self.apply(cluster, document, live)
        for document in documents:
            self.apply_again(cluster, document, live)
        self.see_no_difference(cluster, documents)
        self.see_conflicts(cluster, documents)
        self.empty(documents)

    def see_no_name_twice(self, cluster, documents):
        names = collections.Counter(f"{document.group}/{document.name}" for document in documents)
        self.failures += [f"{cluster}: {count} objects are {name}" for name, count in names.items() if count > 1]

    def to_apply(self, documents):
        """Those that this server serves, and that were not applied before: of whole files, for `kubectl diff` reads whole files."""
        for _, of_file in itertools.groupby(documents, key=lambda document: document.file):
            of_file = list(of_file)
            says = tuple(document.text for document in of_file)
            kinds = {document.says["kind"] for document in of_file}
            if not all(document.is_served(self.server.minor) for document in of_file):
                self.see_not_served(of_file)
            elif says in self.applied and "Namespace" not in kinds:
                self.counts["applied before"] += len(of_file)
            else:
                self.applied.add(says)
                yield from of_file

    def see_not_served(self, of_file):
        """The server has to agree. A file that holds such a kind is not tried at all."""
        self.counts["not served"] += len(of_file)
        for document in of_file:
            try:
                self.server.path(document.says)
            except Refused as why:
                if document.is_served(self.server.minor):
                    self.failures.append(f"{document.file}: {document.name}: {why}")
                continue
            if not document.is_served(self.server.minor):
                self.failures.append(f"{document.file}: {document.name} is said not to be served, and it is")

    def attempt(self, cluster, document, what, do):
        """What `do` answers, or None and a failure."""
        try:
            return do()
        except Refused as why:
            self.failures.append(f"{cluster}: {document.file}: {document.name} {what}: {why}")
            return None

    def apply(self, cluster, document, live):
        answer = self.attempt(cluster, document, "for real", lambda: self.server.apply_text(document))
        if answer is None:
            return
        self.counts["objects"] += 1
        live[document.name] = answer["metadata"]["resourceVersion"]
        if document.says["kind"] == "ResourceQuota":
            # Until a quota has a status, nothing that it counts is let in.
            self.observe(answer, {"hard": answer["spec"]["hard"], "used": {key: "0" for key in answer["spec"]["hard"]}})
        elif "observedGeneration" in answer.get("status", {}):
            # Flux's definitions give a default to the status. The server shows it at once, but does not store it before the next write, and
            # then as a change of its own; with a controller that has seen the object it is stored long before anybody applies again.
            self.observe(answer, {"observedGeneration": answer["metadata"]["generation"]})

    def observe(self, live, status):
        """What a controller does first."""
        self.server.request("PATCH", self.server.path(live) + "/status", {"status": status}, MERGE, fieldManager="somebody")

    def apply_again(self, cluster, document, live):
        if document.name not in live:
            return
        before = self.server.request("GET", self.server.path(document.says))["metadata"]["resourceVersion"]
        answer = self.attempt(cluster, document, "a second time", lambda: self.server.apply_text(document))
        if answer is None:
            return
        if answer["metadata"]["resourceVersion"] == before:
            self.counts["unchanged"] += 1
        else:
            self.failures.append(f"{cluster}: {document.file}: {document.name}: a second apply changes it")

    def see_no_difference(self, cluster, documents):
        files = sorted({document.file for document in documents if new_kind(document, self.diffed)})
        if not files:
            return
        arguments = [self.kubectl, f"--kubeconfig={self.server.kubeconfig()}", "diff", "--server-side"]
        arguments += ["--field-manager=fleetplan-e2e", *(f"--filename={self.tree.root / file}" for file in files)]
        said = subprocess.run(arguments, capture_output=True, text=True)
        self.counts["kubectl diffs"] += 1
        if said.returncode != 0:
            self.failures.append(f"{cluster}: kubectl diff says {said.returncode}: {(said.stdout + said.stderr)[-800:]}")

    def see_conflicts(self, cluster, documents):
        """One object of each kind is changed by somebody else."""
        for document in documents:
            if new_kind(document, self.contested):
                self.attempt(cluster, document, "after somebody changed it", lambda d=document: self.see_conflict(cluster, d))

    def see_conflict(self, cluster, document):
        path = self.server.path(document.says)
        field, patch = self.somebody_changes(path, document.says)
        try:
            self.server.apply_text(document)
            self.failures.append(f"{cluster}: {document.name}: {field} was changed by somebody else, and apply says nothing")
        except Refused as why:
            if why.code != 409 or field not in why.causes:
                self.failures.append(f"{cluster}: {document.name}: {field} was changed; expected a conflict that names it: {why}")
        after = self.server.apply_text(document, force=True)
        if leaf(after, patch) != leaf(document.says, patch):
            self.failures.append(f"{cluster}: {document.name}: {field} is not restored by force")
        self.counts["conflicts"] += 1

    def somebody_changes(self, path, says):
        """Changes the first field that can have another value, by hand; its path as conflicts name it, and the patch."""
        for keys, value in leaves({key: part for key, part in says.items() if key not in ("apiVersion", "kind", "metadata")}):
            patch = other = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else f"{value}x"
            for key in reversed(keys):
                patch = {key: patch}
            try:
                answer = self.server.request("PATCH", path, patch, MERGE, fieldManager="somebody", fieldValidation="Strict")
            except Refused:
                continue  # not a value that this field can have
            if leaf(answer, patch) == other:
                return "." + ".".join(keys), patch
        patch = {"metadata": {"labels": {"app.kubernetes.io/managed-by": "somebody"}}}
        self.server.request("PATCH", path, patch, MERGE, fieldManager="somebody", fieldValidation="Strict")
        return ".metadata.labels.app.kubernetes.io/managed-by", patch

    def empty(self, documents):
        """Removes everything again. There is no controller of namespaces here, so they are finished by hand."""
        namespaces = [document.says for document in documents if document.says["kind"] == "Namespace"]
        for document in reversed(documents):
            try:
                path = self.server.path(document.says)
                self.server.request("PATCH", path, {"metadata": {"finalizers": None}}, MERGE)
                self.server.request("DELETE", path)
                if document.says in namespaces:
                    live = self.server.request("GET", path)
                    live["spec"]["finalizers"] = []
                    self.server.request("PUT", path + "/finalize", live)
            except Refused as why:
                if why.code != 404:
                    self.failures.append(f"{document.name} cannot be removed: {why}")


def new_kind(document, seen):
    """Whether a document is the first of its kind, which is seen from then on."""
    kind = (document.says["apiVersion"], document.says["kind"])
    return not (kind in seen or seen.add(kind))


def leaves(part, keys=()):
    """Scalars that a merge patch can reach, with the keys that lead there."""
    for key, value in part.items():
        if isinstance(value, dict):
            yield from leaves(value, (*keys, key))
        elif isinstance(value, (str, int)):
            yield (*keys, key), value


def leaf(document, patch):
    """What a document has where a patch of one field points."""
    while isinstance(patch, dict):
        (key, patch), = patch.items()
        document = document.get(key) if isinstance(document, dict) else None
    return document


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minor", default="1.36", help="of the API server: 1.36 (the default) or 1.35")
    parser.add_argument("--schemas", type=pathlib.Path, default=crds.SCHEMAS)
    parser.add_argument("trees", nargs="+", metavar="TREE")
    options = parser.parse_args()
    kubectl = tools.build("kubectl")
    trees = [Tree(root) for root in options.trees]
    definitions = crds.of(set().union(*(tree.groups for tree in trees)), options.schemas)
    failed, applied = 0, set()
    with Server(options.minor) as server:
        server.load_crds(definitions)
        for tree in trees:
            since = time.monotonic()
            check = Check(server, tree, kubectl, applied)
            check.run()
            for failure in check.failures:
                print(f"{tree.root}: {failure}")
            failed += len(check.failures)
            unserved = not_served([d for documents in tree.clusters.values() for d in documents], options.minor)
            if unserved:
                print(f"{tree.root}: {unserved}")
            counts = ", ".join(f"{count} {what}" for what, count in check.counts.items())
            print(f"{tree.root} on Kubernetes {options.minor}: {counts}, {len(check.failures)} failed, {time.monotonic() - since:.0f} s")
            if not check.counts["objects"]:
                sys.exit(f"{tree.root}: nothing was applied")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
