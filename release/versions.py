"""Where the version stands: `python -m release set-version` writes it there, and a release is refused while two places differ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DISTRIBUTIONS = ("executor", "core", "operator", "client", "console", "admin")
VERSION = re.compile(r"\d+\.\d+\.\d+(-(alpha|beta|rc)\.\d+)?")
_ANY = r"\d+\.\d+\.\d+[-\w.]*"
#: Files, and what stands before the version in them. The rest is derived from these by `make generate`.
PLACES: tuple[tuple[str, str], ...] = (
    *((f"{one}/pyproject.toml", r'^version = "|"glider-\w+=='  ) for one in DISTRIBUTIONS),
    ("executor/src/glider/version.py", r'^__version__ = "'),
    ("charts/glider/Chart.yaml", r'^version: |^appVersion: |image: "glider-\w+:'),
    ("manifests/examples/*.yaml", r"image: glider-examples:"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A version where it stands."""

    file: str
    line: int
    version: str


def found(root: Path) -> Iterator[Found]:
    """Every place, in the order of the table."""
    for pattern, before in PLACES:
        for path in sorted(root.glob(pattern)):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                for match in re.finditer(rf"(?:{before})({_ANY})", line):
                    yield Found(file=str(path.relative_to(root)), line=number, version=match[1])


def write(root: Path, version: str) -> list[str]:
    """Write the version into each place; the files that changed."""
    changed = []
    for pattern, before in PLACES:
        for path in sorted(root.glob(pattern)):
            text = path.read_text()
            renewed = re.sub(rf"({before}){_ANY}", lambda match: match[1] + version, text, flags=re.MULTILINE)
            if renewed != text:
                path.write_text(renewed)
                changed.append(str(path.relative_to(root)))
    return changed
