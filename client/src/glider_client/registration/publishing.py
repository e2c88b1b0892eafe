"""Puts TaskTemplates and their code on a cluster. Each step can be repeated, so that an interrupted registration is completed by the next.

The templates come first: a ConfigMap is owned by the templates that use it from its creation on, so none is ever left alone. A version
belongs to whoever has registered it first; the CRD's rule, that a spec is immutable, decides between two at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import AlreadyExistsError, ForbiddenError, InvalidObjectError, NotFoundError
from glider_client.code.archive import Archive
from glider_client.code.owners import add_owners, owner_of
from glider_client.code.parts import SHA256, config_maps
from glider_client.registration.differing import differences
from glider_client.registration.errors import RegistrationError
from glider_core.api.labels import API_VERSION, TEMPLATE_KIND
from glider_core.api.template_names import VERSION_HASH
from glider_core.kube.requests import METADATA_OF_ONE

Json = Mapping[str, Any]
T = TypeVar("T")
R = TypeVar("R")

CREATED, UNCHANGED, UPDATED = "created", "unchanged", "updated"

_AT_ONCE = 8
#: How many hashes a request's address holds.
_LISTED = 200
#: What the items of a list are.
_KIND = {"apiVersion": API_VERSION, "kind": TEMPLATE_KIND}
_MOST_DIFFERENCES = 10


class VersionTakenError(RegistrationError):
    """Somebody has registered other content under the same name and version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """A template on the cluster: `created`, `unchanged`, or `updated`, which is about its annotations alone."""

    name: str
    namespace: str
    task: str
    version: str
    outcome: str
    document: Json


def publish(cluster: Cluster, templates: Sequence[Json], archive: Archive | None = None, *, dry_run: bool = False) -> list[Published]:
    """The templates, all of one namespace, and the ConfigMaps with the `archive` that they refer to.

    Raises:
        VersionTakenError: a template of that name has another spec.
        ClusterError: the cluster refuses, or isn't there.
    """
    if not templates:
        return []
    namespace = str(templates[0]["metadata"]["namespace"])
    parts = [] if archive is None else list(config_maps(archive, namespace=namespace))
    missing = [part for part in parts if not dry_run and _metadata(cluster, part) is None]
    if missing:
        _check_rights(cluster, missing[0])
    there = _there(cluster, templates, namespace=namespace)
    published = _at_once(lambda template: _apply(cluster, template, before=there(template), dry_run=dry_run), templates)
    if parts and not dry_run:
        owners = [owner_of(one.document) for one in published]
        _at_once(lambda part: _ensure(cluster, part, owners=owners), parts)
    return published


def _there(cluster: Cluster, templates: Sequence[Json], *, namespace: str) -> Callable[[Json], Json | None]:
    """Finds what is on the cluster by the name of a template. Many are listed, which takes the right to, and few requests."""

    def one_by_one(template: Json) -> Json | None:
        return _get(cluster, paths.templates(namespace, template["metadata"]["name"]))

    if len(templates) <= _AT_ONCE:
        return one_by_one
    hashes = sorted({template["metadata"]["labels"][VERSION_HASH] for template in templates})
    found: dict[str, Json] = {}
    try:
        for begin in range(0, len(hashes), _LISTED):
            selector = f"{VERSION_HASH} in ({','.join(hashes[begin : begin + _LISTED])})"
            listed = cluster.items(paths.templates(namespace), query={"labelSelector": selector})
            found |= {str(document["metadata"]["name"]): {**_KIND, **document} for document in listed}
    except ForbiddenError:
        return one_by_one
    return lambda template: found.get(str(template["metadata"]["name"]))


def _apply(cluster: Cluster, template: Json, *, before: Json | None, dry_run: bool) -> Published:
    metadata, identity = template["metadata"], template["spec"]["id"]
    path = paths.templates(metadata["namespace"], metadata["name"])
    if before is not None and before["metadata"].get("deletionTimestamp"):
        raise RegistrationError(f"the TaskTemplate {metadata['name']} is being deleted; register it again in a moment")
    if before is not None and _holds(before, template):
        document, outcome = before, UNCHANGED
    else:
        try:
            document = cluster.apply(path, template, force=True, dry_run=dry_run)
        except InvalidObjectError as error:
            raise _taken(cluster, template) or error from error
        outcome = CREATED if before is None else UPDATED
    return Published(
        name=str(metadata["name"]),
        namespace=str(metadata["namespace"]),
        task=str(identity["name"]),
        version=str(identity["version"]),
        outcome=outcome,
        document=document,
    )


