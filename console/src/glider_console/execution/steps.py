"""The steps of an attempt, with a name for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from glider_core.api import reasons
from glider_core.api.phases import Phase


class Step(StrEnum):
    """What an attempt did, or waited for, during one span. From START on they are the executor's own."""

    HELD = "held"
    BACK_OFF = "backOff"
    SUSPENDED = "suspended"
    POD = "pod"
    NODE = "node"
    CONTAINER = "container"
    SET_UP = "setUp"
    PULL = "pull"
    INIT = "init"
    RUN = "run"
    START = "start"
    LOAD = "load"
    DOWNLOAD = "download"
    CONVERT = "convert"
    EXECUTE = "execute"
    UPLOAD = "upload"
    REST = "rest"


LABELS: Mapping[Step, str] = {
    Step.HELD: "Waits to be started",
    Step.BACK_OFF: "Backs off",
    Step.SUSPENDED: "Is suspended",
    Step.POD: "Waits for its pod",
    Step.NODE: "Waits for a node",
    Step.CONTAINER: "Waits for its container",
    Step.SET_UP: "Sets up its pod",
    Step.PULL: "Pulls an image",
    Step.INIT: "Init container",
    Step.RUN: "Runs",
    Step.START: "Starts Python",
    Step.LOAD: "Loads the task",
    Step.DOWNLOAD: "Downloads inputs",
    Step.CONVERT: "Converts values",
    Step.EXECUTE: "Executes",
    Step.UPLOAD: "Uploads outputs",
    Step.REST: "Not reported",
}
#: What the time after an attempt is spent with, by the reason that it ended for; else it is the back-off.
AFTER: Mapping[str, Step] = {reasons.SUSPENDED: Step.SUSPENDED}
#: What the next attempt waits for, by the phase; else for its turn.
EXPECTED: Mapping[str, Step] = {Phase.RETRYING: Step.BACK_OFF, Phase.SUSPENDED: Step.SUSPENDED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """One step in time. `ended` None: it goes on. `seconds`: how long it took, where that is known better than from its times."""

    step: Step
    began: datetime
    ended: datetime | None = None
    detail: str = ""
    seconds: float | None = None

    def document(self) -> dict[str, Any]:
        """As the page gets it."""
        return {
            "step": self.step.value,
            "label": LABELS[self.step],
            "detail": self.detail,
            "began": self.began.isoformat(),
            "ended": self.ended.isoformat() if self.ended else None,
            "seconds": self.seconds,
        }
