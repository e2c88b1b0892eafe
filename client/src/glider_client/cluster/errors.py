"""A failed request as one sentence and a next step, for people. `glider_core.kube.errors` knows what a status code means.

| error | when |
|---|---|
| ClusterConfigError | no kubeconfig, or one that can't be used |
| CredentialsError | a token or a certificate can't be had |
| UnreachableError | no answer: address, network, proxy |
| TlsError | an answer that can't be trusted |
| UnauthorizedError | 401: the credentials are refused |
| ForbiddenError | 403: the user may not do that |
| NotFoundError | 404 of an object |
| NoCrdError | 404 of Glider's API itself |
| NoNamespaceError | 404 of the namespace |
| ConflictError | 409: it was written since it was read, or other tools own its fields |
| AlreadyExistsError | 409: there is one of that name |
| ExpiredError | 410: a watch or a list has to begin anew |
| InvalidObjectError | 400, 413, 422, a field that the CRD doesn't have, and what policies refuse |
| UnavailableError | 429, 5xx: not now |
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from glider_client.cluster.config import ClientConfig
from glider_client.cluster.paths import Target
from glider_core.api.labels import API_VERSION, GROUP, TEMPLATES
from glider_core.kube import errors as kube
from glider_core.kube.jsonbytes import decoded


class ClusterError(Exception):
    """What a cluster, or the way to it, refuses. Its text is for people: a sentence and a next step."""


class ClusterConfigError(ClusterError):
    """There is no kubeconfig, or none that can be used."""


class CredentialsError(ClusterError):
    """A token or certificate can't be had."""


class UnreachableError(ClusterError):
    """No answer from the API server."""


class TlsError(UnreachableError):
    """The server isn't trusted, or doesn't trust the client."""


class UnauthorizedError(ClusterError):
    """The credentials are refused."""


class ForbiddenError(ClusterError):
    """The user may not do that."""


class NotFoundError(ClusterError):
    """There is no such object."""


class NoCrdError(NotFoundError):
    """The cluster doesn't know Glider's API."""


class NoNamespaceError(NotFoundError):
    """There is no such namespace."""


class ConflictError(ClusterError):
    """Somebody else wrote the object, or owns its fields."""


class AlreadyExistsError(ConflictError):
    """There is an object of that name."""


class ExpiredError(ClusterError):
    """The version to go on from is too old. `go_on`: from where a list can go on all the same, if it needn't be consistent."""

    def __init__(self, message: str, *, go_on: str = "") -> None:
        super().__init__(message)
        self.go_on = go_on


class InvalidObjectError(ClusterError):
    """The API server or a policy refuses the object as it is."""


class UnavailableError(ClusterError):
    """The API server can't answer now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who asks whom, for messages."""

    server: str
    context: str = ""
    user: str = ""
    impersonated: str = ""

    @property
    def asker(self) -> str:
        """The user, as the kubeconfig calls it."""
        return f"the user {self.impersonated or self.user!r}" if self.impersonated or self.user else "an anonymous user"

    @property
    def place(self) -> str:
        """The server, and the context that leads there."""
        return f"{self.server} (context {self.context!r})" if self.context else self.server


def identity_of(config: ClientConfig) -> Identity:
    """Who asks with `config`."""
    return Identity(server=config.server, context=config.context, user=config.user_name, impersonated=config.impersonation.user)


_USER = re.compile(r'User "([^"]*)" cannot (\S+) resource')
_EXISTS = re.compile(r'"([^"]*)" already exists')
#: What the API server adds to the message of a rule: no path, since a rule is about the whole object, and that it stopped there.
_NOISE = re.compile(
    r", <nil>: Invalid value: \S+ some validation rules were not checked .*? to complete validation|<nil>: Invalid value: "
    r"|failed to create typed patch object \(.*?\): "
)
_UNKNOWN_FIELD = ("field not declared in schema", "unknown field ")
_ENDING = "because it is being terminated"
_ANONYMOUS = "system:anonymous"
_CLUSTER_SCOPED = ("namespaces", "customresourcedefinitions")
_CAUSE = re.compile(
    r"^Failed to establish a new connection: |^\[Errno -?\d+\] |^\[SSL: \w+\] | \(_ssl\.c:\d+\)$|^\w*Connection\w*\(.*?\): "
)


def error_of(
    status: int, body: bytes, *, headers: Mapping[str, str], verb: str, target: Target, identity: Identity
) -> ClusterError:  # fmt: skip
    """The error for an answer that isn't a success. `verb`: RBAC's word for what was asked for."""
    if 300 <= status < 400 or (status == 400 and not _is_status(body)):
        return UnreachableError(
            f"{identity.place}: expected the Kubernetes API, found HTTP status {status}. Check the server's address in the kubeconfig."
        )
    error = kube.error_of(status, body, headers=headers)
    words = _sentence(str(error))
    if any(mark in words for mark in _UNKNOWN_FIELD):  # an apply gets a 500 for it
        step = "Correct it; if it is right, the CRDs are older than this client: `glider doctor` compares them."
        return InvalidObjectError(f"{_named(target)} is refused: {words} {step}")
    match error:
        case kube.Unauthorized():
            return _unauthorized(identity)
        case kube.Forbidden(quota=False, webhook=False):
            return _forbidden(str(error), verb=verb, target=target, identity=identity)
        case kube.Rejected() if verb in ("list", "watch"):
            return InvalidObjectError(f"the selection of {target.full_resource} is refused: {words} Check -l and --field-selector.")
        case kube.Forbidden(quota=True):
            return InvalidObjectError(f"{_named(target)} is refused: {words} Delete what nobody needs any more, or have the quota raised.")
        case kube.Forbidden() | kube.Rejected():
            return InvalidObjectError(f"{_named(target)} is refused: {words} Correct it and try again.")
        case kube.NotFound():
            return _not_found(str(error), target)
        case kube.Unknown():
            return _no_resource(target, identity)
        case kube.AlreadyExists():
            found = _EXISTS.search(words)
            what = f"there is already a {target.kind} {found[1]!r}{_within(target)}." if found else f"{_named(target)}: {words}"
            return AlreadyExistsError(f"{what} Choose another name, or delete it first.")
        case kube.Conflict():
            return ConflictError(f"{_named(target)} can't be written: {words} Try again.")
        case kube.Expired(go_on=go_on):
            return ExpiredError(f"{target.full_resource or 'the list'}: the resource version is too old: {words} Try again.", go_on=go_on)
        case _:
            wait = f" in {error.retry_after:.0f} s" if error.retry_after else ""
            return UnavailableError(f"{identity.place} can't answer now (HTTP status {status}): {words} Try again{wait}.")


