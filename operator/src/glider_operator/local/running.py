"""The loop around the operator's own decisions: the same resolve, render, diagnose and reconcile, with a process for a pod."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from glider_operator.config import Config
from glider_operator.config.defaults import Executor
from glider_operator.local.process import Process
from glider_operator.model.execution import Execution
from glider_operator.model.phases import Phase
from glider_operator.model.pod import Pod
from glider_operator.model.status import Status
from glider_operator.reconcile.leisure import Leisure
from glider_operator.reconcile.plan import Launch, Plan
from glider_operator.reconcile.reconciling import reconcile
from glider_operator.reconcile.sightings import Sightings
from glider_operator.render.layering import PodTemplate
from glider_operator.render.pod import render_pod
from glider_operator.resolve.resolution import Resolution, Resolved
from glider_operator.resolve.resolving import resolve

#: Nobody is spared a write here.
_EACH_STEP = Leisure(brief=timedelta())


class Teller(Protocol):
    """Who is told what happens."""

    def status(self, status: Status) -> None:
        """The status has changed."""

    def line(self, line: str) -> None:
        """The task printed a line."""


def local_config() -> Config:
    """The operator's configuration for processes on this machine."""
    return Config(executor=Executor(python=sys.executable))


class LocalRun:
    """Runs one execution to its end.

    Args:
        execution: the execution.
        templates: the specs of the TaskTemplates in its namespace by name.
        workdir: the folder to run in; modules are imported from there.
        teller: who is told what happens.
        pod_template: finds the PodTemplate object that the execution refers to, by namespace and name.
        sleep: waits for another attempt's time.
    """

    def __init__(
        self,
        execution: Execution,
        *,
        templates: Mapping[str, Mapping[str, Any]],
        workdir: Path,
        teller: Teller,
        pod_template: Callable[[str, str | None], PodTemplate | None] = lambda _namespace, _name: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._execution = execution
        self._templates = templates
        self._workdir = workdir
        self._teller = teller
        self._pod_template = pod_template
        self._sleep = sleep
        self._config = local_config()
        self._pods: dict[str, Pod] = {}

    def run(self) -> Status:
        """The status at the end."""
        self._teller.status(self._execution.status)
        while not self._over():
            resolution = resolve(self._execution, templates=self._templates, config=self._config, looked_up=True)
            plan = reconcile(self._execution, resolution=resolution, sightings=Sightings(seen=self._pods), now=_now())
            self._carry_out(plan, resolution)
        return self._execution.status

    def _over(self) -> bool:
        """Nobody can resume a suspended execution here."""
        phase = self._execution.status.phase
        return phase.terminal or phase is Phase.SUSPENDED

    def _carry_out(self, plan: Plan, resolution: Resolution) -> None:
        if plan.create is not None and isinstance(resolution, Resolved):
            self._attempt(resolution, plan.create)
        if plan.status is not None:
            self._take(plan.status)
        if plan.wake_at is not None:
            self._sleep(max(0.0, (plan.wake_at - _now()).total_seconds()))

    def _attempt(self, task: Resolved, launch: Launch) -> None:
        start = str(files("glider").joinpath("bundle", "start.py"))
        manifest = render_pod(
            self._execution,
            task,
            attempt=launch.attempt,
            config=self._config,
            start=start,
            memory=launch.memory,
            previous_checkpoint=launch.previous_checkpoint,
            base=self._pod_template(self._execution.namespace, task.traits.pod_template_ref),
        )
        process = Process(manifest, workdir=self._workdir)
        try:
            self._saw(process.pod(), task)
            for line in process:
                self._teller.line(line)
            self._pods[process.pod().name] = process.pod()
        finally:
            process.stop()

    def _saw(self, pod: Pod, task: Resolved) -> None:
        """The pod runs: what the operator would write by and by is told at once, since the process is read to its end next."""
        self._pods[pod.name] = pod
        plan = reconcile(self._execution, resolution=task, sightings=Sightings(seen=self._pods), now=_now(), leisure=_EACH_STEP)
        if plan.status is not None:
            self._take(plan.status)

    def _take(self, status: Status) -> None:
        self._execution = replace(self._execution, status=status)
        self._teller.status(status)


def _now() -> datetime:
    return datetime.now(UTC)
