"""Where a local run finds what a cluster has in Secrets and ConfigMaps: the environment, a file of variables, or objects in the files."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glider.wire.jsonform import FieldError, nothing
from glider_core.api.code import PART_KEY
from glider_core.api.fields import Fields
from glider_core.render.code import VOLUME as CODE_VOLUME
from glider_core.render.secrets import DIRECTORY, VARIABLE_PREFIX, VOLUME

Json = Mapping[str, Any]
#: Of Secrets and ConfigMaps by namespace and name.
Objects = Mapping[tuple[str, str], Mapping[str, str]]
#: What `binaryData` of ConfigMaps holds.
BinaryObjects = Mapping[tuple[str, str], Mapping[str, bytes]]

_KINDS = {"secretKeyRef": "Secret", "configMapKeyRef": "ConfigMap", "secretRef": "Secret", "configMapRef": "ConfigMap"}


class MissingSourceError(FieldError):
    """A value that only a Secret or a ConfigMap has, and that none of the sources has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """The sources. `variables` are the environment's, with those of --secret-env on top."""

    variables: Mapping[str, str] = field(default_factory=lambda: os.environ)
    secrets: Objects = field(default_factory=dict)
    config_maps: Objects = field(default_factory=dict)
    binary_config_maps: BinaryObjects = field(default_factory=dict)

    def variable(self, name: str, reference: Json, *, kind: str, namespace: str) -> str | None:
        """The value of a variable that refers to a key of an object; None where it is optional and isn't there."""
        wanted = Fields(reference[kind], path=f"env.{name}.valueFrom.{kind}")
        of, key = wanted.required_text("name"), wanted.required_text("key")
        found = self.variables.get(name)
        if found is None:
            found = (self._object(kind, namespace, of) or {}).get(key)
        if found is None and not wanted.flag("optional"):
            raise _missing(f"env.{name}", f"{name} in the environment or in --secret-env FILE, or a {_KINDS[kind]} {of} with the key {key}")
        return found

    def all_of(self, source: Json, *, namespace: str) -> dict[str, str]:
        """The variables of one entry of `envFrom`."""
        kind = "secretRef" if source.get("secretRef") else "configMapRef"
        wanted = Fields(source.get(kind), path=f"envFrom.{kind}")
        of = wanted.required_text("name")
        found = self._object(kind, namespace, of)
        if found is None and not wanted.flag("optional"):
            raise _missing(f"envFrom.{kind}", f"a {_KINDS[kind]} {of}")
        return {f"{source.get('prefix') or ''}{key}": value for key, value in (found or {}).items()}

    def write_secrets(self, manifest: Json, folder: Path) -> None:
        """The files of the secrets that the pod of `manifest` would mount, below `folder`, for the user alone."""
        namespace = str(manifest["metadata"]["namespace"])
        for name, key, path, optional in _files(manifest):
            variable = VARIABLE_PREFIX + path.replace("/", "_").upper()
            value = self.variables.get(variable, (self._object("secretRef", namespace, name) or {}).get(key))
            if value is None and not optional:
                raise _missing(
                    f"secrets: {path}", f"{variable} in the environment or in --secret-env FILE, or a Secret {name} with the key {key}"
                )
            if value is not None:
                file = folder / path
                file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                file.touch(mode=0o600)
                file.write_text(value)

    def write_code(self, manifest: Json, folder: Path) -> None:
        """The parts of the task's code that the pod of `manifest` would mount, in `folder`."""
        namespace = str(manifest["metadata"]["namespace"])
        for name, path in _parts(manifest):
            part = self.binary_config_maps.get((namespace, name), {}).get(PART_KEY)
            if part is None:
                raise _missing("code.configMaps", f"a ConfigMap {name} with the key {PART_KEY} in binaryData")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(part)

    def _object(self, kind: str, namespace: str, name: str) -> Mapping[str, str] | None:
        return (self.secrets if _KINDS[kind] == "Secret" else self.config_maps).get((namespace, name))


def in_folder(value: str, folder: Path) -> str:
    """`value`, which may be a path of a mounted secret, as it is here."""
    return f"{folder}{value[len(DIRECTORY) :]}" if value == DIRECTORY or value.startswith(f"{DIRECTORY}/") else value


def data_of(fields: Fields) -> dict[str, str]:
    """The texts of a Secret or ConfigMap, from `data`, which is base64 in a Secret, and `stringData`."""
    texts = dict(fields.strings("data"))
    if fields.text("kind") == "Secret":
        for key, value in texts.items():
            try:
                texts[key] = base64.b64decode(value, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError) as error:
                raise FieldError(fields.path(f"data.{key}"), expected="text as base64", found=value) from error
    return texts | dict(fields.strings("stringData"))


def binary_data_of(fields: Fields) -> dict[str, bytes]:
    """The content of `binaryData` of a ConfigMap."""
    data = {}
    for key, value in fields.strings("binaryData").items():
        try:
            data[key] = base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise FieldError(fields.path(f"binaryData.{key}"), expected="bytes as base64", found=value) from error
    return data


def read_variables(path: Path) -> dict[str, str]:
    """The variables in a file of lines `NAME=value`; empty lines and those that begin with # are none."""
    variables = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if not equals or not name.strip():
            raise FieldError(f"{path}, line {number}", expected="NAME=value", found=name)
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
        variables[name.strip()] = value[1:-1] if quoted else value
    return variables


def _missing(where: str, expected: str) -> MissingSourceError:
    return MissingSourceError(where, expected=f"{expected} in the files", found=nothing())


def _parts(manifest: Json) -> Iterator[tuple[str, str]]:
    """ConfigMap and path of each part of the task's code."""
    for volume in manifest["spec"].get("volumes") or ():
        if volume.get("name") == CODE_VOLUME:
            for source in volume["projected"]["sources"]:
                yield source["configMap"]["name"], source["configMap"]["items"][0]["path"]


def _files(manifest: Json) -> Iterator[tuple[str, str, str, bool]]:
    """Secret, key, path and whether it is optional, of each file in the volume of secrets."""
    for volume in manifest["spec"].get("volumes") or ():
        if volume.get("name") == VOLUME:
            for source in volume["projected"]["sources"]:
                secret = source["secret"]
                for item in secret["items"]:
                    yield secret["name"], item["key"], item["path"], bool(secret.get("optional"))
