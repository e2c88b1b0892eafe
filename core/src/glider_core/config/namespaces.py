"""What differs in some namespaces.

Entries are merged into the general settings as documents, before these are parsed, so that an entry changes only what it mentions.
Maps are merged key by key, and lists of objects (variables, tolerations) appended, since Kubernetes lets the last of two win. Any
other value replaces the general one, and so do Kubernetes' objects that only make sense as a whole. Namespaces are selected by name
or pattern: labels would need the right to watch namespaces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from glider_core.api.fields import Fields
from glider_core.api.settings import Json, Kind, read_section
from glider_core.config.defaults import Defaults

#: What a name of a namespace can match: anything else is a typing error.
PATTERN = r"([a-z0-9*?-]|\[!?([a-z0-9](-[a-z0-9])?)+\])+"
#: A mixture of two security contexts would be one that was never configured.
WHOLE = re.compile(r"(affinity|.*[sS]ecurityContext|dnsConfig|.*Requirement|unpartitionedToleration)")


@dataclass(frozen=True, kw_only=True, slots=True)
class NamespaceDefaults:
    """`settings` is for the namespaces whose names match one of the patterns."""

    namespaces: tuple[str, ...]
    settings: Json

    def match(self, namespace: str) -> bool:
        """Whether they are for `namespace`."""
        return any(fnmatchcase(namespace, pattern) for pattern in self.namespaces)


def laid_over(specific: Any, general: Any, *, name: str = "") -> Any:
    """`specific` merged into `general`."""
    if specific is None:
        return general
    if isinstance(specific, Mapping) and isinstance(general, Mapping) and not WHOLE.fullmatch(name):
        keys = [*general, *(key for key in specific if key not in general)]
        return {key: laid_over(specific.get(key), general.get(key), name=str(key)) for key in keys}
    if isinstance(specific, list) and isinstance(general, list) and all(isinstance(item, Mapping) for item in specific):
        return [*general, *specific]
    return specific


def _read(fields: Fields, name: str) -> tuple[NamespaceDefaults, ...]:
    return tuple(_parse(entry) for entry in fields.each(name))


def _parse(entry: Fields) -> NamespaceDefaults:
    read_section(Defaults, entry)  # it is read again where it counts, laid over what is set for all
    namespaces = entry.texts("namespaces", pattern=PATTERN, what="name or pattern such as team-*", required=True)
    entry.done()
    return NamespaceDefaults(namespaces=namespaces, settings=entry.rest("namespaces"))


NAMESPACE_DEFAULTS = Kind(words="list of objects", read=_read)
