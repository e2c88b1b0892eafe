"""Processes that a task starts anew (spawn, forkserver, loky, `python x.py`) use the task's store, prefix and names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from glider.wire.jsonform import Literal
from tests.stores.s3 import S3Server, running_s3
from tests.unit.glider.support import Workspace

WORK = """
    import os
    from glider import FlyteFile, StructuredDataset, current_context
    from glider.storage.access import current_access

    def work(file):
        path = f"worker-{os.getpid()}.txt"
        with open(path, "w") as out, open(file) as read:
            out.write(f"{read.read()} by {current_context().execution_id.name}, {current_context().secrets.get('group', 'key')}")
        made = FlyteFile.new_remote_file("made.txt")
        with made.open("w") as out:
            out.write("made")
        return FlyteFile(path), made
    """
MAINS = {
    "multiprocessing's spawn": """
    import multiprocessing
    def main(f: FlyteFile) -> tuple[FlyteFile, FlyteFile]:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.map(work, [f])[0]
    """,
    "multiprocessing's forkserver": """
    import multiprocessing
    def main(f: FlyteFile) -> tuple[FlyteFile, FlyteFile]:
        with multiprocessing.get_context("forkserver").Pool(1) as pool:
            return pool.map(work, [f])[0]
    """,
    "concurrent.futures": """
    import concurrent.futures, multiprocessing
    def main(f: FlyteFile) -> tuple[FlyteFile, FlyteFile]:
        context = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
            return pool.submit(work, f).result()
    """,
    "joblib's loky": """
    import joblib
    def main(f: FlyteFile) -> tuple[FlyteFile, FlyteFile]:
        return joblib.Parallel(n_jobs=2)([joblib.delayed(work)(f)])[0]
    """,
    "a program": """
    import pickle, subprocess, sys
    def main(f: FlyteFile) -> tuple[FlyteFile, FlyteFile]:
        code = "import app, pickle, sys; sys.stdout.buffer.write(pickle.dumps(app.work(pickle.load(sys.stdin.buffer))))"
        return pickle.loads(subprocess.run([sys.executable, "-c", code], input=pickle.dumps(f), capture_output=True, check=True).stdout)
    """,
}


@pytest.fixture
def s3(workspace: Workspace) -> Iterator[S3Server]:
    with running_s3() as server:
        workspace.environment |= {**server.env, "FLYTE_INTERNAL_EXECUTION_ID": "run-1", "_FSEC_GROUP_KEY": "secret", "PYTHONPATH": "."}
        yield server


@pytest.mark.parametrize("main", MAINS.values(), ids=MAINS)
def test_a_worker_uses_the_tasks_settings(workspace: Workspace, s3: S3Server, main: str) -> None:
    workspace.write(f"{WORK}{main}")
    s3.objects["in.txt"] = b"read"
    workspace.inputs(f=Literal(scalar={"blob": {"uri": "s3://bucket/in.txt"}}))
    command = [word if word != str(workspace.folder / "raw") else "s3://bucket/raw" for word in workspace.command("main")]
    ended = workspace.run(command=command)
    assert ended.exit_code == 0, ended.stderr
    stored = sorted(data for key, data in s3.objects.items() if key.startswith("raw/"))
    assert stored == [b"made", b"read by run-1, secret"]


def test_a_worker_of_a_task_without_a_store_says_so(workspace: Workspace) -> None:
    workspace.write(
        """
        import multiprocessing
        from glider import FlyteFile
        def work(name):
            return FlyteFile.new_remote_file(name)
        def main() -> FlyteFile:
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                return pool.map(work, ["x"])[0]
        """
    )
    workspace.environment |= {"GLIDER_STORAGE": "none"}
    ended = workspace.run()
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert "FlyteFile.new_remote_file needs an object store, and none is configured" in ended.summary.error.message
