"""What the task's code adds to the pod: its parts as files, variables for the executor, and room to unpack it and to install packages.

The parts are one read-only volume. The room is an emptyDir, since the container's own file system may be read-only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glider.wire import contract
from glider_core.api.code import PART_KEY, Code

Json = Mapping[str, Any]

VOLUME = "glider-code"
PARTS = "/var/run/glider-code"
SCRATCH_VOLUME = "glider-scratch"
SCRATCH = "/var/run/glider-scratch"


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeParts:
    """What is added to the pod and to its primary container."""

    env: Mapping[str, str]
    volumes: tuple[Json, ...]
    mounts: tuple[Json, ...]


NOTHING = CodeParts(env={}, volumes=(), mounts=())
_ROOM = CodeParts(
    env={contract.ENV_SCRATCH: SCRATCH},
    volumes=({"name": SCRATCH_VOLUME, "emptyDir": {}},),
    mounts=({"name": SCRATCH_VOLUME, "mountPath": SCRATCH},),
)


def code_parts(code: Code | None, *, packages: bool) -> CodeParts:
    """What `code` adds, or, without any, the room that `packages` need which are installed at the start."""
    if code is None:
        return _ROOM if packages else NOTHING
    env = {contract.ENV_CODE_SHA256: code.sha256, **_ROOM.env}
    if code.uri:
        return CodeParts(env=env | {contract.ENV_CODE_URI: code.uri}, volumes=_ROOM.volumes, mounts=_ROOM.mounts)
    sources = [{"configMap": {"name": name, "items": [{"key": PART_KEY, "path": str(i)}]}} for i, name in enumerate(code.config_maps)]
    return CodeParts(
        env=env | {contract.ENV_CODE_PARTS: PARTS},
        volumes=({"name": VOLUME, "projected": {"sources": sources}}, *_ROOM.volumes),
        mounts=({"name": VOLUME, "mountPath": PARTS, "readOnly": True}, *_ROOM.mounts),
    )
