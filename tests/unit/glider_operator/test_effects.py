"""A setting without effect doesn't exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import glider_core
import glider_operator
from glider_core.api.settings import settings_of
from glider_core.config.model import Config

PACKAGES = [Path(package.__path__[0]) for package in (glider_core, glider_operator)]
#: Beside what declares the settings, this carries some of them out.
SETS_UP_LOGS = "logs.py"
#: What reads settings: everything but what declares them.
READERS = {
    path: path.read_text()
    for package in PACKAGES
    for path in package.rglob("*.py")
    if (path.parent.name != "config" or path.name == SETS_UP_LOGS) and path.name != "settings.py"
}


def attributes(section: type, path: str = "") -> Iterator[tuple[str, str]]:
    """Each setting's path, and its name in Python."""
    for name, attribute, declared, _ in settings_of(section):
        inner = declared.kind.section
        if inner is None:
            yield f"{path}{name}", attribute
        else:
            yield from attributes(inner, f"{path}{name}." if declared.kind.words else path)


@pytest.mark.parametrize(("setting", "attribute"), [pair for pair in attributes(Config) if pair[0] != "namespaceDefaults"])
def test_every_setting_is_read_by_something(setting, attribute):
    assert any(re.search(rf"\.{attribute}\b", text) for text in READERS.values()), f"nothing reads {setting}"
