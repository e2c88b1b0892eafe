"""Which templates are versions of a task: an execution names its template, and the template names its task."""

from __future__ import annotations

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ForbiddenError
from glider_console.access.reviews import Ask
from glider_console.access.viewer import Viewer
from glider_core.api.template_names import task_selector
from glider_core.kube.requests import METADATA


async def templates_of(task: str, *, viewer: Viewer, namespace: str, ask: Ask) -> frozenset[str]:
    """The names of the templates of the task with that full name; none for a pattern, and where the viewer may not list templates.

    Raises:
        ClusterError: the API server doesn't answer.
    """
    if not task or "*" in task:
        return frozenset()

    def listed(cluster: Cluster) -> frozenset[str]:
        pages = cluster.pages(paths.templates(namespace), query={"labelSelector": task_selector(task)}, accept=METADATA)
        return frozenset(item["metadata"]["name"] for page in pages for item in page["items"])

    try:
        names: frozenset[str] = await ask(viewer, listed)
    except ForbiddenError:
        return frozenset()
    return names
