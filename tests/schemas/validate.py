#!/usr/bin/env python3
"""Validates rendered trees against the schemas of the controllers that read them.

usage: validate.py [--unknown-charts] [--plan PLAN] --schemas DIR TREE...

Every YAML file of a tree is read strictly (no key twice) and validated strictly (no key that a schema does not know):
values of a vcluster against the schema of the very chart version in its descriptor, alone and merged into the chart's
defaults as Helm does; kinds of Argo CD, Kyverno and Cluster API against every version of their CRDs in DIR and against
DIR/strict, or against what stands in written/ beside this file; Kubernetes' own kinds against the minor of the cluster that
they go to (trees for Argo CD say it, for others PLAN does), or against each minor of the fleet where they go to the cluster that
delivery runs in. A kind without a schema is a failure, but for Flux's own: DIR has none of those, so they are counted apart and left
to tests/e2e/.
A chart version without one is a failure too, unless --unknown-charts says that it may be counted apart; its values must fit the
chart next below or next above then. Legacy charts have no schema and no neighbour.

One summary line, exit 1 on any failure.
"""

import argparse
import copy
import functools
import hashlib
import json
import pathlib
import sys
import tomllib

import jsonschema
import referencing
import yaml
from kubernetes_validate import utils as kubernetes


# The groups of Flux's kinds.
FLUX = ("helm.toolkit.fluxcd.io", "kustomize.config.k8s.io", "kustomize.toolkit.fluxcd.io", "source.toolkit.fluxcd.io")
# Schemas of kinds that DIR lacks, written by hand: what the tree uses of them, and nothing else.
WRITTEN = pathlib.Path(__file__).parent / "written"


class StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Refuses a key that stands twice, which PyYAML lets pass."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.YAMLError(f"keys stand twice: {sorted(map(str, twice))}")
        return super().construct_mapping(node, deep)


def strict(schema):
    """An OpenAPI schema in which unknown keys are errors, as an API server in strict mode has it."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    done = {key: strict(value) for key, value in schema.items()}
    if done.get("x-kubernetes-int-or-string"):
        done.pop("type", None)
    if "properties" in done and isinstance(done["properties"], dict):
        if not done.get("x-kubernetes-preserve-unknown-fields") and "additionalProperties" not in done:
            done["additionalProperties"] = False
    return done


def drop_nulls(values):
    """What Helm does with a null: the key is gone."""
    return {k: drop_nulls(v) if isinstance(v, dict) else v for k, v in values.items() if v is not None}


def merge(defaults, values):
    """Helm's coalescing: maps are merged, everything else is replaced, null removes."""
    merged = copy.deepcopy(defaults)
    for key, value in values.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = copy.deepcopy(value)
    return drop_nulls(merged)


