"""The loop around the operator's own decisions: the same resolve, render, diagnose and reconcile, with a process for a pod.

As in the operator, every event (the end of a process, or a time that a plan names) is followed by one reconcile of the whole state.
"""

from __future__ import annotations

import queue
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from glider.storage.errors import StorageError
from glider.wire.jsonform import FieldError
from glider_client.local.container import Container
from glider_client.local.differences import without_effect
from glider_client.local.process import Process
from glider_client.local.sources import MissingSourceError, Sources
from glider_client.local.storing import LocalStore
from glider_core.api import reasons
from glider_core.api.execution import Execution
from glider_core.api.observed_pod import Pod
from glider_core.api.phases import Phase
from glider_core.api.restrictions import UNRESTRICTED
from glider_core.api.status import Status
from glider_core.config import Config
from glider_core.config.defaults import Executor
from glider_core.diagnose.evidence import Evidence
from glider_core.reconcile.allowance import Allowance
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.plan import Launch, Plan
from glider_core.reconcile.reconciling import reconcile
from glider_core.reconcile.refusals import Refusal
from glider_core.render.attempt import Attempt
from glider_core.render.layering import PodTemplate
from glider_core.render.pod import Rendered, render
from glider_core.resolve.resolution import Resolved
from glider_core.resolve.resolving import resolve

#: Every status is reported here: there is no API server to spare.
_EACH_STEP = Allowance(brief=timedelta())
#: Nor does anybody change what an attempt was refused for while this runs.
_NEVER = datetime.max.replace(tzinfo=UTC)


class Running(Protocol):
    """An attempt that was started."""

    def pod(self) -> Pod:
        """The pod that it stands for, as it is now."""

    def delete(self) -> None:
        """End it as the deletion of its pod does."""

    def kill(self) -> None:
        """End it at once."""

    def close(self) -> None:
        """Leave nothing behind."""


class Reporter(Protocol):
    """Gets the progress of a run."""

    def status(self, status: Status) -> None:
        """The status has changed."""

    def line(self, line: str) -> None:
        """The task printed a line."""

    def note(self, note: str) -> None:
        """A difference from a cluster, or a warning."""


def local_config(config: Config | None = None) -> Config:
    """`config`, the operator's, for processes on this machine. What a pod may have is no question here."""
    config = config or Config()
    restrictions = replace(config.restrictions, pods=UNRESTRICTED, service_accounts=None)
    return replace(config, executor=Executor(python=sys.executable), restrictions=restrictions)


