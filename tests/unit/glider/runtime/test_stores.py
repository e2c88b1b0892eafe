"""What the store, or the disk in its place, makes of a task: what can't get better ends at once and for good, and says what to change."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from glider.wire.errors import Kind, Origin, TaskError
from tests.conftest import MissingServer
from tests.stores.s3 import Refusal, S3Server, running_s3
from tests.unit.glider.support import Ended, Workspace

TASK = "def main() -> int:\n    print('the task ran')\n    return 1\n"
FLYTEKIT_TASK = "from flytekit import task\n@task\ndef main() -> int:\n    print('the task ran')\n    return 1\n"


@pytest.fixture
def s3(workspace: Workspace) -> Iterator[S3Server]:
    with running_s3() as server:
        workspace.environment |= server.env
        yield server


def failed(ended: Ended) -> TaskError:
    assert ended.summary is not None, ended.stderr
    assert ended.summary.error is not None
    return ended.summary.error


def command(workspace: Workspace, **options: str) -> list[str]:
    given = {"inputs": str(workspace.folder / "inputs.pb"), "output_prefix": str(workspace.folder / "out"), **options}
    words = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", value)]
    return [workspace.command("main")[0], *words, "--task-module", "app", "--task-name", "main"]


@pytest.mark.parametrize("source", [TASK, FLYTEKIT_TASK], ids=["a plain function", "a flytekit task"])
@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param({"output_prefix": "weird://b/out"}, '--output-prefix: found the scheme "weird"', id="an unknown scheme"),
        pytest.param({"raw_output_data_prefix": "weird://b/out"}, "--raw-output-data-prefix: found the scheme", id="one for raw data"),
        pytest.param({"raw_output_data_prefix": "s3:/b/raw"}, "expected s3://…, found", id="a slash too few"),
        pytest.param({"output_prefix": "s3:///out"}, "expected s3:// and a bucket", id="no bucket"),
        pytest.param({"output_prefix": "https://127.0.0.1:9/out"}, "expected a store that can be written to", id="a web server"),
        pytest.param({"inputs": "weird://b/inputs.pb"}, "--inputs: found the scheme", id="inputs by an unknown scheme"),
    ],
)
def test_a_uri_that_no_store_can_have_is_refused_before_the_task_runs(
    workspace: Workspace, source: str, options: dict[str, str], says: str
) -> None:
    workspace.write(source)
    started = time.monotonic()
    ended = workspace.run(command=command(workspace, **options))
    error = failed(ended)
    assert (error.code, error.kind, error.origin, ended.exit_code) == ("InvalidCommand", Kind.NON_RECOVERABLE, Origin.SYSTEM, 2)
    assert says in error.message
    assert "the task ran" not in ended.stdout
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("source", [TASK, FLYTEKIT_TASK], ids=["a plain function", "a flytekit task"])
def test_an_endpoint_that_is_no_url_is_refused_at_once(workspace: Workspace, source: str) -> None:
    workspace.write(source)
    workspace.environment |= {"FLYTE_AWS_ENDPOINT": "minio:9000"}
    ended = workspace.run(command=command(workspace, output_prefix="s3://bucket/out"))
    error = failed(ended)
    assert (error.code, error.kind) == ("InvalidSettings", Kind.NON_RECOVERABLE)
    assert error.message.startswith("FLYTE_AWS_ENDPOINT: expected a URL such as http://minio:9000")
    assert 'found "minio:9000"' in error.message
    assert "panic" not in ended.stderr


def test_another_setting_that_makes_no_sense_still_lets_the_error_be_stored(workspace: Workspace, s3: S3Server) -> None:
    workspace.write(TASK)
    workspace.environment |= {"FLYTE_STATSD_PORT": "many"}
    error = failed(workspace.run(command=command(workspace, output_prefix="s3://bucket/out")))
    assert error.code == "InvalidSettings"
    assert list(s3.objects) == ["out/error.pb"]


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        pytest.param(Refusal(status=403, code="InvalidAccessKeyId"), "FLYTE_AWS_ACCESS_KEY_ID", id="an unknown key"),
        pytest.param(Refusal(status=403, code="SignatureDoesNotMatch"), "FLYTE_AWS_SECRET_ACCESS_KEY", id="a wrong secret"),
        pytest.param(Refusal(status=403, code="AccessDenied"), "FLYTE_AWS_ACCESS_KEY_ID", id="no permission"),
        pytest.param(Refusal(status=404, code="NoSuchBucket"), "there is no such bucket", id="no bucket"),
        pytest.param(Refusal(status=400, code="InvalidBucketName"), "InvalidBucketName", id="a name that no bucket has"),
    ],
)
def test_a_store_that_refuses_ends_the_task_for_good(workspace: Workspace, s3: S3Server, refusal: Refusal, says: str) -> None:
    workspace.write(TASK)
    s3.refusal = refusal
    ended = workspace.run(command=command(workspace, inputs="s3://bucket/inputs.pb", output_prefix="s3://bucket/out"))
    error = failed(ended)
    assert (error.code, error.kind, error.origin, ended.exit_code) == ("StorageRefused", Kind.NON_RECOVERABLE, Origin.SYSTEM, 2)
    assert says in error.message
    assert len(s3.requests) <= 6


@pytest.mark.parametrize("refusal", [Refusal(status=403, code="RequestTimeTooSkewed"), Refusal(status=400, code="ExpiredToken")], ids=str)
def test_a_refusal_that_another_node_or_token_may_not_meet_is_tried_again(workspace: Workspace, s3: S3Server, refusal: Refusal) -> None:
    workspace.write(TASK)
    s3.refusal = refusal
    asked = command(workspace, inputs="s3://bucket/inputs.pb", output_prefix="s3://bucket/out")
    error = failed(workspace.run(command=asked))
    assert (error.code, error.kind) == ("SYSTEM", Kind.RECOVERABLE)


# --- a full disk in the store's place

_FILE = "def main() -> FlyteFile:\n    {make}\n    return FlyteFile('x.bin')\n"
_FOLDER = (
    "def main() -> FlyteDirectory:\n    os.mkdir('d')\n    {make}\n    os.rename('x.bin', 'd/x.bin')\n    return FlyteDirectory('d')\n"
)
_FRAME = "def main() -> pandas.DataFrame:\n    return pandas.DataFrame({{'a': [random.random() for _ in range(90_000)]}})\n"
FILES = {
    "a plain function": f"from glider import FlyteFile\n{_FILE}",
    "a flytekit task": f"from flytekit import task\nfrom flytekit.types.file import FlyteFile\n@task\n{_FILE}",
    "a folder of a plain function": f"import os\nfrom glider import FlyteDirectory\n{_FOLDER}",
    "a folder of a flytekit task": (
        f"import os\nfrom flytekit import task\nfrom flytekit.types.directory import FlyteDirectory\n@task\n{_FOLDER}"
    ),
    "a data frame of a plain function": f"import pandas, random\n{_FRAME}",
    "a data frame of a flytekit task": f"import pandas, random\nfrom flytekit import task\n@task\n{_FRAME}",
    "polars": f"import polars, random\n{_FRAME.replace('pandas', 'polars')}",
}


@pytest.fixture
def small_disk(workspace: Workspace) -> Iterator[Path]:
    """A tmpfs of 64 KiB."""
    folder = workspace.folder / "small"
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=False).returncode != 0:
        raise MissingServer("no tmpfs can be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize(
    ("task", "size"),
    [
        *((task, 100_000) for task in FILES),
        pytest.param("a plain function", 3_000_000, id="a large file of a plain function"),
        pytest.param("a flytekit task", 3_000_000, id="a large file of a flytekit task"),
    ],
)
def test_a_disk_too_small_for_an_output_is_the_systems_failure(workspace: Workspace, small_disk: Path, task: str, size: int) -> None:
    workspace.write(FILES[task].format(make=f"open('x.bin', 'wb').write(bytes({size}))"))
    ended = workspace.run(command=command(workspace, raw_output_data_prefix=f"file://{small_disk}/raw"))
    error = failed(ended)
    assert (error.code, error.kind, error.origin, ended.exit_code) == ("SYSTEM", Kind.RECOVERABLE, Origin.SYSTEM, 2), error.message
    assert "the disk is full" in error.message
    assert str(small_disk) in error.message
    assert "download" not in error.message
