"""`glider events`: Kubernetes' Events of executions and their pods, the latest last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from glider_client.cli.examples import examples
from glider_client.cli.options import output_option
from glider_client.cli.places import Places, place_options
from glider_client.cli.printing import list_of, print_document, print_table
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.history.finding import Found
from glider_client.views.describing import ago, when
from glider_client.views.documents import without_managed_fields
from glider_client.views.tables import one_line
from glider_core.api.labels import EXECUTION_KIND, EXECUTION_UID

Json = Mapping[str, Any]


@click.command(epilog=examples("glider events train", "glider events --warnings", "glider events -A -o json"))
@click.argument("name", required=False)
@click.option("-A", "--all-namespaces", is_flag=True, help="Of all namespaces.")
@click.option("--warnings", is_flag=True, help="Only those of the type Warning.")
@output_option("json", "yaml")
@place_options
def events(name: str | None, all_namespaces: bool, warnings: bool, output: str, places: Places) -> None:
    """Show the Events of the execution NAME and its pods, or those of all executions of the namespace and their pods.

    Kubernetes keeps Events for an hour, unless it is configured otherwise; the history keeps those that an execution had at its end. -o
    json and yaml print a List of Events.
    """
    if name and all_namespaces:
        raise click.UsageError("expected a NAME or -A, found both.")
    if places.only_history and not name:
        raise click.UsageError("expected a NAME with --history, found none.")
    namespace = "" if all_namespaces else places.namespace
    found = _of_one(places.find(name)) if name else _of_all(places.cluster, namespace)
    chosen = sorted((one for one in found if not warnings or one.get("type") == "Warning"), key=when)
    if output:
        print_document(list_of(chosen), output)
    elif chosen:
        now = datetime.now(UTC)
        space = ["namespace"] if all_namespaces else []
        header = [*space, "last seen", "type", "reason", "object", "message"]
        print_table(header, [_row(one, now=now, with_namespace=all_namespaces) for one in chosen], coloured=len(space) + 1)
    else:
        where = f"of {name} " if name else ""
        place = f"in the namespace {namespace!r}" if namespace else "in any namespace"
        kept = "" if places.only_history else " Kubernetes keeps them for an hour."
        click.echo(f"There are no Events {where}{place}.{kept}", err=True)


def _of_one(found: Found) -> list[Json]:
    return found.events(found.pods())


def _of_all(cluster: Cluster, namespace: str) -> list[Json]:
    pods = {pod["metadata"]["uid"] for pod in cluster.items(paths.pods(namespace), query={"labelSelector": EXECUTION_UID})}
    of_executions, of_pods = (
        cluster.items(paths.events(namespace), query={"fieldSelector": f"involvedObject.kind={kind}"}) for kind in (EXECUTION_KIND, "Pod")
    )
    of_ours = (event for event in of_pods if (event.get("involvedObject") or {}).get("uid") in pods)
    return [without_managed_fields(event) for event in (*of_executions, *of_ours)]


def _row(event: Json, *, now: datetime, with_namespace: bool) -> list[str]:
    involved = event.get("involvedObject") or {}
    kind = "te" if involved.get("kind") == EXECUTION_KIND else str(involved.get("kind") or "").lower()
    count = int((event.get("series") or {}).get("count") or event.get("count") or 1)
    seen = ago(when(event), now) + (f" (x{count})" if count > 1 else "")
    cells = [seen, event.get("type") or "", event.get("reason") or "", f"{kind}/{involved.get('name') or ''}"]
    message = one_line(str(event.get("message") or ""), most=500)
    return [*([event["metadata"].get("namespace", "")] if with_namespace else []), *cells, message]
