"""A TaskTemplate is found by its own name, and by the full name of its task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from glider_client.cli.subjects import template_called
from glider_client.cluster.errors import NotFoundError
from glider_core.api.template_names import task_selector

TASK = "shop.tasks.greeting"


class Templates:
    """What `template_called` asks of a cluster with these templates of TASK."""

    namespace = "few"

    def __init__(self, *created: str) -> None:
        self._items = [{"metadata": {"name": f"greeting-{moment}", "creationTimestamp": moment}} for moment in created]

    def get(self, path: str) -> Any:
        raise NotFoundError(path)

    def items(self, path: str, *, query: Mapping[str, str] | None = None) -> Iterator[Any]:
        return iter(self._items if query == {"labelSelector": task_selector(TASK)} else [])


def test_the_newest_template_of_a_task_is_meant_by_its_full_name() -> None:
    found: Any = template_called(Templates("1", "3", "2"), TASK)  # type: ignore[arg-type]
    assert found["metadata"]["name"] == "greeting-3"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        pytest.param(TASK, "glider run -m shop.tasks greeting", id="a dotted name is a module's task"),
        pytest.param("greeting", "glider run greeting.py TASK", id="any other may be a file"),
    ],
)
def test_where_there_is_no_template_the_users_code_can_be_run(name: str, line: str) -> None:
    with pytest.raises(NotFoundError) as missing:
        template_called(Templates(), name)  # type: ignore[arg-type]
    assert str(missing.value).endswith(f"There is none in it; run your code instead: {line}")
