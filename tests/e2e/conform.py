#!/usr/bin/env python3
"""Lets kubeconform judge every object of rendered trees, strictly.

usage: conform.py [--minor MINOR] --schemas DIR TREE...

The schemas of Kubernetes' own kinds, and of every kind that a custom resource definition is at hand for, are what a running API server
publishes about itself, closed: no key that it does not know. Custom kinds are held against DIR/strict too. Before that, kubeconform has to
refuse a document with a key that nobody knows, one with a key twice, and one of an unknown kind.

One summary line per tree, exit 1 on any failure.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import crds
import tools
from server import Server
from trees import Tree, not_served

REFERENCE = "#/definitions/"
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
GROUP_VERSION_KIND = "x-kubernetes-group-version-kind"
GOOD = "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n"
REFUSED = {
    "a key that nobody knows": "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\nspec: {nobodyKnows: true}\n",
    "a key twice": "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\nmetadata: {name: y}\n",
    "an unknown kind": "apiVersion: v1\nkind: Nobody\nmetadata: {name: x}\n",
}


class Published:
    """JSON Schemas made of what a server publishes: one file per kind, with all that it refers to."""

    def __init__(self, server, folder):
        self.definitions = {name: closed(part) for name, part in server.request("GET", "/openapi/v2")["definitions"].items()}
        self.definitions[INT_OR_STRING] = {"type": ["string", "integer"]}
        self.definitions[QUANTITY] = {"type": ["string", "number"]}
        self.kinds = 0
        for name, definition in self.definitions.items():
            for kind in definition.get(GROUP_VERSION_KIND, []):
                self.write(folder, name, kind)

    def write(self, folder, name, kind):
        needed, queue = {}, [name]
        while queue:
            one = queue.pop()
            if one not in needed:
                needed[one] = self.definitions[one]
                queue += references(needed[one])
        schema = {**needed.pop(name), "definitions": needed}
        # A kind may not be in a file of another kind's name.
        properties = schema.setdefault("properties", {})
        properties["kind"] = {"const": kind["kind"]}
        properties["apiVersion"] = {"const": f"{kind['group']}/{kind['version']}" if kind["group"] else kind["version"]}
        schema["required"] = sorted({*schema.get("required", []), "apiVersion", "kind", "metadata"})
        # kubeconform calls the group of Kubernetes' first kinds by their version.
        file = folder / (kind["group"] or kind["version"]) / f"{kind['kind'].lower()}_{kind['version']}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(schema))
        self.kinds += 1


def closed(part):
    """A schema of OpenAPI in which unknown keys are errors."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    done = {key: closed(value) for key, value in part.items()}
    if done.get("x-kubernetes-int-or-string"):
        done.pop("type", None)
    open_ended = done.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in done
    if isinstance(done.get("properties"), dict) and not open_ended:
        done["additionalProperties"] = False
    return done


def references(part):
    """The definitions that a schema refers to."""
    if isinstance(part, list):
        return [name for one in part for name in references(one)]
    if not isinstance(part, dict):
        return []
    found = [part["$ref"].removeprefix(REFERENCE)] if isinstance(part.get("$ref"), str) else []
    return found + [name for one in part.values() for name in references(one)]


def judge(kubeconform, locations, files):
    """kubeconform's answer: its summary, and what it refuses."""
    arguments = [kubeconform, "-strict", "-summary", "-output=json", "-n=2"]
    arguments += [f"-schema-location={location}" for location in locations]
    said = subprocess.run([*arguments, *map(str, files)], capture_output=True, text=True)
    try:
        answer = json.loads(said.stdout)
    except ValueError:
        raise SystemExit(f"kubeconform says {said.returncode}: {(said.stdout + said.stderr)[-800:]}")
    return answer["summary"], answer.get("resources") or []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minor", default="1.36", help="of the API server: 1.36 (the default) or 1.35")
    parser.add_argument("--schemas", type=pathlib.Path, default=crds.SCHEMAS)
    parser.add_argument("trees", nargs="+", metavar="TREE")
    options = parser.parse_args()
    kubeconform = tools.build("kubeconform")
    trees = [Tree(root) for root in options.trees]
    definitions = crds.of(set().union(*(tree.groups for tree in trees)), options.schemas)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="fleetplan-conform-") as folder:
        folder = pathlib.Path(folder)
        own = folder / "own"
        own.mkdir()
        with Server(options.minor) as server:
            server.load_crds(definitions)
            published = Published(server, own)
        file = "{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json"
        of_server = [f"{own}/{file}"]
        prove(kubeconform, of_server, folder)
        for tree in trees:
            documents = [document for all_of_one in tree.clusters.values() for document in all_of_one]
            unserved = not_served(documents, options.minor)
            if unserved:
                print(f"{tree.root}: {unserved}")
            newer = {document.file for document in documents if not document.is_served(options.minor)}
            documents = [document for document in documents if document.file not in newer]
            files = sorted({tree.root / document.file for document in documents})
            # Where the catalogue has a kind, it is asked as well.
            catalogue = options.schemas / "strict"
            both = sorted({tree.root / d.file for d in documents if has(catalogue, d)})
            for what, locations, some in (("published schemas", of_server, files), ("the catalogue", [f"{catalogue}/{file}", *of_server], both)):
                if not some:
                    continue
                summary, refused = judge(kubeconform, locations, some)
                for one in refused:
                    print(f"{one['filename']}: {one['kind']} {one['name']} against {what}: {one['status']}: {one['msg']}")
                wrong = summary["invalid"] + summary["errors"] + summary["skipped"]
                failed += wrong
                print(f"{tree.root} against {what} ({published.kinds} kinds of Kubernetes {options.minor}): {summary['valid']} valid, {wrong} failed")
                if summary["valid"] == 0:
                    sys.exit(f"{tree.root}: nothing was judged")
            if sum(1 for _ in documents) == 0:
                sys.exit(f"{tree.root}: holds no object")
    sys.exit(1 if failed else 0)


def has(catalogue, document):
    version = document.says["apiVersion"].rpartition("/")[2]
    return (catalogue / document.group / f"{document.says['kind'].lower()}_{version}.json").exists()


def prove(kubeconform, locations, folder):
    """kubeconform takes what is good, and refuses what it has to refuse."""
    file = folder / "proof.yaml"
    file.write_text(GOOD)
    summary, refused = judge(kubeconform, locations, [file])
    if summary["valid"] != 1:
        sys.exit(f"kubeconform refuses a good document: {refused}")
    for what, text in REFUSED.items():
        file.write_text(text)
        summary, _ = judge(kubeconform, locations, [file])
        if summary["invalid"] + summary["errors"] != 1:
            sys.exit(f"kubeconform lets {what} pass: {summary}")


if __name__ == "__main__":
    main()
