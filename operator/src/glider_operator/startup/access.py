"""Which of the listed namespaces may be watched. One that may not, since it was deleted or its Role is missing, doesn't block the others.

The watches are fixed at the start: kopf calls no handler before it has listed everything everywhere. So when access to a namespace
is granted or removed, the operator starts again in the same process; the new lists take seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from glider_core.api import labels
from glider_core.api.phases import LIVE
from glider_core.kube.errors import Forbidden, KubeError, NotFound, Rejected
from glider_operator.controller.cluster import Cluster
from glider_operator.telemetry import metrics

logger = logging.getLogger(__name__)

_RESOURCES = (labels.EXECUTIONS, labels.TEMPLATES, "pods")
#: How often access is checked, in seconds; less often where there are many namespaces.
_EVERY, _EACH = 5.0, 0.5
#: A refusal has to last: the API server may not have read new Roles yet.
_CONFIRMED = 2.0


class NoAccessError(Exception):
    """Nothing can be watched; the text states why."""


class AccessChangedError(Exception):
    """Other namespaces may be watched than at the start."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """`served` are the namespaces that may be watched, none of them where all are; `refused` states for each of the others why not."""

    served: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def remark(self) -> str:
        """The namespaces that aren't served, for people; empty where all are."""
        return "; ".join(f"without namespace {namespace}: {why}" for namespace, why in self.refused.items())


async def find_access(cluster: Cluster, listed: Sequence[str]) -> Access:
    """Which of the `listed` namespaces may be watched, or all of them where none is listed.

    Raises:
        NoAccessError: none may, or the API server lacks something.
    """
    served, refused = [], {}
    for namespace in listed or (None,):
        why = await _refusal(cluster, namespace, _RESOURCES)
        if namespace is None and why:
            raise NoAccessError(why)
        if namespace is not None and why:
            refused[namespace] = why
        elif namespace is not None:
            served.append(namespace)
    if listed and not served:
        raise NoAccessError("; ".join(f"namespace {namespace}: {why}" for namespace, why in refused.items()))
    metrics.NAMESPACES_REFUSED.set(len(refused))
    for namespace, why in refused.items():
        logger.warning("not watching namespace %s until access is granted: %s", namespace, why)
    return Access(served=tuple(served), refused=refused)


async def follow_access(cluster: Cluster, access: Access, *, every: float | None = None, confirmed: float = _CONFIRMED) -> NoReturn:
    """Check periodically whether `access` still holds.

    Raises:
        AccessChangedError: it doesn't, and not only for a moment.
    """
    pause = every if every is not None else max(_EVERY, _EACH * len(access.served))
    while True:
        await asyncio.sleep(pause)
        for namespace in access.refused:
            if not await _still_refused(cluster, namespace):
                raise AccessChangedError(f"namespace {namespace} may be watched now")
        refused = [namespace for namespace in access.served if await _is_refused(cluster, namespace)]
        if refused and len(refused) < len(access.served):  # if all are, a restart wouldn't help
            await asyncio.sleep(confirmed)
            for namespace in refused:
                if await _is_refused(cluster, namespace):
                    raise AccessChangedError(f"namespace {namespace} may not be watched any more")


async def _refusal(cluster: Cluster, namespace: str | None, resources: Sequence[str]) -> str:
    """Why one of the resources may not be listed there; empty where all may.

    Raises:
        NoAccessError: it is no question of rights.
    """
    for resource in resources:
        try:
            await cluster.check_access(resource, namespace=namespace, fields=LIVE if resource == labels.EXECUTIONS else "")
        except Forbidden as error:
            return f"may not list {resource}: {error}"
        except NotFound as error:
            raise NoAccessError(f"{resource} isn't known to the API server; are the CRDs installed (manifests/crd)? {error}") from error
        except Rejected as error:
            message = f"{resource} can't be selected by phase; are the CRDs (manifests/crd) those of this version? {error}"
            raise NoAccessError(message) from error
        except KubeError as error:
            raise NoAccessError(f"may not list {resource}: {error}") from error
    return ""


async def _is_refused(cluster: Cluster, namespace: str) -> bool:
    """Whether the executions there may not be listed; the watches report all other problems."""
    try:
        return bool(await _refusal(cluster, namespace, (labels.EXECUTIONS,)))
    except NoAccessError:
        return False


async def _still_refused(cluster: Cluster, namespace: str) -> bool:
    try:
        return bool(await _refusal(cluster, namespace, _RESOURCES))
    except NoAccessError:
        return True
