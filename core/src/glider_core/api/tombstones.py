"""What is dropped of a finished execution that is compacted after its TTL.

Its phase, conditions, times, inputs' and outputs' places, outputs and error stay, so that GitOps tools find it and don't run it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: By the names of the status' JSON form: what is about single attempts.
_DROPPED = ("attempts", "links", "failures", "checkpointUri", "memory", "rawOutputDataPrefix")
#: A merge patch of the status that drops them, whatever else it has.
COMPACTION: Mapping[str, None] = dict.fromkeys(_DROPPED)


def is_compacted(status: Mapping[str, Any]) -> bool:
    """Whether nothing of them is left in a status, by its JSON form."""
    return not any(status.get(name) for name in _DROPPED)
