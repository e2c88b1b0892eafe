"""What a client has to know to send requests: client-go's `rest.Config`. A kubeconfig or a pod's service account gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """A certificate or a key: in a file, or itself."""

    file: Path | None = None
    data: bytes = field(default=b"", repr=False)

    def read(self) -> bytes:
        """The bytes; empty where there is none.

        Raises:
            OSError: the file can't be read.
        """
        return self.data or (self.file.read_bytes() if self.file else b"")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tls:
    """How the server proves who it is. `server_name`: the name in its certificate, if that isn't its address."""

    authorities: Material = Material()
    insecure: bool = False
    server_name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plugin:
    """A program that issues credentials. `cluster`: what it learns about the cluster, if anything."""

    api_version: str
    command: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    install_hint: str = ""
    interactive: str = "IfAvailable"
    cluster: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """How the client proves who it is, and as whom it acts: at most one kind is used, in this order."""

    certificate: Material = Material()
    key: Material = Material()
    token: str = field(default="", repr=False)
    token_file: Path | None = None
    username: str = ""
    password: str = field(default="", repr=False)
    plugin: Plugin | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Impersonation:
    """As whom requests are made: `--as` and `--as-group`."""

    user: str = ""
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def headers(self) -> list[tuple[str, str]]:
        """The headers of each request."""
        from urllib.parse import quote

        named = [("Impersonate-User", self.user), *(("Impersonate-Group", group) for group in self.groups), ("Impersonate-Uid", self.uid)]
        extra = [(f"Impersonate-Extra-{quote(key, safe='')}", value) for key, values in self.extra.items() for value in values]
        return [(name, value) for name, value in (*named, *extra) if value]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientConfig:
    """One cluster, as one user. `context`, `user_name` and `source`: where it is from, for messages."""

    server: str
    namespace: str = "default"
    tls: Tls = Tls()
    user: User = User()
    impersonation: Impersonation = Impersonation()
    proxy: str = ""
    context: str = ""
    user_name: str = ""
    source: str = ""
