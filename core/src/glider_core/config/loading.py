"""Reads a file into a Config."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import yaml

from glider.wire.jsonform import FieldError, words
from glider_core.api.fields import Fields
from glider_core.api.manifests import what_is_wrong
from glider_core.api.settings import parse_section
from glider_core.config.model import Config, Health
from glider_core.config.parsing import parse_config

T = TypeVar("T")


def load_config(path: Path | None) -> Config:
    """The configuration in the file at `path`; the defaults where there is none.

    Raises:
        FieldError: it isn't YAML, or a key is unknown or of another form.
        OSError: the file can't be read.
    """
    return Config() if path is None else read_config(path.read_bytes(), name=str(path))


def read_config(data: bytes, *, name: str) -> Config:
    """The configuration in `data`; `name` is the file's, for messages.

    Raises:
        FieldError: it isn't YAML, or a key is unknown or of another form. It names the file.
    """
    return read_document(data, name=name, parse=parse_config)


def read_document(data: bytes, *, name: str, parse: Callable[[Any], T]) -> T:
    """What `parse` makes of the document in `data`; `name` is the file's, for messages.

    Raises:
        FieldError: it isn't YAML, or `parse` refuses it. It names the file.
    """
    try:
        document = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: 2026-13-01 is a date to YAML, and none
        raise FieldError(name, expected="YAML", found=words(what_is_wrong(error))) from error
    try:
        return parse(document)
    except FieldError as error:
        raise error.within(name) from error


def health_address_of(data: bytes) -> str:
    """The address of the probes in `data`, which is refused; the default where that part of it is invalid, too."""
    try:
        document = yaml.safe_load(data)
        return parse_section(Health, Fields(document, path="").object("health")).health_probe_bind_address
    except (yaml.YAMLError, ValueError, RecursionError):
        return Health().health_probe_bind_address
