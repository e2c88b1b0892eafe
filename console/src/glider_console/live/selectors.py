"""Label selectors as kubectl takes them: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, joined by commas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from glider.wire.jsonform import FieldError

_EXPECTED = "a label selector such as team=a,tier!=test,stage in (dev,prod)"
#: Commas separate requirements, but not within brackets.
_COMMA = re.compile(r",(?![^(]*\))")
_KEY = r"(?P<key>[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?)"
_VALUE = r"[-A-Za-z0-9_.]*"
_EQUALITY = re.compile(rf"\s*{_KEY}\s*(?P<operator>==|=|!=)\s*(?P<value>{_VALUE})\s*")
_MEMBERSHIP = re.compile(rf"\s*{_KEY}\s+(?P<operator>in|notin)\s*\((?P<values>\s*{_VALUE}\s*(?:,\s*{_VALUE}\s*)*)\)\s*")
_EXISTENCE = re.compile(rf"\s*(?P<operator>!?)\s*{_KEY}\s*")


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
    return tuple(_requirement(part) for part in _COMMA.split(text)) if text.strip() else ()


def _requirement(part: str) -> Requirement:
    if found := _MEMBERSHIP.fullmatch(part):
        values = frozenset(value.strip() for value in found["values"].split(","))
        return Requirement(found["key"], Operator(found["operator"]), values)
    if found := _EQUALITY.fullmatch(part):
        operator = Operator.NOT_IN if found["operator"] == "!=" else Operator.IN
        return Requirement(found["key"], operator, frozenset({found["value"]}))
    if found := _EXISTENCE.fullmatch(part):
        return Requirement(found["key"], Operator.DOES_NOT_EXIST if found["operator"] else Operator.EXISTS)
    raise FieldError("label", expected=_EXPECTED, found=part.strip())
