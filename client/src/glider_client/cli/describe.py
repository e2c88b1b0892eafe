"""`glider describe`: one execution for people: its state with reasons, its attempts, what it used, its pods and its Events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from glider_client.checks.operators import is_written, unserved
from glider_client.cli.examples import examples
from glider_client.cli.options import cluster_options, output_option
from glider_client.cli.printing import print_document
from glider_client.cli.selection import plain_name
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ForbiddenError
from glider_client.cluster.operators import operators_of
from glider_client.following.results import error_lines
from glider_client.history.related import events_of, pods_of, template_of
from glider_client.views.describing import Facts, described, description
from glider_client.views.documents import without_managed_fields

Json = Mapping[str, Any]


@click.command(
    short_help="Show one execution: conditions, attempts, error, Events.",
    epilog=examples("glider describe divide-ten-by-zero", "glider describe divide-ten-by-zero -n team-a -o json"),
)
@click.argument("name")
@output_option("json", "yaml")
@cluster_options
def describe(name: str, output: str, cluster: Cluster) -> None:
    """Show the TaskExecution NAME.

    Shows its phase and conditions, its attempts in time, what they used beside what was asked for and what to ask for instead, its pods,
    inputs and outputs, its error, links and Events. Where no operator reconciles it, the output has the reason.
    """
    facts, now = read(cluster, plain_name(name)), datetime.now(UTC)
    if output:
        print_document(description(facts, now=now), output)
    else:
        click.echo("\n".join(described(facts, now=now)))


def read(cluster: Cluster, name: str) -> Facts:
    """All that there is to show of an execution; what the user may not read is left out and named."""
    namespace, unread = cluster.namespace, list[str]()

    def allowed(what: str, asked: Callable[[], list[Json]]) -> list[Json]:
        try:
            return asked()
        except ForbiddenError as error:
            unread.append(f"{what}: {error}")
            return []

    execution = without_managed_fields(cluster.get(paths.executions(namespace, name)))
    uid = execution["metadata"]["uid"]
    pods = allowed("pods", lambda: pods_of(cluster, uid, namespace=namespace))
    uids = [uid, *(pod["metadata"]["uid"] for pod in pods)]
    events = allowed("Events", lambda: [event for one in uids for event in events_of(cluster, one, namespace=namespace)])
    failed = bool((execution.get("status") or {}).get("error"))
    return Facts(
        execution=execution,
        template=_template(cluster, execution),
        pods=pods,
        events=events,
        error=list(error_lines(execution)) if failed else [],
        unserved=_unserved(cluster, execution),
        unread=unread,
    )


def _template(cluster: Cluster, execution: Json) -> Json | None:
    try:
        return template_of(cluster, execution)
    except ForbiddenError:
        return None


def _unserved(cluster: Cluster, execution: Json) -> str:
    if is_written(execution):
        return ""
    try:
        return unserved(execution, operators_of(cluster), now=datetime.now(UTC))
    except ForbiddenError:
        return ""
