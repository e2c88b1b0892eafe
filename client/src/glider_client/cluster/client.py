"""Requests to the API server, as JSON: what kubectl may do with the same kubeconfig. Thread-safe; one object for one cluster and user."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from urllib3.exceptions import HTTPError

from glider_client.cluster import errors
from glider_client.cluster.config import ClientConfig, Impersonation
from glider_client.cluster.errors import ClusterConfigError, ExpiredError, UnreachableError
from glider_client.cluster.kubeconfig import load_config
from glider_client.cluster.transport import Request, Transport
from glider_core.kube.jsonbytes import decoded, encoded

Json: TypeAlias = dict[str, Any]

JSON = "application/json"
#: Lists as `kubectl get` shows them: rows of cells, made by the API server.
TABLE = f"application/json;as=Table;v=v1;g=meta.k8s.io,{JSON}"
MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
#: Who owns the fields that are written by server-side apply.
FIELD_MANAGER = "glider"

_PAGE = 500
#: A watch sends a bookmark about every minute; a log may be silent for hours, and TCP's keep-alive notices a dead connection.
_WATCH_SILENCE = 75.0
_WATCH_LASTS = 300
_CHUNK = 65_536
_WRITES = {"fieldManager": FIELD_MANAGER}
_STRICT = {**_WRITES, "fieldValidation": "Strict"}


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """A change: `type` is ADDED, MODIFIED, DELETED or BOOKMARK."""

    type: str
    object: Json


class Cluster:
    """One cluster, as one user. Every method raises ClusterError."""

    def __init__(self, config: ClientConfig, *, environment: Mapping[str, str] = os.environ) -> None:
        self.config = config
        self.namespace = config.namespace
        self.server = config.server
        self._transport = Transport(config, environment=environment)

    @classmethod
    def connect(
        cls,
        *,
        kubeconfig: Path | None = None,
        context: str | None = None,
        namespace: str | None = None,
        user: str | None = None,
        groups: Sequence[str] = (),
    ) -> Cluster:
        """The cluster that kubectl would use. Nothing is sent yet. `user` and `groups`: `--as` and `--as-group`."""
        config = load_config(os.environ, kubeconfig=kubeconfig, context=context)
        if groups and not user:
            raise ClusterConfigError("--as-group: expected --as beside it, found none. Pass --as USER, too.")
        if namespace:
            config = replace(config, namespace=namespace)
        if user:
            config = replace(config, impersonation=Impersonation(user=user, groups=tuple(groups)))
        return cls(config)

    def get(self, path: str, *, query: Mapping[str, str] = {}, accept: str = JSON) -> Json:
        """The object or list at `path`."""
        return self._json(Request(method="GET", path=path, query=query, headers={"Accept": accept}))

    def pages(self, path: str, *, query: Mapping[str, str] = {}, accept: str = JSON, size: int = _PAGE) -> Iterator[Json]:
        """A list in pages, each as the API server sends it."""
        after: dict[str, str] = {}
        while True:
            try:
                page = self.get(path, query={"limit": str(size), **query, **after}, accept=accept)
            except ExpiredError as error:
                if not error.go_on:
                    raise
                after = {"continue": error.go_on}
                continue
            yield page
            if not (token := (page.get("metadata") or {}).get("continue")):
                return
            after = {"continue": str(token)}

    def items(self, path: str, *, query: Mapping[str, str] = {}) -> Iterator[Json]:
        """The objects of a list, page by page."""
        for page in self.pages(path, query=query):
            yield from page.get("items") or ()

    def create(self, path: str, document: Mapping[str, Any], *, query: Mapping[str, str] = {}, accept: str = JSON) -> Json:
        """Create an object in the list at `path`. A field that its kind doesn't have is refused."""
        return self._write("POST", path, document, query={**_STRICT, **query}, content_type=JSON, accept=accept)

    def apply(self, path: str, document: Mapping[str, Any], *, force: bool = False, dry_run: bool = False) -> Json:
        """Server-side apply of the object at `path`. `force`: take over fields that another manager owns."""
        query = {**_STRICT, "force": str(force).lower()} | ({"dryRun": "All"} if dry_run else {})
        return self._write("PATCH", path, document, query=query, content_type=APPLY_PATCH)

    def patch(
        self, path: str, document: Any, *, content_type: str = MERGE_PATCH, query: Mapping[str, str] = {}, accept: str = JSON
    ) -> Json:
        """Patch the object at `path`."""
        return self._write("PATCH", path, document, query={**_WRITES, **query}, content_type=content_type, accept=accept)

    def delete(self, path: str, *, query: Mapping[str, str] = {}, body: Mapping[str, Any] | None = None) -> Json:
        """Delete the object at `path`. `body`: DeleteOptions, such as preconditions."""
        return self._write("DELETE", path, body, query=query, content_type=JSON)

    def watch(self, path: str, *, resource_version: str, query: Mapping[str, str] = {}, accept: str = JSON) -> Iterator[WatchEvent]:
        """The changes since `resource_version`, until the API server ends the watch, after some minutes: then watch again.

        Raises:
            ExpiredError: the version is too old: list again.
            UnreachableError: the connection broke: watch again from the last version.
        """
        asked = {"watch": "true", "allowWatchBookmarks": "true", "timeoutSeconds": str(_WATCH_LASTS), "resourceVersion": resource_version}
        headers = {"Accept": accept}
        request = Request(
            method="GET", path=path, query={**asked, **query}, headers=headers, whole=False, silence=_WATCH_SILENCE, watches=True
        )
        rest = b""
        for chunk in self._chunks(request):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                if line:
                    yield self._event(line, request)

    def stream(self, path: str, *, query: Mapping[str, str] = {}, silence: float | None = None) -> Iterator[bytes]:
        """What the API server sends, piece by piece, such as a pod's log. `silence`: for how many seconds nothing may come.

        Raises:
            UnreachableError: the connection broke.
        """
        return self._chunks(Request(method="GET", path=path, query=query, headers={"Accept": "*/*"}, whole=False, silence=silence))

    def _event(self, line: bytes, request: Request) -> WatchEvent:
        try:
            event = decoded(line)
            kind, document = str(event["type"]), event["object"]
        except (ValueError, KeyError, TypeError) as error:
            raise errors.unreachable(self._transport.identity, f"{len(line)} bytes that are no event of a watch") from error
        if kind == "ERROR":
            raise self._transport.error(int(document.get("code") or 500), encoded(document), request, headers={})
        return WatchEvent(kind, document)

    def _chunks(self, request: Request) -> Iterator[bytes]:
        answer = self._transport.send(request)
        try:
            while chunk := answer.read1(_CHUNK):
                yield chunk
        except (HTTPError, OSError) as error:
            raise errors.unreachable(self._transport.identity, errors.cause_of(error)) from error
        finally:
            answer.close()

    def _write(self, method: str, path: str, document: Any, *, query: Mapping[str, str], content_type: str, accept: str = JSON) -> Json:
        headers = {"Accept": accept} | ({"Content-Type": content_type} if document is not None else {})
        body = None if document is None else encoded(document)
        return self._json(Request(method=method, path=path, query=query, headers=headers, body=body))

    def _json(self, request: Request) -> Json:
        request = replace(request, headers={**request.headers, "Accept-Encoding": "gzip"})
        try:
            document = decoded(self._transport.send(request).data)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise UnreachableError(
                f"{self._transport.identity.place}: expected JSON from the Kubernetes API, found none. Check the context."
            )
        return document
