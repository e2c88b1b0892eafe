"""Tasks whose code isn't in their image but in an archive that registration uploads: fast registration.

flytekit leaves two variables in their command lines, which whoever registers them fills in: where the archive is, and where it is to be
unpacked. With the code in `spec.code` Glider brings it by itself, and what stands before the task's own command line goes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from glider.cli.names import FAST_EXECUTE, program_of

Json = Mapping[str, Any]

_URI = re.compile(r"\{\{\s*[.$]remote_package_path\s*\}\}", re.IGNORECASE)
_DESTINATION = re.compile(r"\{\{\s*[.$]dest_dir\s*\}\}", re.IGNORECASE)
_FIELDS = ("command", "args")
#: Where the archive is unpacked if nobody names a folder: where the container starts, as flytectl has it.
HERE = "."


def awaits_code(spec: Json) -> bool:
    """Whether the command line of the task has a place for the URI of its code that nobody has filled in."""
    return any(_URI.search(word) for container in _containers(spec) for field in _FIELDS for word in container.get(field) or ())


def code_of(spec: Json) -> str:
    """The URI of the archive that the task's command line fetches; empty where it fetches none."""
    for container in _containers(spec):
        words = [word for field in _FIELDS for word in container.get(field) or ()]
        for word, following in pairwise(words):
            if word == "--additional-distribution" and "{{" not in following:
                return str(following)
    return ""


def with_code_at(spec: Json, *, uri: str, destination: str = "") -> dict[str, Any]:
    """`spec` with its code at `uri`; `destination` replaces the folder that the task was serialized for."""
    return _with_words(spec, lambda words: _filled(words, uri=uri, destination=destination))


def without_fast_execute(spec: Json) -> dict[str, Any]:
    """`spec` with the task's own command line alone, since its code is there already."""
    return _with_words(spec, _own)


def _filled(words: Sequence[str], *, uri: str, destination: str) -> list[str]:
    filled = [_DESTINATION.sub(lambda _: destination or HERE, _URI.sub(lambda _: uri, word)) for word in words]
    if destination and "--dest-dir" in filled[:-1]:
        filled[filled.index("--dest-dir") + 1] = destination
    return filled


def _own(words: Sequence[str]) -> list[str]:
    start = next((place for place, word in enumerate(words) if program_of(word) == FAST_EXECUTE), None)
    if start is None or "--" not in words[start:]:
        return list(words)
    return [*words[:start], *words[words.index("--", start) + 1 :]]


def _with_words(spec: Json, change: Any) -> dict[str, Any]:
    if "container" in spec:
        return {**spec, "container": _changed(spec["container"], change)}
    pod = spec["podTemplate"]
    containers = [_changed(container, change) for container in pod["spec"].get("containers") or ()]
    return {**spec, "podTemplate": {**pod, "spec": {**pod["spec"], "containers": containers}}}


def _changed(container: Json, change: Any) -> dict[str, Any]:
    return {name: change(value) if name in _FIELDS and value else value for name, value in container.items()}


def _containers(spec: Json) -> list[Json]:
    return [spec["container"]] if "container" in spec else list(spec["podTemplate"]["spec"].get("containers") or ())
