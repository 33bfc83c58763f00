"""A Kubernetes API server of our own on loopback, and a client of it.

In: the minor. Out: a `Server` that runs until its `with` block ends, and answers requests as cluster-admin. Its data lives in a
temporary folder. It knows Kubernetes' API, and nothing of trees.
"""

import http.client
import json
import os
import pathlib
import secrets
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.parse

import tools

# From a cold start on a busy machine with two cores.
START_SECONDS = 180
STOP_SECONDS = 30


class Refused(Exception):
    """The server's answer to a request that it did not carry out."""

    def __init__(self, code, status):
        self.code, self.status = code, status
        super().__init__(f"{code}: {status.get('message') or status}")

    @property
    def causes(self):
        return [cause.get("field", "") for cause in (self.status.get("details") or {}).get("causes") or []]


class Server:
    """An API server of one minor, started empty."""

    def __init__(self, minor):
        self.binary = tools.build(f"apiserver-{minor}")
        self.minor, self.process, self.connection, self.kinds = minor, None, None, {}

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fleetplan-apiserver-"))
        self.port, etcd_port = free_ports(2)
        self.token = secrets.token_hex(24)
        tokens = self.folder / "tokens.csv"
        tokens.touch(mode=0o600)
        tokens.write_text(f"{self.token},admin,admin,system:masters\n")
        self.log = (self.folder / "log").open("wb")
        try:
            self.process = subprocess.Popen(
                [
                    self.binary,
                    f"--folder={self.folder}",
                    f"--etcd-port={etcd_port}",
                    "--bind-address=127.0.0.1",
                    "--advertise-address=127.0.0.1",
                    # No endpoints of its own service: an address on loopback is not valid there.
                    "--endpoint-reconciler-type=none",
                    f"--secure-port={self.port}",
                    f"--token-auth-file={tokens}",
                    "--authorization-mode=RBAC",
                    "--anonymous-auth=false",
                    "--service-cluster-ip-range=10.96.0.0/16",
                    "--max-requests-inflight=0",
                    "--max-mutating-requests-inflight=0",
                    "--enable-priority-and-fairness=false",
                    "--profiling=false",
                    "-v=0",
                ],
                stdin=subprocess.DEVNULL,
                stdout=self.log,
                stderr=self.log,
                cwd=self.folder,
            )
            self.wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait(self):
        """Until it is ready, and its own namespaces and roles are there."""
        until = time.monotonic() + START_SECONDS
        said = "nothing"
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the API server ended with {self.process.returncode}:\n{self.last_words()}")
            try:
                self.text("GET", "/readyz")
                self.request("GET", "/api/v1/namespaces/default")
                return
            except (OSError, http.client.HTTPException, Refused) as why:
                self.connection, said = None, why
                time.sleep(0.2)
        raise RuntimeError(f"the API server is not ready after {START_SECONDS} s; last it said {said}:\n{self.last_words()}")

    def last_words(self):
        return "\n".join((self.folder / "log").read_text(errors="replace").splitlines()[-15:])

    def text(self, method, path, body=None, content="application/json"):
        """The body of an answer; raises `Refused` for any but 2xx."""
        if self.connection is None:
            # Its own certificate, made at its start: nobody else's is trusted.
            trust = ssl.create_default_context(cafile=self.folder / "certificates" / "apiserver.crt")
            self.connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=trust)
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", "Content-Type": content}
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            self.connection.request(method, path, data, headers)
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection = None
            raise
        if not 200 <= answer.status < 300:
            try:
                status = json.loads(text)
            except ValueError:
                status = {"message": text.decode(errors="replace")}
            raise Refused(answer.status, status)
        return text

    def request(self, method, path, body=None, content="application/json", **query):
        """The object that an answer holds."""
        where = f"{path}?{urllib.parse.urlencode(query)}" if query else path
        return json.loads(self.text(method, where, body, content))

    def kind(self, document):
        """The plural of a document's kind, and whether it lives in namespaces."""
        group = document["apiVersion"]
        if group not in self.kinds:
            found = self.request("GET", f"/apis/{group}" if "/" in group else f"/api/{group}")
            self.kinds[group] = {r["kind"]: r for r in found["resources"] if "/" not in r["name"]}
        if document["kind"] not in self.kinds[group]:
            raise Refused(404, {"message": f"Kubernetes {self.minor} serves no {document['kind']} in {group}"})
        return self.kinds[group][document["kind"]]

    def path(self, document):
        """Where a document lives."""
        kind, metadata = self.kind(document), document["metadata"]
        root = f"/apis/{document['apiVersion']}" if "/" in document["apiVersion"] else f"/api/{document['apiVersion']}"
        place = f"/namespaces/{metadata['namespace']}" if kind["namespaced"] else ""
        return f"{root}{place}/{kind['name']}/{urllib.parse.quote(metadata['name'], safe='')}"

    def apply(self, document, manager="fleetplan-e2e", force=False, dry=False):
        """Server-side apply, as Argo CD and `kubectl apply --server-side` do it; unknown and doubled keys are errors."""
        return self.apply_body(self.path(document), json.dumps(document).encode(), manager, force, dry)

    def apply_text(self, document, manager="fleetplan-e2e", force=False, dry=False):
        """The same with a document of a tree: the server reads the YAML as it stands there."""
        return self.apply_body(self.path(document.says), document.text, manager, force, dry)

    def apply_body(self, path, body, manager, force, dry):
        query = {"fieldManager": manager, "fieldValidation": "Strict", "force": str(force).lower()}
        if dry:
            query["dryRun"] = "All"
        return self.request("PATCH", path, body, "application/apply-patch+yaml", **query)

    def create(self, document, dry=False):
        """Creates, as a client does that knows nothing of apply."""
        query = {"fieldValidation": "Strict", **({"dryRun": "All"} if dry else {})}
        return self.request("POST", self.path(document).rpartition("/")[0], document, **query)

    def load_crds(self, crds):
        """Creates custom resource definitions and waits until they are served."""
        until = time.monotonic() + START_SECONDS
        for crd in crds:
            while True:
                try:
                    self.apply(crd)
                    break
                except Refused as why:
                    # Right after its start, on a busy machine, the server may not answer within its own time.
                    if why.code not in (429, 503, 504) or time.monotonic() > until:
                        raise
        for crd in crds:
            while True:
                found = self.request("GET", self.path(crd))
                state = {c["type"]: c for c in found.get("status", {}).get("conditions", [])}
                if state.get("Established", {}).get("status") == "True":
                    break
                if time.monotonic() > until:
                    raise RuntimeError(f"{crd['metadata']['name']} is not served: {json.dumps(state)}")
                time.sleep(0.05)
        self.kinds.clear()

    def store(self, group, version):
        """Lets the kinds of a group be stored in this version. Without the webhook that converts them, others lose what differs."""
        until = time.monotonic() + START_SECONDS
        listed = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        for crd in self.request("GET", listed)["items"]:
            stored = next(v["name"] for v in crd["spec"]["versions"] if v["storage"])
            if crd["spec"]["group"] != group or stored == version or version not in [v["name"] for v in crd["spec"]["versions"]]:
                continue
            before = self.storage(crd, version)
            for one in crd["spec"]["versions"]:
                one["storage"] = one["name"] == version
            self.request("PUT", f"{listed}/{crd['metadata']['name']}", crd)
            while self.storage(crd, version) == before:
                if time.monotonic() > until:
                    raise RuntimeError(f"{crd['metadata']['name']} is still not stored as {version}")
                time.sleep(0.05)

    def storage(self, crd, version):
        """What the server says of how the kind of a definition is stored: it changes with the version."""
        kinds = self.request("GET", f"/apis/{crd['spec']['group']}/{version}")["resources"]
        return next(kind.get("storageVersionHash") for kind in kinds if kind["name"] == crd["spec"]["names"]["plural"])

    def kubeconfig(self):
        """A file that lets kubectl be cluster-admin here."""
        file = self.folder / "kubeconfig"
        file.touch(mode=0o600)
        cluster = {
            "server": f"https://127.0.0.1:{self.port}",
            "certificate-authority": str(self.folder / "certificates" / "apiserver.crt"),
        }
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "e2e", "cluster": cluster}],
            "users": [{"name": "e2e", "user": {"token": self.token}}],
            "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": "e2e"}}],
            "current-context": "e2e",
        }
        file.write_text(json.dumps(config))
        return file


def free_ports(count):
    """Ports that nobody listens on just now."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
