"""Text that is JSON or YAML: of a file, of standard input, or of the command line itself."""

from __future__ import annotations

import json
import sys
from typing import Any

from glider.wire.jsonform import FieldError, describe, words
from glider_client.inputs.files import home_path

Json = Any

_STDIN = "-"


def read_document(path: str, *, field: str) -> Json:
    """The JSON or YAML in the file at `path`; `-` is standard input.

    Raises:
        FieldError: it can't be read, or is neither.
    """
    try:
        text = sys.stdin.read() if path == _STDIN else home_path(path).read_text()
    except (OSError, ValueError) as error:  # no text, or what no name may have
        why = getattr(error, "strerror", None) or "no text"
        raise FieldError(field, expected="a file of YAML or JSON", found=words(f"{describe(path)}: {why}")) from error
    return parsed(text, name=path, field=field)


def parsed(text: str, *, name: str, field: str) -> Json:
    """The one document in `text`; `name` is where it is from, for messages.

    Raises:
        FieldError: it can't be read, or holds several.
    """
    from glider_core.api.manifests import read_manifests

    try:
        found = read_manifests(text, name=name)
    except FieldError as error:
        raise error.within(field) from error
    if len(found) > 1:
        raise FieldError(field, expected="one document", found=words(f"{len(found)} in {name}"))
    return found[0] if found else None


def structured(text: str) -> list[Json] | dict[str, Json] | None:
    """The list or object that `text` is in brackets or braces, as JSON or else as YAML; None where it isn't one."""
    if (text.lstrip()[:1], text.rstrip()[-1:]) not in (("[", "]"), ("{", "}")):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        try:
            value = parsed(text, name="its text", field="")
        except FieldError:
            return None
    return value if isinstance(value, list | dict) else None