def unreachable(identity: Identity, cause: str, *, wrote: bool = False) -> UnreachableError:
    """No answer, for that `cause`. `wrote`: the request may have been carried out all the same."""
    if wrote:
        return UnreachableError(
            f"the connection to {identity.place} broke: {cause}. The request may have been carried out: check it first."
        )
    return UnreachableError(f"no answer from {identity.place}: {cause}. Check that the cluster runs, and the context.")


def through_proxy(identity: Identity, proxy: str, cause: str) -> UnreachableError:
    """No answer from the proxy on the way there."""
    step = "Check proxy-url in the kubeconfig, HTTPS_PROXY and NO_PROXY."
    return UnreachableError(f"no answer from {identity.place}: the proxy {proxy} fails: {cause}. {step}")


def untrusted(identity: Identity, cause: str) -> TlsError:
    """No trusted connection, for that `cause`."""
    return TlsError(f"no trusted connection to {identity.place}: {cause}. Check the kubeconfig's certificate-authority and server.")


def cause_of(error: BaseException) -> str:
    """The cause, without the class names and addresses of urllib3."""
    text = str(getattr(error, "reason", None) or error) or type(error).__name__
    while (shorter := _CAUSE.sub("", text)) != text:
        text = shorter
    return text.rstrip(".")


def _unauthorized(identity: Identity) -> UnauthorizedError:
    return UnauthorizedError(
        f"{identity.place} refuses the credentials of {identity.asker}: they are wrong or have expired. "
        "Log in to the cluster again, or choose another context with --context."
    )


def _forbidden(message: str, *, verb: str, target: Target, identity: Identity) -> ClusterError:
    found = _USER.search(message)
    if found is not None and found[1] == _ANONYMOUS:
        return _unauthorized(identity)
    if _ENDING in message:
        return InvalidObjectError(f"the namespace {target.namespace!r} is being deleted. Choose another with -n.")
    if found is None and "cannot" not in message:  # an admission policy, the node authorizer, a namespace that terminates
        return InvalidObjectError(f"{_named(target)} is refused: {_sentence(message)} Correct it and try again.")
    asker = f"the user {found[1]!r}" if found else identity.asker
    verb = found[2] if found else verb
    if verb.startswith("impersonate"):  # newer servers: impersonate-on:user-info:list
        return ForbiddenError(f"{asker} may not act as {identity.impersonated!r}. Leave --as out, or have the verb impersonate granted.")
    resource, where = target.full_resource, f"in the namespace {target.namespace!r}" if target.namespace else "in all namespaces"
    if target.resource in _CLUSTER_SCOPED:
        where = "in the cluster"
    who, kind = ("the namespace", "Role") if target.namespace else ("the cluster", "ClusterRole")
    return ForbiddenError(f"{asker} may not {verb} {resource} {where}. Whoever administers {who} can grant it with a {kind} and a binding.")


def _not_found(message: str, target: Target) -> NotFoundError:
    if f'namespaces "{target.namespace}" not found' in message and target.namespace:
        return no_namespace(target.namespace)
    if target.resource == "namespaces":
        return no_namespace(target.name)
    if target.subresource and f'"{target.name}"' not in message:  # the node of a pod whose log is asked for
        return NotFoundError(f"{target.full_resource} of {target.name!r} can't be read: {_sentence(message)}")
    if not target.name:
        return NotFoundError(f"{target.full_resource}: {_sentence(message)} Check the name.")
    command = "glider templates" if target.resource == TEMPLATES else f"kubectl get {target.resource}"
    command = "glider get" if target.kind == "TaskExecution" else command
    return NotFoundError(f"there is no {target.kind} {target.name!r}{_within(target)}. `{command}` lists those that are there.")


def no_namespace(namespace: str) -> NoNamespaceError:
    """There is no such namespace."""
    return NoNamespaceError(
        f"there is no namespace {namespace!r}. Choose another with -n, or create it: kubectl create namespace {namespace}"
    )


def _no_resource(target: Target, identity: Identity) -> NotFoundError:
    if target.group == GROUP:
        return NoCrdError(
            f"{identity.place} has no CRD of {API_VERSION} for {target.resource or 'Glider'}. "
            "Install Glider (helm install glider charts/glider), or choose another context with --context."
        )
    return NotFoundError(f"{identity.place} doesn't have the resource {target.full_resource!r}. Check the context.")


def _named(target: Target) -> str:
    return f"the {target.kind} {target.name!r}" if target.name else f"the {target.kind or 'request'}"


def _within(target: Target) -> str:
    return f" in the namespace {target.namespace!r}" if target.namespace else ""


def _sentence(words: str) -> str:
    words = _NOISE.sub("", " ".join(words.split()))
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _is_status(body: bytes) -> bool:
    try:
        document = decoded(body)
    except ValueError:
        return False
    return isinstance(document, dict) and document.get("kind") == "Status"
