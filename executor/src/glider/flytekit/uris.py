"""Keeps flytekit from importing its client of Flyte's control plane (110 ms) for every literal that it converts.

flytekit lets that client's module replace `flyte://` URIs in each literal. Where nobody has imported the module, and no such
URI is there, it has nothing to replace.
"""

from __future__ import annotations

import sys
from typing import Any

_RESOLVER = "flytekit.remote.remote_fs"
_SCHEME = "flyte://"


def skip_needless_resolving() -> None:
    """To be called once flytekit is imported. A flytekit that does it otherwise is left alone."""
    from flytekit.core import type_engine

    resolve = getattr(type_engine, "modify_literal_uris", None)
    if resolve is None:
        return

    def resolve_if_needed(literal: Any) -> None:
        if _RESOLVER in sys.modules or _is_needed(literal):
            resolve(literal)

    for name in ("flytekit.core.type_engine", "flytekit.types.structured.structured_dataset"):
        module = sys.modules.get(name)
        if module is not None and getattr(module, "modify_literal_uris", None) is resolve:
            module.modify_literal_uris = resolve_if_needed  # type: ignore[attr-defined]


def _is_needed(literal: Any) -> bool:
    if literal.collection:
        return any(_is_needed(child) for child in literal.collection.literals)
    if literal.map:
        return any(_is_needed(child) for child in literal.map.literals.values())
    scalar = literal.scalar
    if not scalar:
        return False
    if scalar.union:
        return _is_needed(scalar.union.value)
    offloaded = scalar.blob or scalar.structured_dataset
    return bool(offloaded and (offloaded.uri or "").startswith(_SCHEME))
