"""Reads a JSON object field by field, so that what doesn't fit is named: field, expected, found.

The API server has checked most of this against the CRD already. Local mode and the operator's own configuration have no
API server in front of them, and a CRD may be older than the operator.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from glider.wire.durations import parse_duration
from glider.wire.jsonform import FieldError, nothing

#: Less than what a float holds, so that whatever is computed with it is a number too.
_LARGEST = 1e15
#: A moment plus this is still a date.
_LONGEST = timedelta(days=36_500)


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
        text = self.text(name) or None
        if text is not None and "://" not in text:
            raise FieldError(self.path(name), expected="a URI such as s3://bucket/prefix", found=text)
        return text

    def choice(self, name: str, *choices: str) -> str | None:
        """The field as one of `choices`."""
        text = self.text(name)
        if text is not None and text not in choices:
            raise FieldError(self.path(name), expected=f"one of {', '.join(choices)}", found=text)
        return text

    def count(self, name: str) -> int | None:
        """The field as a whole number of at least 0."""
        value = self.raw(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            raise FieldError(self.path(name), expected="a whole number of at least 0", found=value)
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
                raise FieldError(f"{self.path(name)}.{key}", expected="a string", found=value)
        return mapping

    def number(self, name: str, *, least: float) -> float | None:
        """The field as a number of at least `least`."""
        value = self.raw(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= _LARGEST:
            raise FieldError(self.path(name), expected=f"a number of at least {least:g}", found=value)
        return value

    def duration(self, name: str) -> timedelta | None:
        """The field as a duration such as 90s or 1h30m."""
        text = self.text(name)
        if text is None:
            return None
        try:
            duration = parse_duration(text)
        except (ValueError, OverflowError):
            duration = None
        if duration is None or not timedelta() <= duration <= _LONGEST:
            raise FieldError(self.path(name), expected="a duration such as 90s, 5m or 1h30m, of at most a hundred years", found=text)
        return duration

    def objects(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """The field as a list of objects that are passed on as they are."""
        items = self._typed(name, list, "a list of objects") or []
        for i, item in enumerate(items):
            if not isinstance(item, Mapping):
                raise FieldError(f"{self.path(name)}[{i}]", expected="an object", found=item)
        return tuple(items)

    def each(self, name: str) -> list[Fields]:
        """The field as a list of objects, to be read one by one."""
        return [Fields(item, path=f"{self.path(name)}[{i}]") for i, item in enumerate(self.objects(name))]

    def texts(self, name: str) -> tuple[str, ...]:
        """The field as a list of strings."""
        items = self._typed(name, list, "a list of strings") or []
        for i, item in enumerate(items):
            if not isinstance(item, str):
                raise FieldError(f"{self.path(name)}[{i}]", expected="a string", found=item)
        return tuple(items)

    def done(self) -> None:
        """Refuses fields that nobody has asked for: a typing error must not pass as a setting that does nothing."""
        for name in self._value:
            if name not in self._asked:
                nearest = get_close_matches(str(name), self._asked, n=1)
                meant = f" (did you mean {nearest[0]}?)" if nearest else ""
                expected = f"only the fields {', '.join(self._asked)}{meant}"
                raise FieldError(self._path or "the document", expected=expected, found=name)

    def _typed(self, name: str, kind: type, expected: str) -> Any:
        value = self.raw(name)
        if value is not None and not isinstance(value, kind):
            raise FieldError(self.path(name), expected=expected, found=value)
        return value
