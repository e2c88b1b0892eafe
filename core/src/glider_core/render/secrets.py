"""Secrets where flytekit's SecretsManager looks for them, as references: their values never pass through the operator.

A variable is `_FSEC_<GROUP>[_<VERSION>]_<KEY>`, a file `/etc/flyte/secrets/<group>[/<version>]/<key>`, as propeller's webhook
has them, all but upper or lower case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from glider_core.api.pod_settings import Mount, Secret

DIRECTORY = "/etc/flyte/secrets"
VARIABLE_PREFIX = "_FSEC_"
VOLUME = "flyte-secrets"

#: What flytekit reads to find them; its own default for the directory is another.
_CONVENTIONS = (("FLYTE_SECRETS_DEFAULT_DIR", DIRECTORY), ("FLYTE_SECRETS_FILE_PREFIX", ""), ("FLYTE_SECRETS_ENV_PREFIX", VARIABLE_PREFIX))

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretParts:
    """What secrets add to the pod and to its primary container."""

    env: tuple[Json, ...] = ()
    volumes: tuple[Json, ...] = ()
    mounts: tuple[Json, ...] = ()


def secret_parts(secrets: tuple[Secret, ...]) -> SecretParts:
    """What `secrets` add."""
    if not secrets:
        return SecretParts()
    env: list[Json] = [{"name": name, "value": value} for name, value in _CONVENTIONS]
    env += [variable for secret in secrets for variable in _variables(secret)]
    sources = [_source(secret) for secret in secrets if secret.mount is Mount.FILE]
    if not sources:
        return SecretParts(env=tuple(env))
    return SecretParts(
        env=tuple(env),
        # one volume for all: a secret may be split over several groups, and a mount below another needs its folder
        volumes=({"name": VOLUME, "projected": {"sources": sources}},),
        mounts=({"name": VOLUME, "mountPath": DIRECTORY, "readOnly": True},),
    )


def _variables(secret: Secret) -> Iterable[Json]:
    if secret.mount is Mount.ENV:
        reference = {"name": secret.secret_name, "key": secret.key} | ({"optional": True} if secret.optional else {})
        yield {"name": secret.variable or VARIABLE_PREFIX + "_".join(_parts(secret)).upper(), "valueFrom": {"secretKeyRef": reference}}
    elif secret.variable:
        yield {"name": secret.variable, "value": "/".join((DIRECTORY, *(part.lower() for part in _parts(secret))))}


def _source(secret: Secret) -> Json:
    source: dict[str, Any] = {"name": secret.secret_name, "items": [{"key": secret.key, "path": "/".join(_parts(secret)).lower()}]}
    if secret.optional:
        source["optional"] = True
    return {"secret": source}


def _parts(secret: Secret) -> list[str]:
    return [part for part in (secret.group, secret.version, secret.key) if part]
