#!/usr/bin/env python3
"""Lets real Helm judge the values of every vcluster of rendered trees.

usage: helm.py [--unknown-charts] --schemas DIR TREE...

The vcluster chart itself is not to be had here. Helm is given a chart of the same name and version that has the real chart's defaults and the
real chart's schema, and one template that prints the values as Helm merged them: `helm lint` and `helm template` refuse whatever the schema of
that version refuses. Before that, each chart has to refuse a value that none of them knows. A version without a schema is a failure, unless
--unknown-charts says that it may be counted apart.

One summary line, exit 1 on any failure.
"""

import argparse
import collections
import pathlib
import subprocess
import sys
import tempfile

import crds
import tools
from trees import Tree

TEMPLATE = """apiVersion: v1
kind: ConfigMap
metadata:
  name: values
data:
  values: {{ .Values | toJson | quote }}
"""


class Charts:
    """Charts of every version, made when first asked for."""

    def __init__(self, helm, schemas, folder):
        self.helm, self.schemas, self.folder, self.made, self.judged = helm, schemas, folder, {}, {}

    def chart(self, version):
        """The folder of a version's chart, or None where there is no schema of it."""
        if version not in self.made:
            source = self.schemas / "vcluster" / f"v{version}"
            self.made[version] = self.make(version, source) if (source / "values.schema.json").exists() else None
        return self.made[version]

    def make(self, version, source):
        chart = self.folder / version / "vcluster"
        (chart / "templates").mkdir(parents=True)
        (chart / "Chart.yaml").write_text(f"apiVersion: v2\nname: vcluster\nversion: {version}\n")
        (chart / "templates" / "values.yaml").write_text(TEMPLATE)
        for name in ("values.yaml", "values.schema.json"):
            (chart / name).write_bytes((source / name).read_bytes())
        wrong = self.folder / version / "wrong.yaml"
        wrong.write_text("controlPlane:\n  noChartKnowsThis: true\n")
        said = self.run("template", "wrong", chart, "--values", wrong)
        if said.returncode == 0 or "noChartKnowsThis" not in said.stderr:
            raise SystemExit(f"the chart of version {version} does not judge: {said.stdout}{said.stderr}")
        return chart

    def run(self, *arguments):
        return subprocess.run([self.helm, *map(str, arguments)], capture_output=True, text=True)

    def faults(self, values):
        """What Helm says against a values file. What was judged once is not judged again: trees share most of their files."""
        key = (values.chart, values.release, values.namespace, values.file.read_bytes())
        if key not in self.judged:
            self.judged[key] = list(self.judge(values))
        return [f"{values.file}: chart {values.chart}: {fault}" for fault in self.judged[key]]

    def judge(self, values):
        chart = self.chart(values.chart)
        template = ["template", values.release, chart, "--namespace", values.namespace, "--values", values.file]
        for arguments in (["lint", "--quiet", chart, "--values", values.file], template):
            said = self.run(*arguments)
            if said.returncode != 0:
                yield f"helm {arguments[0]}: {(said.stdout + said.stderr).strip()[-600:]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schemas", type=pathlib.Path, default=crds.SCHEMAS)
    parser.add_argument("--unknown-charts", action="store_true", help="count values of charts without a schema apart")
    parser.add_argument("trees", nargs="+", metavar="TREE")
    options = parser.parse_args()
    failed, judged, passed_over = 0, collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory(prefix="fleetplan-helm-") as folder:
        charts = Charts(tools.build("helm"), options.schemas, pathlib.Path(folder))
        for root in options.trees:
            tree = Tree(root)
            versions, without, failures = collections.Counter(), collections.Counter(), []
            for values in tree.values:
                if charts.chart(values.chart) is None:
                    without[values.chart] += 1
                    if not options.unknown_charts:
                        failures.append(f"{values.file}: no schema of chart {values.chart}")
                    continue
                versions[values.chart] += 1
                failures += charts.faults(values)
            for failure in failures:
                print(failure)
            failed, judged, passed_over = failed + len(failures), judged + versions, passed_over + without
        said = ", ".join(f"{count} for {version}" for version, count in sorted(judged.items()))
        rest = f"; {passed_over.total()} for charts without a schema ({', '.join(sorted(passed_over))})" if passed_over else ""
        print(f"{len(options.trees)} trees: helm read {judged.total()} values, {len(charts.judged)} of them different: {said}{rest}; {failed} failed")
    if not judged:
        sys.exit("no tree holds values that Helm could judge")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
