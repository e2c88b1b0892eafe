"""What the process is started with: one YAML file, apiVersion glider.dev/v1alpha1, kind AdminConfiguration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glider.wire.jsonform import FieldError
from glider_core.api.fields import Fields
from glider_core.api.names import NAMESPACE
from glider_core.api.settings import ADDRESS, COUNT, LIMIT, NAMESPACES, PATH, TEXT, Kind, parse_section, section, setting
from glider_core.config.loading import read_document
from glider_core.config.model import Logging
from glider_core.config.parsing import settings_in

KIND = "AdminConfiguration"
#: A rule by which namespaces are named: `_rule`.
_RULE = r"(?!.*\{project\}.*\{project\})(?!.*\{domain\}.*\{domain\})([a-z0-9-]|\{project\}|\{domain\})+"


def _rule(fields: Fields, name: str) -> str | None:
    """A rule with {project} and {domain}, each at most once, among what names of namespaces have."""
    text = fields.text(name) or None
    if text is not None and re.fullmatch(_RULE, text) is None:
        raise FieldError(
            fields.path(name),
            expected="a-z, 0-9 and -, with {project} and {domain} at most once each, such as {project}-{domain}",
            found=text,
        )
    return text


def _assigned(fields: Fields, name: str) -> tuple[Assigned, ...] | None:
    rows: dict[tuple[str, str], Assigned] = {}
    for entry in fields.each(name):
        project, domain, namespace = (entry.required_name(key) for key in ("project", "domain", "namespace"))
        entry.matching("namespace", NAMESPACE, expected="the name of a namespace")
        entry.done()
        if (project, domain) in rows:
            raise FieldError(entry.path("project"), expected="each project and domain once", found=f"{project} {domain}, again")
        rows[project, domain] = Assigned(project=project, domain=domain, namespace=namespace)
    return tuple(rows.values()) or None


def _domains(fields: Fields, name: str) -> tuple[str, ...] | None:
    return fields.texts(name, pattern=NAMESPACE, what="name of a domain, such as development") or None


RULE = Kind(words="string", read=_rule)
ASSIGNED = Kind(words="list of {project, domain, namespace}", read=_assigned)
DOMAINS = Kind(words="list of strings", read=_domains)


@dataclass(frozen=True, kw_only=True, slots=True)
class Assigned:
    """The namespace of a project and a domain."""

    project: str
    domain: str
    namespace: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tls:
    """The certificate of both ports. Files that change are read again, without a restart."""

    cert_file: Path | None = setting("A file with the certificate, and those between it and its CA, in PEM.", PATH, default_text="no TLS")
    key_file: Path | None = setting("A file with its private key, in PEM.", PATH, default_text="no TLS")


def _check_tls(tls: Tls, fields: Fields, name: str) -> None:
    if (tls.cert_file is None) != (tls.key_file is None):
        missing = "certFile" if tls.cert_file is None else "keyFile"
        raise FieldError(f"{fields.path(name)}.{missing}", expected="certFile and keyFile, or neither", found=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one caller may take."""

    message_bytes: int = setting("How large a message may be.", LIMIT, default=20 * 1024 * 1024)
    calls_at_once: int = setting("How many calls of one user are answered at once; 32 times as many wait.", LIMIT, default=32)
    upload_bytes: int = setting("How large an upload through the front may be, where there is no store.", LIMIT, default=8 * 1024 * 1024)


@dataclass(frozen=True, kw_only=True, slots=True)
class Uploads:
    """How clients upload and download files."""

    key_file: Path | None = setting(
        "A file with at least 32 random bytes, the same for all replicas. It protects the addresses of files.",
        PATH,
        default_text="random bytes, for one process alone",
    )
    expiry_seconds: int = setting("How long the address of an upload or a download is good for, at most.", LIMIT, default=3600)
    store_endpoint: str = setting(
        "The endpoint of S3 under which clients reach the store.", TEXT, default="", default_text="the one that the front itself uses"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The front's settings."""

    grpc_address: str = setting("Where gRPC is served.", ADDRESS, default=":8089")
    http_address: str = setting("Where data and probes are served, by HTTP.", ADDRESS, default=":8088")
    url: str = setting(
        "The URL under which clients and pods reach the HTTP port, such as https://flyte.example.com.",
        TEXT,
        default="",
        default_text="the address that it listens on",
    )
    tls: Tls = setting("TLS of both ports.", section(Tls, check=_check_tls), default=Tls)
    namespace: str = setting(
        "The namespace for a project and a domain, unless `namespaces` has an entry.", RULE, default="{project}-{domain}"
    )
    namespaces: tuple[Assigned, ...] = setting(
        "The namespaces of some projects and domains, whatever the rule.", ASSIGNED, default=(), default_text="none"
    )
    domains: tuple[str, ...] = setting("The domains that projects have.", DOMAINS, default=("development", "staging", "production"))
    watch_namespaces: tuple[str, ...] = setting(
        "The namespaces that are served, those of the operator. Without any, all.", NAMESPACES, default=(), default_text="all"
    )
    operator_config_file: Path | None = setting(
        "The operator's own configuration: where its stores are.", PATH, default_text="the built-in one"
    )
    repeat_seconds: int = setting(
        "For how many seconds a CreateExecution without a name that equals another one of the same caller's counts as that call again, "
        "whose answer was lost. It ends once the caller asks for the execution by its name.",
        COUNT,
        default=20,
    )
    limits: Limits = setting("What one caller may take.", section(Limits), default=Limits)
    uploads: Uploads = setting("How clients upload and download files.", section(Uploads), default=Uploads)
    logging: Logging = setting("The front's own log.", section(Logging), default=Logging)


def load_settings(path: Path | None) -> Settings:
    """The settings in the file at `path`; the defaults where there is none.

    Raises:
        FieldError: it isn't YAML, a key is unknown or of another form, or keys don't fit together.
        OSError: the file can't be read.
    """
    return Settings() if path is None else read_document(path.read_bytes(), name=str(path), parse=parse_settings)


def parse_settings(document: Any) -> Settings:
    """The settings from their JSON form.

    Raises:
        FieldError: a key is unknown or of another form, or keys don't fit together.
    """
    return parse_section(Settings, Fields(settings_in(document, kind=KIND), path=""))
