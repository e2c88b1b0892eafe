"""What a pod needs to be there before it can start: the Secrets and ConfigMaps that its containers and volumes take something from.

A missing service account, priority class or runtime class isn't looked for: the API server itself refuses such a pod, and states
why. Neither is a Secret for image pulls, since images that are there already, or are public, need none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from glider_core.api.names import NAME
from glider_core.render.code import VOLUME as CODE_VOLUME

Json = Mapping[str, Any]


class ReferenceKind(StrEnum):
    """The kinds of objects."""

    SECRET = "Secret"
    CONFIG_MAP = "ConfigMap"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """An object in the pod's namespace, and the key in it if only one is needed.

    `is_code`: it holds a part of the task's code, up to a megabyte, so nobody reads it to see which keys it has.
    """

    kind: ReferenceKind
    name: str
    key: str | None = None
    optional: bool = False
    is_code: bool = False


#: How a kind is called where it is a source, with the field of its name, in a variable, in `envFrom` and in a volume.
_VARIABLE = {"secretKeyRef": ReferenceKind.SECRET, "configMapKeyRef": ReferenceKind.CONFIG_MAP}
_ENVIRONMENT = {"secretRef": ReferenceKind.SECRET, "configMapRef": ReferenceKind.CONFIG_MAP}
_VOLUME = {"secret": ReferenceKind.SECRET, "configMap": ReferenceKind.CONFIG_MAP}


def references(manifest: Json) -> frozenset[Reference]:
    """Everything that the pod of `manifest` refers to, also what it can do without."""
    spec = manifest["spec"]
    return frozenset((*_of_containers(spec), *_of_volumes(spec)))


def _of_containers(spec: Json) -> Iterator[Reference]:
    for container in (*(spec.get("initContainers") or ()), *spec["containers"]):
        for variable in container.get("env") or ():
            for name, source, kind in _sources(variable.get("valueFrom") or {}, _VARIABLE):
                yield Reference(kind=kind, name=name, key=source.get("key"), optional=bool(source.get("optional")))
        for one in container.get("envFrom") or ():
            for name, source, kind in _sources(one, _ENVIRONMENT):
                yield Reference(kind=kind, name=name, optional=bool(source.get("optional")))


def _of_volumes(spec: Json) -> Iterator[Reference]:
    for volume in spec.get("volumes") or ():
        is_code = volume.get("name") == CODE_VOLUME
        for one in (volume, *((volume.get("projected") or {}).get("sources") or ())):
            for name, source, kind in _sources(one, _VOLUME):
                optional = bool(source.get("optional"))
                keys = [item.get("key") for item in source.get("items") or ()]
                for key in [None] if is_code else keys or [None]:
                    yield Reference(kind=kind, name=name, key=key, optional=optional, is_code=is_code)


def _sources(holder: Json, kinds: Mapping[str, ReferenceKind]) -> Iterator[tuple[str, Json, ReferenceKind]]:
    for field, kind in kinds.items():
        source = holder.get(field)
        name = (source.get("secretName") or source.get("name")) if source else None
        if source and isinstance(name, str) and re.fullmatch(NAME, name):  # the API server refuses a pod with any other
            yield str(name), source, kind
