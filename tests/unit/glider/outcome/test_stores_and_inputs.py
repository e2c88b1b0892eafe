"""What a task runs with is missing: its inputs, its store, a setting that makes sense."""

from __future__ import annotations

from glider.wire.errors import Kind, Origin
from tests.unit.glider.support import Workspace

SYSTEM = Origin.SYSTEM
FINAL, RETRYABLE = Kind.NON_RECOVERABLE, Kind.RECOVERABLE


def test_missing_inputs_are_the_systems_failure_as_in_flytekit(workspace: Workspace) -> None:
    workspace.write("def main() -> None: ...\n")
    (workspace.folder / "inputs.pb").unlink()
    ended = workspace.run()
    assert ended.error is not None
    assert (ended.error.code, ended.error.kind, ended.error.origin) == ("SYSTEM", RETRYABLE, SYSTEM)
    assert "inputs.pb: there is no such file" in ended.error.message
    assert ended.exit_code == 2


def test_garbage_for_inputs_is_told_as_such(workspace: Workspace) -> None:
    workspace.write("def main() -> None: ...\n")
    (workspace.folder / "inputs.pb").write_bytes(b"\xff\xfe garbage")
    error = workspace.run().error
    assert error is not None
    assert (error.code, error.origin) == ("SYSTEM", SYSTEM)
    assert "expected a LiteralMap of flyteidl, found 10 other bytes" in error.message


def test_an_unreachable_store_at_the_end_still_leaves_a_summary(workspace: Workspace) -> None:
    workspace.write("def main(a: int) -> int:\n    return a\n")
    workspace.inputs(a=1)
    workspace.environment |= {"FLYTE_AWS_ENDPOINT": "http://127.0.0.1:9", "FLYTE_AWS_RETRIES": "1"}
    workspace.environment |= {"FLYTE_AWS_ACCESS_KEY_ID": "key", "FLYTE_AWS_SECRET_ACCESS_KEY": "secret"}
    ended = workspace.run(command=workspace.command("main", output_prefix="s3://bucket/out"))
    assert ended.exit_code == 2
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert (ended.summary.error.code, ended.summary.error.kind, ended.summary.error.origin) == ("SYSTEM", RETRYABLE, SYSTEM)
    assert ended.summary.error.message.startswith("s3://bucket/out/outputs.pb (endpoint http://127.0.0.1:9): ")


def test_a_setting_that_makes_no_sense_is_named(workspace: Workspace) -> None:
    workspace.write("def main() -> None: ...\n")
    workspace.environment["FLYTE_STATSD_PORT"] = "many"
    ended = workspace.run()
    assert ended.error is not None
    assert ended.error.message == 'FLYTE_STATSD_PORT: expected an integer, found "many"'
    assert ended.exit_code == 2


def test_without_a_store_a_file_can_not_be_returned(workspace: Workspace) -> None:
    workspace.write("from glider import FlyteFile\ndef main() -> FlyteFile:\n    open('x', 'w').close()\n    return 'x'\n")
    workspace.environment["GLIDER_STORAGE"] = "none"
    ended = workspace.run()
    assert ended.error is not None
    assert (ended.error.code, ended.error.kind, ended.error.origin) == ("StorageNotConfigured", FINAL, SYSTEM)
    assert "spec.storage.rawOutputDataPrefix" in ended.error.message


def test_without_a_store_a_flytekit_task_can_not_return_a_file_either(workspace: Workspace) -> None:
    workspace.write(
        """
        from flytekit import task
        from flytekit.types.file import FlyteFile
        @task
        def main() -> FlyteFile:
            open('x', 'w').close()
            return 'x'
        """
    )
    workspace.environment["GLIDER_STORAGE"] = "none"
    error = workspace.run().error
    assert error is not None
    assert error.code == "StorageNotConfigured"


def test_without_a_store_an_output_must_fit_the_summary(workspace: Workspace) -> None:
    workspace.write("def main() -> str:\n    return 'x' * 10_000\n")
    workspace.environment["GLIDER_STORAGE"] = "none"
    error = workspace.run().error
    assert error is not None
    assert error.code == "StorageNotConfigured"
