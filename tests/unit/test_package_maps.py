"""Each package's docstring is its map: whoever looks for a module finds it there, and every name there exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Of this, which task authors import, the docstring is for them.
LIBRARY = ROOT / "executor" / "src" / "glider"
PACKAGES = sorted({path.parent for path in ROOT.glob("*/src/*/**/__init__.py")} - {LIBRARY})


def modules_of(package: Path) -> set[str]:
    """The names of the modules and packages in `package`."""
    modules = {path.stem for path in package.glob("*.py") if not path.stem.startswith("_")}
    return modules | {path.parent.name for path in package.glob("*/__init__.py")}


def docstring_of(package: Path) -> str:
    return ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.relative_to(ROOT).as_posix())
def test_the_map_has_every_module(package: Path) -> None:
    modules = modules_of(package)
    named = set(re.findall(r"\w+", docstring_of(package)))
    assert len(modules) <= 1 or sorted(modules - named) == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.relative_to(ROOT).as_posix())
def test_every_row_of_the_map_is_a_module(package: Path) -> None:
    rows = re.findall(r"^ *([a-z_0-9]+)  +\S", docstring_of(package), re.MULTILINE)
    assert sorted(set(rows) - modules_of(package)) == []
