"""Sends a request, again where that makes sense, and turns what isn't a success into an error for people."""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import urllib3
from urllib3 import exceptions

from glider_client.cluster import errors
from glider_client.cluster.config import ClientConfig
from glider_client.cluster.connections import Connections
from glider_client.cluster.credentials import Credentials
from glider_client.cluster.errors import ClusterError, NotFoundError, UnreachableError
from glider_client.cluster.paths import Target, namespaces, target_of
from glider_client.cluster.plugins import Credential
from glider_client.cluster.retrying import Failed, pause_before_next_try

_CONNECT, _READ = 10.0, 60.0
_VERBS = {"POST": "create", "PATCH": "patch", "DELETE": "delete", "PUT": "update"}
#: What fails before a request is sent.
_NEVER_SENT = (exceptions.NewConnectionError, exceptions.ConnectTimeoutError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One request. `whole`: its answer is read at once, not piece by piece; `silence`: how long the server may send nothing."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    whole: bool = True
    silence: float | None = _READ
    watches: bool = False

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"

    @property
    def verb(self) -> str:
        """RBAC's word for it."""
        if self.reads:
            return "watch" if self.watches else "get" if target_of(self.path).name else "list"
        return _VERBS[self.method]


class Transport:
    """The way to one cluster as one user."""

    def __init__(self, config: ClientConfig, *, environment: Mapping[str, str]) -> None:
        self.identity = errors.identity_of(config)
        self._server = config.server
        # http.client sends the bytes of latin-1, and the API server reads UTF-8.
        self._impersonation = [(name, value.encode().decode("latin-1")) for name, value in config.impersonation.headers()]
        self._credentials = Credentials(config.user)
        self._connections = Connections(config, environment=environment)

    def send(self, request: Request) -> urllib3.BaseHTTPResponse:
        """A successful answer.

        Raises:
            ClusterError: there is none, after as many tries as make sense.
        """
        tries = 1
        while True:
            failed, error = Failed(reads=request.reads, status=0), None
            try:
                answer = self._authorized(request)
            except exceptions.ProtocolError as cause:  # a connection that worked, and broke
                error = errors.unreachable(self.identity, errors.cause_of(cause), wrote=not request.reads)
                error.__cause__ = cause
            except (exceptions.HTTPError, OSError) as cause:
                raise self._unanswered(cause, request) from cause
            else:
                if answer.status < 300:
                    return answer
                failed = Failed(reads=request.reads, status=answer.status, wait=_wait(answer.headers))
            pause = pause_before_next_try(failed, tries=tries)
            if pause is None:
                raise error or self.error(answer.status, answer.data, request, headers=answer.headers)
            time.sleep(pause)
            tries += 1

    def error(self, status: int, body: bytes, request: Request, *, headers: Mapping[str, str]) -> ClusterError:
        """What an answer that isn't a success means."""
        target = target_of(request.path)
        error = errors.error_of(status, body, headers=headers, verb=request.verb, target=target, identity=self.identity)
        if type(error) is NotFoundError and request.reads and self._is_absent(target):
            return errors.no_namespace(target.namespace)
        return error

    def _authorized(self, request: Request) -> urllib3.BaseHTTPResponse:
        """The answer, after another try where the credential was refused and may be renewed."""
        credential = self._credentials.current()
        answer = self._once(request, credential)
        if answer.status == 401 and self._credentials.refused(credential):
            answer = self._once(request, self._credentials.current())
        return answer

    def _once(self, request: Request, credential: Credential) -> urllib3.BaseHTTPResponse:
        headers = urllib3.HTTPHeaderDict(request.headers)
        for name, value in (*authorization(credential), *self._impersonation):
            headers.add(name, value)
        answer = self._connections.pool(credential).request(
            request.method,
            f"{self._server}{request.path}" + (f"?{urlencode(request.query)}" if request.query else ""),
            body=request.body,
            headers=headers,
            timeout=urllib3.Timeout(connect=_CONNECT, read=request.silence),
            preload_content=False,
            redirect=False,
        )
        if request.whole or answer.status >= 300:
            _ = answer.data  # which gives the connection back, too
        return answer

    def _is_absent(self, target: Target) -> bool:
        """Whether the namespace itself isn't there: the API server reports only that the object isn't."""
        if not target.namespace or not target.resource:
            return False
        try:
            self.send(Request(method="GET", path=namespaces(target.namespace)))
        except ClusterError as error:
            return isinstance(error, NotFoundError)
        return False

    def _unanswered(self, cause: Exception, request: Request) -> UnreachableError:
        if isinstance(cause, exceptions.ProxyError):
            return errors.through_proxy(self.identity, self._connections.proxy, errors.cause_of(cause.original_error))
        if isinstance(cause, exceptions.SSLError | ssl.SSLError) and not _is_cut(cause):
            return errors.untrusted(self.identity, errors.cause_of(cause))
        wrote = not request.reads and not isinstance(cause, _NEVER_SENT)
        return errors.unreachable(self.identity, errors.cause_of(cause), wrote=wrote)


def _is_cut(cause: Exception) -> bool:
    """Whether a connection only ended early: TLS takes that for an attack, and calls it an SSLError."""
    return any(isinstance(one, ssl.SSLEOFError | ssl.SSLZeroReturnError) for one in (cause, *cause.args))


def authorization(credential: Credential) -> list[tuple[str, str]]:
    """The headers that show who asks; none where a certificate does."""
    if credential.token:
        return [("Authorization", f"Bearer {credential.token}")]
    if credential.username:
        pair = f"{credential.username}:{credential.password}"
        return [("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")]
    return []


def _wait(headers: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(headers.get("Retry-After") or 0))
    except ValueError:
        return 0.0
