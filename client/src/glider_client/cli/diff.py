"""`glider diff`: what an apply of files would change on the cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from glider.wire.jsonform import FieldError
from glider_client.cli.examples import examples
from glider_client.cli.options import cluster_options, manifests_option, output_option
from glider_client.cluster.client import Cluster
from glider_client.cluster.discovery import Resources
from glider_client.cluster.errors import ClusterError, InvalidObjectError, NotFoundError
from glider_client.local.documents import read_file

Json = Mapping[str, Any]

#: What the API server sets, and nobody applies.
_SERVERS = ("managedFields", "generation", "resourceVersion", "uid", "creationTimestamp", "selfLink")
_DIFFERENT, _FAILED = 1, 2
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


class _FailedError(click.ClickException):
    """As kubectl diff has it: 1 means that there are differences, so that an error is more."""

    exit_code = _FAILED


class _Diff(click.Command):
    """Ends so for every error, also where there is no way to the cluster."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ClusterError, FieldError) as error:
            raise _FailedError(str(error)) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """An object before and after an apply; `before` is empty for one that isn't there. `problem`: why the apply would be refused."""

    kind: str
    namespace: str
    name: str
    before: Json
    after: Json
    problem: str = ""

    @property
    def outcome(self) -> str:
        """In one word."""
        if self.problem:
            return "refused"
        return "unchanged" if self.before == self.after else "changed" if self.before else "created"

    def as_json(self) -> dict[str, Any]:
        """Its documented form."""
        named = {"kind": self.kind, "namespace": self.namespace, "name": self.name, "outcome": self.outcome}
        return named | {"before": dict(self.before), "after": dict(self.after)} | ({"problem": self.problem} if self.problem else {})


@click.command(
    cls=_Diff,
    epilog=examples("glider diff -f template.yaml", "glider register app -o yaml | glider diff -f -", "glider diff -f . -n team-a"),
)
@manifests_option(what="Objects of any kind")
@output_option("json")
@cluster_options
def diff(files: tuple[Path, ...], output: str, cluster: Cluster) -> None:
    """Show what an apply of FILES would change, by the API server's own dry run.

    Exits with 0 if nothing differs, with 1 if something does, and with 2 for an error, also where the apply would be refused.
    """
    found = [one for file in files for one in _differences(file, cluster)]
    if output == "json":
        click.echo(json.dumps([one.as_json() for one in found], indent=2, ensure_ascii=False))
    else:
        for one in found:
            _print(one)
    refused = [one.problem for one in found if one.problem]
    for problem in refused:
        click.echo(f"Error: {problem}", err=True)
    raise SystemExit(_FAILED if refused else _DIFFERENT if any(one.outcome != "unchanged" for one in found) else 0)


def _differences(file: Path, cluster: Cluster) -> Iterator[Difference]:
    resources = Resources(cluster)
    for document in read_file(file):
        yield difference(document, cluster, resources)


def difference(document: Json, cluster: Cluster, resources: Resources) -> Difference:
    """What an apply of `document` would change.

    Raises:
        FieldError: it isn't an object of Kubernetes'.
        ClusterError: the API server can't be asked, or doesn't know its kind.
    """
    path, namespace = resources.path_of(document, namespace=cluster.namespace)
    metadata = document.get("metadata") or {}
    name = str(metadata.get("name") or "")
    named = {"kind": str(document.get("kind")), "namespace": namespace, "name": name or str(metadata.get("generateName"))}
    if not name:
        after = cluster.create(path, document, query={"dryRun": "All"})
        return Difference(**named, before={}, after=_applied(after))
    try:
        before = _applied(cluster.get(path))
    except NotFoundError:
        before = {}
    try:
        after = cluster.apply(path, document, force=True, dry_run=True)
    except InvalidObjectError as error:
        return Difference(**named, before=before, after=_merged(before, document), problem=str(error))
    return Difference(**named, before=before, after=_applied(after))


def _applied(document: Json) -> dict[str, Any]:
    metadata = {name: value for name, value in (document.get("metadata") or {}).items() if name not in _SERVERS}
    return {**document, "metadata": metadata}


def _merged(before: Json, document: Json) -> dict[str, Any]:
    """What was wanted where the API server refuses it: the fields of `document`, since nobody can know what it would make of them."""
    metadata = {**(before.get("metadata") or {}), **(document.get("metadata") or {})}
    return {**before, **document, "metadata": metadata}


def _print(difference: Difference) -> None:
    from difflib import unified_diff

    from glider_core.api.yaml_form import to_yaml

    place = "/".join(filter(None, (difference.kind, difference.namespace, difference.name)))
    before, after = (to_yaml(one).splitlines() if one else [] for one in (difference.before, difference.after))
    for line in unified_diff(before, after, fromfile=f"live/{place}", tofile=f"applied/{place}", lineterm=""):
        style: dict[str, Any] = {"bold": True} if line.startswith(("---", "+++")) else {"fg": _COLOURS.get(line[:1])}
        click.echo(click.style(line, **style))
