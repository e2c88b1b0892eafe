"""Entities that are kept and not run, written and read with the caller's own rights."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, NoReturn

from flyteidl.core import identifier_pb2
from google.protobuf.message import Message

from glider_admin.entities import config_maps
from glider_admin.entities.kept import EntityKind, Kept, check_size, config_map
from glider_admin.errors import Code, RefusedError
from glider_admin.front import Call
from glider_admin.messages.identifiers import Place
from glider_admin.messages.registrations import DIGEST, digest_of, written
from glider_client.access.rights import Right
from glider_client.cluster.errors import AlreadyExistsError, ForbiddenError

Json = Mapping[str, Any]

logger = logging.getLogger(__name__)


async def keep(
    call: Call,
    kind: EntityKind,
    identifier: identifier_pb2.Identifier,
    spec: Message,
    *,
    obstacles: str,
    owners: Sequence[Json] = (),
    workflow: str = "",
) -> None:
    """Keep the version of an entity whose spec that is.

    Args:
        call: who asks.
        kind: what it is.
        identifier: its name and version.
        spec: its content.
        obstacles: why Glider won't run it.
        owners: what it is of no use without.
        workflow: the name of a launch plan's.

    Raises:
        RefusedError: the version is there already, with the same content or another one.
        FieldError: it is too large.
        ClusterError: the cluster refuses.
    """
    namespace = call.namespace(identifier.project, identifier.domain)
    made = partial(_document, kind, identifier, spec, namespace=namespace, obstacles=obstacles, owners=owners, workflow=workflow)
    document = await asyncio.to_thread(made)  # a large one takes long
    try:
        await call.ask(lambda cluster: config_maps.create(cluster, document))
    except AlreadyExistsError:
        there = await required(call, kind, identifier)
        refuse_version(kind.words, identifier, is_same=there.digest == document["metadata"]["annotations"][DIGEST])
    except ForbiddenError as error:
        message = f"{error} Glider keeps {kind.words}s in ConfigMaps; `pyflyte register` of a folder with tasks alone needs none."
        raise ForbiddenError(message) from error
    named = (kind.words, identifier.name, identifier.version)
    logger.info("kept, and won't run: the %s %s %s in %s: %s", *named, namespace, obstacles)


def _document(
    kind: EntityKind,
    identifier: identifier_pb2.Identifier,
    spec: Message,
    *,
    namespace: str,
    obstacles: str,
    owners: Sequence[Json],
    workflow: str,
) -> dict[str, Any]:
    """The ConfigMap of that version.

    Raises:
        FieldError: it is too large.
    """
    check_size(kind, spec.ByteSize())
    name, version = identifier.name, identifier.version
    return config_map(
        kind,
        identifier=identifier,
        namespace=namespace,
        content=spec.SerializeToString(deterministic=True),
        digest=digest_of({"name": name, "version": version, "spec": without_ids(written(spec, field="spec"))}),
        obstacles=obstacles,
        now=datetime.now(UTC),
        owners=owners,
        workflow=workflow,
    )


def without_ids(document: Json) -> Json:
    """A spec as it is compared: projects and domains of one namespace are the same."""
    template = document.get("template")
    if not isinstance(template, Mapping):
        return document
    return {**document, "template": {name: part for name, part in template.items() if name != "id"}}


def refuse_version(kind: str, identifier: identifier_pb2.Identifier, *, is_same: bool, differences: str = "") -> NoReturn:
    """As FlyteAdmin words it: clients take the first for success, and show the second.

    Raises:
        RefusedError: always.
    """
    named = f"{identifier.project}/{identifier.domain}/{identifier.name} of version {identifier.version}"
    if is_same:
        raise RefusedError(Code.ALREADY_EXISTS, f"identical {kind} already exists: {named}")
    message = f"{kind} with different structure already exists: {named}. Register it under another version."
    raise RefusedError(Code.INVALID_ARGUMENT, f"{message}{differences}")


async def kept(call: Call, kind: EntityKind, identifier: identifier_pb2.Identifier) -> Kept | None:
    """A version of an entity; None where it isn't kept.

    Raises:
        ClusterError: the caller may not read it, or the cluster doesn't answer.
    """
    namespace = call.namespace(identifier.project, identifier.domain)
    name, version = identifier.name, identifier.version
    return await call.ask(lambda cluster: config_maps.read(cluster, kind, namespace=namespace, name=name, version=version))


async def required(call: Call, kind: EntityKind, identifier: identifier_pb2.Identifier) -> Kept:
    """The same.

    Raises:
        RefusedError: it isn't kept.
        ClusterError: the caller may not read it, or the cluster doesn't answer.
    """
    found = await kept(call, kind, identifier)
    if found is None:
        named = f"{identifier.name} of version {identifier.version}"
        raise RefusedError(Code.NOT_FOUND, f"There is no {kind.words} {named} {_where(call, identifier)}. Register it first.")
    return found


async def versions(call: Call, kind: EntityKind, place: Place, *, name: str = "") -> Sequence[Kept]:
    """All versions of the entity of that name, or all entities of a kind; without their content.

    Raises:
        ClusterError: the caller may not list them, or the cluster doesn't answer.
    """
    namespace = call.namespace(place.project, place.domain)
    pages = await call.ask(lambda cluster: config_maps.pages(cluster, kind, namespace=namespace, name=name))
    found: list[Kept] = []
    while (page := await call.ask_large(lambda _: next(pages, None))) is not None:
        found += page
    return found


async def kept_tasks(call: Call, place: Place, *, name: str = "") -> Sequence[Kept]:
    """The tasks that Glider can't run, as far as the caller may read what is kept: whoever may not still sees those that run."""
    namespace = call.namespace(place.project, place.domain)
    for verb in ("list", "get"):
        right = Right(verb=verb, resource="configmaps", group="", namespace=namespace)
        if not await call.front.reviews.allowed(call.caller, right):
            return []
    return await versions(call, EntityKind.TASK, place, name=name)


def identifier_of(kept: Kept, place: Place) -> identifier_pb2.Identifier:
    """Where a client that asks in `place` finds it."""
    kind = kept.kind.resource_type
    return identifier_pb2.Identifier(resource_type=kind, project=place.project, domain=place.domain, name=kept.name, version=kept.version)


def _where(call: Call, identifier: Any) -> str:
    namespace = call.namespace(identifier.project, identifier.domain)
    return f"in the project {identifier.project}, domain {identifier.domain} (namespace {namespace})"
