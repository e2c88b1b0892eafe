"""A pickle that does something where it is loaded, for the tests that nobody loads it who shouldn't."""

from __future__ import annotations

import os
from pathlib import Path


class Opens:
    """Leaves a folder behind where it is loaded."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self._path),)
