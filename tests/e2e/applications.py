#!/usr/bin/env python3
"""Holds what `fleetplan render --expand` shows against what Argo CD itself would create.

usage: applications.py [--path PATH] --expanded FILE TREE

The tree is put into a Git work tree at PATH (default `gitops`), where Argo CD's own generator and renderer find the descriptors and make
Applications of the ApplicationSets. FILE holds what fleetplan says, as YAML; both have to be equal, field by field. Each Application, its
sources, its destination and every object of its folder are held against its project by Argo CD's own rules.

One summary line, exit 1 on any failure.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import yaml

import tools
from trees import LOADER


# Argo CD's types do not tell an empty text from none.
EMPTY = ("", None)


def ours(file):
    """What fleetplan says, by name."""
    return by_name(document for document in yaml.load_all(file.read_text(), Loader=LOADER) if document)


def by_name(applications):
    """Applications by name, without what Argo CD's types say of every Application: an empty status, and their kind where they know it."""
    found = {}
    for application in applications:
        said = {key: part for key, part in application.items() if key not in ("apiVersion", "kind", "status")}
        found[said["metadata"]["name"]] = {**said, "metadata": {k: v for k, v in said["metadata"].items() if v is not None}}
    return found


def differences(ours, theirs, where=""):
    """Paths at which two values differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            yield from differences(ours.get(key), theirs.get(key), f"{where}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, pair in enumerate(zip(ours, theirs)):
            yield from differences(*pair, f"{where}[{index}]")
    elif ours != theirs and not (ours in EMPTY and theirs in EMPTY):
        yield f"{where}: fleetplan says {json.dumps(ours)}, Argo CD {json.dumps(theirs)}"


def expand(tree, path):
    """Argo CD's answer."""
    binary = tools.build("argocd")
    with tempfile.TemporaryDirectory(prefix="fleetplan-argocd-") as folder:
        root = pathlib.Path(folder).resolve()
        shutil.copytree(tree, root / path)
        subprocess.run(["git", "init", "--quiet", root], check=True)
        subprocess.run(["git", "-C", root, "add", "--all", "--force"], check=True)
        said = subprocess.run([binary, f"--repository={root}", f"--path={path}"], capture_output=True, text=True)
    if said.returncode != 0:
        faults = [line for line in said.stderr.splitlines() if not line.startswith("{")]
        sys.exit(f"{tree}: Argo CD refuses it:\n" + "\n".join(faults[-20:]))
    return json.loads(said.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--path", default="gitops", help="the tree's folder in its repository")
    parser.add_argument("--expanded", required=True, type=pathlib.Path, help="what `fleetplan render --expand` printed")
    parser.add_argument("tree", metavar="TREE", type=pathlib.Path)
    options = parser.parse_args()
    answer = expand(options.tree, options.path)
    failures = list(answer["refusals"])
    theirs, shown = by_name(answer["applications"]), ours(options.expanded)
    failures += [f"Application {name}: Argo CD would create it, fleetplan does not show it" for name in sorted(theirs.keys() - shown.keys())]
    failures += [f"Application {name}: fleetplan shows it, Argo CD would not create it" for name in sorted(shown.keys() - theirs.keys())]
    for name in sorted(theirs.keys() & shown.keys()):
        failures += [f"Application {name}{difference}" for difference in differences(shown[name], theirs[name])]
    for failure in failures:
        print(f"{options.tree}: {failure}")
    print(f"{options.tree}: Argo CD would create {len(theirs)} Applications, {len(shown)} are shown; {answer['checked']} sources, destinations and objects held against projects; {len(failures)} failed")
    if not theirs:
        sys.exit(f"{options.tree}: nothing was expanded")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
