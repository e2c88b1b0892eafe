"""How obstore's clients are made: endpoint, credentials, time limits, certificates.

Up to three of each bucket. The quick one sends a request once, since `retrying` decides what comes next. The others are for
bodies that take their time, and for uploads in parts, of which obstore can repeat a single one and we can't. While a body is
sent, only time shows whether the store is silent or the way there slow; so the steady one, with less time, comes
first, and the slow one where the store turns out to answer.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

from glider.settings.model import StorageSettings
from glider.storage.credentials import azure_config, azure_endpoint, google_config, google_emulator, profile_config

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_CONNECT_SECONDS = 5
#: One request, body and all: for a part of 8 MiB that is 28 KB/s.
_REQUEST_SECONDS = 300
#: The same for the steady client, as a multiple of the patience: 60 s, or 140 KB/s for each of the parts under way.
_STEADY = 3
#: Time ends obstore's retrying before this does: with full jitter ten retries may be over in two seconds.
_MOST_RETRIES = 40
#: What names a role in place of keys.
_ROLES = ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
#: Where other programs look for certificate authorities, the most specific first.
_CA_VARIABLES = ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


class Pace(Enum):
    """Which client."""

    QUICK = "quick"
    STEADY = "steady"
    SLOW = "slow"


def open_store(root: str, settings: StorageSettings, *, patience: float, pace: Pace) -> ObjectStore:
    """The client of the bucket `root`."""
    from obstore.store import from_url

    config: Any = {}
    if root.startswith("s3:"):
        config = s3_config(settings, bucket=root.partition("://")[2])
    elif root.startswith("gs:"):
        config = google_config()
    else:
        config = azure_config(settings.azure)
    if settings.anonymous:
        config = {**config, "skip_signature": True}
    client: Any = _client_options(patience=patience, pace=pace)
    retries: Any = _retries(settings, patience=patience) if pace is not Pace.QUICK else {"max_retries": 0}
    own: Any = {}
    if root.startswith("s3:") and "access_key_id" in config and os.environ.get("AWS_SESSION_TOKEN"):
        own["credential_provider"] = _Keys(config)  # else obstore would add the environment's token, which is for other keys
    return from_url(root, config=config or None, client_options=client, retry_config=retries, **own)


def endpoint_of(uri: str, settings: StorageSettings) -> str | None:
    """The server that somebody named for this kind of store, for messages; None where it is the protocol's own."""
    if uri.startswith("s3"):
        return settings.s3.endpoint
    return google_emulator() if uri.startswith("gs:") else azure_endpoint()


def credentials_of(uri: str, settings: StorageSettings, environment: Mapping[str, str] = os.environ) -> str:
    """Where the keys are from that a request to S3 is signed with, for messages; "" for other stores."""
    if not uri.startswith("s3") or settings.anonymous:
        return ""
    if settings.s3.access_key_id and settings.s3.secret_access_key:
        return "the keys are those of FLYTE_AWS_ACCESS_KEY_ID and FLYTE_AWS_SECRET_ACCESS_KEY"
    if environment.get("AWS_PROFILE"):
        return "the keys are those of the profile in AWS_PROFILE"
    if environment.get("AWS_ACCESS_KEY_ID"):
        return "the keys are those of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    role = next((name for name in _ROLES if environment.get(name)), None)
    return f"the role is that of {role}" if role else "neither FLYTE_AWS_ACCESS_KEY_ID nor AWS_ACCESS_KEY_ID is set"


class _Keys:
    """Keys that stay as they are."""

    def __init__(self, config: dict[str, Any]) -> None:
        names = ("access_key_id", "secret_access_key", "session_token")
        key, secret, token = (config.pop(name, None) for name in names)
        self._keys = {"access_key_id": key, "secret_access_key": secret, "token": token, "expires_at": None}

    def __call__(self) -> dict[str, Any]:
        return self._keys


def s3_config(settings: StorageSettings, *, bucket: str) -> dict[str, Any]:
    """How to reach a bucket of S3, in obstore's words. Of a custom endpoint with virtual hosts it wants the bucket's own."""
    s3 = settings.s3
    config: dict[str, Any] = {"region": s3.region}
    if s3.endpoint:
        scheme, _, host = s3.endpoint.partition("://")
        config["endpoint"] = f"{scheme}://{bucket}.{host}" if s3.addressing_style == "virtual" else s3.endpoint
    if s3.access_key_id and s3.secret_access_key:
        config |= {"access_key_id": s3.access_key_id, "secret_access_key": s3.secret_access_key}
    elif not settings.anonymous:
        config |= {**profile_config(), **({"region": s3.region} if _has_region() else {})}
    if s3.endpoint or s3.addressing_style in ("virtual", "path"):
        config["virtual_hosted_style_request"] = s3.addressing_style == "virtual"
    return config


def _has_region() -> bool:
    return bool(os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"))


def ca_file(environment: Mapping[str, str] = os.environ) -> str | None:
    """The file of certificate authorities that the environment names."""
    return next(iter(ca_files(environment)), None)


def ca_files(environment: Mapping[str, str] = os.environ) -> list[str]:
    """All that it names."""
    return [path for name in _CA_VARIABLES if (path := environment.get(name))]


def _client_options(*, patience: float, pace: Pace) -> dict[str, Any]:
    options: dict[str, Any] = {
        "connect_timeout": timedelta(seconds=_CONNECT_SECONDS),
        "timeout": timedelta(seconds=_STEADY * max(0.5, patience) if pace is Pace.STEADY else _REQUEST_SECONDS),
        "allow_http": True,  # the user who configures an endpoint decides whether it has TLS
    }
    if pace is Pace.QUICK:  # it runs while a body is sent too, so it isn't for large ones
        options["read_timeout"] = timedelta(seconds=max(2.0, patience))
    if (path := ca_file()) and os.path.isfile(path):  # noqa: PTH113
        with open(path, "rb") as file:  # noqa: PTH123
            options["root_certificate"] = file.read()
    return options


def _retries(settings: StorageSettings, *, patience: float) -> dict[str, Any]:
    s3 = settings.s3
    first = timedelta(seconds=s3.backoff_seconds) if s3.backoff_seconds else timedelta(milliseconds=100)
    return {
        "max_retries": _MOST_RETRIES if s3.retries is None else s3.retries,
        "retry_timeout": timedelta(seconds=patience),
        "backoff": {"init_backoff": first, "max_backoff": max(first, timedelta(seconds=3)), "base": 2},
    }
