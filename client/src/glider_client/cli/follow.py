"""`glider follow`: the live view of executions that are there already."""

from __future__ import annotations

import click

from glider_client.cli.examples import examples
from glider_client.cli.followed import follow_and_report
from glider_client.cli.options import CREATED_FORMATS, cluster_options, output_option
from glider_client.cli.selection import plain_name
from glider_client.cluster.client import Cluster
from glider_client.sdk.acting import read

_EPILOG = examples("glider follow add-x7k2p", "glider follow add-x7k2p train-9vb4c", "glider follow add-x7k2p -o json | jq .status.outputs")


@click.command(short_help="Follow executions to their end: phases, logs, outputs.", epilog=_EPILOG)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress and no logs, the outputs alone.")
@output_option(*CREATED_FORMATS)
@cluster_options
def follow(cluster: Cluster, names: tuple[str, ...], quiet: bool, output: str) -> None:
    """Follow executions to their end, as `glider run` does: their phases, the tasks' log lines, then outputs or errors.

    Exits with 0 if all succeeded, 1 if one failed, 3 if one timed out, 4 if one was cancelled. Ctrl-C ends the following alone, with 130.
    """
    executions = [read(cluster, name, namespace=cluster.namespace) for name in dict.fromkeys(map(plain_name, names))]
    follow_and_report(cluster, executions, output=output, quiet=quiet)
