"""Time by phase."""

from __future__ import annotations

import time

import pytest

from glider.telemetry.stopwatch import CONVERT, DOWNLOAD, EXECUTE, LOAD, PHASES, UPLOAD, Stopwatch
from tests.unit.glider.support import Workspace


class Clock:
    """Time that a test moves on, and data that moves meanwhile."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.received = self.sent = 0.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)

    def pass_(self, seconds: float, *, received: float = 0.0, sent: float = 0.0) -> None:
        self.now += seconds
        self.received += received
        self.sent += sent

    def moving(self) -> tuple[float, float]:
        return self.received, self.sent


def test_phases_add_up_to_the_age_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    watch = Stopwatch(age=2.0)
    clock.pass_(1)
    for phase in (LOAD, DOWNLOAD, CONVERT, EXECUTE, UPLOAD):
        watch.enter(phase)
        clock.pass_(0.5)
    assert watch.milliseconds() == {"start": 3000, "load": 500, "download": 500, "convert": 1000, "execute": 500, "upload": 0}


@pytest.mark.parametrize(
    ("phase", "received", "sent", "expected"),
    [
        pytest.param(LOAD, 0.25, 0.0, {"load": 750, "download": 250}, id="code that is fetched counts as download"),
        pytest.param(DOWNLOAD, 0.25, 0.0, {"download": 1000}, id="reading the inputs is download all the same"),
        pytest.param(CONVERT, 0.25, 0.0, {"convert": 750, "download": 250}, id="an input's file that is fetched while it is converted"),
        pytest.param(CONVERT, 0.0, 0.0, {"convert": 1000}, id="inputs without files"),
        pytest.param(EXECUTE, 0.25, 0.25, {"execute": 1000}, id="what the function itself moves is its own"),
        pytest.param(UPLOAD, 0.0, 0.25, {"convert": 750, "upload": 250}, id="an output's file that is stored while it is converted"),
        pytest.param(UPLOAD, 0.25, 0.25, {"convert": 500, "download": 250, "upload": 250}, id="both ways"),
    ],
)
def test_time_in_which_data_moves_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, phase: str, received: float, sent: float, expected: dict[str, int]
) -> None:
    clock = Clock(monkeypatch)
    clock.pass_(0, received=7, sent=7)  # before the watch looked
    watch = Stopwatch(age=0.0)
    watch.follow(clock.moving)
    watch.enter(phase)
    clock.pass_(1, received=received, sent=sent)
    assert {name: taken for name, taken in watch.milliseconds().items() if taken} == expected


def test_storing_an_error_is_upload_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    watch = Stopwatch(age=0.0)
    watch.enter(EXECUTE)
    clock.pass_(1)
    watch.enter(UPLOAD, whole=True)
    clock.pass_(0.5)
    assert watch.milliseconds() == {"start": 0, "execute": 1000, "upload": 500}
    clock.pass_(0.5)
    assert watch.milliseconds()["upload"] == 1000


SLOW = """
import time
{imports}

{decorator}
def main(file: FlyteFile) -> FlyteFile:
    time.sleep(0.25)
    with open(file) as opened:
        text = opened.read()
    time.sleep(0.25)
    with open("out.txt", "w") as opened:
        opened.write(text)
    return FlyteFile("out.txt")
"""


@pytest.mark.parametrize(
    ("imports", "decorator"),
    [("from glider import FlyteFile", ""), ("from flytekit import FlyteFile, task", "@task")],
    ids=["a plain function", "a flytekit task"],
)
def test_the_phases_of_a_real_task(workspace: Workspace, imports: str, decorator: str) -> None:
    from flyteidl.core import literals_pb2, types_pb2

    workspace.write(SLOW.format(imports=imports, decorator=decorator))
    (workspace.folder / "data").write_text("hello")
    blob = literals_pb2.Blob(uri=str(workspace.folder / "data"))
    blob.metadata.type.dimensionality = types_pb2.BlobType.SINGLE
    workspace.inputs(file=literals_pb2.Literal(scalar=literals_pb2.Scalar(blob=blob)))
    began = time.monotonic()
    ended = workspace.run()
    whole = time.monotonic() - began
    assert ended.outputs is not None, ended.stderr
    assert ended.summary is not None
    timings = ended.summary.usage.timings
    assert list(timings) == list(PHASES)
    assert 500 <= timings["execute"] <= 1000 * whole
    assert timings["start"] > 0
    files = {name: (workspace.folder / name).stat().st_size for name in ("inputs.pb", "out/outputs.pb", "out.txt")}
    assert ended.summary.usage.bytes_in == files["inputs.pb"], "a local file is read where it is"
    assert ended.summary.usage.bytes_out == files["out/outputs.pb"] + files["out.txt"]
    assert sum(timings.values()) <= 1000 * whole + 20  # the kernel tells starts in hundredths of a second
