"""What each execution of the soak does, and what it must come to whatever happens around it.

Every attempt has an end of its own, which it comes to if it is left alone. One that isn't (its pod deleted, evicted, its node
drained) fails by the system, which has a budget of its own, so that it changes how many attempts there are and never the phase
that is foretold: scripts end in a line that decides, and budgets of the system are larger than what befalls one pod.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.resources import EXAMPLES_IMAGE, execution, legacy_args, task
from tests.soak.deeds import Deed, cancel, delete_and_create_again, delete_pods, suspend_and_resume

TEMPLATE = "act"
CODE = "soak-code"
_FOLDER = "/soak"


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """How an attempt ends that is left alone. `code`: of its error.pb, where the executor is there to write one."""

    reason: str
    again: bool = False
    code: str = ""

    @property
    def well(self) -> bool:
        return self.reason == "Completed"


WELL = End(reason="Completed")
#: By what the script says.
_ENDS = {
    "return": WELL,
    "sleep": WELL,
    "raise": End(reason="UserError", code="USER:RuntimeError"),
    "recoverable": End(reason="UserError", code="USER:Recoverable", again=True),
    "leave": End(reason="ProcessExited", code="ProcessExited", again=True),
    "segfault": End(reason="Crashed", code="Crashed", again=True),
    "eat": End(reason="OOMKilled", code="OOMKilled", again=True),
}
_TIMEOUT = End(reason="AttemptTimeout", again=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """One kind of execution.

    Attributes:
        name: what it is called in names and in the report.
        share: how many of a hundred executions.
        phase, reason: its end, as in the condition Succeeded.
        script: what its attempts do, one line each; the last is for all that follow.
        ends: how they end, where the script doesn't say it.
        retries: of the user; what the system gets is enough for all that befalls an execution, unless said otherwise.
        stops: reasons for which the operator ends attempts that else would have gone on.
        deed: what somebody does to it.
        runs: whether it has a pod at all.
        stays: whether it is there in the end.
        spec: more of its specification.
    """

    name: str
    share: int
    phase: str
    reason: str = ""
    script: tuple[str, ...] = ("return",)
    ends: tuple[End, ...] = ()
    retries: int = 0
    system: int = 8
    stops: tuple[str, ...] = ()
    deed: Deed | None = None
    runs: bool = True
    stays: bool = True
    spec: dict[str, Any] = field(default_factory=dict)

    def end(self, attempt: int) -> End:
        """How attempt number `attempt` ends if it is left alone."""
        ends = self.ends or tuple(_ENDS[line.partition(" ")[0]] for line in self.script)
        return ends[min(attempt, len(ends) - 1)]

    def output(self, attempt: int) -> str:
        """What that attempt returns if it ends well."""
        return f"attempt {attempt}: {self.script[min(attempt, len(self.script) - 1)]}"

    def document(self, name: str) -> dict[str, Any]:
        """The TaskExecution."""
        common = {"retries": {"user": self.retries, "system": self.system, "backoff": {"initial": "1s", "factor": 1.5, "max": "4s"}}}
        if "task" in self.spec:
            return execution(name, **common, **self.spec)
        retries = common["retries"] | self.spec.get("retries", {})
        return execution(name, **{"taskRef": {"name": TEMPLATE}, "inputs": {"script": list(self.script)}, **self.spec, "retries": retries})


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One execution of the soak. `after`: when it is created, in seconds from the beginning."""

    name: str
    fate: Fate
    after: float = 0.0


def _shell(command: str) -> dict[str, Any]:
    """A task without Python: only the container's exit code tells of it."""
    return {"task": task(["sh", "-c", command]), "terminationGracePeriodSeconds": 2}


