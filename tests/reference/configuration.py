"""The settings of the operator and of the console as tables, in the words of their declarations."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

from glider_admin.settings import Settings as AdminSettings
from glider_console.settings import Settings
from glider_core.api.settings import Setting, settings_of
from glider_core.config.defaults import Defaults
from glider_core.config.model import Config
from tests.reference.crds import cell, fields

#: Settings that have the fields of a TaskTemplate.
_AS_IN_TEMPLATES = ("storage", "retries", "timeouts")


def settings_table() -> str:
    """Those of the operator; with * those that can differ by namespace, with † those that need a restart."""
    return _table(Config, by_namespace={name for name, *_ in _settings(Defaults)})


def console_settings_table() -> str:
    """Those of the console, which reads all of them at its start."""
    return _table(Settings, by_namespace=frozenset())


def _table(section: type, *, by_namespace: Collection[str]) -> str:
    """Each setting with its type, default and words."""
    rows = ["| setting | type | default | |", "|---|---|---|---|"]
    for name, declared, default in _settings(section):
        marks = ("*" if name in by_namespace else "") + ("†" if declared.restart else "")
        rows.append(f"| `{name}`{marks} | {declared.kind.words} | {_default_text(declared, default)} | {cell(declared.doc)} |")
    return "\n".join(rows)


def setting_descriptions() -> Iterator[tuple[str, str]]:
    """The path of each setting, and what it is. What a TaskTemplate has too is described as there."""
    for name, declared, _ in _settings(Config):
        if declared.doc:
            yield name, " ".join(declared.doc.split())
    for path, node in fields("tasktemplates", "spec"):
        name = path if path.split(".")[0] in _AS_IN_TEMPLATES else f"taskPod.{path.removeprefix('container.')}"
        if "description" in node:
            yield name, " ".join(node["description"].split())


def admin_setting_descriptions() -> Iterator[tuple[str, str]]:
    """The same of the front for flytekit's clients."""
    return ((name, " ".join(declared.doc.split())) for name, declared, _ in _settings(AdminSettings))


def _settings(section: type, path: str = "") -> Iterator[tuple[str, Setting, Any]]:
    for name, _, declared, member in settings_of(section):
        inner = declared.kind.section
        if inner is None or declared.kind.words:
            yield f"{path}{name}", declared, _default(member)
        if inner is not None:
            yield from _settings(inner, path + _prefix(name, declared))


def _prefix(name: str, declared: Setting) -> str:
    """What stands before the settings of a section: nothing where they stand beside the others."""
    return f"{name}." if declared.kind.words else ""


def _default(member: dataclasses.Field[Any]) -> Any:
    if member.default_factory is not dataclasses.MISSING:
        return member.default_factory()
    return member.default


def _default_text(declared: Setting, default: Any) -> str:
    if declared.default_text is not None:
        return declared.default_text
    match default:
        case timedelta():
            return _duration(default)
        case bool():
            return str(default).lower()
        case str() | int() | float() if default != "":
            return f"`{default}`"
        case _:
            return ""


def _duration(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    for unit, name in ((3600, "h"), (60, "m")):
        if seconds and seconds % unit == 0:
            return f"{seconds // unit}{name}"
    return f"{seconds}s"
