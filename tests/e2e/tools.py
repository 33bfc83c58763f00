#!/usr/bin/env python3
"""Builds the real programs that the tree is tried with, once each, in the user's cache folder.

usage: tools.py [NAME...]        builds the named ones, or those that CI uses, and prints where they are

In: Go, its module proxy, and the modules beside this file. Out: one executable per tool and version. A tool whose sources
changed is built again. It knows nothing of what the tools are used for.
"""

import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "fleetplan-ci" / "e2e"
# The oldest Go that all of the modules take.
GO = (1, 26, 3)


@dataclasses.dataclass(frozen=True)
class Tool:
    """A program: what it is built from. `module` is a folder beside this file, or empty for a published command."""

    name: str
    version: str
    package: str
    module: str = ""
    modfile: str = "go.mod"

    @property
    def folder(self):
        return CACHE / f"{self.name}-{self.version}"

    @property
    def binary(self):
        return self.folder / self.name

    def sources(self):
        """A digest of what it is built from."""
        digest = hashlib.sha256(repr(self).encode())
        for file in sorted((HERE / self.module).glob("*")) if self.module else []:
            if file.suffix == ".go" or file.stem == pathlib.Path(self.modfile).stem:
                digest.update(file.read_bytes())
        return digest.hexdigest()


TOOLS = {
    # The API server of the minor that most of the example's clusters run, and of the one before.
    "apiserver-1.36": Tool("apiserver", "1.36.3", ".", "apiserver"),
    "apiserver-1.35": Tool("apiserver", "1.35.4", ".", "apiserver", "1.35.mod"),
    # kubectl speaks to servers of its own minor and of its neighbours.
    "kubectl": Tool("kubectl", "1.36.3", "k8s.io/kubernetes/cmd/kubectl", "apiserver"),
    "kubeconform": Tool("kubeconform", "0.8.0", "github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0"),
    "helm": Tool("helm", "3.22.0", "helm.sh/helm/v3/cmd/helm@v3.22.0"),
    "kyverno": Tool("kyverno", "1.18.2", "github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno", "kyverno"),
    "argocd": Tool("argocd", "3.5.7", ".", "argocd"),
    "cilium": Tool("cilium", "1.20.2", ".", "cilium"),
}
# What CI uses: every tool but the second API server.
CI = [name for name in TOOLS if name != "apiserver-1.35"]


def build(name):
    """The executable of a tool, built if it is not there."""
    tool = TOOLS[name]
    stamp, digest = tool.folder / "sources.sha256", tool.sources()
    if tool.binary.exists() and stamp.exists() and stamp.read_text() == digest:
        return tool.binary
    check_go()
    since = time.monotonic()
    shutil.rmtree(tool.folder, ignore_errors=True)
    tool.folder.mkdir(parents=True)
    # A warm build folder of Go's own makes the second server minutes cheaper; two at a time leave the machine usable.
    environment = {**os.environ, "GOFLAGS": "-buildvcs=false -p=2", "GOTOOLCHAIN": "local"}
    if tool.module:
        arguments = ["go", "build", f"-modfile={tool.modfile}", "-ldflags=-s -w", "-o", str(tool.binary), tool.package]
    else:
        environment["GOBIN"] = str(tool.folder)
        arguments = ["go", "install", "-ldflags=-s -w", tool.package]
    subprocess.run(arguments, cwd=HERE / tool.module, env=environment, check=True)
    stamp.write_text(digest)
    print(f"built {name} {tool.version} in {time.monotonic() - since:.0f} s", flush=True)
    return tool.binary


def check_go():
    """Ends the run where Go is missing or too old."""
    try:
        said = subprocess.run(["go", "env", "GOVERSION"], check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        sys.exit("Go is missing: these checks build Kubernetes, Kyverno, Argo CD, Helm and a part of Cilium; install Go 1.26.3 or later")
    version = tuple(int(part) for part in said.removeprefix("go").split("-")[0].split(" ")[0].split(".") if part.isdigit())
    if version < GO:
        sys.exit(f"{said} is too old: these checks need Go {'.'.join(map(str, GO))} or later")


def module(path, version):
    """The folder of a published Go module, fetched if it is not there."""
    check_go()
    said = subprocess.run(
        ["go", "mod", "download", "-json", f"{path}@{version}"], cwd=CACHE.parent, check=True, capture_output=True, text=True
    )
    return pathlib.Path(json.loads(said.stdout)["Dir"])


def main():
    names = sys.argv[1:] or CI
    unknown = [name for name in names if name not in TOOLS]
    if unknown:
        sys.exit(f"no tool is called {', '.join(unknown)}; there are {', '.join(TOOLS)}")
    for name in names:
        print(f"{name}: {build(name)}")


if __name__ == "__main__":
    main()
