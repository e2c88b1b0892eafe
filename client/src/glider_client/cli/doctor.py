"""`glider doctor`: checks a cluster's CRDs and operators, and finds executions that no operator serves and hence none reports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from glider_client.cli.api import Api, ForbiddenError, Json
from glider_client.cli.operators import SELECTOR, Operator, config_map_name, operator_of, unserved
from glider_core.api.labels import API_VERSION, EXECUTIONS, GROUP, TEMPLATES
from glider_core.api.moments import parse_time, words

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 20
#: The result of each check.
_OK, _WARNING, _PROBLEM = "ok", "warning", "problem"
Line = tuple[str, str]


@click.command(short_help="Check what a cluster has: CRDs, operators, what they serve.")
@click.option("--kubeconfig", type=_FILE, help="The cluster. Default: $KUBECONFIG's, or the one that this runs in.")
def doctor(kubeconfig: Path | None) -> None:
    """Check Glider's parts in a cluster, and name the executions that no operator serves.

    Checks the CRDs, the operators (whether they are ready, which one leads, what they serve), and executions without a status: those
    with the label of an instance that doesn't exist, or in a namespace that isn't watched, stay blank. Exits with 1 if there is a
    problem.
    """
    api, problems = Api(kubeconfig), 0
    for kind, text in examine(api, now=datetime.now(UTC)):
        problems += kind == _PROBLEM
        click.echo(f"{kind:<8} {text}")
    raise SystemExit(1 if problems else 0)


def examine(api: Api, *, now: datetime) -> Iterator[Line]:
    """What is found, line by line."""
    yield from _crds(api)
    operators: list[Operator] = []
    try:
        operators = operators_of(api)
    except ForbiddenError as error:
        yield _WARNING, f"operators: {error}"
    else:
        if not operators:
            yield _PROBLEM, f"no operator: there is no Deployment with the labels {SELECTOR}"
    for one in operators:
        yield from _operator(api, one, now=now)
    yield from _executions(api, operators, now=now)


def operators_of(api: Api) -> list[Operator]:
    """The operators of the cluster."""
    found = []
    for deployment in api.items("/apis/apps/v1/deployments", labelSelector=SELECTOR):
        name, namespace = config_map_name(deployment), deployment["metadata"]["namespace"]
        try:
            config_map = api.get(f"/api/v1/namespaces/{namespace}/configmaps/{name}") if name else None
        except ForbiddenError:
            config_map = None
        found.append(operator_of(deployment, config_map))
    return found


def _crds(api: Api) -> Iterator[Line]:
    for plural in (EXECUTIONS, TEMPLATES):
        name = f"{plural}.{GROUP}"
        try:
            crd = api.get(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}")
        except ForbiddenError as error:
            yield _WARNING, f"CRD {name}: {error}"
            continue
        conditions = {one["type"]: one["status"] for one in ((crd or {}).get("status") or {}).get("conditions") or ()}
        if crd is None:
            yield _PROBLEM, f"CRD {name} isn't there: install the chart, or kubectl apply --server-side -f manifests/crd"
        elif conditions.get("Established") != "True":
            yield _PROBLEM, f"CRD {name} isn't established"
        else:
            yield _OK, f"CRD {name}"


def _operator(api: Api, operator: Operator, *, now: datetime) -> Iterator[Line]:
    state = f"operator {operator}: {operator.ready} of {operator.wanted} ready"
    yield (_OK if operator.ready >= max(1, operator.wanted) else _PROBLEM), f"{state}, serves {operator.serves}"
    if operator.problem:
        yield _PROBLEM, f"operator {operator}: {operator.problem}"
    for namespace in operator.config.watch_namespaces:
        try:
            missing = api.get(f"/api/v1/namespaces/{namespace}") is None
        except ForbiddenError:
            continue
        if missing:
            yield _PROBLEM, f"operator {operator}: watches the namespace {namespace}, which isn't there"
    if operator.config.leader_election.leader_elect:
        yield _leader(api, operator, now=now)


def _leader(api: Api, operator: Operator, *, now: datetime) -> Line:
    name, namespace = operator.config.lease_name, operator.config.leader_election.resource_namespace or operator.namespace
    try:
        lease = api.get(f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{name}")
    except ForbiddenError as error:
        return _WARNING, f"operator {operator}: {error}"
    spec = (lease or {}).get("spec") or {}
    if not spec.get("holderIdentity"):
        return _PROBLEM, f"operator {operator}: nobody leads by the Lease {name}"
    renewed = parse_time(spec.get("renewTime"))
    late = renewed is None or (now - renewed).total_seconds() > float(spec.get("leaseDurationSeconds") or 0) + 5
    when = f"renewed {words(now - renewed)} ago" if renewed else "never renewed"
    return (_PROBLEM if late else _OK), f"operator {operator}: {spec['holderIdentity']} leads, {when}"


def _executions(api: Api, operators: list[Operator], *, now: datetime) -> Iterator[Line]:
    try:
        executions = api.items(f"/apis/{API_VERSION}/{EXECUTIONS}")
    except ForbiddenError as error:
        yield _WARNING, f"executions: {error}"
        return
    blank = [(execution, why) for execution in executions if (why := unserved(execution, operators, now=now))]
    for execution, why in blank[:_SHOWN]:
        yield _PROBLEM, f"execution {_name(execution)}: {why}"
    if len(blank) > _SHOWN:
        yield _PROBLEM, f"{len(blank) - _SHOWN} more executions that no operator serves"
    if not blank:
        yield _OK, f"executions: {len(executions)}, none without an operator"


def _name(execution: Json) -> str:
    return f"{execution['metadata']['namespace']}/{execution['metadata']['name']}"
