"""glider-execute from outside, beside pyflyte-execute."""

from __future__ import annotations

import base64
import json

import pytest

from tests.unit.glider.support import BIN, StatsdSink, Workspace, literal

NATIVE = """
from datetime import datetime, timedelta, timezone
def main(a: int, b: int = 2) -> {returns}:
    return {value}
"""
OUTPUTS = [
    ("float", "a / b"),
    ("tuple[int, str]", "(a, 'x')"),
    ("None", "None"),
    ("list[int]", "[a, b]"),
    ("dict", "{'a': a, 'b': [1.5, None]}"),
    ("dict[str, bool]", "{'a': True}"),
    ("datetime", "datetime(2026, 1, 31, tzinfo=timezone.utc)"),
    ("timedelta", "timedelta(seconds=a)"),
]


@pytest.mark.parametrize(("returns", "value"), OUTPUTS, ids=[returns for returns, _ in OUTPUTS])
def test_outputs_are_those_of_pyflyte_execute(workspace: Workspace, returns: str, value: str) -> None:
    source = NATIVE.format(returns=returns, value=value)
    workspace.inputs(a=10, b=4)
    workspace.write("from flytekit import task\n" + source.replace("def main", "@task\ndef main"))
    theirs = workspace.run(program="pyflyte-execute").outputs
    assert theirs is not None
    dispatched = workspace.run()
    workspace.write(source)
    native = workspace.run()
    assert (dispatched.exit_code, native.exit_code) == (0, 0), dispatched.stderr + native.stderr
    assert native.outputs == dispatched.outputs == theirs


def test_a_plain_function_never_imports_flytekit(workspace: Workspace) -> None:
    workspace.write("import sys\ndef main() -> bool:\n    return any(name.partition('.')[0] in HEAVY for name in sys.modules)\n"
                    "HEAVY = {'flytekit', 'fsspec', 's3fs', 'pandas', 'asyncio', 'obstore'}\n")  # fmt: skip
    ended = workspace.run()
    assert ended.outputs is not None
    assert ended.outputs.literals["o0"] == literal(False)


def test_annotations_may_be_postponed(workspace: Workspace) -> None:
    workspace.write("from __future__ import annotations\ndef main(a: int) -> list[int]:\n    return [a]\n")
    workspace.inputs(a=1)
    assert workspace.run().exit_code == 0


def test_what_the_task_prints_is_in_the_log_before_what_it_does_next(workspace: Workspace) -> None:
    workspace.environment["PYTHONUNBUFFERED"] = ""  # as in most images
    workspace.write("import os\ndef main() -> None:\n    print('printed')\n    os.write(1, b'written\\n')\n")
    assert workspace.run().stdout == "printed\nwritten\n"


def test_an_async_function_is_awaited(workspace: Workspace) -> None:
    workspace.write("async def main(a: int) -> int:\n    return a + 1\n")
    workspace.inputs(a=1)
    outputs = workspace.run().outputs
    assert outputs is not None
    assert outputs.literals["o0"] == literal(2)


def test_the_legacy_options(workspace: Workspace) -> None:
    workspace.write("def main(a: int) -> int:\n    return a\n")
    workspace.inputs(a=1)
    command = [*workspace.command("x")[:7], "--task-module", "app", "--task-name", "main"]
    assert workspace.run(command=command).exit_code == 0


def test_what_the_control_plane_left_unrendered_is_none(workspace: Workspace) -> None:
    workspace.write("import glider\ndef main() -> str:\n    return glider.current_context().raw_output_prefix\n")
    command = workspace.command("main")
    command[command.index("--raw-output-data-prefix") + 1] = "{{.rawOutputDataPrefix}}"
    command[5:5] = ["--checkpoint-path", "{{.checkpointOutputPrefix}}", "--prev-checkpoint", '""']
    outputs = workspace.run(command=command).outputs
    assert outputs is not None
    assert outputs.literals["o0"] == literal("")


def test_a_dry_run_loads_the_task_and_writes_nothing(workspace: Workspace) -> None:
    workspace.write("def main(a: int) -> int:\n    raise ValueError\n")
    command = workspace.command("main")
    command[1:1] = ["--test"]
    ended = workspace.run(command=command)
    assert (ended.exit_code, ended.outputs, ended.error) == (0, None, None)


