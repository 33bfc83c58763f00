#!/usr/bin/env python3
"""The validator refuses what it should: each test breaks a good tree in one place.

usage: test_validate.py SCHEMAS TREE
"""

import hashlib
import pathlib
import shutil
import sys
import tempfile
import unittest

import validate

TREE, SCHEMAS = (pathlib.Path(sys.argv.pop()).resolve() for _ in range(2))


class Broken(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schemas = validate.Schemas(SCHEMAS)

    def judge(self, path=None, old=None, new=None, manifest=True):
        """What is found in a copy of the tree in which `old` became `new` in the first file of a pattern."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder) / "tree"
            shutil.copytree(TREE, root)
            if path:
                file = min(file for file in root.glob(path) if old in file.read_text())
                file.write_text(file.read_text().replace(old, new, 1))
                if manifest:
                    name = str(file.relative_to(root))
                    lines = (root / "fleetplan.sha256").read_text().splitlines()
                    lines = [line for line in lines if line.split("  ")[-1] != name]
                    lines.append(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {name}")
                    (root / "fleetplan.sha256").write_text("\n".join([*lines, ""]))
            tree = validate.Tree(root, self.schemas, unknown_charts=False)
            tree.check()
            return tree

    def refuses(self, words, *change, **options):
        tree = self.judge(*change, **options)
        self.assertEqual(tree.failed, 1, tree.failures)
        self.assertTrue(any(words in failure for failure in tree.failures), tree.failures)

    def test_a_good_tree_passes(self):
        tree = self.judge()
        self.assertEqual(tree.failures, [])
        self.assertGreater(tree.passed, 100)

    def test_an_unknown_key_in_values(self):
        self.refuses("was unexpected", "tenants/*/*/values.yaml", "telemetry:", "telemetrie:")

    def test_an_unknown_key_in_a_core_kind(self):
        self.refuses("against Kubernetes", "tenants/*/*/manifests/namespace.yaml", "automountServiceAccountToken", "automount")

    def test_a_wrong_type_in_a_custom_kind(self):
        self.refuses("goTemplate", "argocd/applicationsets/*.yaml", "goTemplate: true", 'goTemplate: "yes"')

    def test_a_kind_without_a_schema(self):
        self.refuses("no schema", "policies/*/manifests/no-host-path.yaml", "kind: ClusterPolicy", "kind: Stranger")

    def test_an_exception_that_names_no_policy(self):
        self.refuses("policyName", "policies/*/manifests/exceptions.yaml", "policyName:", "policy:")

    def test_a_key_that_stands_twice(self):
        self.refuses("stand twice", "tenants/*/*/manifests/quota.yaml", "kind: ", "kind: X\nkind: ")

    def test_a_descriptor_with_a_number(self):
        self.refuses("are strings", "tenants/*/*/*.fleetplan.yaml", 'wave: "', 'wave: !!int "')

    def test_a_chart_without_a_schema(self):
        self.refuses("no schema for chart", "tenants/*/*/vclusters.fleetplan.yaml", "chartVersion: ", "chartVersion: 9.")

    def test_a_file_that_the_manifest_does_not_know(self):
        self.refuses("hash", "README.md", "fleet", "float", manifest=False)


if __name__ == "__main__":
    unittest.main()
