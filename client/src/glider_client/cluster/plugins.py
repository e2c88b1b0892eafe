"""Programs that issue credentials: the exec plugins of client.authentication.k8s.io (v1, v1beta1), as cloud providers have them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from glider_client.cluster.config import Plugin
from glider_client.cluster.errors import CredentialsError

_SECONDS = 120.0
_MOST_WORDS = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """What requests are sent with; without an end it is used until the API server refuses it."""

    token: str = field(default="", repr=False)
    certificate: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    ends: datetime | None = None


def issue(plugin: Plugin) -> Credential:
    """Run the program.

    Raises:
        CredentialsError: it isn't there, fails, or answers with something else.
    """
    interactive = plugin.interactive != "Never" and sys.stdin is not None and sys.stdin.isatty()
    if plugin.interactive == "Always" and not interactive:
        raise CredentialsError(f"the credential plugin {plugin.command!r} needs a terminal, and there is none. Log in on a terminal first.")
    environment = os.environ | dict(plugin.environment) | {"KUBERNETES_EXEC_INFO": json.dumps(_question(plugin, interactive=interactive))}
    try:
        done = subprocess.run(
            [plugin.command, *plugin.arguments],
            env=environment,
            stdin=None if interactive else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None if interactive else subprocess.PIPE,
            timeout=None if interactive else _SECONDS,
        )
    except FileNotFoundError as error:
        hint = plugin.install_hint or "Install it, or choose another context with --context."
        raise CredentialsError(f"the credential plugin {plugin.command!r} of the kubeconfig isn't there. {hint}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CredentialsError(f"the credential plugin {plugin.command!r} can't be run: {error}. Run it by itself to learn why.") from error
    if done.returncode != 0:
        words = " ".join((done.stderr or b"").decode(errors="replace").split())[-_MOST_WORDS:]
        why = f": {words}" if words else ""
        raise CredentialsError(f"the credential plugin {plugin.command!r} failed with exit code {done.returncode}{why}. Log in again.")
    return credential_of(done.stdout, plugin)


def _question(plugin: Plugin, *, interactive: bool) -> Mapping[str, Any]:
    spec: dict[str, Any] = {"interactive": interactive}
    if plugin.cluster is not None:
        spec["cluster"] = dict(plugin.cluster)
    return {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec}


def credential_of(answer: bytes, plugin: Plugin) -> Credential:
    """The credential in an ExecCredential.

    Raises:
        CredentialsError: there is none.
    """
    try:
        document = json.loads(answer)
        status = document["status"] or {}
        ends = datetime.fromisoformat(status["expirationTimestamp"]) if status.get("expirationTimestamp") else None
    except (ValueError, KeyError, TypeError) as error:
        raise CredentialsError(
            f"the credential plugin {plugin.command!r}: expected an ExecCredential with a status, found none."
        ) from error
    if document.get("apiVersion") != plugin.api_version:
        found = document.get("apiVersion")
        raise CredentialsError(f"the credential plugin {plugin.command!r}: expected apiVersion {plugin.api_version}, found {found!r}.")
    certificate, key = str(status.get("clientCertificateData") or ""), str(status.get("clientKeyData") or "")
    token = str(status.get("token") or "")
    if not token and not (certificate and key):
        raise CredentialsError(f"the credential plugin {plugin.command!r}: expected a token or a certificate, found neither. Log in again.")
    ends = ends.replace(tzinfo=ends.tzinfo or UTC) if ends else None
    return Credential(token=token, certificate=certificate.encode(), key=key.encode(), ends=ends)