class LocalRun:
    """Runs one execution to its end.

    Args:
        execution: the execution.
        templates: the specs of the TaskTemplates in its namespace by name.
        workdir: the folder to run in; modules are imported from there.
        reporter: gets the progress.
        pod_template: finds the PodTemplate object that the execution refers to, by namespace and name.
        sources: where values of Secrets and ConfigMaps are.
        config: the operator's configuration for the execution's namespace.
        start: starts an attempt; `in_process.InProcess` does so in this process.
    """

    def __init__(
        self,
        execution: Execution,
        *,
        templates: Mapping[str, Mapping[str, Any]],
        workdir: Path,
        reporter: Reporter,
        pod_template: Callable[[str, str | None], PodTemplate | None] = lambda _namespace, _name: None,
        sources: Sources | None = None,
        config: Config | None = None,
        start: Callable[..., Running] = Process,
    ) -> None:
        self._start_attempt = start
        self._execution = execution
        self._templates = templates
        self._workdir = workdir
        self._reporter = reporter
        self._pod_template = pod_template
        self._sources = sources or Sources()
        self._config = local_config(config)
        self._store = LocalStore()
        self._processes: dict[str, Running] = {}
        self._evidence: dict[str, Evidence] = {}
        self._refusal: Refusal | None = None
        #: Lines of the task, and None where a process has ended.
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def run(self) -> Status:
        """The status at the end."""
        self._execution = replace(self._execution, created=_now())
        self._reporter.status(self._execution.status)
        try:
            while not self._finished():
                try:
                    self._step()
                except KeyboardInterrupt:  # wherever it comes: an attempt in this process runs while it is started
                    self._cancel()
            self._report_lines()
        finally:
            for process in self._processes.values():
                process.close()
        return self._execution.status

    def _step(self) -> None:
        resolution = resolve(self._execution, templates=self._templates, config=self._config, looked_up=True)
        plan = reconcile(
            self._execution,
            resolution=resolution,
            observed=ObservedPods(seen=self._pods(), evidence=self._evidence),
            now=_now(),
            policies=self._config.policies,
            reads=True,
            allowance=_EACH_STEP,
            refusal=self._refusal,
        )
        self._execute(plan)

    def _pods(self) -> dict[str, Pod]:
        return {name: process.pod() for name, process in self._processes.items()}

    def _finished(self) -> bool:
        """Whether the run ends here: a suspended execution can't be resumed."""
        phase = self._execution.status.phase
        return phase.terminal or phase is Phase.SUSPENDED

    def _execute(self, plan: Plan) -> None:
        done = False
        if plan.read is not None:
            self._evidence[plan.read.pod.name] = self._store.evidence(plan.read.prefix)
            done = True
        if plan.create is not None:
            done = True
            self._start(plan.create)
        if plan.status is not None:
            done = True
            self._take(plan.status)
        for pod in plan.delete:
            done = True
            self._processes[pod.name].delete()
        if not done:
            self._wait(plan.requeue_at)

    def _start(self, launch: Launch) -> None:
        try:
            rendered = self._render(launch)
            if launch.attempt == 0:
                self._report_differences(launch.task, rendered)
            container = Container(rendered.manifest, workdir=self._workdir, sources=self._sources)
            with container.closed_on_error():
                self._processes[rendered.manifest["metadata"]["name"]] = self._start_attempt(
                    container, line=self._lines.put, ended=lambda: self._lines.put(None)
                )
        except (FieldError, StorageError) as error:
            reason = reasons.SECRET_NOT_FOUND if isinstance(error, MissingSourceError) else reasons.INVALID_SPEC
            self._refusal = Refusal(reason=reason, message=str(error), final=True, since=(now := _now()), at=now, until=_NEVER)

    def _render(self, launch: Launch) -> Rendered:
        task = launch.task
        attempt = Attempt(
            execution=self._execution,
            task=task,
            number=launch.attempt,
            config=self._config,
            memory=launch.memory,
            previous_checkpoint=launch.previous_checkpoint,
            inputs=self._store.prepare(task),
        )
        start = str(files("glider").joinpath("bundle", "start.py"))
        return render(attempt, base=self._pod_template(self._execution.namespace, task.traits.pod_template_ref), start=start)

    def _report_differences(self, task: Resolved, rendered: Rendered) -> None:
        for warning in rendered.warnings:
            self._reporter.note(warning)
        template = self._templates.get(str((self._execution.spec.get("taskRef") or {}).get("name")))
        if ignored := without_effect(self._execution, task, rendered, template=template):
            self._reporter.note(f"without effect on this machine: {', '.join(ignored)}")

    def _wait(self, until: datetime | None) -> None:
        """Wait for a process to end, or until the plan's `requeue_at`; report lines meanwhile."""
        try:
            while True:
                left = None if until is None else max(0.0, (until - _now()).total_seconds())
                line = self._lines.get(timeout=left)
                if line is None:
                    return
                self._reporter.line(line)
        except queue.Empty:
            return

    def _cancel(self) -> None:
        """What Ctrl-C asks for; once more, without the grace period."""
        if self._execution.lifecycle.cancel:
            for process in self._processes.values():
                process.kill()
        self._execution = replace(self._execution, lifecycle=replace(self._execution.lifecycle, cancel=True))

    def _report_lines(self) -> None:
        while not self._lines.empty():
            if (line := self._lines.get()) is not None:
                self._reporter.line(line)

    def _take(self, status: Status) -> None:
        self._report_lines()
        self._execution = replace(self._execution, status=status)
        self._reporter.status(status)


def _now() -> datetime:
    return datetime.now(UTC)
