"""Checks that the objects to which a pod refers exist before it is created: a pod without its Secret would only wait on a node.

A found object counts for a minute, so that a thousand executions with one Secret cost one call. A missing one is looked up each
time. Where the configuration has no lookups of Secrets, and where a right to read is missing, nothing is known about an object:
then the kubelet reports a missing one. Of a Secret only the names of its keys are kept.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from glider_core.api import reasons
from glider_core.api.elapsed import elapsed
from glider_core.kube import requests
from glider_core.kube.errors import Forbidden, KubeError, NotFound
from glider_core.kube.transport import Transport
from glider_core.render.layering import PodTemplate
from glider_core.render.references import Reference, ReferenceKind

logger = logging.getLogger(__name__)

#: For how many seconds a found object counts.
BELIEVED = 60.0
#: How much is remembered at once.
MOST = 2_000
_RESOURCES = {ReferenceKind.SECRET: "secrets", ReferenceKind.CONFIG_MAP: "configmaps"}
_REASONS = {ReferenceKind.SECRET: reasons.SECRET_NOT_FOUND, ReferenceKind.CONFIG_MAP: reasons.CONFIG_MAP_NOT_FOUND}
#: Stands for all keys of an object that we may not read.
_UNKNOWN = frozenset({"*"})


#: What the API server's admission reports of a pod whose service account, PriorityClass or RuntimeClass isn't there.
_REFUSED_FOR = (
    ("error looking up service account", reasons.SERVICE_ACCOUNT_NOT_FOUND),
    ("no PriorityClass with name", reasons.PRIORITY_CLASS_NOT_FOUND),
    ("RuntimeClass", reasons.RUNTIME_CLASS_NOT_FOUND),
)


def missing_reason(message: str) -> str | None:
    """The reason for a refusal with the words `message`, if it is that something isn't there."""
    return next((reason for words, reason in _REFUSED_FOR if words in message), None)


class Missing(KubeError):
    """Something that the pod needs isn't there yet. `reason` is the condition's."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class References:
    """Looks things up through `transport`, Secrets only with `look_up_secrets`. PodTemplates are also looked for in the operator's own
    namespace `home`.
    """

    def __init__(
        self, transport: Transport, *, home: str | None = None, look_up_secrets: bool = True, clock: Callable[[], float] = elapsed
    ) -> None:
        self._transport = transport
        self._look_up_secrets = look_up_secrets
        self._home = home
        self._clock = clock
        self._keys: dict[tuple[ReferenceKind, str, str], tuple[float, frozenset[str]]] = {}
        self._templates: dict[tuple[str, str], tuple[float, PodTemplate]] = {}

    async def require(self, namespace: str, references: Iterable[Reference]) -> None:
        """Raises Missing for the first of `references` that isn't there, if it isn't optional."""
        for reference in sorted(references, key=lambda one: (one.kind, one.name, one.key or "")):
            if not reference.optional and (self._look_up_secrets or reference.kind is not ReferenceKind.SECRET):
                await self._require(namespace, reference)

    async def pod_template(self, namespace: str, name: str | None) -> PodTemplate | None:
        """The PodTemplate of that name, in `namespace` or else in the operator's; None where there is no name.

        Raises:
            Missing: there is none.
        """
        if name is None:
            return None
        known = self._templates.get((namespace, name))
        if known is not None and self._clock() < known[0]:
            return known[1]
        for place in dict.fromkeys(filter(None, (namespace, self._home))):
            try:
                body = await self._transport.send(requests.get_object("podtemplates", place, name))
            except NotFound:
                continue
            found = PodTemplate(namespace=place, name=name, template=body.get("template") or {})
            make_room(self._templates, now=self._clock())
            self._templates[(namespace, name)] = (self._clock() + BELIEVED, found)
            return found
        places = " and ".join(dict.fromkeys(filter(None, (namespace, self._home))))
        raise Missing(f'podTemplateRef: there is no PodTemplate "{name}" in {places}', reason=reasons.POD_TEMPLATE_NOT_FOUND)

    async def _require(self, namespace: str, reference: Reference) -> None:
        keys = await self._keys_of(namespace, reference, fresh=False)
        if keys is not None and keys != _UNKNOWN and reference.key is not None and reference.key not in keys:
            keys = await self._keys_of(namespace, reference, fresh=True)  # it may have been added since
        if keys is None:
            raise Missing(_absent(reference), reason=_REASONS[reference.kind])
        if keys != _UNKNOWN and reference.key is not None and reference.key not in keys:
            # the keys that it has aren't shown: users who may read executions may not be allowed to read Secrets
            message = f'{reference.kind.value} "{reference.name}" has no key "{reference.key}", which the pod needs'
            raise Missing(message, reason=_REASONS[reference.kind])

    async def _keys_of(self, namespace: str, reference: Reference, *, fresh: bool) -> frozenset[str] | None:
        place = (reference.kind, namespace, reference.name)
        known = self._keys.get(place)
        if known is not None and not fresh and self._clock() < known[0]:
            return known[1]
        try:
            request = requests.get_object(_RESOURCES[reference.kind], namespace, reference.name, whole=not reference.is_code)
            body = await self._transport.send(request)
            keys = _UNKNOWN if reference.is_code else _keys_in(body)
        except NotFound:
            self._keys.pop(place, None)
            return None
        except Forbidden as error:
            logger.info("could not look up %s %s/%s: %s", reference.kind.value, namespace, reference.name, error)
            keys = _UNKNOWN
        make_room(self._keys, now=self._clock())
        self._keys[place] = (self._clock() + BELIEVED, keys)
        return keys


def _absent(reference: Reference) -> str:
    if reference.is_code:
        return f'{reference.kind.value} "{reference.name}" is not there yet, and holds a part of the task\'s code: register the task again'
    return f'{reference.kind.value} "{reference.name}" is not there yet, and the pod needs it'


def make_room(cache: dict[Any, tuple[float, Any]], *, now: float) -> None:
    """Remove expired entries once the cache is full, and all entries if that isn't enough."""
    if len(cache) < MOST:
        return
    for key in [key for key, (until, _) in cache.items() if until <= now]:
        del cache[key]
    if len(cache) >= MOST:
        cache.clear()


def _keys_in(body: Any) -> frozenset[str]:
    return frozenset((*(body.get("data") or {}), *(body.get("binaryData") or {})))