class Schemas:
    """The schemas of a directory, read once."""

    def __init__(self, root):
        self.root = root
        self.custom = {}
        self.judged = {}
        for folder in (root / "strict", WRITTEN):
            for file in sorted(folder.rglob("*.json")):
                kind, _, version = file.stem.rpartition("_")
                key = (f"{file.parent.name}/{version}", kind)
                self.custom.setdefault(key, []).append((f"{folder.name}/{file.name}", json.loads(file.read_text())))
        for file in sorted(root.glob("*/*/*.yaml")):
            if file.parts[-3] == "vcluster":
                continue
            crd = yaml.load(file.read_text(), Loader=StrictLoader)
            if crd.get("kind") != "CustomResourceDefinition":
                continue
            for version in crd["spec"]["versions"]:
                key = (f"{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["kind"].lower())
                body = strict(version["schema"]["openAPIV3Schema"])
                # Objects have these whatever the CRD says of them; their form is Kubernetes' own.
                body.setdefault("properties", {}).update({"apiVersion": {}, "kind": {}, "metadata": {"type": "object"}})
                self.custom.setdefault(key, []).append(("/".join(file.parts[-3:]), body))

    @functools.lru_cache(maxsize=None)
    def chart(self, version):
        folder = self.root / "vcluster" / f"v{version}"
        schema = folder / "values.schema.json"
        if not schema.exists():
            return None
        defaults = yaml.load((folder / "values.yaml").read_text(), Loader=StrictLoader)
        return self.validator(json.loads(schema.read_text())), defaults

    def neighbours(self, version):
        """The charts with a schema next below and next above a unified one."""
        minor = lambda name: int(name.split(".")[1])
        known = sorted((folder.name[1:] for folder in (self.root / "vcluster").iterdir()), key=minor)
        known = [name for name in known if self.chart(name)]
        if minor(version) < 20:
            return []
        below = [name for name in known if minor(name) < minor(version)][-1:]
        above = [name for name in known if minor(name) > minor(version)][:1]
        return [(name, self.chart(name)) for name in below + above]

    @staticmethod
    def validator(schema):
        return jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)(schema)

    @functools.lru_cache(maxsize=None)
    def core(self, minor, api_version, kind):
        """The strict schema of one of Kubernetes' own kinds at a minor; None where there is none.

        `kubernetes_validate.validate` reads all definitions again for each object: three minutes for a platform of 1,458 tenants.
        """
        if minor not in map(kubernetes.major_minor, kubernetes.all_versions()):
            return None
        version = [full for full in kubernetes.all_versions() if kubernetes.major_minor(full) == minor][-1]
        group, _, rest = api_version.rpartition("/")
        name = f"{kind.lower()}-{group.split('.')[0]}-{rest}" if group else f"{kind.lower()}-{rest}"
        folder = f"kubernetes-json-schema/v{version}-local-strict"
        try:
            schema = kubernetes.schema_contents(f"{folder}/{name}.json", minor)
        except FileNotFoundError:
            return None
        return jsonschema.Draft202012Validator(schema, registry=self.definitions(folder, minor))

    @functools.lru_cache(maxsize=None)
    def definitions(self, folder, minor):
        definitions = kubernetes.schema_contents(f"{folder}/_definitions.json", minor)
        return referencing.Resource.from_contents(definitions) @ referencing.Registry()

    @functools.lru_cache(maxsize=None)
    def of(self, api_version, kind):
        found = self.custom.get((api_version, kind.lower()), [])
        return [(name, self.validator(schema)) for name, schema in found]


def problems(validator, document):
    for error in validator.iter_errors(document):
        yield f"{'.'.join(map(str, error.absolute_path)) or '(top)'}: {error.message[:200]}"


