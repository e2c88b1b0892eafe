"""Operators in place of a stage's own: replicas that elect a leader, instances, and two where one should be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster.private import PrivateControlPlane
from tests.faults.apiserver.proxy import ApiServerProxy
from tests.integration.fire.stage import OperatorProcess, Stage, wait_until

LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
#: As short as a machine bears that others keep busy: what can't be renewed in time is lost.
QUICK = {"leaderElect": True, "leaseDuration": "6s", "renewDeadline": "4s", "retryPeriod": "500ms"}


@dataclass(kw_only=True)
class Replicas:
    """Operators in place of the stage's own, each behind a proxy of its own if it is to be told from the others."""

    stage: Stage
    plane: PrivateControlPlane
    folder: Path
    stack: ExitStack

    def start(self, name: str, *, proxy: ApiServerProxy | None = None, **settings: Any) -> OperatorProcess:
        """An operator, once it is ready."""
        one = self.spawn(name, proxy=proxy, **settings)
        one.wait_until_ready()
        return one

    def spawn(self, name: str, *, proxy: ApiServerProxy | None = None, **settings: Any) -> OperatorProcess:
        """An operator that has just been started."""
        of_stage: dict[str, Any] = {"instanceId": self.stage.instance} if self.stage.instance else {}
        kubeconfig = (proxy or self.stage.proxy).kubeconfig
        one = OperatorProcess(kubeconfig=kubeconfig, folder=self.folder, name=name, **(of_stage | settings))
        self.stage.replicas.append(one)
        one.spawn()
        return one

    def end_all(self) -> None:
        """None of them runs any more."""
        for one in self.stage.replicas:
            one.kill()
        self.stage.replicas.clear()

    def proxy(self) -> ApiServerProxy:
        """Another proxy; what goes through it counts for the stage as well."""
        folder = self.folder / "proxy"
        folder.mkdir()
        made = self.stack.enter_context(ApiServerProxy(self.plane.kubeconfig, folder=folder))
        self.stage.beside.append(made)
        self.stack.callback(self.stage.beside.clear)
        return made

    def lease(self, name: str) -> str:
        """The path of the Lease that is configured as `name`."""
        return f"{LEASES}/{'-'.join(filter(None, (name, self.stage.instance)))}"

    def pair(self, *, lease: str, proxy: ApiServerProxy | None = None) -> tuple[OperatorProcess, OperatorProcess]:
        """The one that leads, behind `proxy`, and the one that stands by."""
        election = QUICK | {"resourceName": lease}
        first = self.start("first", proxy=proxy, leaderElection=election)
        wait_until(first.leads, what="the first to lead")
        second = self.start("second", leaderElection=election)
        assert not second.leads()
        leader = json.loads(first.ask("/debug"))["leader"]
        wait_until(lambda: json.loads(second.ask("/debug"))["leader"] == leader, what="the second to see who leads")
        return first, second


@contextmanager
def replicas(stage: Stage, *, plane: PrivateControlPlane, folder: Path) -> Iterator[Replicas]:
    stage.operator.kill()
    folder.mkdir()
    with ExitStack() as stack:
        made = Replicas(stage=stage, plane=plane, folder=folder, stack=stack)
        stack.callback(made.end_all)
        yield made
