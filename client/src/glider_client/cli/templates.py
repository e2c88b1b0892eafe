"""`glider templates`: the registered tasks, or one of them with its interface."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from glider_client.cli.examples import examples
from glider_client.cli.listing import FORMATS, Listing, Query, selection_options
from glider_client.cli.options import cluster_options, output_option
from glider_client.cli.subjects import template_called
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NotFoundError
from glider_client.views.templates import described


@click.command(epilog=examples("glider templates", "glider templates divider-v1", "glider templates divider-v1 -o yaml"))
@click.argument("names", nargs=-1, metavar="[NAME]...")
@selection_options
@click.option("-A", "--all-namespaces", is_flag=True, help="Of all namespaces.")
@click.option("--no-headers", is_flag=True, help="Leave out the header of a table.")
@output_option(*FORMATS)
@cluster_options
def templates(
    names: tuple[str, ...], selector: str, field_selector: str, all_namespaces: bool, no_headers: bool, output: str, cluster: Cluster
) -> None:
    """Show TaskTemplates, all of the namespace or those with the NAMEs. One NAME shows what the task takes and returns."""
    if names and (all_namespaces or selector or field_selector):
        raise click.UsageError("expected NAMEs, or -A, -l and --field-selector; found both.")
    plain = tuple(_object_name(cluster, name.removeprefix("tt/")) for name in names)
    if len(plain) == 1 and not output:
        template = cluster.get(paths.templates(cluster.namespace, plain[0]))
        click.echo("\n".join(described(template, now=datetime.now(UTC))))
        return
    query = Query(names=plain, labels=selector, fields=field_selector)
    namespace = "" if all_namespaces else cluster.namespace
    Listing(cluster, paths.templates, namespace, query, output=output, headers=not no_headers, what="templates").show()


def _object_name(cluster: Cluster, name: str) -> str:
    """The TaskTemplate's own name: `glider run` takes a task's full name, such as shop.tasks.greeting, too."""
    if "." not in name:
        return name
    try:
        return str(template_called(cluster, name)["metadata"]["name"])
    except NotFoundError:
        return name  # the error is that of the name as it was given
