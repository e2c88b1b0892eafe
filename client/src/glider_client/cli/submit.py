"""`glider submit`: applies executions, and what they need, and follows them to their end."""

from __future__ import annotations

from pathlib import Path

import click

from glider_client.cli.examples import examples
from glider_client.cli.followed import follow_and_report, write_created
from glider_client.cli.options import CREATED_FORMATS, cluster_options, manifests_option, output_option
from glider_client.cluster.client import Cluster
from glider_client.local.documents import read_objects
from glider_client.sdk import submitting

_EPILOG = examples(
    "glider submit -f execution.yaml", "glider submit -f a.yaml -f b.yaml --detach", "cat e.yaml | glider submit -f - -o json"
)


@click.command(short_help="Apply executions from files, and follow them.", epilog=_EPILOG)
@manifests_option(what="TaskExecutions and TaskTemplates, in YAML or JSON")
@click.option("-d", "--detach", is_flag=True, help="Don't follow them: print their names.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress and no logs, the outputs alone.")
@output_option(*CREATED_FORMATS)
@cluster_options
def submit(cluster: Cluster, files: tuple[Path, ...], detach: bool, quiet: bool, output: str) -> None:
    """Apply the TaskTemplates and TaskExecutions in FILES, server side, and follow the executions to their end.

    An execution with a generateName gets a new name each time. Exits with the worst of their codes: 1 if one failed, 3 if one timed out,
    4 if one was cancelled, 0 if all succeeded. Ctrl-C ends the following alone, with 130.
    """
    executions = submitting.submit(cluster, read_objects(files), files=files)
    if detach:
        write_created(executions, output=output)
    else:
        follow_and_report(cluster, executions, output=output, quiet=quiet)
