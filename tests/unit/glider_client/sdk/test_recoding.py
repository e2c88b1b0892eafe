"""What an execution's task becomes with the working tree's code."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from glider_client.registration.errors import RegistrationError
from glider_client.sdk.recoding import Entry, ImportedAnew, entry_of, found_in, recoded
from tests.resources import legacy_args, resolver_args

ARGS = legacy_args("hello", "add")


def container(**fields: Any) -> dict[str, Any]:
    return {"container": {"args": ARGS, **fields}}


@pytest.mark.parametrize(
    ("task", "entry"),
    [
        pytest.param(container(), Entry(module="hello", name="add"), id="a plain function"),
        pytest.param(container(args=resolver_args("app.train", "fit")), Entry(module="app.train", name="fit"), id="a task of flytekit's"),
        pytest.param(
            {"podTemplate": {"spec": {"containers": [{"name": "side"}, {"name": "primary", "args": ARGS}]}}},
            Entry(module="hello", name="add"),
            id="in a pod template",
        ),
        pytest.param(container(args=["python", "-c", "1"]), None, id="no Python task"),
    ],
)
def test_the_function_is_known_by_the_command_line(task: dict[str, Any], entry: Entry | None):
    assert entry_of(task) == entry


OLD: dict[str, Any] = {
    "id": {"project": "p", "domain": "d", "name": "hello.add", "version": "v1"},
    "interface": {"inputs": {"a": "integer"}},
    "container": {"image": "app:1", "args": ["old"], "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
    "retries": {"user": 3},
    "code": {"sha256": "0" * 64, "configMaps": ["c"]},
}
FOUND: dict[str, Any] = {
    "interface": {"inputs": {"a": "integer", "b": {"type": "integer", "default": 1}}},
    "container": {"args": ARGS, "resources": {"requests": {"cpu": "1"}}, "env": [{"name": "B", "value": "3"}]},
    "timeouts": {"attempt": "1h"},
}


def test_what_the_code_declares_counts_and_all_else_stays():
    assert recoded(OLD, FOUND) == {
        "interface": FOUND["interface"],
        "container": {
            "image": "app:1",
            "args": ARGS,
            "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "3"}],
            "resources": {"requests": {"cpu": "1"}},
        },
        "retries": {"user": 3},
        "timeouts": {"attempt": "1h"},
    }


def test_in_a_pod_template_the_primary_container_is_the_task():
    old = {
        "podTemplate": {"spec": {"nodeName": "n", "containers": [{"name": "side"}, {"name": "main", "image": "app:1"}]}},
        "primaryContainerName": "main",
    }
    assert recoded(old, FOUND) == {
        "interface": FOUND["interface"],
        "podTemplate": {
            "spec": {
                "nodeName": "n",
                "containers": [{"name": "side"}, {"name": "main", "image": "app:1", **FOUND["container"]}],
            }
        },
        "primaryContainerName": "main",
        "timeouts": {"attempt": "1h"},
    }


def test_a_pod_template_of_the_code_replaces_what_there_was():
    found = {"podTemplate": {"spec": {"containers": [{"name": "primary"}]}}}
    assert "container" not in recoded(OLD, found)
    assert recoded(OLD, found)["podTemplate"] == found["podTemplate"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    package = tmp_path / "src" / "recoding_app"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "train.py").write_text("def fit(rate: float) -> float:\n    return rate\n")
    (tmp_path / "recoding_hello.py").write_text("def add(a: int) -> int:\n    return a\n")
    yield tmp_path
    for name in ("recoding_app", "recoding_app.train", "recoding_hello"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("place", "entry"),
    [
        pytest.param("", Entry(module="recoding_hello", name="add"), id="a module in the folder"),
        pytest.param("", Entry(module="recoding_app.train", name="fit"), id="a module below src"),
        pytest.param("src", Entry(module="recoding_app.train", name="fit"), id="the folder with the package"),
        pytest.param("recoding_hello.py", Entry(module="recoding_hello", name="add"), id="its file"),
    ],
)
def test_the_function_is_found_in_the_working_tree(project: Path, place: str, entry: Entry):
    found = found_in(project / place, entry, full_name=f"{entry.module}.{entry.name}")
    assert (found.module, found.name) == (entry.module, entry.name)


def test_a_working_tree_without_it(project: Path):
    with pytest.raises(RegistrationError) as caught:
        found_in(project, Entry(module="recoding_absent.x", name="f"), full_name="recoding_absent.x.f")
    assert str(caught.value) == (
        f"{project}: expected the module recoding_absent.x as recoding_absent/x.py in it or in its src, found none; "
        "name the file: --code PATH/x.py"
    )


def test_a_file_that_was_edited_is_imported_anew_and_the_process_keeps_its_modules(project: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(project))
    before = importlib.import_module("recoding_hello")
    (project / "recoding_hello.py").write_text("def add(a: int, b: int = 2) -> int:\n    return a + b\n")
    anew = ImportedAnew(project)
    with anew:
        found = found_in(project, Entry(module="recoding_hello", name="add"), full_name="recoding_hello.add")
        assert set(found.spec["interface"]["inputs"]) == {"a", "b"}
        edited = sys.modules["recoding_hello"]
    assert sys.modules["recoding_hello"] is before
    with anew:
        assert sys.modules["recoding_hello"] is edited
    assert sys.modules["recoding_hello"] is before
