"""All that is wrong with the execution that a form makes, by field: what was entered, then all that the operator would refuse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from glider.wire.jsonform import FieldError
from glider_client.inputs.declarations import Input
from glider_client.local.validating import Problem, validate_objects
from glider_console.launch.documents import Filled, made_of
from glider_core.api.labels import API_VERSION, EXECUTION_KIND, TEMPLATE_KIND
from glider_core.api.yaml_form import to_yaml
from glider_core.config import Config

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """What is wrong, and with which field; of a document as a whole the field is empty."""

    field: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What a form makes, and what is wrong with it. Warnings keep nobody from applying it.

    Attributes:
        document: the execution; empty where there is none.
        now: what `now` and `today` counted from. Who creates it states that again, and gets what was shown.
        yaml: the text that somebody has written, in place of the form.
        errors: what keeps it from being applied.
        warnings: what somebody should know about it.
    """

    document: Json
    now: datetime
    yaml: str = ""
    errors: tuple[Mistake, ...] = ()
    warnings: tuple[Mistake, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What the browser gets."""
        return {
            "yaml": self.yaml or (to_yaml(self.document) if self.document else ""),
            "now": self.now.isoformat(),
            "errors": [{"field": one.field, "message": one.message} for one in self.errors],
            "warnings": [{"field": one.field, "message": one.message} for one in self.warnings],
        }


def checked(
    filled: Filled, inputs: Sequence[Input], *, namespace: str, template: Json | None, now: datetime, config: Config | None = None
) -> Checked:
    """What `filled` makes, checked.

    Args:
        filled: the form.
        inputs: what the task takes.
        namespace: where it is to run.
        template: its TaskTemplate; None where the task is written out.
        now: what `now` and `today` count from.
        config: the operator's; without it what depends on it isn't checked.
    """
    name = str(template["metadata"]["name"]) if template else ""
    made = made_of(filled, inputs, namespace=namespace, template=name, now=now)
    errors = [Mistake(field=one.field, message=str(one)) for one in made.errors]
    if not made.document:
        return Checked(document={}, now=now, yaml=filled.yaml, errors=tuple(errors))
    beside = [{"apiVersion": API_VERSION, "kind": TEMPLATE_KIND, **template}] if template else []
    found = [one for one in validate_objects([*beside, made.document], config=config) if one.kind == EXECUTION_KIND]
    known = [one.field for one in errors]
    refused = [_mistake(one) for one in found if not one.warning and not _is_known(one.field, known)]
    warnings = tuple(_mistake(one) for one in found if one.warning)
    return Checked(document=made.document, now=now, yaml=filled.yaml, errors=(*errors, *refused), warnings=warnings)


def _is_known(field: str, known: Iterable[str]) -> bool:
    """Whether an error of what was entered is the cause: the input was left out for it."""
    return any(one == field or one.startswith((f"{field}.", f"{field}[")) for one in known)


def _mistake(problem: Problem) -> Mistake:
    return Mistake(field=problem.field, message=problem.message)


class RefusedError(FieldError):
    """The first mistake of a form that can't be applied."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.field, expected="", found="")
        self.args = (mistake.message,)
