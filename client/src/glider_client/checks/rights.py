"""Whether the user has the rights that the commands need in a namespace, verb by verb. The user role of docs/install.md has them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from glider_client.checks.check import Check, Group, Json, ask
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError
from glider_core.api.labels import EXECUTIONS, GROUP, TEMPLATES

_GROUP = Group(name="rights")
_AUTHORIZATION = "authorization.k8s.io/v1"
_REVIEWS = f"/apis/{_AUTHORIZATION}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """A verb on a resource, as RBAC has them."""

    verb: str
    resource: str
    group: str = ""
    subresource: str = ""

    @property
    def full_resource(self) -> str:
        """As in a Role's `resources`, with the group behind it."""
        resource = f"{self.resource}/{self.subresource}" if self.subresource else self.resource
        return f"{resource}.{self.group}" if self.group else resource

    def __str__(self) -> str:
        return f"{self.verb} {self.full_resource}"


def _rights(verbs: str, resource: str, *, group: str = "", subresource: str = "") -> tuple[Right, ...]:
    return tuple(Right(verb=verb, resource=resource, group=group, subresource=subresource) for verb in verbs.split())


_SEE_PODS = (*_rights("get list watch", "pods"), *_rights("get", "pods", subresource="log"))
_EVENTS = _rights("list", "events")
#: What people do, and what that takes. `see`: get, describe, logs and the like; `act`: cancel, suspend, resume, delete.
NEEDS: Mapping[str, tuple[Right, ...]] = {
    "register": (*_rights("get list create patch", TEMPLATES, group=GROUP), *_rights("get create patch", "configmaps")),
    "run": _rights("create get list watch", EXECUTIONS, group=GROUP),
    "follow": (*_rights("get list watch", EXECUTIONS, group=GROUP), *_SEE_PODS, *_EVENTS),
    "see": (
        *_rights("get list watch", EXECUTIONS, group=GROUP),
        *_rights("get list", TEMPLATES, group=GROUP),
        *_SEE_PODS,
        *_EVENTS,
    ),
    "act": _rights("get list watch patch delete", EXECUTIONS, group=GROUP),
}
ALL = tuple(dict.fromkeys(right for rights in NEEDS.values() for right in rights))


@dataclass(frozen=True, kw_only=True, slots=True)
class Rights:
    """What was read: the user's rules in the namespace, and the API server's word on each right that they don't show."""

    namespace: str
    rules: Json | ClusterError
    reviews: Mapping[Right, Json | ClusterError]


def read(cluster: Cluster) -> Rights:
    """The rules of the user, and a review of each right that they lack: other authorizers needn't list theirs."""
    namespace = cluster.namespace
    asked = {"apiVersion": _AUTHORIZATION, "kind": "SelfSubjectRulesReview", "spec": {"namespace": namespace}}
    rules = ask(lambda: cluster.create(f"{_REVIEWS}/selfsubjectrulesreviews", asked))
    granted = () if isinstance(rules, ClusterError) else (rules.get("status") or {}).get("resourceRules") or ()
    missing = [right for right in ALL if not is_granted(right, granted)]
    reviews = {right: ask(lambda right=right: _review(cluster, right)) for right in missing}  # type: ignore[misc]  # mypy and a default of a lambda
    return Rights(namespace=namespace, rules=rules, reviews=reviews)


def check(rights: Rights) -> Iterator[Check]:
    """A line for each thing that people do, or for each right that is missing for it."""
    where = f"in the namespace {rights.namespace!r}"
    reported: set[Right] = set()
    for what, needed in NEEDS.items():
        missing = [right for right in needed if right in rights.reviews and not _allowed(rights.reviews[right])]
        if not missing:
            yield _GROUP.ok(f"rights to {what}", f"all {len(needed)} {where}")
        for right in missing:
            if right in reported:
                continue
            reported.add(right)
            others = [other for other in NEEDS if right in NEEDS[other]]
            answer = rights.reviews[right]
            if isinstance(answer, ClusterError):
                yield _GROUP.unanswered(f"right to {right}", answer)
                continue
            reason = (answer.get("status") or {}).get("reason") or ""
            yield _GROUP.problem(
                f"right to {right}",
                f"missing {where}" + (f" ({reason})" if reason else "") + f"; it is for: {', '.join(others)}",
                f"Whoever administers {rights.namespace} grants it: kubectl apply -n {rights.namespace} -f manifests/user-role.yaml, "
                "and a RoleBinding to the Role glider-user (docs/install.md).",
            )


def is_granted(right: Right, rules: Iterable[Json]) -> bool:
    """Whether one of `rules` has the right for all objects."""
    resource = f"{right.resource}/{right.subresource}" if right.subresource else right.resource
    every = f"*/{right.subresource}" if right.subresource else "*"
    return any(
        _has(rule, "verbs", right.verb) and _has(rule, "apiGroups", right.group) and _has(rule, "resources", resource, every)
        for rule in rules
        if not rule.get("resourceNames")
    )


def _has(rule: Json, field: str, *words: str) -> bool:
    there: Sequence[str] = rule.get(field) or ()
    return "*" in there or any(word in there for word in words)


def _allowed(answer: Json | ClusterError) -> bool:
    return not isinstance(answer, ClusterError) and (answer.get("status") or {}).get("allowed") is True


def _review(cluster: Cluster, right: Right) -> Json:
    attributes = {
        "namespace": cluster.namespace,
        "verb": right.verb,
        "group": right.group,
        "resource": right.resource,
        "subresource": right.subresource,
    }
    review = {"apiVersion": _AUTHORIZATION, "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": attributes}}
    return cluster.create(f"{_REVIEWS}/selfsubjectaccessreviews", review)
