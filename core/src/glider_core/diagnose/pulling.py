"""An image that can't be pulled: whose fault is it? The registry says so in words only; these are containerd's and CRI-O's."""

from __future__ import annotations

from glider.wire.errors import Kind
from glider_core.api import reasons
from glider_core.api.failure import Failure, sentence, system_failure, user_failure
from glider_core.api.pod import Container

PULLING = frozenset(
    {
        reasons.ERR_IMAGE_PULL,
        reasons.IMAGE_PULL_BACK_OFF,
        reasons.IMAGE_INSPECT_ERROR,
        reasons.ERR_IMAGE_NEVER_PULL,
        reasons.REGISTRY_UNAVAILABLE,
    }
)
_REGISTRY = (
    "429",
    "too many requests",
    "toomanyrequests",
    "rate limit",
    "i/o timeout",
    "tls handshake timeout",
    "connection refused",
    "connection reset",
    "no such host",
    "server misbehaving",
    "temporary failure in name resolution",
    "500 internal server error",
    "502 bad gateway",
    "503 service unavailable",
    "504 gateway",
    "context deadline exceeded",
    "no space left on device",
    "unexpected eof",
)


def registrys_fault(message: str) -> bool:
    """Whether the registry, or the way to it, is to blame and not the image's name or the credentials for it."""
    said = message.lower()
    return any(words in said for words in _REGISTRY)


def pull_failure(container: Container, *, said: str) -> Failure:
    """The failure of an image that couldn't be pulled for too long."""
    message = sentence(f"The image of container {container.name} couldn't be pulled ({container.reason})", said)
    if container.reason == reasons.REGISTRY_UNAVAILABLE or registrys_fault(said):
        return system_failure(reasons.IMAGE_PULL_FAILED, f"{message} The registry, or the way to it, is to blame.")
    hint = "Check the image's name, and imagePullSecrets if it is private."
    return user_failure(reasons.IMAGE_PULL_FAILED, f"{message} {hint}", kind=Kind.RECOVERABLE)
