"""From found tasks to templates on a cluster: the archive of each root, `spec.code`, the documents, and their publication."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from glider_client.cluster.client import Cluster
from glider_client.code.archive import MOST_BYTES, Archive, make_archive
from glider_client.code.parts import VARIABLE, code_in_config_maps, code_in_store, config_maps
from glider_client.code.tree import ArchiveError
from glider_client.registration.errors import RegistrationError
from glider_client.registration.found import FoundTask
from glider_client.registration.publishing import Published, publish
from glider_client.registration.requirements import normalized
from glider_client.registration.templates import template_of
from glider_core.api.code import MOST_BYTES_IN_CONFIG_MAPS
from glider_core.api.template_names import content_version

_INSTALLED = frozenset({"site-packages", "dist-packages"})
#: What is read at most for ConfigMaps: more isn't compressed to what they hold.
_MOST_IN_CONFIG_MAPS = 20 * MOST_BYTES_IN_CONFIG_MAPS


class Copy(StrEnum):
    """Which files of a root go into the archive."""

    ALL = "all"
    AUTO = "auto"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """Templates that share an archive. `in_config_maps`: the archive has no other place."""

    templates: tuple[dict[str, Any], ...]
    archive: Archive | None = None
    in_config_maps: bool = False


def register(
    cluster: Cluster,
    found: Sequence[FoundTask],
    *,
    namespace: str | None = None,
    version: str | None = None,
    image: str | None = None,
    storage: str | None = None,
    copy: Copy = Copy.ALL,
    packages: Sequence[str] = (),
    dry_run: bool = False,
) -> list[Published]:
    """Publishes the tasks with their code; those that Glider can't run have to be left out before.

    Args:
        cluster: where to.
        found: the tasks.
        namespace: by default the cluster's.
        version: by default the hash of the content.
        image: the image of tasks that name none.
        storage: the prefix of a store for the code; by default that of GLIDER_STORAGE_PREFIX. With none the code travels in ConfigMaps.
        copy: which files of the working tree the code is.
        packages: what the pod installs, in pip's words.
        dry_run: nothing is written, to the store neither.

    Raises:
        RegistrationError: a task can't be registered, or its version is taken.
        ClusterError: the cluster refuses, or isn't there.
    """
    made = bundles(
        found,
        namespace=namespace or cluster.namespace,
        version=version,
        image=image,
        storage=storage,
        copy=copy,
        packages=packages,
        dry_run=dry_run,
    )
    published = []
    for bundle in made:
        published += publish(cluster, bundle.templates, bundle.archive if bundle.in_config_maps else None, dry_run=dry_run)
    return published


def bundles(
    found: Sequence[FoundTask],
    *,
    namespace: str,
    version: str | None = None,
    image: str | None = None,
    storage: str | None = None,
    copy: Copy = Copy.ALL,
    packages: Sequence[str] = (),
    dry_run: bool = False,
) -> list[Bundle]:
    """What there is to publish, a bundle for each root; the code goes into the store, where there is one."""
    _check_names(found)
    packages = normalized(packages, where="packages")
    storage = storage or os.environ.get(VARIABLE) or None
    made = []
    for root in dict.fromkeys(task.root for task in found):
        tasks = [task for task in found if task.root == root]
        archive, code = _code(root, copy=copy, storage=storage, dry_run=dry_run)
        template = partial(template_of, namespace=namespace, image=image, code=code, packages=packages)
        shared = version or _common_version(tasks, template)
        templates = tuple(template(task, version=shared) for task in tasks)
        made.append(Bundle(templates=templates, archive=archive, in_config_maps=code is not None and "configMaps" in code))
    return made


def _common_version(tasks: Sequence[FoundTask], template: Callable[..., dict[str, Any]]) -> str | None:
    """The version of all `tasks`, where one of them is eager: flytekit looks for those that it starts by its own version."""
    if not any(task.spec.get("eager") for task in tasks):
        return None
    return content_version({task.full_name: template(task)["spec"] for task in tasks})


def documents(made: Sequence[Bundle], *, namespace: str) -> Iterator[dict[str, Any]]:
    """The objects of `made` for other tools that apply them; the ConfigMaps have no owners then."""
    for bundle in made:
        if bundle.archive is not None and bundle.in_config_maps:
            yield from config_maps(bundle.archive, namespace=namespace)
        yield from bundle.templates


def _code(root: Path, *, copy: Copy, storage: str | None, dry_run: bool) -> tuple[Archive | None, dict[str, Any] | None]:
    if copy is Copy.NONE:
        return None, None
    if not _INSTALLED.isdisjoint(root.parts):
        raise RegistrationError(f"{root}: expected code of your own, found installed packages; pass --no-code and an --image that has them")
    try:
        most = MOST_BYTES if storage else _MOST_IN_CONFIG_MAPS
        archive = make_archive(root, only=_loaded(root) if copy is Copy.AUTO or _is_shared(root) else None, most_bytes=most)
        if storage is None:
            return archive, code_in_config_maps(archive)
        from glider_client.code.uploading import upload  # stores take a while

        uri = upload(archive, storage=storage, dry_run=dry_run)
        return archive, code_in_store(archive, uri=uri)
    except ArchiveError as error:
        raise RegistrationError(str(error)) from error


def _is_shared(root: Path) -> bool:
    """A folder that holds more than one project, and what nobody wants to publish: of such a one only what is imported is taken."""
    return root in (Path.home(), Path(tempfile.gettempdir()).resolve(), Path(root.anchor))


def _loaded(root: Path) -> list[Path]:
    """The files of the modules below `root` that have been imported."""
    files = {Path(file).resolve() for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))}
    return sorted(file for file in files if file.is_relative_to(root) and _INSTALLED.isdisjoint(file.parts) and file.is_file())


def _check_names(found: Sequence[FoundTask]) -> None:
    names: dict[str, FoundTask] = {}
    for task in found:
        if (other := names.setdefault(task.full_name, task)) is not task:
            raise RegistrationError(
                f"expected tasks of different names, found two that are called {task.full_name}: "
                f"{other.name} in {other.module} and {task.name} in {task.module}"
            )
