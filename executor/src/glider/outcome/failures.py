"""Where in a run something went wrong. `__cause__` is what was raised there; `outcomes` defines what that means."""

from __future__ import annotations


class TaskRaisedError(Exception):
    """The user's function ended with an exception of whatever kind, SystemExit and KeyboardInterrupt included."""


class InvalidInputError(Exception):
    """The inputs don't fit the task."""


class InvalidOutputError(Exception):
    """What the task returned doesn't fit its declared type."""


class OutputTooLargeError(Exception):
    """An output is larger than a literal may be."""


class InvalidTaskError(Exception):
    """The function's signature can't be a task's."""


class InvalidCommandError(Exception):
    """An option names something that can't be."""


class UnreadableInputsError(Exception):
    """inputs.pb, or the inputs that came with the pod, can't be decoded."""


class UnsupportedResultError(Exception):
    """The task returned something that needs a later version of Glider."""


class TerminatedError(Exception):
    """SIGTERM: the pod is being deleted, preempted or evicted."""


class OutputsConflictError(Exception):
    """Another process has stored its outcome under the output prefix of this one."""
