"""What is rendered: one attempt of an execution, with all that its pod depends on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from glider.wire.arguments import literal_text, marked
from glider.wire.interface import format_type
from glider.wire.jsonform import FieldError, Literal, LiteralMap, accepts_none, nothing, to_literal, words
from glider_core.api.execution import Execution
from glider_core.api.pod_settings import ExecutorMode
from glider_core.config import Config
from glider_core.config.defaults import Delivery
from glider_core.resolve.resolution import Resolved
from glider_core.resolve.variables import find_variable, input_name

_NAME_LENGTH, _UID_LENGTH = 40, 8
_POD_NAME = re.compile(rf".+-(?P<uid>[0-9a-f]{{{_UID_LENGTH}}})-a(?P<attempt>[0-9]{{1,9}})")


def pod_name(execution: Execution, attempt: int) -> str:
    """The name of the attempt's pod, made from execution and attempt alone.

    So an operator that forgot that it created the pod finds it again instead of creating another.
    """
    return name_of_pod(execution.name, execution.uid, attempt)


def name_of_pod(name: str, uid: str, attempt: int) -> str:
    """The same, from the execution's name and UID."""
    return f"{name[:_NAME_LENGTH].rstrip('-.')}-{uid[:_UID_LENGTH]}-a{attempt}"


def execution_of_pod(pod: str) -> tuple[str, int] | None:
    """What the UID of a pod's execution begins with, and the pod's attempt, by the pod's name; None where it isn't named so."""
    found = _POD_NAME.fullmatch(pod)
    return (found["uid"], int(found["attempt"])) if found else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One attempt.

    Attributes:
        execution: the execution.
        task: what it runs.
        number: the attempt's number, from 0.
        config: the operator's configuration for its namespace.
        memory: what it gets at least, after attempts that were killed for their memory.
        previous_checkpoint: where the last attempt that ran may have left a checkpoint.
        inputs: inputs as text, where they were read from the store.
        delivery: how the executor comes into the pod.
    """

    execution: Execution
    task: Resolved
    number: int
    config: Config
    memory: str | None = None
    previous_checkpoint: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery.AUTO

    @property
    def name(self) -> str:
        """The pod's name."""
        return pod_name(self.execution, self.number)

    @property
    def injected(self) -> bool:
        """Whether Glider's executor is brought into the pod."""
        return self.task.traits.executor_mode is ExecutorMode.INJECTED

    @property
    def delivered(self) -> Delivery:
        """How the executor comes into the pod, if it does: as was decided, else as is configured, else as works anywhere."""
        decided = self.config.executor.delivery if self.delivery is Delivery.AUTO else self.delivery
        return Delivery.INIT_CONTAINER if decided is Delivery.AUTO else decided

    @property
    def interruptible(self) -> bool:
        """Whether it may run where it can be interrupted; after enough failures of the system it may not any more."""
        traits = self.task.traits
        threshold = traits.interruptible_failure_threshold
        if threshold <= 0:  # counted from the last attempt; there is one more of those than retries
            threshold += self.task.retries.system + 1
        return traits.interruptible and self.execution.status.failures.system < threshold

    @property
    def mark(self) -> str:
        """What the places begin with in which the executor fills in inputs."""
        return self.execution.uid[:8]

    def value_of(self, variable: str, *, primary: bool = False) -> str | None:
        """The value of a variable in a command line (in that of the task's container?), or None if there is no such variable."""
        if (name := input_name(variable)) is not None:
            if primary and self.task.fills_in_pod and name in self.task.interface.inputs:
                return marked(name, mark=self.mark)
            return self._input(name)
        known = find_variable(variable)
        return None if known is None else known.value(self)

    def _input(self, name: str) -> str:
        if self.task.inline_inputs is None:
            if name not in self.inputs:
                raise FieldError(f"spec.inputsUri: {name}", expected="a file that holds it", found=nothing())
            return self.inputs[name]
        literals = LiteralMap.FromString(self.task.inline_inputs).literals
        literal = literals[name] if name in literals else self._left_out(name)
        try:
            return literal_text(literal)
        except RecursionError as error:
            found = words("a value nested too deeply")
            raise FieldError(f"spec.inputs: {name}", expected="a value for the command line", found=found) from error

    def _left_out(self, name: str) -> Literal:
        """What stands for an input that isn't given: a function has a default for it, a command line has none."""
        literal_type = self.task.interface.inputs[name]
        if accepts_none(literal_type):
            return to_literal(None, literal_type, field=f"spec.inputs.{name}")
        expected = f"{format_type(literal_type)}, since it stands in a command line"
        raise FieldError(f"spec.inputs.{name}", expected=expected, found=nothing())
