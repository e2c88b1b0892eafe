"""Glider, inside the pod: runs one Flyte task, and is the library that task authors import.

Everything here loads when it is first used, so that `import glider` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glider.exceptions import FlyteRecoverableException
    from glider.runtime.context import current_context
    from glider.types.flytefile import FlyteFile

__version__ = "0.1.0"
__all__ = ["FlyteFile", "FlyteRecoverableException", "__version__", "current_context"]

_HOMES = {
    "FlyteFile": "glider.types.flytefile",
    "FlyteRecoverableException": "glider.exceptions",
    "current_context": "glider.runtime.context",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'glider' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