def test_inline_inputs_are_used_and_stored(workspace: Workspace) -> None:
    workspace.write("def main(a: int) -> int:\n    return a\n")
    workspace.inputs(a=5)
    data = (workspace.folder / "inputs.pb").read_bytes()
    (workspace.folder / "inputs.pb").unlink()
    workspace.environment["GLIDER_INLINE_INPUTS"] = base64.b64encode(data).decode()
    outputs = workspace.run().outputs
    assert outputs is not None
    assert outputs.literals["o0"] == literal(5)
    assert (workspace.folder / "inputs.pb").read_bytes() == data


def test_the_summary_of_a_success(workspace: Workspace) -> None:
    workspace.write("def main(a: int) -> float:\n    return a / 2\n")
    workspace.inputs(a=5)
    summary = workspace.run().summary
    assert summary is not None
    assert (summary.error, summary.outputs) == (None, {"o0": 2.5})
    assert list(summary.usage.timings) == ["start", "load", "download", "convert", "execute", "upload"]
    assert summary.usage.peak_memory_bytes > 5_000_000
    assert summary.usage.bytes_in == (workspace.folder / "inputs.pb").stat().st_size
    assert summary.usage.bytes_out == (workspace.folder / "out" / "outputs.pb").stat().st_size


def test_outputs_that_have_no_plain_form_are_still_a_success(workspace: Workspace) -> None:
    workspace.write("def main() -> dict:\n    return {'when': {1: float('nan')}}\n")
    ended = workspace.run()
    assert (ended.exit_code, ended.error) == (0, None)
    assert ended.outputs is not None


def test_a_termination_log_that_can_not_be_written_changes_nothing(workspace: Workspace) -> None:
    workspace.write("def main() -> int:\n    return 1\n")
    workspace.environment["GLIDER_TERMINATION_LOG"] = "/no/such/folder/log"
    ended = workspace.run()
    assert (ended.exit_code, ended.error) == (0, None)
    assert "the summary can't be written" in ended.stderr


CONTEXT_TASK = """
{imports}
def main() -> str:
    context = current_context()
    context.stats.incr("hits")
    context.logging.info("from the task")
    print("printed as it is")
    return f"{{context.execution_id.name}} {{context.task_id.version}} {{context.raw_output_prefix.rstrip('/')}}"
"""


@pytest.mark.parametrize(
    "imports",
    ["from glider import current_context", "from flytekit import current_context, task\n@task"],
    ids=["a plain function", "a flytekit task"],
)
def test_the_context_of_a_task(workspace: Workspace, sink: StatsdSink, imports: str) -> None:
    workspace.environment |= {"FLYTE_STATSD_HOST": "127.0.0.1", "FLYTE_STATSD_PORT": str(sink.port)}
    workspace.environment |= {"FLYTE_INTERNAL_EXECUTION_ID": "run", "FLYTE_INTERNAL_TASK_NAME": "app.main", "_F_TK_V": "v1"}
    workspace.write(CONTEXT_TASK.format(imports=imports))
    ended = workspace.run()
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"] == literal(f"run v1 {workspace.folder}/raw")
    assert "printed as it is" in ended.stdout
    logged = [json.loads(line) for line in ended.stderr.splitlines() if "from the task" in line]
    assert [(line["name"], line["execution"], line["attempt"]) for line in logged] == [("user_space", "ns/run", 0)]
    assert sink.next().startswith("..app.main.user_stats.hits.")


def test_a_users_module_finds_flytekits_context_set_up_when_it_imports_flytekit(workspace: Workspace) -> None:
    workspace.write(
        """
        from flytekit import task
        from flytekit.core.context_manager import FlyteContextManager
        MODE = FlyteContextManager.current_context().execution_state.mode.name
        @task
        def main() -> str:
            return MODE
        """
    )
    outputs = workspace.run().outputs
    assert outputs is not None
    assert outputs.literals["o0"] == literal("TASK_EXECUTION")


def test_a_missing_option_is_a_usage_error(workspace: Workspace) -> None:
    ended = workspace.run(command=[str(BIN / "glider-execute"), "--inputs", "x"])
    assert ended.exit_code == 2
    assert "--output-prefix" in ended.stderr
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert (ended.summary.error.code, ended.summary.error.message) == (
        "InvalidCommand",
        "glider-execute: Missing option '--output-prefix'.",
    )
