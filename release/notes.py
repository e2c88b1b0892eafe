"""The release notes: the version's section of CHANGELOG.md."""

from __future__ import annotations

import re


def section(changelog: str, version: str) -> str | None:
    """The section's text, without its heading; None where there is none, or nothing in it."""
    found = re.search(rf"^## \[?{re.escape(version)}\]?(?: [^\n]*)?\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    return (found[1].strip() + "\n" if found[1].strip() else None) if found else None
