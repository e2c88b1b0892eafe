from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from glider.flytekit.imports import after_import
from glider.loading.errors import LoadError
from glider.loading.resolve import DEFAULT_RESOLVER, load
from glider.loading.target import FlytekitTask, NativeTask, Reference


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    before, modules = list(sys.path), set(sys.modules)
    yield tmp_path
    sys.path[:] = before
    for name in set(sys.modules) - modules:
        if name.startswith("found_"):
            del sys.modules[name]


def by_name(module: str, name: str, *, resolver: str | None = DEFAULT_RESOLVER) -> Reference:
    return Reference(resolver=resolver, arguments=("task-module", module, "task-name", name))


@pytest.mark.parametrize("resolver", [DEFAULT_RESOLVER, None], ids=["flytekit's default resolver", "no resolver"])
def test_a_plain_function_is_found_in_the_current_folder(folder: Path, resolver: str | None) -> None:
    (folder / "found_plain.py").write_text("def f(): ...\n")
    target = load(by_name("found_plain", "f", resolver=resolver))
    assert isinstance(target, NativeTask)
    assert target.name == "found_plain.f"


def test_the_current_folder_comes_last(folder: Path) -> None:
    (folder / "found_last.py").write_text("def f(): ...\n")
    load(by_name("found_last", "f"))
    assert sys.path[-1] == str(folder)


def test_a_flytekit_task_is_told_by_its_dispatch_execute(folder: Path) -> None:
    (folder / "found_task.py").write_text("class Task:\n    def dispatch_execute(self): ...\nt = Task()\n")
    assert isinstance(load(by_name("found_task", "t")), FlytekitTask)


def test_any_other_resolver_is_asked(folder: Path) -> None:
    (folder / "found_resolver.py").write_text(
        "class R:\n    def load_task(self, loader_args):\n        return lambda: loader_args\nresolver = R()\n"
    )
    target = load(Reference(resolver="found_resolver.resolver", arguments=("x", "y")))
    assert isinstance(target, NativeTask)
    assert target.function() == ["x", "y"]


@pytest.mark.parametrize(
    ("source", "reference", "message"),
    [
        pytest.param("", by_name("found_none", "f"), "No module named 'found_none'", id="no such module"),
        pytest.param("", by_name("found_bad", "f"), 'has no "f"', id="no such name"),
        pytest.param("f = 1", by_name("found_bad", "f"), "is a int; expected a function or a flytekit task", id="no function"),
        pytest.param("1/0", by_name("found_bad", "f"), "ZeroDivisionError: division by zero", id="a module that fails"),
        pytest.param("", Reference(resolver=None, arguments=()), "expected the resolver's arguments", id="no arguments"),
        pytest.param("r = 1", Reference(resolver="found_bad.r", arguments=()), "is no task resolver", id="no resolver"),
        pytest.param("", Reference(resolver="nodots", arguments=()), "expected a resolver such as", id="no dotted path"),
    ],
)
def test_what_can_not_be_loaded_says_where_it_was_looked_for(folder: Path, source: str, reference: Reference, message: str) -> None:
    (folder / "found_bad.py").write_text(source)
    with pytest.raises(LoadError) as raised:
        load(reference)
    assert message in str(raised.value)
    assert f"the current folder {folder}, which holds: " in str(raised.value)
    assert "found_bad.py" in str(raised.value)


def test_the_callback_comes_between_a_packages_import_and_the_importers_next_line(folder: Path) -> None:
    heard: list[str] = []
    sys.modules["found_heard"] = type(sys)("found_heard")
    sys.modules["found_heard"].heard = heard  # type: ignore[attr-defined]
    (folder / "found_package.py").write_text("import found_heard\nfound_heard.heard.append('package')\n")
    (folder / "found_user.py").write_text("import found_package, found_heard\nfound_heard.heard.append('user')\ndef f(): ...\n")
    after_import("found_package", lambda: heard.append("callback"))
    load(by_name("found_user", "f"))
    assert heard == ["package", "callback", "user"]
