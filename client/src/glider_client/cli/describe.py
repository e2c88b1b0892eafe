"""`glider describe`: one execution for people: its state with reasons, its attempts, and its Events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from glider_client.cli.api import Api, ForbiddenError, Json
from glider_client.cli.doctor import operators_of
from glider_client.cli.examples import examples
from glider_client.cli.operators import is_written, unserved
from glider_core.api.labels import API_VERSION, EXECUTIONS, INSTANCE, instance_of
from glider_core.api.moments import parse_time, words
from glider_core.api.yaml_form import to_yaml

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    short_help="Show one execution: conditions, attempts, error, Events.",
    epilog=examples("glider describe divide-ten-by-zero", "glider describe divide-ten-by-zero -n team-a"),
)
@click.argument("name")
@click.option("-n", "--namespace", help="Its namespace. Default: the kubeconfig's.")
@click.option("--kubeconfig", type=_FILE, help="The cluster. Default: $KUBECONFIG's, or the one that this runs in.")
def describe(name: str, namespace: str | None, kubeconfig: Path | None) -> None:
    """Show the TaskExecution NAME: its phase and conditions, its attempts, inputs and outputs, its error and its Events.

    Where no operator reconciles it, the output has the reason.
    """
    api = Api(kubeconfig)
    namespace = namespace or api.namespace()
    try:
        execution = api.get(f"/apis/{API_VERSION}/namespaces/{namespace}/{EXECUTIONS}/{name.removeprefix('te/')}")
        if execution is None and api.get(f"/apis/{API_VERSION}") is None:
            raise click.ClickException(f"expected the CRD of {API_VERSION}, found none: is it this cluster? `glider doctor` shows more")
        if execution is None:
            raise click.ClickException(f"expected a TaskExecution {name} in namespace {namespace}, found none")
        events = api.items(f"/api/v1/namespaces/{namespace}/events", fieldSelector=f"involvedObject.uid={execution['metadata']['uid']}")
    except ForbiddenError as error:
        raise click.ClickException(str(error)) from error
    now, why = datetime.now(UTC), ""
    if not is_written(execution):
        with suppress(ForbiddenError):
            why = unserved(execution, operators_of(api), now=now)
    click.echo("\n".join(described(execution, events, now=now, unserved_for=why)))


def described(execution: Json, events: list[Json], *, now: datetime, unserved_for: str = "") -> Iterator[str]:
    """The lines."""
    metadata, spec, status = execution["metadata"], execution.get("spec") or {}, execution.get("status") or {}
    yield f"Execution:  {metadata['namespace']}/{metadata['name']}"
    yield f"Task:       {_task(spec)}"
    if (instance := instance_of(execution)) is not None:
        yield f"Instance:   {instance} (label {INSTANCE})"
    yield f"Created:    {_ago(metadata['creationTimestamp'], now)}"
    yield f"Phase:      {status.get('phase') or 'none yet'}"
    if unserved_for:
        yield f"            {unserved_for}"
    if status.get("duration"):
        yield f"Duration:   {status['duration']}"
    for field in ("inputsUri", "outputsUri", "rawOutputDataPrefix"):
        if status.get(field):
            yield f"{field + ':':<11} {status[field]}"
    yield from _table("Conditions", [_condition(one, now) for one in status.get("conditions") or ()])
    yield from _table("Attempts", [_attempt(one) for one in status.get("attempts") or ()])
    for field in ("inputs", "outputs"):
        yield from _document(field.capitalize(), (spec if field == "inputs" else status).get(field))
    yield from _document("Error", status.get("error"))
    yield from _table("Events", [_event(one, now) for one in sorted(events, key=_when)])


def _task(spec: Json) -> str:
    if reference := spec.get("taskRef"):
        return f"TaskTemplate {reference.get('name')}"
    identity = (spec.get("task") or {}).get("id") or {}
    return f"{identity['name']}, version {identity.get('version')}" if identity.get("name") else "written out in the execution"


def _condition(condition: Json, now: datetime) -> list[str]:
    since = condition.get("lastTransitionTime")
    message = condition.get("message", "").partition("\n")[0]
    return [condition["type"], condition["status"], condition.get("reason", ""), _ago(since, now) if since else "", message]


def _attempt(attempt: Json) -> list[str]:
    began, ended = parse_time(attempt.get("startTime")), parse_time(attempt.get("completionTime"))
    took = words(ended - began) if began and ended else ("running" if began else "waiting")
    code = f"exit code {attempt['exitCode']}" if "exitCode" in attempt else ""
    return [str(attempt["number"]), attempt.get("reason", ""), took, code, attempt.get("podName", ""), attempt.get("nodeName", "")]


def _event(event: Json, now: datetime) -> list[str]:
    message = str(event.get("message") or "").partition("\n")[0]
    return [event.get("type") or "", event.get("reason") or "", _ago(_when(event), now), message]


def _when(event: Json) -> str:
    series = (event.get("series") or {}).get("lastObservedTime")
    return str(series or event.get("lastTimestamp") or event.get("eventTime") or event["metadata"]["creationTimestamp"])


def _ago(text: str, now: datetime) -> str:
    moment = parse_time(text)
    return f"{words(now - moment)} ago" if moment else ""


def _table(title: str, rows: list[list[str]]) -> Iterator[str]:
    if rows:
        yield f"{title}:"
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        for row in rows:
            yield "  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True) if width).rstrip()


def _document(title: str, document: Any) -> Iterator[str]:
    if document:
        yield f"{title}:"
        yield from (f"  {line}" for line in to_yaml(document).rstrip().splitlines())
