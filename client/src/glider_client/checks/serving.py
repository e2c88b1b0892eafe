"""Whether operators are ready and one of each leads, and which executions no operator serves: those have no status to show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from glider.version import __version__
from glider_client.checks.check import Check, Group, Json, ask
from glider_client.checks.operators import unserved
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError, ForbiddenError, NotFoundError
from glider_client.cluster.operators import SELECTOR, Operator, operators_of
from glider_core.api.moments import parse_time, words

_OPERATORS, _EXECUTIONS = Group(name="operators"), Group(name="executions")
_SHOWN = 20
#: How long after its end a Lease still counts as renewed: clocks differ.
_LATE = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Serving:
    """What was read. `leases` are by operator, `watched` by the namespaces that an operator lists, `scope` is where the executions are."""

    operators: Sequence[Operator] | ClusterError
    leases: Mapping[str, Json | ClusterError] = field(default_factory=dict)
    watched: Mapping[str, Json | ClusterError] = field(default_factory=dict)
    executions: Sequence[Json] | ClusterError = ()
    scope: str = "all namespaces"

    @property
    def known(self) -> Sequence[Operator]:
        """The operators that the user may see."""
        return () if isinstance(self.operators, ClusterError) else self.operators


def read(cluster: Cluster, *, executions: bool = True) -> Serving:
    """The operators with their configuration and Leases, and the executions, unless they aren't wanted."""
    found, scope = _executions(cluster) if executions else ((), "")
    operators = ask(lambda: operators_of(cluster))
    if isinstance(operators, ClusterError):
        return Serving(operators=operators, executions=found, scope=scope)
    namespaces = dict.fromkeys(namespace for one in operators for namespace in one.config.watch_namespaces)
    return Serving(
        operators=operators,
        leases={str(one): _lease(cluster, one) for one in operators if one.config.leader_election.leader_elect},
        watched={namespace: _namespace(cluster, namespace) for namespace in namespaces},
        executions=found,
        scope=scope,
    )


def check_operators(serving: Serving, *, now: datetime) -> Iterator[Check]:
    """A line for each operator, its configuration, its leader, and each namespace that it watches in vain."""
    if isinstance(serving.operators, ClusterError):
        yield _OPERATORS.unanswered("operators", serving.operators)
        return
    if not serving.operators:
        missing = f"there is no Deployment with the labels {SELECTOR}"
        yield _OPERATORS.problem("operator", missing, "Install it: helm install glider charts/glider")
    for operator in serving.operators:
        name = f"operator {operator}"
        yield _readiness(name, operator)
        if operator.problem:
            yield _OPERATORS.problem(name, operator.problem, "Correct its ConfigMap.")
        yield from _versions(name, operator.version)
        for namespace in operator.config.watch_namespaces:
            if isinstance(serving.watched.get(namespace), NotFoundError):
                step = f"Create it, or take it out of config.watchNamespaces: kubectl create namespace {namespace}"
                yield _OPERATORS.problem(name, f"it watches the namespace {namespace}, which isn't there", step)
        if (lease := serving.leases.get(str(operator))) is not None:
            yield _leader(name, operator, lease, now=now)


def check_executions(serving: Serving, *, now: datetime) -> Iterator[Check]:
    """A line for each execution that no operator serves, up to a number."""
    if isinstance(serving.executions, ClusterError):
        if not isinstance(serving.executions, NotFoundError):  # without CRDs there are none
            yield _EXECUTIONS.unanswered("executions", serving.executions)
        return
    if isinstance(serving.operators, ForbiddenError):
        blank = []
    else:
        blank = [(one, why) for one in serving.executions if (why := unserved(one, serving.known, now=now))]
    for execution, why in blank[:_SHOWN]:
        yield _EXECUTIONS.problem(f"execution {execution['metadata']['namespace']}/{execution['metadata']['name']}", why)
    if len(blank) > _SHOWN:
        yield _EXECUTIONS.problem("executions", f"{len(blank) - _SHOWN} more that no operator serves")
    if not blank and isinstance(serving.operators, ForbiddenError):
        yield _EXECUTIONS.ok("executions", f"{len(serving.executions)} in {serving.scope}")
    elif not blank:
        yield _EXECUTIONS.ok("executions", f"{len(serving.executions)} in {serving.scope}, none without an operator")


def _executions(cluster: Cluster) -> tuple[Sequence[Json] | ClusterError, str]:
    """All that the user may see: those of all namespaces, or else those of their own."""
    everywhere = ask(lambda: list(cluster.items(paths.executions(""))))
    if not isinstance(everywhere, ForbiddenError):
        return everywhere, "all namespaces"
    return ask(lambda: list(cluster.items(paths.executions(cluster.namespace)))), f"the namespace {cluster.namespace!r}"


def _lease(cluster: Cluster, operator: Operator) -> Json | ClusterError:
    namespace = operator.config.leader_election.resource_namespace or operator.namespace
    path = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{operator.config.lease_name}"
    return ask(lambda: cluster.get(path))


def _namespace(cluster: Cluster, namespace: str) -> Json | ClusterError:
    return ask(lambda: cluster.get(paths.namespaces(namespace)))


def _readiness(name: str, operator: Operator) -> Check:
    state = f"{operator.ready} of {operator.wanted} ready, serves {operator.serves}"
    if operator.ready >= max(1, operator.wanted):
        return _OPERATORS.ok(name, state)
    if operator.wanted == 0:
        step = f"Start it: kubectl -n {operator.namespace} scale deployment/{operator.name} --replicas=1"
    else:
        step = f"See why: kubectl -n {operator.namespace} describe deployment/{operator.name}, and its pods' logs"
    return _OPERATORS.problem(name, state, step)


def _versions(name: str, version: str) -> Iterator[Check]:
    """Clients and operators of one minor version know the same fields."""
    if version and version.split(".")[:2] != __version__.split(".")[:2]:
        step = "Bring both to one minor version: helm upgrade, or pip install glider-client."
        yield _OPERATORS.warning(name, f"its version is {version}, this client's is {__version__}", step)


def _leader(name: str, operator: Operator, lease: Json | ClusterError, *, now: datetime) -> Check:
    if isinstance(lease, ClusterError) and not isinstance(lease, NotFoundError):
        return _OPERATORS.unanswered(name, lease)
    spec = {} if isinstance(lease, ClusterError) else lease.get("spec") or {}
    step = f"See its log: kubectl -n {operator.namespace} logs deployment/{operator.name}"
    if not spec.get("holderIdentity"):
        return _OPERATORS.problem(name, f"nobody leads by the Lease {operator.config.lease_name}", step)
    renewed = parse_time(spec.get("renewTime"))
    late = renewed is None or (now - renewed).total_seconds() > float(spec.get("leaseDurationSeconds") or 0) + _LATE
    found = f"{spec['holderIdentity']} leads, " + (f"renewed {words(now - renewed)} ago" if renewed else "never renewed")
    return _OPERATORS.problem(name, found, step) if late else _OPERATORS.ok(name, found)
