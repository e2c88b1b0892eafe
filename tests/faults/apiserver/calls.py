"""A request in Kubernetes' own terms, so that a rule says "the second status of this execution" and not a path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_WRITES = frozenset(_VERBS.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """What the proxy knows of a request before it passes it on. Numbers count from 1; `resource` is pods or pods/status.

    `continued`: a list that goes on where a page of it ended.
    """

    number: int
    method: str
    path: str
    verb: str
    resource: str
    namespace: str = ""
    name: str = ""
    continued: bool = False
    body: Any = field(default=None, repr=False)

    @property
    def is_write(self) -> bool:
        return self.verb in _WRITES


def parse_call(number: int, method: str, path: str, query: Mapping[str, str], data: bytes) -> Call:
    """The call that a request is; of one that creates something, the name is that in its body."""
    body = json.loads(data) if data else None
    namespace, resource, name = _parse_path(path)
    if method == "POST" and not name:
        name = (body or {}).get("metadata", {}).get("name", "")
    if method == "GET":
        verb = "watch" if query.get("watch") in ("1", "true") else "get" if name else "list"
    else:
        verb = _VERBS.get(method, method.lower())
    return Call(
        number=number,
        method=method,
        path=path,
        verb=verb,
        resource=resource,
        namespace=namespace,
        name=name,
        continued="continue" in query,
        body=body,
    )


def _parse_path(path: str) -> tuple[str, str, str]:
    """Namespace, resource (with its subresource) and name, each empty where the path has none."""
    parts = path.strip("/").split("/")
    rest = parts[2:] if parts[0] == "api" else parts[3:]
    namespace = ""
    if len(rest) > 2 and rest[0] == "namespaces":
        namespace, rest = rest[1], rest[2:]
    resource, name, *subresource = (*rest, "", "")[: max(2, len(rest))]
    return namespace, "/".join([resource, *subresource]), name
