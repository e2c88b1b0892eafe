"""The console in a cluster's mode, as a process; users with tokens of their own; requests as any program may send them."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.fixtures import Cluster, KubectlError
from tests.conftest import ROOT
from tests.e2e.conftest import wait_until

#: What the console's own pages send with each change.
MARK = {"X-Glider-Console": "1", "Content-Type": "application/json"}
_SERVING = re.compile(r"serving on port (\d+)")
#: What somebody who works with Glider in a namespace may.
_RULES = (
    ("taskexecutions,tasktemplates", "glider.dev", "get,list,watch,create,patch,delete"),
    ("pods,pods/log,events", "", "get,list,watch"),
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back; of a stream its beginning."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True, kw_only=True)
class Served:
    """A console that serves on a port of 127.0.0.1."""

    port: int
    log: Path

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self, *, source: str = "127.0.0.1") -> http.client.HTTPConnection:
        """A connection from the address `source` of this machine."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=40, source_address=(source, 0))

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        headers: Mapping[str, str] = {},
        body: Any = None,
        source: str = "127.0.0.1",
        until: str = "data:",
    ) -> Answer:
        """What it answers to who has `token` in their cookie, if any; a stream is read up to the line with `until`."""
        connection = self.connect(source=source)
        sent = {**({"Cookie": self.cookie(token)} if token else {}), **(MARK if method != "GET" else {}), **headers}
        try:
            connection.request(method, path, body=None if body is None else json.dumps(body), headers=sent)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            streams = found.get("content-type", "").startswith("text/event-stream")
            text = _text_until(until, answer) if streams else answer.read().decode()
            return Answer(status=answer.status, headers=found, text=text)
        finally:
            connection.close()

    def cookie(self, token: str) -> str:
        """The Cookie header of a browser that has signed in."""
        return f"__Host-glider-console-{self.port}-0=1:{token}"


def _text_until(until: str, answer: http.client.HTTPResponse) -> str:
    text = ""
    while line := answer.readline().decode():
        text += line
        if until in line:
            break
    return text


@contextmanager
def serving_in_a_cluster(kubeconfig: Path, folder: Path, settings: Mapping[str, Any], *, env: Mapping[str, str]) -> Iterator[Served]:
    """`glider-console` with these settings, on any port."""
    document = {"apiVersion": "glider.dev/v1alpha1", "kind": "ConsoleConfiguration", "bindAddress": "127.0.0.1:0", **settings}
    config, log = folder / "console.yaml", folder / "console.log"
    config.write_text(yaml.safe_dump(document))
    command = [str(Path(sys.executable).parent / "glider-console"), "--config", str(config), "--kubeconfig", str(kubeconfig)]
    with log.open("w") as errors, subprocess.Popen(command, stderr=errors, env=dict(env), cwd=ROOT) as process:
        try:
            yield Served(port=_port(process, log), log=log)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        if found := _SERVING.search(log.read_text()):
            return int(found[1])
        time.sleep(0.05)
    raise AssertionError(f"the console doesn't serve:\n{log.read_text()}")


def create_user(cluster: Cluster, namespace: str, name: str) -> str:
    """Somebody who may work with Glider in that namespace alone; their token."""
    for index, (resources, group, verbs) in enumerate(_RULES):
        named = ",".join(f"{one}.{group}".rstrip(".") if group else one for one in resources.split(","))
        cluster.kubectl("-n", namespace, "create", "role", f"{name}-{index}", f"--verb={verbs}", f"--resource={named}")
        subject = f"--serviceaccount={namespace}:{name}"
        cluster.kubectl("-n", namespace, "create", "rolebinding", f"{name}-{index}", f"--role={name}-{index}", subject)
    cluster.kubectl("-n", namespace, "create", "serviceaccount", name)
    until_granted(cluster, f"system:serviceaccount:{namespace}:{name}", "list", "events", "-n", namespace)
    return cluster.kubectl("-n", namespace, "create", "token", name).strip()


def until_granted(cluster: Cluster, user: str, verb: str, resource: str, *options: str) -> None:
    """Until the API server has read the binding, too: what it refuses meanwhile the console remembers for a moment."""

    def is_granted() -> bool:
        try:
            return "yes" in cluster.kubectl("auth", "can-i", verb, resource, f"--as={user}", *options)
        except KubectlError:
            return False

    wait_until(is_granted, what=f"{user} to be granted {verb} {resource}")


def kubeconfig_with(cluster: Cluster, token: str, path: Path) -> Path:
    """The cluster's kubeconfig with `token` as its only credential."""
    document = yaml.safe_load(cluster.kubeconfig.read_text())
    path.write_text(yaml.safe_dump({**document, "users": [{"name": user["name"], "user": {"token": token}} for user in document["users"]]}))
    return path
