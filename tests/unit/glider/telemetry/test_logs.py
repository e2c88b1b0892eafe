"""What the log looks like, and what a task's own logging does to it and it to that. Each in a process of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.glider.support import Workspace

FLYTEKIT = "from flytekit import task\nfrom flytekit import logger as flytekit_logger\n"


def logged(workspace: Workspace, body: str, *, before: str = "", **environment: str) -> list[str]:
    """The lines on stderr of a task with this body."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    decorator = "@task\n" if "flytekit" in before else ""
    workspace.write(f"import logging, logging.config, sys, glider\n{before}\n{decorator}def main() -> int:\n{lines}\n    return 1\n")
    workspace.environment |= environment
    ended = workspace.run()
    assert ended.exit_code == 0, ended.stderr
    return ended.stderr.splitlines()


def records(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def test_a_line_has_flytekits_fields_the_execution_and_the_attempt(workspace: Workspace) -> None:
    body = (
        'glider.current_context().logging.info("hello %s", "you", extra={"size": 3})\nlogging.getLogger("glider").info("not at this level")'
    )
    (line,) = records(logged(workspace, body, FLYTE_ATTEMPT_NUMBER="2"))
    assert line.pop("asctime")
    assert line == {
        "name": "user_space", "levelname": "INFO", "message": "hello you", "execution": "ns/run", "attempt": 2, "size": 3,
    }  # fmt: skip


@pytest.mark.parametrize("before", ["", FLYTEKIT], ids=["a plain function", "a flytekit task"])
def test_every_loggers_records_carry_execution_and_attempt(workspace: Workspace, before: str) -> None:
    names = ["user_space", "flytekit", "glider", "developer", "mine", "mine.too", "root"]
    lines = records(logged(workspace, f"for name in {names}: logging.getLogger(name).warning('hello')", before=before))
    assert [(line["name"], line["message"], line["execution"], line["attempt"]) for line in lines] == [
        (name, "hello", "ns/run", 0) for name in names
    ]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({}, "user_space I, developer I, glider W, flytekit W, mine W", id="by default"),
        pytest.param({"FLYTE_SDK_LOGGING_LEVEL": "10"}, "user_space I, developer I, glider D, flytekit D, mine W", id="all of us"),
        pytest.param({"FLYTE_SDK_DEV_LOGGING_LEVEL": "30"}, "user_space I, developer W, glider W, flytekit W, mine W", id="developer"),
        pytest.param(
            {"FLYTE_SDK_LOGGING_LEVEL": "10", "GLIDER_LOG_LEVELS": "flytekit=ERROR, mine=debug,user_space=40"},
            "user_space E, developer I, glider D, flytekit E, mine D",
            id="single loggers, which go before the others",
        ),
        pytest.param({"GLIDER_LOG_LEVELS": "root=INFO"}, "user_space I, developer I, glider W, flytekit W, mine I", id="the root"),
    ],
)
def test_levels(workspace: Workspace, environment: dict[str, str], expected: str) -> None:
    body = (
        "for name in ('user_space', 'developer', 'glider', 'flytekit', 'mine'):\n"
        "    for level in (10, 20, 30, 40):\n"
        "        logging.getLogger(name).log(level, 'x')"
    )
    lowest: dict[str, str] = {}
    for line in records(logged(workspace, body, **environment)):
        if line["message"] == "x":
            lowest.setdefault(line["name"], line["levelname"][0])
    assert ", ".join(f"{name} {level}" for name, level in lowest.items()) == expected


def test_an_exception_is_one_line_of_json(workspace: Workspace) -> None:
    body = "try:\n    1 // 0\nexcept ZeroDivisionError:\n    logging.getLogger('mine').exception('failed', stack_info=True)"
    (line,) = records(logged(workspace, body))
    assert line["exc_info"].startswith("Traceback (most recent call last):\n")
    assert line["exc_info"].endswith("ZeroDivisionError: integer division or modulo by zero")
    assert line["stack_info"].startswith("Stack (most recent call last):\n")


@pytest.mark.parametrize(
    "extra", ["float('nan')", "{1: {2, 3}}", "object()", "(circle := [], circle.append(circle))[0]", "{(1, 2): 3}", r"'\udc80'"]
)
def test_whatever_a_record_holds_it_is_one_line_of_json(workspace: Workspace, extra: str) -> None:
    (line,) = records(logged(workspace, f"logging.getLogger('mine').warning('a\\nb', extra={{'value': {extra}}})"))
    assert (line["message"], "value" in line) == ("a\nb", True)


@pytest.mark.parametrize("name", ["execution", "attempt"])
def test_a_task_may_have_such_a_field_of_its_own(workspace: Workspace, name: str) -> None:
    (line,) = records(logged(workspace, f"logging.getLogger('mine').warning('x', extra={{{name!r}: 'own'}})"))
    assert line[name] == "own"


