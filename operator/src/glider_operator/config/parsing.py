"""A document becomes a Config, or an error that names field, expected and found."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from typing import Any

from glider.wire.jsonform import FieldError, nothing
from glider_operator.config.kinds import parse_section
from glider_operator.config.model import Config
from glider_operator.model.fields import Fields
from glider_operator.model.labels import API_VERSION

KIND = "Configuration"


def parse_config(document: Any) -> Config:
    """The configuration from its JSON form; the defaults where there is nothing.

    Raises:
        FieldError: a key is unknown or of another form, or the document is of another kind.
    """
    fields = Fields(document, path="")
    if document:
        _expect(fields, "apiVersion", API_VERSION)
        _expect(fields, "kind", KIND)
    config = parse_section(Config, fields)
    _check(config)
    return config


def _expect(fields: Fields, name: str, expected: str) -> None:
    if (found := fields.raw(name)) != expected:
        raise FieldError(name, expected=expected, found=nothing() if found is None else found)


def _check(config: Config) -> None:
    """What one field alone doesn't show."""
    for i, entry in enumerate(config.namespace_defaults):
        if not entry.namespaces:
            raise FieldError(f"namespaceDefaults[{i}].namespaces", expected="at least one name or pattern such as team-*", found=nothing())
    for i, link in enumerate(config.links):
        for member in dataclass_fields(link):
            if not getattr(link, member.name):
                raise FieldError(f"links[{i}].{member.name}", expected="a string", found=nothing())
