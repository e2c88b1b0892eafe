"""current_context() of a plain function says what flytekit's says to a flytekit task."""

from __future__ import annotations

import json
from typing import Any

import pytest

from glider.runtime.context import ExecutionContext, current_context
from tests.unit.glider.support import Ended, Workspace

ASK = """
import json, os, sys
from {package} import current_context{task}
def main() -> str:
    context = current_context()
    context.checkpoint.write(b"saved")
    context.logging.info("told")
    context.stats.incr("hits")
    assert os.path.isdir(context.working_directory)
    return json.dumps({{
        "execution": [context.execution_id.project, context.execution_id.domain, context.execution_id.name],
        "task": [context.task_id.project, context.task_id.domain, context.task_id.name, context.task_id.version],
        "raw": context.raw_output_prefix,
        "metadata": context.output_metadata_prefix,
        "aware": context.execution_date.tzinfo is not None,
        "logger": context.logging.name,
        "before": context.checkpoint.prev_exists(),
        "decks": context.enable_deck,
        "variable": context.secrets.get_secrets_env_var("g", "k"),
        "file": context.secrets.get_secrets_file("g", "k"),
        "spark": context.has_attr("spark_session"),
    }})
"""
NATIVE = ASK.format(package="glider", task="")
FLYTEKIT = ASK.format(package="flytekit", task=", task").replace("def main", "@task\ndef main")
NAMED = {
    "FLYTE_INTERNAL_EXECUTION_PROJECT": "p",
    "_F_DM": "d",
    "_F_NM": "n",
    "FLYTE_INTERNAL_TASK_PROJECT": "tp",
    "FLYTE_INTERNAL_TASK_DOMAIN": "td",
    "FLYTE_INTERNAL_TASK_NAME": "app.main",
    "_F_TK_V": "v",
    "FLYTE_SECRETS_DEFAULT_DIR": "/etc/flyte/secrets",
}


def asked(workspace: Workspace, source: str, *, program: str = "glider-execute", previous: str = '""') -> tuple[dict[str, Any], Ended]:
    workspace.write(source)
    command = workspace.command("main", program=program)
    at = command.index("--resolver")
    command[at:at] = ["--checkpoint-path", f"{workspace.folder}/checkpoint", "--prev-checkpoint", previous]
    ended = workspace.run(command=command)
    assert ended.outputs is not None, ended.stderr
    return json.loads(ended.outputs.literals["o0"].scalar.primitive.string_value), ended


@pytest.mark.parametrize("previous", ['""', "/tmp/never"], ids=["the first attempt", "a later attempt"])
def test_all_of_it_is_flytekits(workspace: Workspace, previous: str) -> None:
    workspace.environment = NAMED
    ours, ended = asked(workspace, NATIVE, previous=previous)
    theirs, _ = asked(workspace, FLYTEKIT, program="pyflyte-execute", previous=previous)
    assert ours == theirs
    assert asked(workspace, FLYTEKIT, previous=previous)[0] == theirs
    assert (workspace.folder / "checkpoint" / "_dst_cp").read_bytes() == b"saved"
    assert "told" in ended.stderr


def test_without_a_place_for_checkpoints_there_are_none(workspace: Workspace) -> None:
    workspace.write("from glider import current_context\ndef main() -> int:\n    current_context().checkpoint\n    return 1\n")
    ended = workspace.run()
    assert ended.error is not None
    assert "Checkpointing is not available" in ended.error.message


def test_attributes_of_the_tasks_kind() -> None:
    context = ExecutionContext(attributes={"SPARK_SESSION": 1})
    assert (context.has_attr("spark_session"), context.spark_session, context.get("Spark_Session")) == (True, 1, 1)
    assert not context.has_attr("other")
    with pytest.raises(AttributeError, match="other is no parameter of this task's context"):
        context.other  # noqa: B018 - asking is the test


def test_outside_of_a_task_there_is_one_that_sends_nothing() -> None:
    context = current_context()
    context.stats.incr("hits")
    assert context is current_context() or context.execution_id.name is not None


def test_flytekit_is_not_imported_for_any_of_it(workspace: Workspace) -> None:
    source = NATIVE.replace('"spark": context', '"flytekit": "flytekit" in sys.modules, "spark": context')
    assert asked(workspace, source)[0]["flytekit"] is False