def test_plain_lines_are_flytekits(workspace: Workspace) -> None:
    lines = logged(workspace, "logging.getLogger('user_space').info('now')", FLYTE_SDK_LOGGING_FORMAT="plain")
    assert lines == ["[user_space] now"]


def test_rich_lines_where_it_is_installed_and_asked_for(workspace: Workspace) -> None:
    (line,) = logged(workspace, "logging.getLogger('user_space').info('now')", FLYTE_SDK_LOGGING_FORMAT="rich")
    assert "INFO" in line and line.rstrip().endswith("[user_space] now")


@pytest.mark.parametrize("switched_off", [False, True], ids=["rich isn't installed", "switched off"])
def test_lines_without_rich(workspace: Workspace, switched_off: bool) -> None:
    environment = {"FLYTE_SDK_LOGGING_FORMAT": "rich"}
    if switched_off:
        environment["FLYTE_SDK_RICH_TRACEBACKS"] = "0"
    else:
        workspace.write("raise ImportError('rich is hidden')", module="rich")
        environment["PYTHONPATH"] = str(workspace.folder)
    body = "logging.getLogger('mine').warning('now rich=%s', sys.modules.get('rich'))"
    assert logged(workspace, body, **environment) == ["[mine] now rich=None"]


def test_json_needs_no_other_package(workspace: Workspace) -> None:
    body = "logging.getLogger('mine').warning(sorted({'rich', 'pythonjsonlogger'} & sys.modules.keys()))"
    assert records(logged(workspace, body))[0]["message"] == "[]"


THEIRS = "format='%(name)s|%(execution)s|%(message)s', level=logging.INFO"
DICT = "{'version': 1, 'formatters': {'f': {'format': '%(name)s|%(execution)s|%(message)s'}}, 'handlers': {'h': {'class': 'logging.StreamHandler', 'formatter': 'f'}}, 'root': {'level': 'INFO', 'handlers': ['h']}}"  # noqa: E501


@pytest.mark.parametrize(
    "configure",
    [
        pytest.param(f"logging.basicConfig({THEIRS})", id="basicConfig"),
        pytest.param(f"logging.basicConfig({THEIRS}, force=True)", id="basicConfig by force"),
        pytest.param(f"logging.config.dictConfig({DICT})", id="dictConfig, which switches off what it doesn't name"),
    ],
)
@pytest.mark.parametrize(
    ("place", "flytekit"),
    [("module", ""), ("function", FLYTEKIT)],
    ids=["when a plain function's module is imported", "in a flytekit task"],
)
def test_a_tasks_own_set_up_holds_for_its_loggers_and_neither_breaks_nor_doubles_ours(
    workspace: Workspace, configure: str, place: str, flytekit: str
) -> None:
    loggers = "for name in ('mine', 'user_space', 'glider', 'flytekit'): logging.getLogger(name).warning('x')"
    body = loggers if place == "module" else f"{configure}\n{loggers}"
    lines = logged(workspace, body, before=f"{flytekit}\n{configure if place == 'module' else ''}")
    assert lines[0] == "mine|ns/run|x"
    assert [line["name"] for line in records(lines[1:])] == ["user_space", "glider", "flytekit"]


def test_a_record_goes_through_a_queue_between_processes(workspace: Workspace) -> None:
    body = (
        "import multiprocessing, logging.handlers, time\n"
        "queue = multiprocessing.get_context('spawn').Queue()\n"
        "logging.getLogger('mine').addHandler(logging.handlers.QueueHandler(queue))\n"
        "logging.getLogger('mine').propagate = False\n"
        "logging.getLogger('mine').warning('x')\n"
        "record = queue.get(timeout=30)\n"
        "logging.getLogger('other').warning('%s %s', record.execution, record.getMessage())"
    )
    assert records(logged(workspace, body))[0]["message"] == "ns/run x"


def test_what_a_task_prints_stays_as_it_is_and_in_order(workspace: Workspace) -> None:
    body = "print('one')\nlogging.getLogger('mine').warning('log')\nsys.stdout.write('two without end')\nprint()\nprint('é\\u2028{}')"
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    workspace.write(f"import logging, sys\ndef main() -> int:\n{lines}\n    return 1\n")
    assert workspace.run().stdout == "one\ntwo without end\né\u2028{}\n"


@pytest.mark.parametrize("value", ["mine", "mine=", "=DEBUG", "mine=loud", "mine=-1", "a=INFO,b"])
def test_levels_that_make_no_sense_are_an_error_that_names_the_variable(workspace: Workspace, value: str) -> None:
    workspace.write("def main() -> int:\n    return 1\n")
    workspace.environment["GLIDER_LOG_LEVELS"] = value
    error = workspace.run().error
    assert error is not None
    assert error.code == "InvalidSettings"
    assert 'GLIDER_LOG_LEVELS: expected name=LEVEL between commas, such as "botocore=DEBUG", found' in error.message
