"""Reads a JSON object field by field, so that what doesn't fit is named: field, expected, found.

The API server has checked most of this against the CRD already. Local mode and the operator's own configuration have no
API server in front of them, and a CRD may be older than the operator.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from glider.wire.durations import parse_duration
from glider.wire.jsonform import FieldError, not_text, nothing
from glider_core.api.names import LONGEST_NAME, NAME, NAME_IN_WORDS
from glider_core.api.quantities import parse_quantity
from glider_core.api.shapes import check_shape

#: So many fields are named beside the nearest one; more would hide it.
_FEW = 12
#: Less than what a float holds, so that whatever is computed with it is a number too.
LARGEST = 1e15
#: A moment plus this is still a date.
_LONGEST = timedelta(days=36_500)
#: Nobody means a duration of more characters, and the CRD takes no more.
LONGEST_DURATION = 32

#: What a text has to be, in what Python's, Go's and ECMAScript's regular expressions have in common: the chart's schema has the same.
URI = r"[A-Za-z][A-Za-z0-9+.-]*://[^\x00-\x1f\x7f]+"
LABEL_VALUE = r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
#: The key of a label or an annotation; of a label's the part before the slash is in lower case.
LABEL_KEY = rf"({NAME}/)?{LABEL_VALUE}"
ANNOTATION_KEY = rf"({NAME.replace('a-z', 'A-Za-z')}/)?{LABEL_VALUE}"
DURATION = r"0|([0-9]+([.][0-9]+)?(h|m|s|ms|us|µs))+"


class Fields:
    """One JSON object on its way into a typed value. Each field is asked for once; `done()` refuses what nobody asked for."""

    def __init__(self, value: Any, *, path: str) -> None:
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            raise FieldError(path, expected="an object", found=value)
        self._value: Mapping[str, Any] = value
        self._asked: dict[str, None] = {}
        self._path = path

    @property
    def asked(self) -> tuple[str, ...]:
        """The fields that were asked for so far."""
        return tuple(self._asked)

    def path(self, name: str) -> str:
        """Where the field `name` stands, for messages."""
        return f"{self._path}.{name}" if self._path else name

    def has(self, name: str) -> bool:
        """Whether the field is given."""
        return self._value.get(name) is not None

    def raw(self, name: str) -> Any:
        """The field as it is, or None."""
        self._asked[name] = None
        return self._value.get(name)

    def object(self, name: str) -> Fields:
        """The field as an object of its own; an empty one where it is absent."""
        return Fields(self.raw(name), path=self.path(name))

    def mapping(self, name: str) -> Mapping[str, Any] | None:
        """The field as an object that is passed on as it is."""
        value: Mapping[str, Any] | None = self._typed(name, Mapping, "an object")
        return value

    def text(self, name: str) -> str | None:
        """The field as a string."""
        value: str | None = self._typed(name, str, "a string")
        return value

    def required_text(self, name: str) -> str:
        """The field as a string that isn't empty."""
        text = self.text(name)
        if not text:
            raise FieldError(self.path(name), expected="a string", found=nothing() if text is None else text)
        return text

    def uri(self, name: str) -> str | None:
        """The field as an absolute URI; an empty one, as charts like to write, is none."""
        return self.matching(name, URI, expected="a URI such as s3://bucket/prefix")

    def name(self, name: str) -> str | None:
        """The field as the name of an object of Kubernetes; an empty one is none."""
        return self.matching(name, NAME, expected=NAME_IN_WORDS, longest=LONGEST_NAME)

    def required_name(self, name: str) -> str:
        """The field as the name of an object of Kubernetes."""
        self.required_text(name)
        return self.name(name) or ""

    def matching(self, name: str, pattern: str, *, expected: str, longest: int | None = None) -> str | None:
        """The field as a string that is `expected`, by a regular expression; an empty one is none."""
        text: str | None = self._typed(name, str, expected) or None
        if text is not None and not (re.fullmatch(pattern, text) and len(text) <= (longest or len(text))):
            raise FieldError(self.path(name), expected=expected, found=text)
        return text

    def is_word(self, name: str, word: str) -> bool:
        """Whether the field is just `word`, which is something else than what the field is asked for otherwise."""
        return bool(self.raw(name) == word)

    def choice(self, name: str, *choices: str) -> str | None:
        """The field as one of `choices`."""
        text = self.text(name)
        if text is not None and text not in choices:
            raise FieldError(self.path(name), expected=f"one of {', '.join(choices)}", found=text)
        return text

    def count(self, name: str, *, least: int = 0, most: int | None = None) -> int | None:
        """The field as a whole number of at least `least`."""
        value = self.raw(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not least <= value <= (most or value)):
            limit = f" and at most {most}" if most else ""
            raise FieldError(self.path(name), expected=f"a whole number of at least {least}{limit}", found=value)
        return value

    def whole(self, name: str) -> int | None:
        """The field as a whole number."""
        value = self.raw(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise FieldError(self.path(name), expected="a whole number", found=value)
        return value

    def flag(self, name: str) -> bool:
        """The field as true or false; absent, it is false."""
        return bool(self._typed(name, bool, "true or false"))

    def switch(self, name: str) -> bool | None:
        """The field as true or false, or None where it is absent."""
        value: bool | None = self._typed(name, bool, "true or false")
        return value

    def strings(self, name: str) -> Mapping[str, str]:
        """The field as an object of strings, such as labels; an empty one where it is absent."""
        mapping = self.mapping(name) or {}
        for key, value in mapping.items():
            if not isinstance(value, str):
                raise FieldError(f"{self.path(name)}.{key}", expected="a string", found=not_text(value))
        return mapping

    def labels(self, name: str) -> Mapping[str, str]:
        """The field as labels; none where it is absent."""
        labels = self._keyed(name, LABEL_KEY)
        for key, value in labels.items():
            if value and not re.fullmatch(LABEL_VALUE, value):
                expected = "the value of a label: at most 63 letters, digits, dashes, underscores and dots"
                raise FieldError(f"{self.path(name)}.{key}", expected=expected, found=value)
        return labels

    def annotations(self, name: str) -> Mapping[str, str]:
        """The field as annotations; none where it is absent."""
        return self._keyed(name, ANNOTATION_KEY)

    def _keyed(self, name: str, pattern: str) -> Mapping[str, str]:
        texts = self.strings(name)
        for key in texts:
            if not re.fullmatch(pattern, str(key)):
                expected = "keys such as team or example.com/team, of letters, digits, dashes, underscores and dots"
                raise FieldError(self.path(name), expected=expected, found=key)
        return texts

    def number(self, name: str, *, least: float) -> float | None:
        """The field as a number of at least `least`."""
        value = self.raw(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= LARGEST:
            raise FieldError(self.path(name), expected=f"a number of at least {least:g} and at most {LARGEST:g}", found=value)
        return value

    def duration(self, name: str) -> timedelta | None:
        """The field as a duration such as 90s or 1h30m."""
        expected = "a duration such as 90s, 5m or 1h30m, of at most a hundred years"
        text = self.matching(name, DURATION, expected=expected, longest=LONGEST_DURATION)
        if text is None:
            return None
        try:
            duration = parse_duration(text)
        except ValueError:
            duration = timedelta.max
        if duration > _LONGEST:
            raise FieldError(self.path(name), expected=expected, found=text)
        return duration

    def quantity(self, name: str) -> str | None:
        """The field as one of Kubernetes' quantities, which YAML may have made a number of."""
        value = self.raw(name)
        if value is None:
            return None
        _check_quantity(value, path=self.path(name))
        return str(value)

    def quantities(self, name: str) -> Mapping[str, Any] | None:
        """The field as an object of quantities, such as the amounts of resources."""
        amounts = self.mapping(name)
        for resource, amount in (amounts or {}).items():
            _check_quantity(amount, path=f"{self.path(name)}.{resource}")
        return amounts

    def lists(self, name: str) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
        """The field as an object of lists of objects; an empty one where it is absent."""
        inner = Fields(self.mapping(name), path=self.path(name))
        return {key: inner.objects(key) for key in inner._value}

    def objects(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """The field as a list of objects that are passed on as they are."""
        items = self._typed(name, list, "a list of objects") or []
        for i, item in enumerate(items):
            if not isinstance(item, Mapping):
                raise FieldError(f"{self.path(name)}[{i}]", expected="an object", found=item)
        return tuple(items)

    def core(self, name: str, kind: str) -> Any:
        """The field as an object of core/v1 of the shape `kind`, that is passed on as it is; None where it is absent."""
        value = self.raw(name)
        if value is not None:
            check_shape(value, kind, path=self.path(name))
        return value

    def core_list(self, name: str, kind: str) -> tuple[Mapping[str, Any], ...]:
        """The field as a list of such objects; an empty one where it is absent."""
        return tuple(self.core(name, f"[]{kind}") or ())

    def each(self, name: str, *, most: int | None = None, what: str = "objects") -> list[Fields]:
        """The field as a list of at most so many objects, to be read one by one."""
        items = self.objects(name)
        if most is not None and len(items) > most:
            raise FieldError(self.path(name), expected=f"at most {most} {what}", found=len(items))
        return [Fields(item, path=f"{self.path(name)}[{i}]") for i, item in enumerate(items)]

    def texts(self, name: str, *, pattern: str = ".*", what: str = "string", required: bool = False) -> tuple[str, ...]:
        """The field as a list of strings, each of which is `what` by the regular expression."""
        items = self._typed(name, list, "a list of strings") or []
        for i, item in enumerate(items):
            if not isinstance(item, str) or not re.fullmatch(pattern, item, re.DOTALL):
                raise FieldError(f"{self.path(name)}[{i}]", expected=f"a {what}", found=not_text(item))
        if required and not items:
            raise FieldError(self.path(name), expected=f"at least one {what}", found=nothing())
        return tuple(items)

    def rest(self, *names: str) -> Mapping[str, Any]:
        """All fields but these, as they are."""
        return {key: value for key, value in self._value.items() if key not in names}

    def done(self) -> None:
        """Refuses fields that nobody has asked for: a typing error must not pass as a setting that does nothing."""
        for name in self._value:
            if name not in self._asked:
                nearest = get_close_matches(str(name), self._asked, n=1)
                expected = f"only the fields {', '.join(self._asked)}"
                if nearest:
                    expected = f"{expected if len(self._asked) <= _FEW else 'a field that there is'} (did you mean {nearest[0]}?)"
                raise FieldError(self._path or "the document", expected=expected, found=name)

    def _typed(self, name: str, kind: type, expected: str) -> Any:
        value = self.raw(name)
        if value is not None and not isinstance(value, kind):
            raise FieldError(self.path(name), expected=expected, found=not_text(value) if kind is str else value)
        return value


def _check_quantity(amount: Any, *, path: str) -> None:
    try:
        parse_quantity(amount)
    except ValueError as error:
        raise FieldError(path, expected="a quantity such as 500m or 2Gi", found=amount) from error
