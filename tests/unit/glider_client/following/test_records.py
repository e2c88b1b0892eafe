"""What people see of the executor's own records in a task's log."""

from __future__ import annotations

import json
import logging

import pytest

from glider.telemetry.logs import Json
from glider_client.following.records import for_people


def record(message: str, *, logger: str = "glider") -> str:
    """A line as the executor writes it in a pod."""
    return Json().format(logging.LogRecord(logger, logging.ERROR, "", 1, message, None, None))


#: Made once, since it has the time.
OF_THE_TASK = record("hello", logger="shop")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        pytest.param("adding 1 and 2", ("adding 1 and 2",), id="a line of the task's stays"),
        pytest.param(record("reading 1\nof 2"), ("[glider] reading 1", "of 2"), id="a record is its message"),
        pytest.param(
            record("the task failed: USER:X\nTrace:\n…"), ("[glider] the task failed: USER:X",), id="the error itself comes later"
        ),
        pytest.param(OF_THE_TASK, (OF_THE_TASK,), id="a record of the task's own loggers stays"),
        pytest.param('{"asctime": ', ('{"asctime": ',), id="half a record stays"),
        pytest.param(json.dumps({"a": 1}), ('{"a": 1}',), id="other JSON stays"),
    ],
)
def test_shows(line: str, shown: tuple[str, ...]):
    assert for_people(line) == shown
