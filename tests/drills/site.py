"""Where a drill takes place: a real control plane whose nodes kwok plays, and an operator that is restarted as a kubelet does it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glider.wire.summary import Summary, encode_summary
from glider_core.api import labels
from tests.bench.operator.plane import LIVE, kwok_plane, new_namespace, operator_kubeconfig
from tests.cluster import api_client
from tests.cluster.private import PrivateControlPlane, programs
from tests.faults.api import Api
from tests.integration.fire.stage import free_port, operator_settings, wait_until
from tests.resources import divider, execution

#: Of this namespace's pods each runs until the drill ends it.
LIVING = LIVE[0]
#: Of this namespace's pods each ends by itself, at once.
BRIEF = "brief"
#: Sweeps make up for what watches have lost; a drill doesn't wait for two minutes.
_SETTINGS: dict[str, Any] = {"sweep": {"interval": "10s"}, "clientConnection": {"qps": 500, "burst": 1000}}
_KUBELETS_PAUSE = 1.0


@dataclass(kw_only=True)
class Operator:
    """The operator as a process. Whenever it ends by itself it is started again, and counted."""

    kubeconfig: Path
    folder: Path
    restarts: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _is_wanted: threading.Event = field(default_factory=threading.Event)
    _address: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")

    def start(self) -> None:
        """From now on it runs."""
        (self.folder / "operator.yaml").write_text(json.dumps(operator_settings(self._address) | _SETTINGS))
        self._is_wanted.set()
        self._spawn()
        threading.Thread(target=self._supervise, daemon=True).start()

    def stop(self) -> None:
        """It is killed, and not started again."""
        self._is_wanted.clear()
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def why_not_ready(self) -> str:
        """What /readyz answers; empty if it is ready."""
        try:
            with urllib.request.urlopen(f"http://{self._address}/readyz", timeout=5):
                return ""
        except urllib.error.HTTPError as error:
            return error.read().decode()
        except OSError as error:
            return f"it doesn't answer: {error}"

    def is_ready(self) -> bool:
        return not self.why_not_ready()

    @property
    def log(self) -> str:
        return (self.folder / "operator.log").read_text(errors="replace")

    def _spawn(self) -> None:
        program = str(Path(sys.executable).parent / "glider-operator")
        command = [program, "--config", str(self.folder / "operator.yaml"), "--kubeconfig", str(self.kubeconfig)]
        with (self.folder / "operator.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    def _supervise(self) -> None:
        while self._is_wanted.is_set():
            assert self._process is not None
            if self._process.poll() is not None and self._is_wanted.is_set():
                self.restarts += 1
                time.sleep(_KUBELETS_PAUSE)
                self._spawn()
            time.sleep(0.1)


@dataclass(kw_only=True)
class Site:
    """A control plane, the operator, and what a drill has found."""

    plane: PrivateControlPlane
    api: Api
    operator: Operator
    folder: Path
    wrong: list[str] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)

    def note(self, text: str) -> None:
        """One line of the drill's account."""
        print(f"{time.monotonic() - self._began:6.1f} s  {text}", flush=True)

    def check(self, promise: str, *, holds: bool, found: object = "") -> None:
        """One line about a promise of the documentation."""
        self.note(f"{'ok   ' if holds else 'WRONG'} {promise}{'' if holds else f': {found}'}")
        if not holds:
            self.wrong.append(promise)

    def wait(self, promise: str, condition: Callable[[], Any], *, timeout: float = 120, found: Callable[[], object] = lambda: "") -> None:
        """The same about one that takes its time."""
        began = time.monotonic()
        try:
            wait_until(lambda: _without_errors(condition), what=promise, timeout=timeout)
        except AssertionError:
            self.check(f"{promise} within {timeout:.0f} s", holds=False, found=found())
        else:
            self.check(f"{promise} ({time.monotonic() - began:.0f} s)", holds=True)

    # --- executions and pods ---

    def create(self, namespace: str, *names: str, **spec: Any) -> None:
        for name in names:
            self.api.create(path(namespace), execution(name, task=divider(), inputs={"a": 1, "b": 2}, **spec))

    def executions(self, namespace: str) -> dict[str, dict[str, Any]]:
        return {one["metadata"]["name"]: one for one in self.api.items(path(namespace))}

    def phases(self, namespace: str) -> dict[str, str]:
        """The phase of each execution."""
        return {name: one.get("status", {}).get("phase", "") for name, one in self.executions(namespace).items()}

    def are_all(self, namespace: str, phase: str) -> bool:
        return set(self.phases(namespace).values()) == {phase}

    def pods(self, namespace: str) -> list[dict[str, Any]]:
        return self.api.items(f"/api/v1/namespaces/{namespace}/pods")

    def pods_by_execution(self, namespace: str) -> Counter[str]:
        return Counter(pod["metadata"]["labels"][labels.EXECUTION] for pod in self.pods(namespace))

    def end_pods(self, namespace: str, *executions: str) -> None:
        """Their tasks succeed; without names, those of all."""
        summary = encode_summary(Summary(outputs={"o0": 0.5})).decode()
        for pod in self.pods(namespace):
            if pod["status"]["phase"] == "Running" and (not executions or pod["metadata"]["labels"][labels.EXECUTION] in executions):
                now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
                ended = {"exitCode": 0, "reason": "Completed", "message": summary, "startedAt": now, "finishedAt": now}
                states = [{**one, "ready": False, "state": {"terminated": ended}} for one in pod["status"]["containerStatuses"]]
                status = {"status": {"phase": "Succeeded", "containerStatuses": states}}
                self.api.patch(f"/api/v1/namespaces/{namespace}/pods/{pod['metadata']['name']}/status", status)

    # --- the control plane ---

    def replace_etcd(self, replace: Callable[[Path], None]) -> None:
        """The API server and etcd end; `replace` does what it wants with etcd's folder; they start again."""
        by_name = {program.name: program for program in programs(self.plane)}
        for name in ("kube-apiserver", "etcd"):
            self.plane.end(name)
        replace(self.plane.layout.state / "etcd")
        for name in ("etcd", "kube-apiserver"):
            self.plane.restart(by_name[name])
        self.plane.wait("kube-apiserver", lambda: api_client.is_api_ready(self.plane.layout))


def path(namespace: str) -> str:
    return f"/apis/{labels.API_VERSION}/namespaces/{namespace}/{labels.EXECUTIONS}"


@contextmanager
def site(*, starts: bool = True) -> Iterator[Site]:
    """A new control plane, with namespaces for executions that live on and for brief ones, and its operator."""
    folder = Path(tempfile.mkdtemp(prefix="glider-drill-"))
    try:
        with kwok_plane(folder / "plane") as plane:
            api = Api(plane.kubeconfig)
            operator = Operator(kubeconfig=operator_kubeconfig(plane, folder), folder=folder)
            found = Site(plane=plane, api=api, operator=operator, folder=folder)
            for namespace in (LIVING, BRIEF):
                new_namespace(api, namespace)
            operator.start()
            wait_until(operator.is_ready, what="the operator to be ready")
            try:
                yield found
            finally:
                operator.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _without_errors(condition: Callable[[], Any]) -> Any:
    """An API server that restarts, or has no CRDs, is waited for."""
    try:
        return condition()
    except Exception:
        return None
