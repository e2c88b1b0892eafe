"""`glider top`: what the pods of executions use now."""

from __future__ import annotations

import click

from glider_client.cli.examples import examples
from glider_client.cli.options import cluster_options, output_option
from glider_client.cli.printing import print_document, print_table
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NoNamespaceError, NotFoundError, UnavailableError
from glider_client.views.metrics import loads_of
from glider_core.api.labels import SELECTOR


@click.command(epilog=examples("glider top", "glider top train", "glider top -A -o json"))
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("-A", "--all-namespaces", is_flag=True, help="Of all namespaces.")
@output_option("json", "yaml")
@cluster_options
def top(names: tuple[str, ...], all_namespaces: bool, output: str, cluster: Cluster) -> None:
    """Show the CPU and memory that running executions use now, the busiest first, with the share of what they ask for.

    It needs a metrics server in the cluster. What finished attempts used at most is in `glider describe`, also of executions that are
    gone from the cluster; `glider usage` sums it up.
    """
    namespace = "" if all_namespaces else cluster.namespace
    query = {"labelSelector": SELECTOR}
    pods = list(cluster.items(paths.pods(namespace), query=query))
    try:
        metrics = cluster.get(paths.pod_metrics(namespace), query=query)["items"]
    except NoNamespaceError:
        raise
    except (NotFoundError, UnavailableError) as error:
        raise click.ClickException(
            "this cluster has no metrics server (metrics.k8s.io). Install one; `glider describe NAME` shows what finished attempts used."
        ) from error
    wanted = {name.rpartition("/")[2] for name in names}
    loads = [load for load in loads_of(metrics, pods) if not wanted or load.execution in wanted]
    if output:
        print_document([load.document() for load in loads], output)
    elif loads:
        space = ["namespace"] if all_namespaces else []
        rows = [[*([load.namespace] if all_namespaces else []), *load.row()] for load in loads]
        print_table([*space, "name", "attempt", "pod", "cpu", "memory"], rows)
    else:
        whose = f"of {', '.join(sorted(wanted))}" if wanted else "of an execution"
        used = " `glider describe NAME` shows what it used at most, also of one that is gone from the cluster." if wanted else ""
        click.echo(f"No pod {whose} is running, or none has been measured yet.{used}", err=True)
