"""Kubernetes' objects as people want to see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def without_managed_fields(document: Mapping[str, Any]) -> dict[str, Any]:
    """`document` without the bookkeeping of who wrote which field: half of the text, and no reader wants it."""
    metadata = {key: value for key, value in (document.get("metadata") or {}).items() if key != "managedFields"}
    return {**document, "metadata": metadata}
