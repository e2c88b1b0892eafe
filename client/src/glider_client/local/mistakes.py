"""Every mistake in a document, by a check that reports the first one: that is taken out, or filled in, and the rest is checked again."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from glider.wire.jsonform import FieldError

#: Of one document; whoever wrote more has made one mistake many times.
_MOST = 50
#: In place of a text that is missing.
_STAND_IN = "x"


def every_error(content: Any, check: Callable[[Any], object], *, root: str) -> Iterator[FieldError]:
    """What `check` raises about `content`, and about what is left once that is taken out.

    Args:
        content: the JSON form.
        check: raises a FieldError at the first mistake.
        root: the path of `content` in the errors' fields.
    """
    left, taken = copy.deepcopy(content), set[str]()
    for _ in range(_MOST):
        try:
            check(left)
        except FieldError as error:
            mistake = _located(left, error, root=root)
            if not mistake.is_unknown_field and any(_is_within(error.field, field) or _is_within(field, error.field) for field in taken):
                return  # it comes of what was taken out
            yield error
            if mistake.parent is None:
                return
            if mistake.is_missing_text:
                mistake.parent[mistake.key] = _STAND_IN
            else:
                del mistake.parent[mistake.key]
            taken.add(mistake.field)
        else:
            return


@dataclass(frozen=True, kw_only=True, slots=True)
class _Mistake:
    """What an error is about: `key` of `parent`, which is None where nothing can be taken out."""

    parent: dict[str, Any] | None = None
    key: str = ""
    field: str = ""
    is_unknown_field: bool = False
    is_missing_text: bool = False


def _located(content: Any, error: FieldError, *, root: str) -> _Mistake:
    """The field that the error names, or, of an item of a list, the list; of a field that there isn't, that one.

    Of one that is missing it is its object, unless a text can stand in.
    """
    at, parent, key = content, None, ""
    path = error.field.removeprefix(root).removeprefix(".") if error.field.startswith(root) else ""
    while path and isinstance(at, dict):
        named = max((name for name in at if _is_within(path, name)), key=len, default="")
        if not named:
            return _missing(at, path, error) or _Mistake(parent=parent, key=key, field=error.field.removesuffix(f".{path}"))
        parent, key, at, path = at, named, at[named], path[len(named) :].removeprefix(".")
    if not path and isinstance(at, dict) and (unknown := _text(error.found)) in at:
        return _Mistake(parent=at, key=unknown, field=f"{error.field}.{unknown}", is_unknown_field=True)
    return _Mistake(parent=parent, key=key, field=error.field.removesuffix(path).rstrip("."))


def _missing(at: dict[str, Any], name: str, error: FieldError) -> _Mistake | None:
    """Of a text that is missing: with another in its place the rest of its object is checked, too."""
    if error.expected != "a string" or "." in name:
        return None
    return _Mistake(parent=at, key=name, field=error.field, is_missing_text=True)


def _is_within(path: str, other: str) -> bool:
    return path == other or path.startswith((f"{other}.", f"{other}["))


def _text(found: str) -> str:
    try:
        text = json.loads(found)
    except ValueError:
        return ""
    return text if isinstance(text, str) else ""
