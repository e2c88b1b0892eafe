"""One execution, as a Python object: wait for it, get its result, change it, run it again."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from html import escape
from pathlib import Path
from typing import Any, Generic, TypeVar

from glider_client.cluster.paths import executions
from glider_client.history.finding import Found
from glider_client.sdk.acting import act, wait_for
from glider_client.sdk.failures import DeletedError, ExecutionError, FinishedError, failure_of
from glider_client.sdk.hints import Hints
from glider_client.sdk.logs import log_lines
from glider_client.sdk.restoring import restore_template
from glider_client.sdk.session import Session, plain_outputs
from glider_client.sdk.starting import Task, of_execution, start_again
from glider_client.sdk.values import plain_result, python_outputs
from glider_client.sdk.verbs import CANCEL, DELETE, RESUME, SUSPEND, Verb, phase_of
from glider_core.api.execution import is_finished
from glider_core.api.task import parse_interface
from glider_core.history.records import Record

Json = Mapping[str, Any]
R = TypeVar("R")
_LOGGER = logging.getLogger("glider")


class Execution(Generic[R]):
    """One execution on the cluster; `R` is what its task returns.

    Attributes:
        document: the TaskExecution as it was last read.
    """

    def __init__(self, session: Session, document: Json, *, hints: Hints | None = None, record: Record | None = None) -> None:
        self.document = document
        self._session = session
        self._hints = hints
        self._record = record

    def __repr__(self) -> str:
        return f"<Execution {self.namespace}/{self.name}: {phase_of(self.document)}>"

    def _repr_html_(self) -> str:
        status = self.document.get("status") or {}
        rows = {"execution": self.name, "namespace": self.namespace, "phase": phase_of(self.document), "duration": status.get("duration")}
        cells = "".join(f"<tr><th>{name}</th><td>{escape(str(value))}</td></tr>" for name, value in rows.items() if value)
        links = "".join(
            f'<tr><th>{escape(link["name"])}</th><td><a href="{escape(link["uri"])}">{escape(link["uri"])}</a></td></tr>'
            for link in status.get("links") or ()
            if str(link.get("uri")).startswith(("https://", "http://"))
        )
        return f"<table>{cells}{links}</table>"

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.document["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """Its namespace."""
        return str(self.document["metadata"]["namespace"])

    @property
    def uid(self) -> str:
        """Its UID, which no other execution ever has."""
        return str(self.document["metadata"]["uid"])

    @property
    def phase(self) -> str:
        """Where it stands, such as Running. Asks the cluster, unless it has finished.

        Raises:
            DeletedError: it is gone.
            ClusterError: the API server refuses.
        """
        return phase_of(self.refresh().document)

    @property
    def finished(self) -> bool:
        """Whether it has ended, well or not. Asks the cluster, unless it has."""
        return is_finished(self.refresh().document)

    @property
    def outputs(self) -> dict[str, Any]:
        """Its outputs by name, where it has succeeded.

        Raises:
            WaitTimeoutError: it hasn't finished.
            ExecutionError: it has ended badly.
        """
        return self._values(timeout=0)

    def refresh(self) -> Execution[R]:
        """Read it anew, unless it has finished. Return itself.

        Raises:
            DeletedError: it is gone.
            ClusterError: the API server refuses.
        """
        if not is_finished(self.document):
            self._take(self._session.cluster.get(executions(self.namespace), query={"fieldSelector": f"metadata.name={self.name}"}))
        return self

    def wait(self, timeout: float | None = None) -> Execution[R]:
        """Wait until it has finished, well or not. Return itself.

        Args:
            timeout: how many seconds to wait at most.

        Raises:
            WaitTimeoutError: it takes longer; it goes on.
            DeletedError: it was deleted meanwhile.
            ClusterError: the API server refuses, or hasn't answered for long.
        """
        if not is_finished(self.document):
            found = wait_for(self._session.cluster, CANCEL, self.document, timeout=timeout)
            self._take({"items": [found] if found is not None else []})
        return self

    def result(self, timeout: float | None = None) -> R:
        """What the task returned, once it has.

        Its values are converted by the function's type hints where these are known: the execution was started with the function, or
        read by `Glider.get(name, task=function)`. Else they are plain JSON: the one output, a tuple of several, or a dict of those
        with names.

        Args:
            timeout: how many seconds to wait at most.

        Raises:
            ExecutionError: it has ended badly: a TaskFailedError, TimedOutError or AbortedError.
            WaitTimeoutError: it takes longer; it goes on.
            DeletedError: it was deleted meanwhile.
            StorageError: the outputs are in a store that can't be read from here.
            FieldError: one doesn't fit the type hints, or is a pickle, which the client doesn't allow.
        """
        values = self._values(timeout=timeout)
        found: R = self._hints.result(values) if self._hints is not None else plain_result(values)
        return found

    def exception(self, timeout: float | None = None) -> ExecutionError | None:
        """The exception that `result` raises, once it has finished; None where it has succeeded."""
        return failure_of(self.wait(timeout).document)

    def logs(self, *, attempt: int | None = None, follow: bool = False) -> Iterator[str]:
        """The lines that the task has printed.

        Args:
            attempt: which attempt's, from 0. The default is the latest.
            follow: go on until the task ends.

        Once its pod is gone they are those that the store has.

        Raises:
            NotFoundError: its pod is gone and the store has no log, or it hasn't been created yet.
            ClusterError: the API server refuses.
            StorageError: the store can't be read from here.
        """
        return log_lines(self._found, attempt=attempt, follow=follow)

    def cancel(self) -> Execution[R]:
        """End it as Aborted; one that has finished stays as it is. Return itself."""
        return self._act(CANCEL)

    def suspend(self) -> Execution[R]:
        """End its running attempt, and start no other before `resume`. Return itself.

        Raises:
            FinishedError: it has finished, or is about to.
        """
        return self._act(SUSPEND)

    def resume(self) -> Execution[R]:
        """Let it go on after `suspend`. Return itself.

        Raises:
            FinishedError: it has finished, or is about to.
        """
        return self._act(RESUME)

    def delete(self) -> None:
        """Delete it, with its pods."""
        self._act(DELETE)

    def rerun(self, **inputs: Any) -> Execution[R]:
        """Run the same task with the same inputs again, but for those that are named. Return the new execution.

        Of one that is gone from the cluster, a template that was deleted is created again, as the history has it. The log has that, and
        whether another template has its name by now.

        Raises:
            NotFoundError: its template has been deleted, and isn't in the history.
            FieldError: an input doesn't fit.
            ClusterError: the API server refuses.
        """
        cluster, task = self._session.cluster, self._found.task()
        if self._record is not None and (remark := restore_template(cluster, self._record)):
            _LOGGER.warning("%s", remark)
        return self._rerun(inputs, of_execution(cluster, self.document, task=task), anew=nullcontext())

    def rerun_with_code(self, path: str | Path, /, **inputs: Any) -> Execution[R]:
        """The same with the code of a working tree, which is registered anew. Return the new execution.

        Args:
            path: the folder, or the file that has the function.
            inputs: the inputs that are changed.

        Raises:
            RegistrationError: the function isn't there, or can't be imported.
            NotFoundError: its template has been deleted.
            FieldError: an input doesn't fit.
            ClusterError: the API server refuses.
        """
        from glider_client.sdk.recoding import ImportedAnew

        anew = ImportedAnew(Path(path))
        with anew:
            task = of_execution(self._session.cluster, self.document, code=Path(path), task=self._found.task())
        return self._rerun(inputs, task, anew=anew)

    def _rerun(self, inputs: Mapping[str, Any], task: Task, *, anew: AbstractContextManager[None]) -> Execution[R]:
        """Inputs are of the classes that this process has; code is registered as it was imported `anew`."""
        session = self._session
        changed = session.changed(inputs, interface=parse_interface(task.interface, path="spec.interface"), hints=self._hints)
        with anew:
            created = start_again(session.cluster, self.document, task, inputs=changed, storage=session.storage or None)
        return Execution(session, created, hints=self._hints)

    @property
    def _found(self) -> Found:
        return Found(execution=self.document, cluster=self._session.cluster, record=self._record)

    def _act(self, verb: Verb) -> Execution[R]:
        acted = act(self._session.cluster, verb, self.refresh().document)
        if acted.refused:
            raise FinishedError(f"{self.name} {acted.words}")
        self.document = acted.execution
        return self

    def _take(self, listed: Json) -> None:
        found = next((one for one in listed.get("items") or () if one["metadata"]["uid"] == self.uid), None)
        if found is not None:
            self.document = found
        elif (archived := self._session.find_archived(self.uid, namespace=self.namespace)) is not None:  # its TTL has passed
            self.document, self._record = archived.execution, archived.record
        else:
            raise DeletedError(f"{self.name} was deleted")

    def _values(self, *, timeout: float | None) -> dict[str, Any]:
        failure = self.exception(timeout)
        if failure is not None:
            raise failure
        if self._hints is None:
            return plain_outputs(self.document)
        literals = self._session.outputs(self.document, interface=self._hints.interface)
        return python_outputs(literals, self._hints, allow_pickle=self._session.allow_pickle)
