"""Converts every values file of folders to every chart at hand, with the binary, and validates what comes out.

usage: convert.py --binary BIN --schemas DIR [--examples DIR] TREE...

A file of a tree is for the chart that its descriptor names; an example says it in its name (`legacy-0.15-k8s`, `unified-0.20-0.24`,
`unified-0.31plus`). Targets are the charts of DIR with a schema, and 0.15, whose keys are held against the chart's own values.

One summary line, exit 1 on any failure.
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys

import yaml
from validate import Schemas, StrictLoader, drop_nulls, merge, problems


def minor(version):
    return int(version.split(".")[1])


def examples(folder):
    """Each example with the chart that it is for."""
    for file in sorted(folder.glob("*.yaml")):
        yield file, re.search(r"0\.\d+", file.stem)[0] if "0." in file.stem else None


def of_trees(trees):
    """One values file of each kind of home, chart and form: the trees hold hundreds that differ in names alone."""
    for tree in trees:
        for file in sorted(tree.rglob("values.yaml")):
            descriptor = yaml.load((file.parent / "vclusters.fleetplan.yaml").read_text(), Loader=StrictLoader)
            if descriptor["cluster"].startswith("eks"):
                yield file, descriptor["chartVersion"]


def strangers(said, own, path=""):
    """Keys that a legacy chart's own values do not have."""
    free = not own or path.endswith(("quota", "resources", "default", "defaultRequest", "ontext"))
    if not isinstance(said, dict) or not isinstance(own, dict) or free:
        return
    # Named in the chart's comments alone.
    named = {"image", "config", "name", "imagePullSecrets", "className", "extraArgs", "extraRules", "env", "annotations"}
    for key, value in said.items():
        if key not in own and key not in named:
            yield f"{path}.{key}"
        else:
            yield from strangers(value, own.get(key), f"{path}.{key}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, type=pathlib.Path)
    parser.add_argument("--schemas", required=True, type=pathlib.Path)
    parser.add_argument("--examples", type=pathlib.Path)
    parser.add_argument("trees", nargs="*", type=pathlib.Path, metavar="TREE")
    options = parser.parse_args()
    schemas = Schemas(options.schemas)
    charts = sorted(folder.name[1:] for folder in (options.schemas / "vcluster").iterdir())
    files = list(examples(options.examples)) if options.examples else []
    files += of_trees(options.trees)
    done, failures, exits = 0, [], collections.Counter()
    for file, source in files:
        for target in charts:
            command = [options.binary, "convert-values", "-q", "--from", source, "--to", target, "--format", "json", file]
            ran = subprocess.run(command, capture_output=True, text=True)
            exits[ran.returncode] += 1
            where = f"{file} from {source} to {target}"
            if ran.returncode not in (0, 1):
                failures.append(f"{where}: exit {ran.returncode}: {ran.stderr[:300]}")
                continue
            answer = json.loads(ran.stdout)
            found = []
            if bool(answer["lost"]) != (ran.returncode == 1):
                found.append(f"exit {ran.returncode} with {len(answer['lost'])} keys lost")
            if minor(target) < 20:
                distro = "k8s" if answer["chart"] == "vcluster-k8s" else "k3s"
                own = yaml.load((options.schemas / f"vcluster/v{target}/{distro}/values.yaml").read_text(), Loader=StrictLoader)
                found += [f"the chart has no `{path[1:]}`" for path in strangers(answer["values"], own)]
            else:
                validator, defaults = schemas.chart(target)
                found += problems(validator, drop_nulls(answer["values"]))
                found += [f"merged: {problem}" for problem in problems(validator, merge(defaults, answer["values"]))]
            failures += [f"{where}: {problem}" for problem in found]
            done += 1
    for failure in failures:
        print(failure)
    print(f"{len(files)} files, {done} conversions: {exits[0]} whole, {exits[1]} with losses, {len(failures)} failures")
    sys.exit(1 if failures or not files else 0)


if __name__ == "__main__":
    main()
