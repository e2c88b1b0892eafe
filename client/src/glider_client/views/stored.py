"""Where an execution's inputs, outputs and decks are in the store, by its document. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from glider.wire.contract import DECK_FILE

Json = Mapping[str, Any]


def inputs_uri(execution: Json) -> str | None:
    """Where the inputs are; None where they are in its spec."""
    spec, status = execution["spec"], execution.get("status") or {}
    return spec.get("inputsUri") or (status.get("inputsUri") if "inputs" not in spec else None) or None


def attempt_numbers(execution: Json) -> list[int]:
    """The attempts on record."""
    return [one["number"] for one in (execution.get("status") or {}).get("attempts") or ()]


def deck_uri(execution: Json, *, attempt: int | None = None) -> str | None:
    """Where the deck of an attempt is: beside its outputs. Without a number that of the latest; None without a store."""
    return left_uri(execution, DECK_FILE, attempt=attempt)


def left_uri(execution: Json, file: str, *, attempt: int | None = None) -> str | None:
    """Where the attempt leaves that file, if it does: beside its outputs. None without a store."""
    outputs = (execution.get("status") or {}).get("outputsUri")
    if not outputs:
        return None
    folder = str(outputs).rpartition("/")[0]
    if attempt is not None:
        folder = re.sub(r"/\d+$", f"/{attempt}", folder)
    return f"{folder}/{file}"


def own_folders(execution: Json, *, template: Json | None = None) -> list[str]:
    """Where the execution's own folder of metadata may be, the most certain first: `…/<namespace>/<name>-<uid8>`, with its attempts.

    The status has where inputs and outputs are, but an execution may take inputs from elsewhere, and one that failed has no outputs. Then
    it is as the execution or its template wants it, or below the prefix of raw data, which often is the one of both.
    """
    metadata, spec, status = execution["metadata"], execution["spec"], execution.get("status") or {}
    named = f"{metadata['namespace']}/{metadata['name']}-{str(metadata['uid'])[:8]}"
    task = spec.get("task") or (template or {}).get("spec") or {}
    outputs, inputs = (str(status.get(field) or "").rpartition("/")[0] for field in ("outputsUri", "inputsUri"))
    found = [folder for folder in (outputs.rpartition("/")[0], inputs) if folder.endswith(f"/{named}")]
    wanted = [one.get("storage") or {} for one in (spec, task)]
    prefixes = [storage[name] for storage in wanted for name in ("metadataPrefix", "rawOutputDataPrefix") if storage.get(name)]
    if raw := re.fullmatch(r"(.+)/[0-9a-z]{2}/[^/]+", str(status.get("rawOutputDataPrefix") or "")):
        prefixes.append(raw[1])
    return list(dict.fromkeys([*found, *(f"{str(prefix).rstrip('/')}/{named}" for prefix in prefixes)]))
