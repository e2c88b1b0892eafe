"""One control plane, on which contenders run one after the other, each in a namespace of its own."""

from __future__ import annotations

import asyncio
import json
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.bench.operator import contenders, load, plane, report
from tests.bench.operator.accounts import AuditLog, Memory, cpu_of_all, memory
from tests.bench.operator.contenders import Contender
from tests.bench.operator.report import Result
from tests.cluster.private import PrivateControlPlane
from tests.faults.api import Api
from tests.integration.fire.stage import PATIENCE, free_port, operator_settings, wait_until

OPERATOR = "glider-operator"
#: What the Job controller has at its best, too.
BEST_LIMITS = {"qps": 2000, "burst": 4000}
_SETTLED = 1.5
_WARM_UP = 20


class Bench:
    """Runs contenders on `control_plane`; `folder` is for the operator's configuration."""

    def __init__(self, control_plane: PrivateControlPlane, folder: Path) -> None:
        self.plane = control_plane
        self.api = Api(control_plane.kubeconfig)
        self._folder = folder
        self._kubeconfig = plane.operator_kubeconfig(control_plane, folder)
        self._namespaces = 0
        self._address = ""
        self.results: list[Result] = []

    def start_operator(
        self,
        *,
        limits: Mapping[str, int] | None,
        ready_within: float = PATIENCE,
        environment: Mapping[str, str] | None = None,
        **settings: Any,
    ) -> None:
        """The operator, with limits of its client or its default ones, once it says that it is ready."""
        self._address = f"127.0.0.1:{free_port()}"
        document = operator_settings(self._address) | {"logging": {"level": "WARNING"}} | settings
        config = self._folder / "operator.yaml"
        config.write_text(json.dumps(document | ({"clientConnection": dict(limits)} if limits else {})))
        program = str(Path(sys.executable).parent / OPERATOR)
        command = [program, "--config", str(config), "--kubeconfig", str(self._kubeconfig)]
        self.plane.start(OPERATOR, command, environment=environment)
        wait_until(self._is_ready, what="the operator to be ready", timeout=ready_within)

    def end_operator(self) -> None:
        self.plane.end(OPERATOR)

    def ask(self, path: str) -> str:
        """What the operator answers over HTTP."""
        with urllib.request.urlopen(f"http://{self._address}{path}", timeout=30) as response:
            text: str = response.read().decode()
            return text

    def memory(self) -> Memory:
        """The operator's."""
        return memory(self.pids()[OPERATOR])

    def pids(self) -> dict[str, int]:
        return {name: process.pid for name, process in self.plane.processes.items()}

    def new_namespace(self) -> str:
        """Its name."""
        self._namespaces += 1
        name = f"bench-{self._namespaces}"
        plane.new_namespace(self.api, name)
        return name

    def warm_up(self, *contenders: Contender) -> None:
        """A few of each that nobody measures: whoever is first on a new API server pays for what it does once."""
        for contender in contenders:
            asyncio.run(load.run(self.plane.kubeconfig, contender, self.new_namespace(), count=_WARM_UP, per_second=None))

    def run(
        self,
        contender: Contender,
        *,
        count: int,
        per_second: float | None = None,
        namespace: str | None = None,
        patience: float = load.PATIENCE,
    ) -> Result:
        """Runs `count` of them in `namespace` or one of their own, and prints their row."""
        namespace = namespace or self.new_namespace()
        pids = self.pids()
        audit, before = AuditLog(self.plane.layout.audit_log), cpu_of_all(pids)
        running = load.run(self.plane.kubeconfig, contender, namespace, count=count, per_second=per_second, patience=patience)
        times = asyncio.run(running)
        time.sleep(_SETTLED)  # Events come after what they tell of
        after = cpu_of_all(pids)
        result = Result(
            name=contender.name,
            load=f"{count} at once" if per_second is None else f"{count} at {per_second:g}/s",
            count=count,
            times=times,
            cpu={name: after[name] - before[name] for name in pids},
            process=contender.process,
            rss=memory(pids[contender.process]).peak if contender.process else 0.0,
            requests=audit.requests(namespace, contender.agents) if contender.agents else Counter(),
        )
        self.results.append(result)
        print(report.row(result), flush=True)
        return result

    def make_template(self) -> contenders.Json:
        """The pod that the operator makes, for the others to make the same."""
        plane.new_namespace(self.api, "template")
        ours = contenders.glider()
        self.api.create(ours.collection("template"), ours.document("x"))
        pods = contenders.PODS.format(namespace="template")
        [pod] = wait_until(lambda: self.api.items(pods), what="the operator's pod")
        return contenders.template_of(pod)

    def _is_ready(self) -> bool:
        with suppress(OSError):
            self.ask("/readyz")
            return True
        return False
