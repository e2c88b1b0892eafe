"""JSON as the API server sends and takes it, by orjson: of a short execution's 50 KB the standard library's takes a tenth of the
operator's CPU, and orjson a third of that.
"""

from __future__ import annotations

import json
from typing import Any

import orjson


def decoded(data: bytes) -> Any:
    """What `data` says.

    Raises:
        ValueError: it isn't JSON.
    """
    return orjson.loads(data)


def encoded(document: Any) -> bytes:
    """`document` as JSON.

    What a task left may have halves of surrogate pairs in its texts, integers of any size or no end of levels. orjson takes none
    of these, the standard library takes them all, and the API server makes of them what it can.
    """
    try:
        return orjson.dumps(document)
    except TypeError:
        return json.dumps(document).encode()
