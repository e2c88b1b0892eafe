"""What two runs left in the store, made comparable: by meaning, not by the random names in it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import fsspec
from flyteidl.core import dynamic_job_pb2, literals_pb2
from google.protobuf.json_format import MessageToDict

from glider.wire.errors import TaskError, decode_error


@dataclass(frozen=True, kw_only=True)
class Store:
    """A place to write to: S3 or this machine."""

    uri: str
    filesystem: Any
    environment: Mapping[str, str]

    @classmethod
    def on_s3(cls, s3: Any) -> Store:
        options = {"key": s3.access_key, "secret": s3.secret_key, "endpoint_url": s3.endpoint, "use_listings_cache": False}
        return cls(uri=s3.uri, filesystem=fsspec.filesystem("s3", **options), environment=s3.env)

    @classmethod
    def on_files(cls, folder: Any) -> Store:
        return cls(uri=f"file://{folder}", filesystem=fsspec.filesystem("file"), environment={})

    def write(self, name: str, data: bytes) -> str:
        uri = f"{self.uri}/{name}"
        self.filesystem.makedirs(uri.rpartition("/")[0], exist_ok=True)
        self.filesystem.pipe_file(uri, data)
        return uri

    def below(self, uri: str) -> dict[str, bytes]:
        """Contents by the names below `uri`, or by its own name where it is one object."""
        plain = uri.removeprefix("s3://").removeprefix("file://").rstrip("/")
        found = self.filesystem.find(uri)
        return {path[len(plain) + 1 :] or path.rpartition("/")[2]: self.filesystem.cat_file(path) for path in found}


@dataclass(frozen=True, kw_only=True)
class Left:
    """What a run left below its prefix."""

    files: Mapping[str, bytes]
    prefix: str
    folder: str
    store: Store

    @property
    def error(self) -> TaskError | None:
        return decode_error(self.files["error.pb"]) if "error.pb" in self.files else None

    @property
    def outputs(self) -> literals_pb2.LiteralMap | None:
        return literals_pb2.LiteralMap.FromString(self.files["outputs.pb"]) if "outputs.pb" in self.files else None

    @property
    def meaning(self) -> dict[str, Any]:
        """By file: outputs and futures as JSON, with the contents of what this run offloaded; a deck's titles; an error's blame."""
        return {name: self._meaning_of(name, data) for name, data in sorted(self.files.items())}

    def _meaning_of(self, name: str, data: bytes) -> Any:
        if name == "outputs.pb":
            return self._followed(MessageToDict(literals_pb2.LiteralMap.FromString(data)))
        if name == "futures.pb":
            text = json.dumps(MessageToDict(dynamic_job_pb2.DynamicJobSpec.FromString(data)), sort_keys=True)
            return json.loads(text.replace(self.prefix, "<prefix>").replace(self.folder, "<folder>"))
        if name == "error.pb":
            told = decode_error(data)
            return told.code, told.kind, told.origin, told.worker
        if name == "deck.html":
            return re.findall(r'handleLinkClick\(this\)">([^<]*)</li>', data.decode())
        return hashlib.sha256(data).hexdigest()

    def _followed(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._followed(item) for item in value]
        if not isinstance(value, dict):
            return value
        uri = value.get("uri")
        if isinstance(uri, str) and uri.startswith((self.prefix, self.prefix.removeprefix("file://"))):
            value = value | {"uri": {name: hashlib.sha256(data).hexdigest() for name, data in self.store.below(uri).items()}}
        return {name: self._followed(item) for name, item in value.items() if name != "uri"} | {"uri": value.get("uri")}
