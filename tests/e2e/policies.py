#!/usr/bin/env python3
"""Tries the policies of a rendered tree on good and bad pods, with the engines that enforce them.

usage: policies.py [--minor MINOR] --cases FILE --schemas DIR TREE

FILE lists pods: the policy that each is about, and whether it is to be admitted or denied. Kyverno's policies, of either kind, are tried by
the Kyverno CLI with the labels that the tree gives to namespaces, and with the tree's exceptions; Kubernetes' own by a real API server, which
is asked to create each pod. A bad pod is asked of the policies that judge, so that none that changes pods mends it first: its policy denies
it, and no other does. A good pod is asked of all, and passes. A pod that says it is another team's comes out of them as its namespace's,
or is denied where no policy changes pods. Every policy that judges has to have good and bad pods.

One summary line per cluster, exit 1 on any failure.
"""

import argparse
import collections
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import yaml

import crds
import tools
from server import Refused, Server
from trees import LOADER, MANAGEMENT, Tree, not_served

OWN_GROUP = "admissionregistration.k8s.io"
KYVERNO_GROUPS = ("kyverno.io", "policies.kyverno.io")
EXCEPTION = "PolicyException"
REPORT = '{"kind":"ClusterReport"'
ENFORCE = "pod-security.kubernetes.io/enforce"
TEAM, TENANT, NODES = "team", "fleetplan.dev/tenant", "fleetplan.dev/nodes"
DEDICATED = "node.cluster.x-k8s.io/fleetplan-dedicated"
CHANGING_KINDS = ("MutatingPolicy", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding")
# Until an API server enforces a policy that was just created.
ENFORCED_SECONDS = 60


class Cluster:
    """The policies of one cluster, the namespaces that they judge, and the cases that can be asked there."""

    def __init__(self, name, documents, cases, minor):
        self.name = name
        policies = [d for d in documents if d.file.startswith("policies/")]
        self.unserved = not_served(policies, minor)
        self.policies = [d for d in policies if d.is_served(minor)]
        # What changes every pod would hide from the others what they have to judge, so it is asked apart.
        self.judges = [d for d in self.policies if d.says["kind"] != EXCEPTION and not only_changes(d.says)]
        self.exceptions = [d for d in self.policies if d.says["kind"] == EXCEPTION]
        self.engines = sorted({d.group for d in self.policies if d.says["kind"] != EXCEPTION})
        self.changes_pods = len(self.judges) + len(self.exceptions) < len(self.policies)
        self.files = {pathlib.Path(d.file).stem for d in self.judges}
        self.namespaces = {d.says["metadata"]["name"]: d.says for d in documents if d.says["kind"] == "Namespace"}
        self.accounts = [d for d in documents if d.says["kind"] == "ServiceAccount"]
        here = [case for case in cases if case["pod"]["metadata"]["namespace"] in self.namespaces]
        self.cases = [self.numbered(number, case) for number, case in enumerate(here)]
        if self.engines == [OWN_GROUP]:
            # An API server fills in its defaults before any policy reads a pod.
            self.cases = [{**case, "expect": case.get("server", case["expect"])} for case in self.cases]

    def account_names(self):
        return {(d.says["metadata"]["namespace"], d.says["metadata"]["name"]) for d in self.accounts}

    def strangers(self):
        """A good pod of each namespace that says it is another team's, with the labels of its namespace."""
        for name, namespace in self.namespaces.items():
            for case in self.cases:
                pod = case["pod"]
                if case["expect"] == "admit" and pod["metadata"]["namespace"] == name and "through" not in case:
                    pod = copy.deepcopy(pod)
                    pod["metadata"]["labels"] = {TEAM: "strangers"}
                    yield pod, namespace
                    break

    @staticmethod
    def numbered(number, case):
        """A case whose pod has a name of its own."""
        case = copy.deepcopy(case)
        case["pod"]["metadata"]["name"] = f"case-{number}"
        return case

    def faults(self, denied):
        """What is wrong with an engine's answers: for each pod, the names of the policies that deny it."""
        for case in self.cases:
            by = denied[case["pod"]["metadata"]["name"]]
            what = f"{self.name}: {case['policy']}: {case['name']}"
            if case["expect"] == "deny":
                if not any(case["policy"] in name for name in by):
                    yield f"{what}: is let pass (denied by: {', '.join(sorted(by)) or 'none'})"
                by = {name for name in by if case["policy"] not in name}
            if by:
                yield f"{what}: is denied by {', '.join(sorted(by))}"


def account_of(pod):
    """Namespace and name of the service account that a pod runs as."""
    return pod["metadata"]["namespace"], pod["spec"].get("serviceAccountName", "default")


def only_changes(says):
    """Whether a policy judges no pod."""
    if says["kind"] == "ClusterPolicy":
        return all("mutate" in rule for rule in says["spec"]["rules"])
    return says["kind"] in CHANGING_KINDS


def changes(cluster, pod, namespace):
    """What is wrong with a stranger's pod after admission."""
    labels = namespace["metadata"]["labels"]
    what = f"{cluster.name}: a pod of {namespace['metadata']['name']} that says it is another team's"
    if pod["metadata"]["labels"].get(TEAM) != labels[TEAM]:
        yield f"{what} keeps the label {pod['metadata']['labels'].get(TEAM)}"
    own = {"key": DEDICATED, "operator": "Equal", "value": labels[TENANT], "effect": "NoSchedule"}
    is_own = own in (pod["spec"].get("tolerations") or [])
    selects = (pod["spec"].get("nodeSelector") or {}).get(DEDICATED) == labels[TENANT]
    if labels.get(NODES) == "dedicated" and not (is_own and selects):
        yield f"{what} is not sent to its tenant's nodes"
    if labels.get(NODES) != "dedicated" and (is_own or selects):
        yield f"{what} is sent to nodes that its tenant does not have"


def kyverno(cluster):
    """The Kyverno CLI's answers: pod name to the policies that deny it; and what is wrong with changed pods."""
    binary = tools.build("kyverno")
    denied, failures = collections.defaultdict(set), []
    with tempfile.TemporaryDirectory(prefix="fleetplan-kyverno-") as folder:
        folder = pathlib.Path(folder)
        judges, everything, exceptions = folder / "judges.yaml", folder / "policies.yaml", folder / "exceptions.yaml"
        judges.write_bytes(joined(cluster.judges))
        everything.write_bytes(joined(d for d in cluster.policies if d.says["kind"] != EXCEPTION))
        exceptions.write_bytes(joined(cluster.exceptions))

        def run(policies, pods, namespace):
            # The CLI has one set of variables for all pods, so each namespace is asked alone.
            resources, values = folder / "pods.yaml", folder / "values.yaml"
            resources.write_text(yaml.safe_dump_all(pods))
            values.write_text(yaml.safe_dump(values_of(namespace)))
            arguments = [binary, "apply", policies, f"--resource={resources}", f"--values-file={values}", "--policy-report"]
            arguments += ["--output-format=json", "--remove-color", "--continue-on-fail"]
            if cluster.exceptions:
                arguments.append(f"--exception={exceptions}")
            return subprocess.run([str(a) for a in arguments], capture_output=True, text=True)

        for name, namespace in cluster.namespaces.items():
            for expect, policies in (("deny", judges), ("admit", everything)):
                here = [case["pod"] for case in cluster.cases if case["expect"] == expect]
                pods = [pod for pod in here if pod["metadata"]["namespace"] == name]
                for pod, policy in read_report(cluster, name, pods, run(policies, pods, namespace)) if pods else []:
                    denied[pod].add(policy)
        for pod, namespace in cluster.strangers():
            said = run(everything, [pod], namespace)
            # Each policy that changes a pod prints what it is by then; the last one stands.
            printed = [part.rpartition("\n---")[0] for part in re.split(r"(?m)^policy \S+ applied to \S+:$", said.stdout)[1:]]
            if not printed:
                sys.exit(f"{cluster.name}: Kyverno changes nothing: {(said.stdout + said.stderr)[-1500:]}")
            failures += changes(cluster, yaml.load(printed[-1], Loader=LOADER), namespace)
    return denied, failures


def joined(documents):
    return b"\n---\n".join(document.text for document in documents)


def values_of(namespace):
    """What the CLI cannot ask a cluster for."""
    labels = namespace["metadata"]["labels"]
    return {
        "apiVersion": "cli.kyverno.io/v1alpha1",
        "kind": "Values",
        "metadata": {"name": "values"},
        "globalValues": {"request.operation": "CREATE", "team": labels.get(TEAM, ""), "tenant": labels.get(TENANT, "")},
        "namespaceSelector": [{"name": namespace["metadata"]["name"], "labels": labels}],
        "namespaces": [namespace],
    }


def read_report(cluster, namespace, pods, said):
    """Pairs of pod and policy of a report; ends the run where a pod is missing from it or something went wrong in a rule."""
    report = report_of(said.stdout)
    if report is None:
        sys.exit(f"{cluster.name}: Kyverno says {said.returncode} of {namespace}: {(said.stdout + said.stderr)[-1500:]}")
    seen = set()
    for result in report.get("results") or []:
        for resource in result.get("resources") or []:
            seen.add(resource["name"])
            if result["result"] == "error":
                sys.exit(f"{cluster.name}: {result['policy']}: {result.get('rule')}: {result.get('message')}")
            if result["result"] == "fail":
                yield resource["name"], result["policy"]
    missing = {pod["metadata"]["name"] for pod in pods} - seen
    if missing:
        sys.exit(f"{cluster.name}: Kyverno's report of {namespace} lacks {sorted(missing)}: {said.stderr[-800:]}")


def report_of(text):
    """The report in what the CLI prints: it stands after the changed pods, on the last of their lines."""
    start = text.find(REPORT)
    try:
        return json.loads(text[start:]) if start >= 0 else None
    except ValueError:
        return None


def api_server(cluster, minor):
    """A real API server's answers; and what is wrong with changed pods."""
    denied, failures = collections.defaultdict(set), []
    with Server(minor) as server:
        for namespace in cluster.namespaces.values():
            namespace = copy.deepcopy(namespace)
            namespace["metadata"]["labels"][ENFORCE] = "privileged"  # to hear the policies alone
            server.apply(namespace)
        for document in cluster.accounts:
            server.apply_text(document)
        for namespace, name in {account_of(case["pod"]) for case in cluster.cases} - cluster.account_names():
            server.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}})
        for document in cluster.judges:
            server.apply_text(document)
        wait_until_enforced(server, cluster)
        for case in cluster.cases:
            if case["expect"] == "deny":
                denied[case["pod"]["metadata"]["name"]] = ask(server, case)
        for document in cluster.policies:
            server.apply_text(document)
        until = time.monotonic() + ENFORCED_SECONDS
        for pod, namespace in cluster.strangers():
            found = mended(server, cluster, pod, namespace)
            while found and time.monotonic() < until:
                time.sleep(0.2)
                found = mended(server, cluster, pod, namespace)
            failures += found
        # By now they change pods, too.
        for case in cluster.cases:
            if case["expect"] == "admit":
                denied[case["pod"]["metadata"]["name"]] = ask(server, case)
    return denied, failures


