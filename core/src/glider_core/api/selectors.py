"""Label selectors as kubectl takes them: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, joined by commas.

The console parses them on its event loop, so in a time that grows only as they do: no text can be matched by a pattern in many ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from glider.wire.jsonform import FieldError

_EXPECTED = "a label selector such as team=a,tier!=test,stage in (dev,prod)"
_KEY = r"(?P<key>[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?)"
_VALUE = re.compile(r"[-A-Za-z0-9_.]*")
_EQUALITY = re.compile(rf"{_KEY}\s*(?P<operator>==|=|!=)\s*(?P<value>{_VALUE.pattern})")
_MEMBERSHIP = re.compile(rf"{_KEY}\s+(?P<operator>in|notin)\s*\((?P<values>[^()]*)\)")
_EXISTENCE = re.compile(rf"(?:(?P<operator>!)\s*)?{_KEY}")


class Operator(Enum):
    """How a label is compared."""

    IN = "in"
    NOT_IN = "notin"
    EXISTS = "exists"
    DOES_NOT_EXIST = "!"


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one label has to be."""

    key: str
    operator: Operator
    values: frozenset[str] = frozenset()

    def takes(self, labels: Mapping[str, str]) -> bool:
        """Whether `labels` fulfil it. A label that is absent is unequal to every value, as in Kubernetes."""
        match self.operator:
            case Operator.IN:
                return labels.get(self.key) in self.values
            case Operator.NOT_IN:
                return labels.get(self.key) not in self.values
            case Operator.EXISTS:
                return self.key in labels
            case Operator.DOES_NOT_EXIST:
                return self.key not in labels


Selector = tuple[Requirement, ...]


def parse_selector(text: str) -> Selector:
    """The requirements in `text`; none in an empty text.

    Raises:
        FieldError: it is no label selector.
    """
    return tuple(_requirement(part.strip()) for part in _parts(text)) if text.strip() else ()


def _parts(text: str) -> Iterator[str]:
    """What commas separate; those within brackets don't."""
    begin, within = 0, False
    for place, sign in enumerate(text):
        if sign == "," and not within:
            yield text[begin:place]
            begin = place + 1
        elif sign in "()":
            within = sign == "("
    yield text[begin:]


def _requirement(part: str) -> Requirement:
    if found := _MEMBERSHIP.fullmatch(part):
        values = frozenset(value.strip() for value in found["values"].split(","))
        if all(map(_VALUE.fullmatch, values)):
            return Requirement(found["key"], Operator(found["operator"]), values)
    if found := _EQUALITY.fullmatch(part):
        operator = Operator.NOT_IN if found["operator"] == "!=" else Operator.IN
        return Requirement(found["key"], operator, frozenset({found["value"]}))
    if found := _EXISTENCE.fullmatch(part):
        return Requirement(found["key"], Operator.DOES_NOT_EXIST if found["operator"] else Operator.EXISTS)
    raise FieldError("label", expected=_EXPECTED, found=part)
