"""`glider submit`: applies executions, and what they need, and follows them to their end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from glider.wire.jsonform import FieldError
from glider_client.cli.examples import examples
from glider_client.cli.followed import follow_and_report, write_created
from glider_client.cli.options import CREATED_FORMATS, cluster_options, manifests_option, output_option
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.local.documents import read_objects
from glider_client.sdk.creating import create_once
from glider_client.sdk.documents import new_name
from glider_core.api.labels import API_VERSION, EXECUTION_KIND, TEMPLATE_KIND

Json = Mapping[str, Any]

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
    executions = submitted(cluster, read_objects(files), files=files)
    if detach:
        write_created(executions, output=output)
    else:
        follow_and_report(cluster, executions, output=output, quiet=quiet)


def submitted(cluster: Cluster, documents: list[Json], *, files: tuple[Path, ...]) -> list[Json]:
    """Templates first, then executions, as the API server has them.

    Raises:
        FieldError: there is no execution, or something else than executions and templates.
        ClusterError: the API server refuses.
    """
    templates = list(_of_kind(documents, TEMPLATE_KIND))
    executions = list(_of_kind(documents, EXECUTION_KIND))
    others = [one for one in documents if one not in templates and one not in executions]
    if others or not executions:
        found = [f"{one.get('apiVersion')} {one.get('kind')} {one['metadata'].get('name', '')}".rstrip() for one in others or templates]
        expected = f"{EXECUTION_KIND} and {TEMPLATE_KIND} objects of {API_VERSION}, with at least one execution"
        raise FieldError(", ".join(map(str, files)), expected=expected, found=", ".join(found) or "none")
    for one in templates:
        cluster.apply(paths.templates(_namespace(one, cluster), one["metadata"]["name"]), one)
    return [_submit(cluster, one) for one in executions]


def _of_kind(documents: list[Json], kind: str) -> Iterator[Json]:
    return (one for one in documents if one.get("kind") == kind and one.get("apiVersion") == API_VERSION)


def _submit(cluster: Cluster, document: Json) -> Json:
    """A named one is applied, so that the same file can be submitted again; a new name is created, once."""
    metadata, namespace = document["metadata"], _namespace(document, cluster)
    if metadata.get("name"):
        return cluster.apply(paths.executions(namespace, metadata["name"]), document)
    base = str(metadata["generateName"]).rstrip("-")
    kept = {field: value for field, value in metadata.items() if field != "generateName"}
    named = {**document, "metadata": {**kept, "name": new_name(base), "namespace": namespace}}
    return create_once(cluster, named, renamed=lambda: new_name(base))


def _namespace(document: Json, cluster: Cluster) -> str:
    return str(document["metadata"].get("namespace") or cluster.namespace)
