"""Where each value of a rendered pod is from, as a person reads it: one line for each, in the order of the manifest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from glider_core.render.merging import Path, key_of, origin_of
from glider_core.render.pod import Rendered
from glider_core.resolve.layers import CONFIGURATION

#: What nobody wrote: names, labels, owner and environment, the executor, and what follows from other values.
GLIDER = "Glider"
NAMESPACE = "namespace defaults"


def explain(rendered: Rendered, *, names: Mapping[str, str], general: Rendered | None = None) -> list[tuple[str, str, str]]:
    """Each value's path, the value in short, and its source.

    Args:
        rendered: the pod.
        names: what a reader calls a source.
        general: the pod without its namespace's settings, to distinguish these from those for all namespaces.
    """
    elsewhere = dict(_leaves(general.manifest)) if general else None
    lines = []
    for path, value in _leaves(rendered.manifest):
        source = origin_of(rendered.origins, path) or GLIDER
        if source.startswith(CONFIGURATION) and elsewhere is not None and elsewhere.get(path) != value:
            source = source.replace(CONFIGURATION, NAMESPACE, 1)
        lines.append((_text(path), _short(value), names.get(source, source)))
    return lines


def _leaves(value: Any, path: Path = (), name: str = "") -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)), str(key))
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for i, item in enumerate(value):
            yield from _leaves(item, (*path, f"[{key_of(name, item) or i}]"))
    else:
        yield path, value


def _text(path: Path) -> str:
    return ".".join(path).replace(".[", "[")


def _short(value: Any, *, limit: int = 60) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= limit else f"{text[:limit]}…"
