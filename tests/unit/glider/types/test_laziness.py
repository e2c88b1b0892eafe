"""A task pays for the types that it has, and for no others; none of it needs flytekit."""

from __future__ import annotations

import pytest

from glider import task
from tests.unit.glider.support import Workspace, literal

HEAVY = {
    *("flytekit", "pandas", "pyarrow", "polars", "numpy", "pydantic", "mashumaro", "sklearn", "PIL", "cloudpickle"),
    *("glider.types.plain", "glider.types.member", "glider.types.frames", "glider.types.saved", "uuid", "decimal"),
}


@pytest.mark.parametrize(
    ("source", "loaded"),
    [
        pytest.param("def main(a: int = 1) -> list[int]:\n    tell()\n    return [a]", set(), id="numbers and lists"),
        pytest.param(
            "from dataclasses import dataclass\n@dataclass\nclass D:\n    x: int\ndef main() -> D:\n    tell()\n    return D(1)",
            {"glider.types.plain", "glider.types.member"},
            id="a dataclass",
        ),
        pytest.param(
            "import numpy\ndef main() -> numpy.ndarray:\n    tell()\n    return numpy.array([1])",
            {"numpy", "glider.types.saved"},
            id="an array",
        ),
    ],
)
def test_only_what_the_task_has_is_imported(workspace: Workspace, source: str, loaded: set[str]) -> None:
    told = f"HEAVY = {HEAVY!r}\ndef tell():\n    import sys\n    print(','.join(sorted(HEAVY & set(sys.modules))))\n"
    workspace.write(f"{told}{source}")
    ended = workspace.run()
    assert ended.exit_code == 0, ended.stderr
    found = set(filter(None, ended.stdout.strip().split(",")))
    assert found - {"uuid", "decimal", "PIL"} == loaded - {"uuid", "decimal"}


def test_a_task_is_its_function() -> None:
    @task
    def plain(a: int) -> int:
        return a

    @task(retries=3, cache=True, container_image="x")
    def with_options(a: int) -> int:
        return a + 1

    assert (plain(1), with_options(1)) == (1, 2)
    assert with_options.__name__ == "with_options"
    assert with_options.__glider_task__ == {"retries": 3, "cache": True, "container_image": "x"}  # type: ignore[attr-defined]


def test_a_decorated_task_runs(workspace: Workspace) -> None:
    workspace.write("from glider import task\n@task(cache=True)\ndef main(a: int) -> int:\n    return a + 1")
    workspace.inputs(a=1)
    ended = workspace.run()
    assert ended.outputs is not None
    assert ended.outputs.literals["o0"] == literal(2)


def test_a_bad_output_is_the_users_and_names_the_path(workspace: Workspace) -> None:
    workspace.write("""
        from dataclasses import dataclass

        @dataclass
        class Item:
            x: int

        @dataclass
        class Order:
            items: list[Item]

        def main() -> Order:
            return Order([Item(1), Item("two")])
    """)
    ended = workspace.run()
    assert ended.error is not None
    assert (ended.error.code, ended.error.origin.value) == ("InvalidOutput", "USER")
    assert "o0.items[1].x: expected int, found str 'two'" in ended.error.message
