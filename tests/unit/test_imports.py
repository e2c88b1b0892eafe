"""No product modules import each other in a cycle. import-linter sees layers; this sees modules, and imports wherever they stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for path in ROOT.glob("*/src") if path.is_dir())


def modules_in(sources: list[Path]) -> dict[str, str]:
    """The source text of each module, by its dotted name."""
    found = {}
    for source in sources:
        for path in source.rglob("*.py"):
            parts = path.relative_to(source).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text()
    return found


def imported_by(text: str, modules: Mapping[str, str]) -> Iterator[str]:
    """Which of `modules` the text imports: at its top, in functions, and where only type checkers look. A submodule that is imported
    counts as itself, and not as its package.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: expected an absolute import, found a relative one"
            package = node.module or ""
            named = (f"{package}.{alias.name}" for alias in node.names)
            yield from (name for name in (name if name in modules else package for name in named) if name in modules)


def cycle_in(modules: Mapping[str, str]) -> list[str]:
    """A cycle of imports, its first module again at the end; empty where there is none."""
    try:
        TopologicalSorter({name: set(imported_by(text, modules)) for name, text in modules.items()}).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))  # graphlib's goes from what is imported to what imports it
    return []


def test_no_modules_import_each_other() -> None:
    modules = modules_in(SOURCES)
    assert {"glider", "glider_core", "glider_operator", "glider_client", "glider_console", "glider_admin"} <= set(modules)
    assert (cycle := cycle_in(modules)) == [], "a cycle of imports: " + " -> ".join(cycle)


@pytest.mark.parametrize(
    "back",
    [
        pytest.param("from p.a import A", id="at the top"),
        pytest.param("import p.a", id="a plain import"),
        pytest.param("from p import a", id="of the module, from its package"),
        pytest.param("def f():\n    from p.a import A", id="in a function"),
        pytest.param("if TYPE_CHECKING:\n    from p.a import A", id="for type checkers"),
    ],
)
def test_a_cycle_is_found_wherever_its_imports_stand(back: str) -> None:
    cycle = cycle_in({"p": "", "p.a": "from p.b import B", "p.b": "from p.c import C", "p.c": back})
    assert sorted(cycle[:-1]) == ["p.a", "p.b", "p.c"]
    assert " -> ".join(cycle) in "p.a -> p.b -> p.c -> p.a -> p.b -> p.c"


def test_a_package_may_import_its_modules_and_these_each_other() -> None:
    assert cycle_in({"p": "from p.a import A", "p.a": "from p import b", "p.b": "import os"}) == []


#: What runs code that is in the data, or loads pickles. The executor may: a task's values are its own.
RUNS_DATA = frozenset({"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve", "torch"})
#: Where the client converts values by a task's own type hints.
BY_TYPE_HINTS = {"registration.functions", "sdk.hints", "sdk.values"}


def names_imported(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", ["core", "operator", "client", "console", "admin"])
def test_operator_and_command_line_import_nothing_that_loads_pickles(package: str) -> None:
    for module, text in modules_in([ROOT / package / "src"]).items():
        for name in names_imported(text):
            assert name.partition(".")[0] not in RUNS_DATA, f"{module} imports {name}"
            if name.startswith("glider.types.") and not name.startswith("glider.types.errors"):
                assert module.removeprefix("glider_client.") in BY_TYPE_HINTS, f"{module} imports {name}"


@pytest.mark.parametrize("package", ["core", "operator", "client", "console", "admin", "executor"])
def test_yaml_is_read_by_safe_loaders(package: str) -> None:
    for path in (ROOT / package / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "yaml.load":
                assert "SafeLoader" in ast.unparse(node), f"{path.name}:{node.lineno}"
