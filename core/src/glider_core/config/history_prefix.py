"""Where the history is, and where it may not be: data of executions must not meet it.

The history of all namespaces is below one prefix. Executions have theirs at `<prefix>/<namespace>/…` and `<prefix>/<shard>/…`, and a
namespace is often given the rights to such a folder. So below a prefix of data the history begins with a part that is no name of a
namespace, and so no shard either; and no data are in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from glider.wire.jsonform import FieldError, nothing
from glider_core.api.places import Place, parse_place
from glider_core.config.model import Config

#: The folder below storage.metadataPrefix that no namespace can have as its name.
FOLDER = ".history"
_NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_PREFIX = "history.prefix"


def history_prefix(config: Config) -> str | None:
    """The URI below which the history is, without a slash at its end, whether or not it is written; None without an object store."""
    if config.history.prefix:
        return config.history.prefix.rstrip("/")
    below = config.storage.metadata_prefix or config.storage.raw_output_data_prefix
    return None if below is None or _place(below) is None else f"{below.rstrip('/')}/{FOLDER}"


def history_place(config: Config) -> Place | None:
    """The place of the history, where it is written."""
    prefix = history_prefix(config)
    return None if prefix is None or not config.history.enabled else _place(prefix)


def check_history(config: Config) -> None:
    """Check that there is a place for the history, if it is to be written, and that it is apart from data.

    Raises:
        FieldError: there is none, or it isn't.
    """
    if not config.history.enabled:
        return
    if (history := history_place(config)) is None:
        expected = "a URI in an object store, such as s3://bucket/prefix, since history.enabled is true and storage.metadataPrefix is none"
        raise FieldError(_PREFIX, expected=expected, found=config.history.prefix or nothing())
    for field, prefix in _prefixes(config):
        if (data := _place(prefix)) is None:
            continue
        if history != data and history.is_above(data):
            raise FieldError(_PREFIX, expected=f"a place that isn't above {field} ({prefix})", found=str(history))
        inside = history.parts[len(data.parts) :] if data.is_above(history) else None
        if inside is not None and (not inside or _NAMESPACE.fullmatch(inside[0])):
            expected = f"a place outside of {field} ({prefix}), or in a folder of it that no namespace can have, such as {FOLDER}"
            raise FieldError(_PREFIX, expected=expected, found=str(history))


def _prefixes(config: Config) -> Iterator[tuple[str, str]]:
    """All prefixes of data, each with the setting's name."""
    general = {"metadataPrefix": config.storage.metadata_prefix, "rawOutputDataPrefix": config.storage.raw_output_data_prefix}
    yield from _given("storage", general)
    for number, entry in enumerate(config.namespace_defaults):
        yield from _given(f"namespaceDefaults[{number}].storage", entry.settings.get("storage") or {})


def _given(path: str, prefixes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    return ((f"{path}.{name}", prefix) for name, prefix in prefixes.items() if prefix)


def _place(uri: str) -> Place | None:
    """Where `uri` leads in an object store; None where it leads elsewhere."""
    try:
        return parse_place(uri)
    except ValueError:
        return None