class Tree:
    """One tree: what passed, what failed, and why."""

    def __init__(self, root, schemas, unknown_charts, minors=()):
        self.root, self.schemas, self.unknown_charts = root, schemas, unknown_charts
        self.passed, self.failed, self.without_schema, self.of_flux, self.failures = 0, 0, 0, 0, []
        self.minors = dict(minors)
        for file in root.glob("policies/*/policies.fleetplan.yaml"):
            descriptor = yaml.load(file.read_text(), Loader=StrictLoader)
            self.minors[descriptor["cluster"]] = descriptor["kubernetes"]

    def check(self):
        self.check_manifest()
        for file in sorted(self.root.rglob("*.yaml")):
            found = self.check_file(file)
            if found:
                self.failed += 1
                self.failures += [f"{file.relative_to(self.root)}: {problem}" for problem in found]
            else:
                self.passed += 1

    def check_manifest(self):
        listed = {}
        for line in (self.root / "fleetplan.sha256").read_text().splitlines():
            if not line.startswith("#"):
                digest, path = line.split("  ", 1)
                listed[path] = digest
        there = {str(f.relative_to(self.root)) for f in self.root.rglob("*") if f.is_file()} - {"fleetplan.sha256"}
        wrong = [f"{path}: in the folder or in the manifest, not in both" for path in sorted(there ^ set(listed))]
        for path in sorted(there & set(listed)):
            if hashlib.sha256((self.root / path).read_bytes()).hexdigest() != listed[path]:
                wrong.append(f"{path}: its hash is not the manifest's")
        self.failed += len(wrong)
        self.failures += wrong

    def check_file(self, file):
        """Problems of a file. What was judged once is not judged again: many trees share most of their files."""
        text = file.read_text()
        parts = file.relative_to(self.root).parts
        if parts[0] in ("tenants", "policies"):
            minors = tuple(self.minors[name] for name in parts[1:2] if name in self.minors)
        else:
            minors = tuple(sorted(set(self.minors.values())))
        chart = None
        if file.name == "values.yaml":
            chart = self.chart_of(file.parent)
            self.without_schema += self.schemas.chart(chart) is None
        kind = "descriptor" if file.name.endswith(".fleetplan.yaml") else "values" if chart else "objects"
        key = (kind, minors, chart, self.unknown_charts, hashlib.sha256(text.encode()).digest())
        if key not in self.schemas.judged:
            self.schemas.judged[key] = list(self.judge(kind, minors, chart, text)), of_flux_in(kind, text)
        problems, of_flux = self.schemas.judged[key]
        self.of_flux += of_flux
        return problems

    @staticmethod
    def chart_of(folder):
        """The chart version that the descriptor or the release beside a values file names."""
        descriptor = folder / "vclusters.fleetplan.yaml"
        if descriptor.exists():
            return yaml.load(descriptor.read_text(), Loader=StrictLoader)["chartVersion"]
        return yaml.load((folder / "release.yaml").read_text(), Loader=StrictLoader)["spec"]["chart"]["spec"]["version"]

    def judge(self, kind, minors, chart, text):
        try:
            documents = list(yaml.load_all(text, Loader=StrictLoader))
        except yaml.YAMLError as fault:
            yield f"no YAML: {fault}"
            return
        if not documents or any(not isinstance(document, dict) for document in documents):
            yield "holds something else than objects"
        elif kind == "descriptor":
            yield from self.check_descriptor(documents)
        elif kind == "values":
            yield from self.check_values(chart, documents)
        else:
            for document in documents:
                yield from self.check_object(minors, document)

    def check_descriptor(self, documents):
        if len(documents) != 1:
            yield "a descriptor is one document"
        for key, value in documents[0].items():
            if not isinstance(value, str):
                yield f"{key}: a descriptor's values are strings"
        if len(documents[0].get("application", "")) > 52:
            yield "application: longer than 52"

    def check_values(self, chart, documents):
        schema = self.schemas.chart(chart)
        if schema is None:
            if not self.unknown_charts:
                yield f"no schema for chart {chart}"
                return
            # Between two charts that are known nothing is new: what fits neither neighbour fits nothing.
            neighbours = self.schemas.neighbours(chart)
            found = {name: list(self.of_chart(known, documents[0])) for name, known in neighbours}
            if found and all(found.values()):
                for name, wrong in found.items():
                    yield from (f"against the neighbour {name}: {problem}" for problem in wrong)
            return
        yield from self.of_chart(schema, documents[0])
        if len(documents) != 1:
            yield "values are one document"

    @staticmethod
    def of_chart(schema, values):
        validator, defaults = schema
        yield from problems(validator, drop_nulls(values))
        for problem in problems(validator, merge(defaults, values)):
            yield f"merged: {problem}"

    def check_object(self, minors, document):
        api_version, kind = document.get("apiVersion", ""), document.get("kind", "")
        name = f"{kind} {document.get('metadata', {}).get('name')}"
        if api_version.partition("/")[0] in FLUX:
            return
        found = self.schemas.of(api_version, kind)
        for schema, validator in found:
            for problem in problems(validator, document):
                yield f"{name} against {schema}: {problem}"
        if found:
            return
        if not minors:
            yield f"{name}: no schema for {api_version}, and no cluster whose minor would say which"
            return
        for minor in minors:
            validator = self.schemas.core(minor, api_version, kind)
            if validator is None:
                yield f"{name}: Kubernetes {minor} has no schema for {api_version}"
                continue
            for problem in problems(validator, document):
                yield f"{name} against Kubernetes {minor}: {problem}"


def of_flux_in(kind, text):
    """How many of Flux's objects a file holds."""
    lines = text.splitlines() if kind == "objects" else []
    return sum(line.startswith(tuple(f"apiVersion: {group}/" for group in FLUX)) for line in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schemas", required=True, type=pathlib.Path)
    parser.add_argument("--unknown-charts", action="store_true", help="count values of charts without a schema apart")
    parser.add_argument("--plan", type=pathlib.Path, help="says the minors of clusters whose trees do not")
    parser.add_argument("trees", nargs="+", type=pathlib.Path, metavar="TREE")
    options = parser.parse_args()
    schemas = Schemas(options.schemas)
    planned = tomllib.loads(options.plan.read_text())["cluster"] if options.plan else []
    minors = {cluster["name"]: cluster["kubernetes"] for cluster in planned}
    passed = failed = without = of_flux = 0
    for root in options.trees:
        tree = Tree(root, schemas, options.unknown_charts, minors)
        tree.check()
        for failure in tree.failures:
            print(f"{root}: {failure}")
        passed, failed, without = passed + tree.passed, failed + tree.failed, without + tree.without_schema
        of_flux += tree.of_flux
        if tree.passed == 0:
            print(f"{root}: holds no YAML file")
            failed += 1
    rest = f", {without} values of charts without a schema" if without else ""
    rest += f", {of_flux} objects of Flux passed over" if of_flux else ""
    print(f"{passed} passed, {failed} failed{rest}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