_LONG = ("sleep 300",)
_LONG_ONCE = ("sleep 300", "return")
FATES = (
    Fate(name="quick", share=22, phase="Succeeded"),
    Fate(name="slow", share=12, phase="Succeeded", script=("sleep 6",)),
    Fate(name="raises", share=5, phase="Failed", reason="UserError", script=("raise",), retries=2),
    Fate(name="mended", share=6, phase="Succeeded", script=("recoverable", "return"), retries=1),
    Fate(name="mended-late", share=4, phase="Succeeded", script=("recoverable", "recoverable", "return"), retries=2),
    Fate(name="hopeless", share=4, phase="Failed", reason="UserError", script=("recoverable",), retries=1),
    Fate(name="exits", share=3, phase="Failed", reason="ProcessExited", script=("leave 7",), retries=1),
    Fate(name="exits-once", share=3, phase="Succeeded", script=("leave 3", "return"), retries=1),
    Fate(name="segfault", share=3, phase="Failed", reason="Crashed", script=("segfault",)),
    Fate(
        name="oom",
        share=3,
        phase="Failed",
        reason="OOMKilled",
        script=("eat 4000",),
        spec={"resources": {"limits": {"memory": "128Mi"}}},
    ),
    Fate(name="exit-code", share=3, phase="Failed", reason="ContainerFailed", ends=(End(reason="ContainerFailed"),), spec=_shell("exit 9")),
    Fate(
        name="too-long",
        share=3,
        phase="TimedOut",
        reason="AttemptTimeout",
        script=_LONG,
        ends=(_TIMEOUT,),
        retries=1,
        spec={"timeouts": {"attempt": "3s"}},
    ),
    Fate(
        name="too-long-once",
        share=2,
        phase="Succeeded",
        script=_LONG_ONCE,
        ends=(_TIMEOUT, WELL),
        retries=1,
        spec={"timeouts": {"attempt": "20s"}},
    ),
    Fate(
        name="no-time-left",
        share=2,
        phase="TimedOut",
        reason="TotalTimeout",
        script=_LONG,
        ends=(End(reason="TotalTimeout"),),
        stops=("TotalTimeout",),
        spec={"timeouts": {"total": "20s"}},
    ),
    Fate(
        name="no-node",
        share=2,
        phase="TimedOut",
        reason="QueuedTimeout",
        ends=(End(reason="QueuedTimeout"),),
        spec={"nodeSelector": {"no": "such-node"}, "timeouts": {"queued": "4s"}},
    ),
    Fate(
        name="no-image",
        share=2,
        phase="Failed",
        reason="ImagePullFailed",
        ends=(End(reason="ImagePullFailed"),),
        spec={"image": "127.0.0.1:9/app:1", "retries": {"noRetryOn": ["ImagePullFailed"]}},
    ),
    Fate(name="bad-input", share=4, phase="Failed", reason="InvalidSpec", runs=False, spec={"inputs": {"script": 3}}),
    Fate(name="cancelled", share=4, phase="Aborted", reason="Cancelled", script=_LONG, stops=("Cancelled",), deed=cancel),
    Fate(name="suspended", share=4, phase="Succeeded", script=_LONG_ONCE, stops=("Suspended",), deed=suspend_and_resume),
    Fate(name="again", share=4, phase="Succeeded", script=("sleep 4",), deed=delete_and_create_again),
    Fate(name="pod-deleted", share=3, phase="Succeeded", script=_LONG_ONCE, deed=delete_pods),
    Fate(name="pods-deleted", share=1, phase="Failed", script=_LONG, system=1, deed=delete_pods),
    Fate(name="forgotten", share=1, phase="Succeeded", stays=False, spec={"ttlSecondsAfterFinished": 5}),
)


def template() -> dict[str, Any]:
    """The task's specification, whose code comes from a ConfigMap."""
    spec = task(
        legacy_args("acting", "act"),
        inputs={"script": "list[string]"},
        outputs={"o0": "string"},
        image=EXAMPLES_IMAGE,
        env=[{"name": "PYTHONPATH", "value": _FOLDER}],
        volumes=[{"name": "code", "configMap": {"name": CODE}}],
        volumeMounts=[{"name": "code", "mountPath": _FOLDER, "readOnly": True}],
        terminationGracePeriodSeconds=2,
    )
    return {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskTemplate", "metadata": {"name": TEMPLATE}, "spec": spec}


def cast(*, seed: int, count: int, window: float) -> list[Member]:
    """`count` executions by their fates' shares, each fate at least once, created at random moments of the first `window` seconds."""
    chance = random.Random(seed)
    fates = list(_by_share(count))
    chance.shuffle(fates)
    times = sorted(chance.uniform(0, window) for _ in fates)
    return [
        Member(name=f"{fate.name}-{number:03}", fate=_varied(fate, chance), after=after)
        for number, (fate, after) in enumerate(zip(fates, times, strict=True))
    ]


def _by_share(count: int) -> Sequence[Fate]:
    """Rounded down but for the first, which fills up."""
    counts = {fate.name: max(1, fate.share * count // 100) for fate in FATES[1:]}
    first = max(1, count - sum(counts.values()))
    return [*([FATES[0]] * first), *(fate for fate in FATES[1:] for _ in range(counts[fate.name]))]


def _varied(fate: Fate, chance: random.Random) -> Fate:
    """The same with other numbers, where they change nothing of what is foretold."""
    match fate.name:
        case "slow":
            return replace(fate, script=(f"sleep {chance.randint(2, 12)}",))
        case "hopeless" | "exits" | "segfault":
            return replace(fate, retries=chance.randint(0, 2))
        case "exit-code":
            return replace(fate, spec=_shell(f"exit {chance.randint(1, 99)}"))
        case _:
            return fate
