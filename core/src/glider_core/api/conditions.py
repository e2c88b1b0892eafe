"""The conditions of a TaskExecution, in the forms that kubectl wait, kstatus (Flux, Helm) and Argo CD read.

Succeeded is on record. Finished, Stalled and Reconciling follow from it and from the phase. As in kstatus, a condition that would be
False isn't there: a successful execution has one more than Succeeded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from glider.wire.masking import masked
from glider_core.api import reasons
from glider_core.api.codec import codec, decoder, encoder, fields_of, integer, moment, object_of, required, text
from glider_core.api.kinds import api_field
from glider_core.api.phases import Phase
from glider_core.api.settings import Setting

MAX_CONDITION_MESSAGE = 1_000

SUCCEEDED = "Succeeded"
#: kstatus' words, and kubectl wait's: it has ended, it is on its way, it has ended badly or waits for a person.
FINISHED = "Finished"
STALLED = "Stalled"
RECONCILING = "Reconciling"
#: These are there if there was something to report.
SUSPENDED = "Suspended"
WARNING = "Warning"

#: The API server fills it in where no operator has written a status: what was applied a moment ago is in progress, without a write.
FRESH = {"type": RECONCILING, "status": "True", "reason": Phase.PENDING.value, "message": "No operator has reported on it yet."}

#: What waits for one of these waits for a person, and for nothing that passes, or that another tool is still to create.
_FOR_A_PERSON = frozenset({reasons.CONFIGURATION_REFUSED, reasons.FORBIDDEN, reasons.POD_NAME_TAKEN, reasons.STORE_DENIED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A condition: None while it is open."""

    true: bool | None = api_field(
        "True, False or Unknown.",
        required(
            codec(
                "string",
                {"type": "string", "enum": ["True", "False", "Unknown"]},
                decode={"True": True, "False": False}.get,
                encode={True: "True", False: "False", None: "Unknown"}.get,
            )
        ),
        name="status",
    )
    reason: str = api_field("One CamelCase word: Completed, the phase, what the pod waits for, or why it failed.", text(), default="")
    message: str = api_field(
        "The reason in words.", text(encode=lambda message: masked(message)[:MAX_CONDITION_MESSAGE] or None), default=""
    )
    since: datetime | None = api_field("When status last changed.", moment(), name="lastTransitionTime")


_ITSELF = fields_of(Condition)
#: What a condition has of its place in the list, and of the status that it stands in.
_ONE = {
    "type": Setting(doc="Succeeded, Finished, Stalled, Reconciling, Suspended or Warning.", kind=required(text())),
    **_ITSELF,
    "observed_generation": Setting(
        doc="The metadata.generation that this is about. Absent at the end, which no change of the spec alters.", kind=integer("int64")
    ),
}
CONDITION = object_of(Condition, _ONE)
_encode, parse_condition = encoder(_ITSELF), decoder(Condition, _ITSELF)


def following_from(phase: Phase, succeeded: Condition) -> Iterator[tuple[str, Condition]]:
    """The conditions that follow from `phase` and the condition Succeeded, by their types. kstatus takes the first that is true."""
    it_is = replace(succeeded, true=True)
    if phase.terminal:
        yield FINISHED, replace(it_is, message="")
        if phase is not Phase.SUCCEEDED:
            yield STALLED, it_is
        return
    if succeeded.reason in _FOR_A_PERSON:
        yield STALLED, replace(it_is, since=None)  # Succeeded's time is that of its own status
    yield RECONCILING, it_is


def condition_document(kind: str, condition: Condition, *, generation: int | None) -> dict[str, Any]:
    """The JSON form of `condition`, of the type `kind`; `generation`: which one it is about, if it is about one."""
    about = {} if generation is None else {"observedGeneration": generation}
    return {"type": kind, **_encode(condition), **about}
