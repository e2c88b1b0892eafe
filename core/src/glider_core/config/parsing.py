"""A document becomes a Config, or an error that names field, expected and found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from glider.wire.jsonform import FieldError, nothing
from glider_core.api.fields import Fields
from glider_core.api.labels import API_VERSION
from glider_core.api.settings import Json, parse_section
from glider_core.config.history_prefix import check_history
from glider_core.config.leading import check_leader_election
from glider_core.config.model import Config
from glider_core.config.retention import check_retention

KIND = "Configuration"


def parse_config(document: Any) -> Config:
    """The configuration from its JSON form; the defaults where there is nothing.

    Raises:
        FieldError: a key is unknown or of another form, or the document is of another kind.
    """
    settings = settings_in(document, kind=KIND)
    config = replace(parse_section(Config, Fields(settings, path="")), document=settings)
    check_leader_election(config.leader_election)
    check_history(config)
    check_retention(config.retention, history=config.history.enabled)
    for name, period in (("sweep.interval", config.sweep.interval), ("metrics.statsd.interval", config.metrics.statsd.interval)):
        if not period:
            raise FieldError(name, expected="more than 0s", found="0s")
    for number, entry in enumerate(config.namespace_defaults):
        try:
            config.under([entry])
        except FieldError as error:
            raise error.below(f"namespaceDefaults[{number}]", why="with those for all namespaces") from error
    return config


def settings_in(document: Any, *, kind: str) -> Json:
    """The settings of a document of that `kind`; none where there is nothing.

    Raises:
        FieldError: it is of another kind, or no object.
    """
    fields = Fields(document, path="")
    if document:
        _expect(fields, "apiVersion", API_VERSION)
        _expect(fields, "kind", kind)
    return fields.rest("apiVersion", "kind")


def _expect(fields: Fields, name: str, expected: str) -> None:
    if (found := fields.raw(name)) != expected:
        raise FieldError(name, expected=expected, found=nothing() if found is None else found)
