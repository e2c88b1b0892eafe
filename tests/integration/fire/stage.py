"""A control plane of its own with the proxy before it, the operator as a process that can be killed, and the scripted kubelet."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

from glider_core.api import labels
from tests.cluster.ports import free_ports
from tests.cluster.private import PrivateControlPlane, private_control_plane
from tests.conftest import ROOT
from tests.faults.api import Api
from tests.faults.apiserver.proxy import ApiServerProxy, Exchange
from tests.integration.fire.kubelet import NODE, ScriptedKubelet
from tests.integration.fire.lives import Life

ALL_EXECUTIONS = f"/apis/{labels.API_VERSION}/{labels.EXECUTIONS}"
PATIENCE = 180.0
FINAL = ("Succeeded", "Failed", "Aborted", "TimedOut")
POD_FINAL = ("Succeeded", "Failed")

T = TypeVar("T")


def operator_settings(address: str) -> dict[str, Any]:
    """A configuration with probes and metrics at one address."""
    kind = {"apiVersion": labels.API_VERSION, "kind": "Configuration"}
    return kind | {"health": {"healthProbeBindAddress": address}, "metrics": {"bindAddress": address}}


#: A sweep makes up for whatever the watches lose, and for wake-ups that were forgotten: none comes by unless a test asks for it.
_SWEEP = {"sweep": {"interval": "10m"}}
#: What is optional must not give way on a busy machine, since the tests wait for each write. As many Events are posted at once as
#: anything here has: a batch of 25, several each.
_EVERYTHING = {"apiBudget": {"adaptive": False}, "events": {"qps": 1000, "burst": 1000}}
#: In these namespaces pods go soon after the end.
_BRIEF = "brief-"
_RETENTION = {"namespaceDefaults": [{"namespaces": [f"{_BRIEF}*"], "podRetention": {"succeeded": "1s", "failed": "1s"}}]}


class OperatorProcess:
    """The real `glider-operator`, which can be killed and started again. `environment`: variables beside the test's own."""

    def __init__(
        self, *, kubeconfig: Path, folder: Path, name: str = "operator", environment: Mapping[str, str] | None = None, **settings: Any
    ) -> None:
        self._address = f"127.0.0.1:{free_port()}"
        self._log = folder / f"{name}.log"
        self._config = folder / f"{name}.yaml"
        self._settings = operator_settings(self._address) | _SWEEP | _EVERYTHING | _RETENTION | settings
        program = Path(sys.executable).parent / "glider-operator"
        self._command = [str(program), "--config", str(self._config), "--kubeconfig", str(kubeconfig)]
        self._environment = {**os.environ, **environment} if environment else None
        self._process: subprocess.Popen[bytes] | None = None

    def write_configuration(self, **settings: Any) -> None:
        """Its file has these settings, too, from now on; it notices within seconds."""
        self._config.write_text(json.dumps(self._settings | settings))

    def spawn(self) -> None:
        """Runs it."""
        self.write_configuration()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=self._environment
            )

    def start(self) -> None:
        """Runs it, and waits until it is ready."""
        self.spawn()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Until it says so."""
        wait_until(self.is_ready, what="the operator to be ready")

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Which process it is."""
        assert self._process is not None
        return self._process.pid

    @contextmanager
    def skewed(self, *, minutes: float, later: bool = False) -> Iterator[None]:
        """Meanwhile it runs with a clock that is so many minutes ahead: from the first on, or from when it gets SIGUSR1."""
        how = ["--later"] if later else []
        with self._otherwise(command=[sys.executable, "-m", "tests.integration.fire.skewed", str(minutes * 60), *how, *self._command[1:]]):
            yield

    @contextmanager
    def sweeping(self) -> Iterator[None]:
        """Meanwhile its sweeps follow each other, so that what is made up for is made up for soon."""
        with self._otherwise(settings=self._settings | {"sweep": {"interval": "1s"}}):
            yield

    @contextmanager
    def _otherwise(self, *, command: list[str] | None = None, settings: dict[str, Any] | None = None) -> Iterator[None]:
        """Meanwhile it is run in another way."""
        usual = self._command, self._settings
        self.kill()
        self._command, self._settings = command or self._command, settings or self._settings
        self.start()
        try:
            yield
        finally:
            self.kill()
            self._command, self._settings = usual
            self.start()

    def kill(self) -> None:
        """Ends it as the kernel ends what uses too much memory."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def come_back(self) -> None:
        """It is started again if it has ended by itself, as Kubernetes does with one that lost its Lease on a busy machine."""
        if self._process is not None and self._process.poll() is not None:
            self.start()

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self, *, timeout: float = 30) -> int:
        """Its exit code, once it has ended."""
        assert self._process is not None
        code = self._process.wait(timeout=timeout)
        self._process = None
        return code

    def ask(self, path: str) -> str:
        """What it answers over HTTP."""
        with urllib.request.urlopen(f"http://{self._address}{path}", timeout=5) as response:
            text: str = response.read().decode()
            return text

    def unready(self) -> str:
        """What /readyz complains of; empty if it doesn't."""
        try:
            self.ask("/readyz")
        except urllib.error.HTTPError as error:
            return error.read().decode()
        except OSError as error:
            return f"it doesn't answer: {error}"
        return ""

    def leads(self) -> bool:
        return "glider_leader 1.0" in self.ask("/metrics")

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the operator ended with {self._process.returncode}:\n{self.log()[-3000:]}"
        try:
            with urllib.request.urlopen(f"http://{self._address}/readyz", timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@dataclass(kw_only=True)
class Stage:
    """Where lives are lived: one scene after the other, each in a namespace of its own.

    Attributes:
        instance: the operator's instance ID, and its executions'; several stages share a control plane by that.
        beside: proxies of other operators that act here.
        replicas: operators that act here in place of its own.
        names: the present scene's executions.
        deleted_at: when somebody deleted all of them, by the monotonic clock.
    """

    api: Api
    proxy: ApiServerProxy
    operator: OperatorProcess
    kubelet: ScriptedKubelet
    instance: str = ""
    beside: list[ApiServerProxy] = field(default_factory=list)
    replicas: list[OperatorProcess] = field(default_factory=list)
    names: dict[str, Life] = field(default_factory=dict)
    namespace: str = ""
    deleted_at: float = math.inf
    _scenes: int = 0

    @property
    def proxies(self) -> list[ApiServerProxy]:
        """All that operators have called through."""
        return [self.proxy, *self.beside]

    @property
    def executions(self) -> str:
        """The path of the scene's executions."""
        return f"/apis/{labels.API_VERSION}/namespaces/{self.namespace}/{labels.EXECUTIONS}"

    @property
    def core(self) -> str:
        """The path of what Kubernetes itself has in the scene's namespace."""
        return f"/api/v1/namespaces/{self.namespace}"

    def begin(self, lives: Sequence[Life]) -> list[str]:
        """A new scene, and the names of its executions, which aren't created yet. Brief lives are by themselves."""
        [brief] = {life.brief for life in lives}
        self._scenes += 1
        self.namespace = f"{_BRIEF if brief else ''}scene{self.instance}-{self._scenes}"
        self.api.create("/api/v1/namespaces", {"metadata": {"name": self.namespace}})
        wait_until(lambda: self.api.get(f"{self.core}/serviceaccounts/default"), what="the default ServiceAccount")
        self.names = {f"s{self._scenes}-{number}-{life.name}": life for number, life in enumerate(lives)}
        self.deleted_at = math.inf
        self.kubelet.play(self.namespace, self.names)
        self.proxy.rules, self.proxy.event_rules = [], []
        return list(self.names)

    def create(self) -> None:
        """The executions of the scene begin to live."""
        for name, life in self.names.items():
            self.api.create(self.executions, self.document(name, life))

    def delete_all(self) -> None:
        """Somebody deletes all executions of the scene."""
        for name in self.names:
            self.api.delete(f"{self.executions}/{name}")
        self.deleted_at = time.monotonic()

    def document(self, name: str, life: Life) -> dict[str, Any]:
        """An execution that is to live `life` on this stage."""
        document = life.document(name)
        if self.instance:
            document["metadata"]["labels"] = {labels.INSTANCE: self.instance}
        return document

    def owner(self, object_name: str) -> str:
        """The execution of the scene that an object is, or is a pod or Event of; empty if none."""
        return next((name for name in self.names if belongs_to(name, object_name)), "")

    def execution(self, name: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.api.get(f"{self.executions}/{name}")
        return found

    def pods(self, name: str) -> list[dict[str, Any]]:
        """The pods of an execution."""
        return self.api.items(f"{self.core}/pods?labelSelector={labels.EXECUTION}%3D{name}")

    def events(self, name: str) -> list[dict[str, Any]]:
        return self.api.items(f"{self.core}/events?fieldSelector=involvedObject.name%3D{name}")

    def wait_until_over(self, *, timeout: float = PATIENCE) -> None:
        """Until every execution of the scene is over, and every pod."""

        def over() -> bool:
            for one in self.replicas:
                one.come_back()
            return not self.open_ones()

        wait_until(
            over,
            what=lambda: f"the end of {self.open_ones()}\n{self.log()}",
            timeout=timeout,
            pause=0.25,
        )
        wait_until(lambda: not self.live_pods(), what=lambda: f"the end of {self.live_pods()}\n{self.log()}")
        assert self.kubelet.error is None, self.kubelet.error

    def wait_until_quiet(self) -> None:
        """Until the operator has written nothing in the scene for half a second: Events come after the status that they tell of."""
        written = -1
        while written < (written := len(self.writes())):
            time.sleep(0.5)

    def writes(self) -> list[Exchange]:
        """What operators have written in the scene, or tried to."""
        return [one for proxy in self.proxies for one in proxy.writes() if one.call.namespace == self.namespace]

    def open_ones(self) -> dict[str, str]:
        """Executions of the scene that aren't over, or not gone where they are to go, with their phase."""
        phases = {one["metadata"]["name"]: one.get("status", {}).get("phase", "Pending") for one in self.api.items(self.executions)}
        return {name: phases[name] for name in self.names if name in phases and (phases[name] not in FINAL or self.names[name].goes)}

    def live_pods(self) -> list[str]:
        """The pods of the scene's executions that aren't over, or not gone with an execution that is to go."""
        by_name = {pod["metadata"]["name"]: pod for pod in self.api.items(f"{self.core}/pods")}
        lives = {name: self.names.get(pod["metadata"]["labels"].get(labels.EXECUTION, "")) for name, pod in by_name.items()}
        return [name for name, life in lives.items() if life and (by_name[name]["status"]["phase"] not in POD_FINAL or life.goes)]

    def log(self) -> str:
        """The end of what its operators have said, and which of them don't run."""
        operators = self.replicas or [self.operator]
        return "\n".join(f"{'runs' if one.runs else 'ended'}: {one.log()[-1500:]}" for one in operators)

    def reset(self) -> None:
        """Nothing is in the operator's way, and it runs."""
        self.proxy.rules, self.proxy.event_rules = [], []
        self.proxy.release()
        self.kubelet.error = None
        self.keep_running()
        self.operator.wait_until_ready()

    def keep_running(self) -> None:
        """The operator is started again if it has ended, as often as it does."""
        if not self.operator.runs:
            self.operator.spawn()


def belongs_to(name: str, object_name: str) -> bool:
    """Whether an object is execution `name` itself, or a pod or Event of it."""
    return object_name == name or object_name.startswith((f"{name}-", f"{name}."))


@contextmanager
def control_plane(folder: Path) -> Iterator[PrivateControlPlane]:
    """A control plane for stages."""
    # a node that the scripted kubelet plays needs nobody to watch over it, and nobody else is to bind pods
    flags = {"kube-controller-manager": ["--controllers=*,-node-lifecycle-controller,-pod-garbage-collector-controller"]}
    with private_control_plane(folder, without=["kube-scheduler"], flags=flags) as plane:
        _prepare(Api(plane.kubeconfig))
        yield plane


@contextmanager
def stage(plane: PrivateControlPlane, folder: Path, *, instance: str = "") -> Iterator[Stage]:
    """A stage on `plane`, with the operator running."""
    folder.mkdir()
    api = Api(plane.kubeconfig)
    with ApiServerProxy(plane.kubeconfig, folder=folder) as proxy:
        own: dict[str, Any] = {"instanceId": instance} if instance else {}
        operator = OperatorProcess(kubeconfig=proxy.kubeconfig, folder=folder, **own)
        kubelet = ScriptedKubelet(api)
        kubelet.start()
        try:
            operator.start()
            yield Stage(api=api, proxy=proxy, operator=operator, kubelet=kubelet, instance=instance)
        finally:
            operator.kill()
            kubelet.stop()


def _prepare(api: Api) -> None:
    for file in sorted((ROOT / "manifests" / "crd").glob("*.yaml")):
        api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", yaml.safe_load(file.read_text()))
    api.create("/api/v1/nodes", {"metadata": {"name": NODE}})
    wait_until(lambda: api.get(ALL_EXECUTIONS), what="the CRDs")


def wait_until(condition: Callable[[], T], *, what: str | Callable[[], str], timeout: float = PATIENCE, pause: float = 0.05) -> T:
    """What `condition` returns once that is true."""
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout:.0f} s in vain for {what if isinstance(what, str) else what()}")
        time.sleep(pause)
    return found


def free_port() -> int:
    return free_ports(1)[0]
