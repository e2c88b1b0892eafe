"""`glider tree`: templates, their executions, attempts and reruns."""

from __future__ import annotations

import click

from glider_client.cli.examples import examples
from glider_client.cli.options import cluster_options, output_option
from glider_client.cli.printing import print_document
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NotFoundError
from glider_client.views import trees
from glider_core.api.labels import SELECTOR


@click.command(epilog=examples("glider tree", "glider tree divider-v1", "glider tree train -o json"))
@click.argument("name", required=False)
@output_option("json", "yaml")
@cluster_options
def tree(name: str | None, output: str, cluster: Cluster) -> None:
    """Show the tree of the template or execution NAME, or of all templates of the namespace.

    Below a template are its executions, below these their attempts with their pods, and the executions that repeat them (glider rerun).
    """
    namespace = cluster.namespace
    found = trees.trees_of(
        [one["metadata"]["name"] for one in cluster.items(paths.templates(namespace))],
        list(cluster.items(paths.executions(namespace))),
        list(cluster.items(paths.pods(namespace), query={"labelSelector": SELECTOR})),
    )
    if name is not None:
        wanted = name.rpartition("/")[2]
        found = trees.chosen(found, wanted)
        if not found:
            raise NotFoundError(
                f"there is no TaskTemplate and no TaskExecution {wanted!r} in the namespace {namespace!r}. `glider get` lists executions."
            )
    if output:
        print_document([one.document() for one in found], output)
    elif found:
        click.echo("\n".join(trees.lines(found)))
    else:
        click.echo(f"There are no templates and no executions in the namespace {namespace!r}.", err=True)