def _holds(there: Json, template: Json) -> bool:
    """Whether all of `template` is there already."""
    found, wanted = there["metadata"], template["metadata"]
    kept = all((wanted.get(part) or {}).items() <= (found.get(part) or {}).items() for part in ("labels", "annotations"))
    return kept and bool(there["spec"] == template["spec"])


def _taken(cluster: Cluster, template: Json) -> VersionTakenError | None:
    """The error for a version that has other content; None where that isn't why the API server refuses it."""
    metadata, identity = template["metadata"], template["spec"]["id"]
    there = _get(cluster, paths.templates(metadata["namespace"], metadata["name"]))
    if there is None or there["spec"] == template["spec"]:
        return None
    found = list(differences(there["spec"], template["spec"], path="spec"))
    more = [f"… and {len(found) - _MOST_DIFFERENCES} more"] if len(found) > _MOST_DIFFERENCES else []
    lines = "\n".join(f"  {line}" for line in [*found[:_MOST_DIFFERENCES], *more])
    return VersionTakenError(
        f"the version {identity['version']} of {identity['name']} is in the namespace {metadata['namespace']} already, "
        f"with other content:\n{lines}\nPass another --version, or none: then the version is made of the content."
    )


def _check_rights(cluster: Cluster, part: Json) -> None:
    """Before any template is written: one without its code would be of no use."""
    try:
        cluster.create(paths.config_maps(part["metadata"]["namespace"]), {**part, "binaryData": {}}, query={"dryRun": "All"})
    except AlreadyExistsError:
        return
    except ForbiddenError as error:
        raise _without_config_maps(error) from error


def _ensure(cluster: Cluster, part: Json, *, owners: Sequence[Json]) -> None:
    """That the ConfigMap is there, and has the `owners`."""
    namespace, name = part["metadata"]["namespace"], part["metadata"]["name"]
    if (there := _metadata(cluster, part)) is None:
        try:
            cluster.create(paths.config_maps(namespace), {**part, "metadata": {**part["metadata"], "ownerReferences": list(owners)}})
            return
        except AlreadyExistsError:
            there = _metadata(cluster, part)
    if there is None:
        raise RegistrationError(f"the ConfigMap {name} is being deleted; register again in a moment")
    wanted = part["metadata"]["annotations"][SHA256]
    if (found := (there["metadata"].get("annotations") or {}).get(SHA256)) != wanted:
        raise RegistrationError(
            f"the ConfigMap {name} in the namespace {namespace}: expected the archive {wanted}, found {found or 'another ConfigMap'}; "
            "delete it and register again"
        )
    known = {owner["uid"] for owner in there["metadata"].get("ownerReferences") or ()}
    if new := [owner for owner in owners if owner["uid"] not in known]:
        add_owners(cluster, namespace=namespace, name=name, owners=new)


def _metadata(cluster: Cluster, part: Json) -> Json | None:
    path = paths.config_maps(part["metadata"]["namespace"], part["metadata"]["name"])
    try:
        return cluster.get(path, accept=METADATA_OF_ONE)
    except NotFoundError:
        return None
    except ForbiddenError as error:
        raise _without_config_maps(error) from error


def _without_config_maps(error: ForbiddenError) -> ForbiddenError:
    return ForbiddenError(
        f"{error} Code travels in ConfigMaps where there is no store: pass --storage, or --no-code with an image that has it."
    )


def _get(cluster: Cluster, path: str) -> Json | None:
    try:
        return cluster.get(path)
    except NotFoundError as error:
        if type(error) is NotFoundError:
            return None
        raise  # no namespace, no CRD


def _at_once(do: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """`do` for each of `items`, some at a time; the first error in their order is raised, once all have ended.

    Ctrl-C waits for no answer: the threads, unlike those of a ThreadPoolExecutor, don't keep the process.
    """
    waiting: SimpleQueue[tuple[T, Future[R]]] = SimpleQueue()
    ends: list[Future[R]] = []
    for item in items:
        ends.append(Future())
        waiting.put((item, ends[-1]))
    for _ in range(min(_AT_ONCE, len(ends))):
        threading.Thread(target=_work, args=(do, waiting), daemon=True, name="glider-publish").start()
    try:
        wait(ends)
    finally:
        with suppress(Empty):
            while True:
                waiting.get_nowait()
    return [end.result() for end in ends]


def _work(do: Callable[[T], R], waiting: SimpleQueue[tuple[T, Future[R]]]) -> None:
    with suppress(Empty):
        while True:
            item, end = waiting.get_nowait()
            try:
                end.set_result(do(item))
            except BaseException as error:  # raised where the results are
                end.set_exception(error)
