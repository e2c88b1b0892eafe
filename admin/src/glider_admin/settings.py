"""What the process is started with: one YAML file, apiVersion glider.dev/v1alpha1, kind AdminConfiguration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glider_core.api.fields import Fields
from glider_core.api.settings import ADDRESS, COUNT, LIMIT, NAMESPACES, TEXT, Kind, parse_section, section, setting
from glider_core.config.loading import read_document
from glider_core.config.model import Logging
from glider_core.config.parsing import settings_in

KIND = "AdminConfiguration"


def _path(fields: Fields, name: str) -> Path | None:
    text = fields.text(name)
    return Path(text) if text else None


PATH = Kind(words="path", read=_path)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one caller may take."""

    message_bytes: int = setting("How large a message may be.", LIMIT, default=20 * 1024 * 1024)
    upload_bytes: int = setting("How large an upload through the front may be, where there is no store.", LIMIT, default=8 * 1024 * 1024)


@dataclass(frozen=True, kw_only=True, slots=True)
class Uploads:
    """How clients upload and download files."""

    key_file: Path | None = setting(
        "A file with at least 32 random bytes, the same for all replicas. It protects the addresses of files where there is no store.",
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
    namespace: str = setting(
        "The namespace for a project and a domain, unless `namespaces` has an entry.", TEXT, default="{project}-{domain}"
    )
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
        default=15,
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
