"""flyte:// URLs: the inputs, the outputs or the deck of a node of an execution. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from glider.wire.jsonform import FieldError

INPUTS, OUTPUTS, DECK = "i", "o", "d"
_PART = r"([^/]+)"
_URL = re.compile(rf"flyte://v1/{_PART}/{_PART}/{_PART}/{_PART}(?:/([0-9]{{1,9}}))?/([iod])(?:/{_PART})?")


@dataclass(frozen=True, kw_only=True, slots=True)
class FlyteUrl:
    """What a URL is about.

    Attributes:
        attempt: the attempt's number; None for the last one.
        kind: INPUTS, OUTPUTS or DECK.
        variable: the name of one value; empty for all.
    """

    project: str
    domain: str
    execution: str
    node: str
    attempt: int | None
    kind: str
    variable: str


def flyte_url(text: str) -> FlyteUrl:
    """The URL that `text` is.

    Raises:
        FieldError: it is none.
    """
    found = _URL.fullmatch(text)
    if found is None or (found[6] == DECK and found[7]):
        raise FieldError("flyte_url", expected="flyte://v1/PROJECT/DOMAIN/EXECUTION/NODE[/ATTEMPT]/i, o or d[/VARIABLE]", found=text)
    project, domain, execution, node, attempt, kind, variable = found.groups(default="")
    return FlyteUrl(
        project=project,
        domain=domain,
        execution=execution,
        node=node,
        attempt=int(attempt) if attempt else None,
        kind=kind,
        variable=variable,
    )
