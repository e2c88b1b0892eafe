"""`glider doctor`: checks a cluster's CRDs and operators, and finds executions that no operator serves and hence none reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from glider_client.cli.operators import SELECTOR, Operator, config_map_name, operator_of, unserved
from glider_client.cli.options import cluster_options
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ForbiddenError, NotFoundError
from glider_core.api.labels import EXECUTIONS, GROUP, TEMPLATES
from glider_core.api.moments import parse_time, words

Json = Mapping[str, Any]

_SHOWN = 20
#: The result of each check.
_OK, _WARNING, _PROBLEM = "ok", "warning", "problem"
Line = tuple[str, str]


@click.command(short_help="Check what a cluster has: CRDs, operators, what they serve.")
@cluster_options
def doctor(cluster: Cluster) -> None:
    """Check Glider's parts in a cluster, and name the executions that no operator serves.

    Checks the CRDs, the operators (whether they are ready, which one leads, what they serve), and executions without a status: those
    with the label of an instance that doesn't exist, or in a namespace that isn't watched, stay blank. Exits with 1 if there is a
    problem.
    """
    problems = 0
    for kind, text in examine(cluster, now=datetime.now(UTC)):
        problems += kind == _PROBLEM
        click.echo(f"{kind:<8} {text}")
    raise SystemExit(1 if problems else 0)


def examine(cluster: Cluster, *, now: datetime) -> Iterator[Line]:
    """What is found, line by line."""
    yield from _crds(cluster)
    operators: list[Operator] = []
    try:
        operators = operators_of(cluster)
    except ForbiddenError as error:
        yield _WARNING, f"operators: {error}"
    else:
        if not operators:
            yield _PROBLEM, f"no operator: there is no Deployment with the labels {SELECTOR}"
    for one in operators:
        yield from _operator(cluster, one, now=now)
    yield from _executions(cluster, operators, now=now)


def operators_of(cluster: Cluster) -> list[Operator]:
    """The operators of the cluster."""
    found = []
    for deployment in cluster.items("/apis/apps/v1/deployments", query={"labelSelector": SELECTOR}):
        name, namespace = config_map_name(deployment), deployment["metadata"]["namespace"]
        try:
            config_map = _found(cluster, paths.config_maps(namespace, name)) if name else None
        except ForbiddenError:
            config_map = None
        found.append(operator_of(deployment, config_map))
    return found


def _crds(cluster: Cluster) -> Iterator[Line]:
    for plural in (EXECUTIONS, TEMPLATES):
        name = f"{plural}.{GROUP}"
        try:
            crd = _found(cluster, paths.crd(plural))
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


def _operator(cluster: Cluster, operator: Operator, *, now: datetime) -> Iterator[Line]:
    state = f"operator {operator}: {operator.ready} of {operator.wanted} ready"
    yield (_OK if operator.ready >= max(1, operator.wanted) else _PROBLEM), f"{state}, serves {operator.serves}"
    if operator.problem:
        yield _PROBLEM, f"operator {operator}: {operator.problem}"
    for namespace in operator.config.watch_namespaces:
        try:
            missing = _found(cluster, paths.namespaces(namespace)) is None
        except ForbiddenError:
            continue
        if missing:
            yield _PROBLEM, f"operator {operator}: watches the namespace {namespace}, which isn't there"
    if operator.config.leader_election.leader_elect:
        yield _leader(cluster, operator, now=now)


def _leader(cluster: Cluster, operator: Operator, *, now: datetime) -> Line:
    name, namespace = operator.config.lease_name, operator.config.leader_election.resource_namespace or operator.namespace
    try:
        lease = _found(cluster, f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{name}")
    except ForbiddenError as error:
        return _WARNING, f"operator {operator}: {error}"
    spec = (lease or {}).get("spec") or {}
    if not spec.get("holderIdentity"):
        return _PROBLEM, f"operator {operator}: nobody leads by the Lease {name}"
    renewed = parse_time(spec.get("renewTime"))
    late = renewed is None or (now - renewed).total_seconds() > float(spec.get("leaseDurationSeconds") or 0) + 5
    when = f"renewed {words(now - renewed)} ago" if renewed else "never renewed"
    return (_PROBLEM if late else _OK), f"operator {operator}: {spec['holderIdentity']} leads, {when}"


def _executions(cluster: Cluster, operators: list[Operator], *, now: datetime) -> Iterator[Line]:
    try:
        executions = list(cluster.items(paths.executions("")))
    except NotFoundError:  # no CRD, which is reported
        return
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


def _found(cluster: Cluster, path: str) -> Json | None:
    try:
        return cluster.get(path)
    except NotFoundError:
        return None


def _name(execution: Json) -> str:
    return f"{execution['metadata']['namespace']}/{execution['metadata']['name']}"