def mended(server, cluster, pod, namespace):
    """What is wrong with a stranger's pod after the server's admission."""
    what = f"{cluster.name}: a pod of {namespace['metadata']['name']} that says it is another team's"
    try:
        live = server.create(pod, dry=True)
    except Refused as why:
        is_meant = not cluster.changes_pods and "ValidatingAdmissionPolicy 'fleetplan-team-label'" in str(why)
        return [] if is_meant else [f"{what} is refused: {why}"]
    return list(changes(cluster, live, namespace)) if cluster.changes_pods else [f"{what} is let pass"]


def wait_until_enforced(server, cluster):
    """The last policy that was created is the last to be known: one bad pod of each says when that is."""
    until = time.monotonic() + ENFORCED_SECONDS
    for policy in sorted({case["policy"] for case in cluster.cases if case["policy"] in cluster.files}):
        bad = next((case for case in cluster.cases if case["policy"] == policy and case["expect"] == "deny"), None)
        while bad and time.monotonic() < until and not any(policy in name for name in ask(server, bad)):
            time.sleep(0.2)


def ask(server, case):
    """The policies that deny a pod."""
    pod = copy.deepcopy(case["pod"])
    try:
        if case.get("through") == "ephemeralcontainers":
            added = pod["spec"].pop("ephemeralContainers")
            path = server.path(server.create(pod))
            try:
                patch = {"spec": {"ephemeralContainers": added}}
                content = "application/strategic-merge-patch+json"
                server.request("PATCH", path + "/ephemeralcontainers", patch, content, dryRun="All")
            finally:
                server.request("DELETE", path, gracePeriodSeconds=0)
        else:
            server.create(pod, dry=True)
    except Refused as why:
        message = why.status.get("message", "")
        if "ValidatingAdmissionPolicy '" not in message:
            return {f"the API server: {why}"}
        return {part.split("'")[0] for part in message.split("ValidatingAdmissionPolicy '")[1:]}
    return set()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minor", default="1.36", help="of the API server: 1.36 (the default) or 1.35")
    parser.add_argument("--schemas", type=pathlib.Path, default=crds.SCHEMAS)
    parser.add_argument("--cases", type=pathlib.Path, required=True)
    parser.add_argument("tree", metavar="TREE")
    options = parser.parse_args()
    cases = yaml.load(options.cases.read_text(), Loader=LOADER)
    tree = Tree(options.tree)
    failures, tried = [], set()
    for name, documents in tree.clusters.items():
        if name == MANAGEMENT:
            continue
        cluster = Cluster(name, documents, cases, options.minor)
        if not cluster.cases:
            continue
        since = time.monotonic()
        denied, changed = api_server(cluster, options.minor) if cluster.engines == [OWN_GROUP] else kyverno(cluster)
        if cluster.unserved:
            print(f"{name}: {cluster.unserved}")
        found = [*cluster.faults(denied), *changed]
        failures += found
        tried.update((cluster.engines[0], case["policy"], case["expect"]) for case in cluster.cases)
        tried.update((cluster.engines[0], file, None) for file in cluster.files)
        said = collections.Counter(case["expect"] for case in cluster.cases)
        engine = ", ".join(cluster.engines)
        print(
            f"{name} ({engine}): {said['admit']} good and {said['deny']} bad pods tried against {len(cluster.files)} policies, "
            f"{len(found)} failed, {time.monotonic() - since:.0f} s"
        )
    for engine, policy in sorted({(engine, policy) for engine, policy, _ in tried}):
        for expect in ("admit", "deny"):
            if (engine, policy, None) in tried and (engine, policy, expect) not in tried:
                failures.append(f"{policy} of {engine}: no pod is expected to be {'admitted' if expect == 'admit' else 'denied'}")
        if (engine, policy, None) not in tried:
            failures.append(f"{policy}: has pods, and no such policy of {engine} is in the tree")
    for failure in failures:
        print(failure)
    if not tried:
        sys.exit(f"{options.tree}: has none of the namespaces that the cases name")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
