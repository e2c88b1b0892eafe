"""The result of a check: a line for people, an object for programs. And how a check asks a cluster, whose refusal is a result, too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from glider_client.cluster.errors import ClusterError, ForbiddenError

Json: TypeAlias = Mapping[str, Any]
T = TypeVar("T")


class Status(StrEnum):
    """How a check ended. A warning may be all right: what can't be checked is one, too."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A check and its result.

    Attributes:
        group: what it belongs to, for programs: server, crds, operators, executions, namespace, rights,
            history, store, pod.
        name: what was checked.
        message: what was found.
        next_step: what to do about it; empty where there is nothing to do, and where the message has it.
    """

    group: str
    name: str
    status: Status
    message: str
    next_step: str = ""

    @property
    def line(self) -> str:
        """For people."""
        return f"{self.name}: {self.message}" + (f". {self.next_step}" if self.next_step else "")

    @property
    def document(self) -> dict[str, str]:
        """For programs; docs/doctor.md describes it."""
        return {
            "group": self.group,
            "name": self.name,
            "status": self.status.value,
            "message": self.message,
            "nextStep": self.next_step,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Makes the checks of one group."""

    name: str

    def ok(self, name: str, message: str) -> Check:
        """All is well."""
        return Check(group=self.name, name=name, status=Status.OK, message=message)

    def warning(self, name: str, message: str, next_step: str = "") -> Check:
        """It may be all right."""
        return Check(group=self.name, name=name, status=Status.WARNING, message=message, next_step=next_step)

    def problem(self, name: str, message: str, next_step: str = "") -> Check:
        """It isn't."""
        return Check(group=self.name, name=name, status=Status.PROBLEM, message=message, next_step=next_step)

    def unanswered(self, name: str, error: ClusterError) -> Check:
        """The API server refuses to answer. That the user may not ask is no fault of the cluster's."""
        if isinstance(error, ForbiddenError):
            return self.warning(name, f"not checked, since {error}")
        return self.problem(name, str(error))


def is_healthy(checks: Iterable[Check]) -> bool:
    """Whether there is no problem."""
    return all(check.status is not Status.PROBLEM for check in checks)


def ask(call: Callable[[], T]) -> T | ClusterError:
    """The answer, or the error in its place."""
    try:
        return call()
    except ClusterError as error:
        return error
