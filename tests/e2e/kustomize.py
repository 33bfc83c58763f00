"""What Kustomize makes of the folders of a tree that have a file of it, as Flux's controller does before it applies them.

In: kubectl, which holds Kustomize, and a tree. Out: per folder the objects that are built, and what is wrong with them: nothing may get lost
or change on the way, neither values nor what stands beside them.
"""

import subprocess

import yaml

from trees import LOADER, Document

FILE = "kustomization.yaml"


def built(kubectl, tree):
    """Folder, documents and faults, for each folder."""
    for file in sorted(tree.root.rglob(FILE)):
        folder = file.parent
        said = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True)
        documents = [
            Document(str(file.relative_to(tree.root)), yaml.safe_dump(says).encode(), says)
            for says in yaml.load_all(said.stdout, Loader=LOADER)
            if says
        ]
        faults = [said.stderr.strip()] if said.returncode != 0 or said.stderr.strip() else list(compare(folder, documents))
        yield folder, documents, faults


def compare(folder, documents):
    """What got lost or changed."""
    maps = {name: text for document in documents if document.says["kind"] == "ConfigMap" for name, text in document.says["data"].items()}
    rest = [document.says for document in documents if document.says["kind"] != "ConfigMap"]
    asks = yaml.load((folder / FILE).read_text(), Loader=LOADER)
    for name in [name for one in asks.get("configMapGenerator", []) for name in one["files"]]:
        if maps.pop(name, None) != (folder / name).read_text():
            yield f"{name} is not what the ConfigMap holds"
    for name in maps:
        yield f"the ConfigMap holds {name}, which nobody asked for"
    for name in asks["resources"]:
        for says in yaml.load_all((folder / name).read_text(), Loader=LOADER):
            if says not in rest:
                yield f"{name} is not built as it stands there"
            else:
                rest.remove(says)
    for says in rest:
        yield f"{says['kind']} {says['metadata']['name']} comes from nowhere"
    # A release reads the values that are built beside it.
    names = {document.says["metadata"]["name"] for document in documents if document.says["kind"] == "ConfigMap"}
    for document in documents:
        for source in document.says.get("spec", {}).get("valuesFrom", []):
            if source["name"] not in names:
                yield f"{document.name} reads values from {source['name']}, which nobody makes"
