"""What the kernel takes as a command line and an environment, counted as it counts, so that a pod that can't start isn't made.

An argument or a variable (`NAME=value`) may have 32 pages with the NUL at its end (MAX_ARG_STRLEN), and all of them together, with a
pointer to each, a quarter of the stack's usual limit of 8 MiB. What counts is what the kubelet has made of `$(NAME)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from glider.wire.contract import MAX_ARGUMENT_BYTES
from glider.wire.jsonform import FieldError, words

Json = Mapping[str, Any]

_MOST_TOGETHER = 2 * 1024 * 1024
_POINTER = 8
_REFERENCE = re.compile(r"\$(\$|\((?P<name>[^)]*)\))")


def expand(text: str, variables: Mapping[str, str]) -> str:
    """`text` with `$(NAME)` replaced as the kubelet does: unknown names stay, and `$$` is one `$`."""

    def value(match: re.Match[str]) -> str:
        if match.group(1) == "$":
            return "$"
        return variables.get(match.group("name"), match.group(0))

    return _REFERENCE.sub(value, text)


def check_limits(container: Json, *, env: Sequence[Json], field: str) -> None:
    """Raises a FieldError where the kernel wouldn't start `container` with the variables `env`, for their size.

    What only the cluster knows, from Secrets and the like, counts as nothing.
    """
    known: dict[str, str] = {}
    for variable in env:
        known[variable["name"]] = expand(str(variable.get("value") or ""), known)
    together = 0
    for name, text in known.items():
        together += _checked(f"{name}={text}", field=f"{field}.env[{name}]", what="variable, its name included")
    for part in ("command", "args"):
        for i, argument in enumerate(container.get(part) or ()):
            together += _checked(expand(argument, known), field=f"{field}.{part}[{i}]", what="argument")
    if together > _MOST_TOGETHER:
        expected = f"command line and variables of at most {_MOST_TOGETHER} bytes together, which is what the kernel takes"
        raise FieldError(field, expected=expected, found=words(f"{together} bytes"))


def _checked(text: str, *, field: str, what: str) -> int:
    size = len(text.encode(errors="surrogatepass")) + 1
    if size > MAX_ARGUMENT_BYTES:
        expected = f"at most {MAX_ARGUMENT_BYTES - 1} bytes, since the kernel takes no longer {what}"
        raise FieldError(field, expected=expected, found=words(f"{size - 1} bytes"))
    return size + _POINTER
