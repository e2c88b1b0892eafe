"""The executor lives in users' images: Python 3.10 to 3.14 with protobuf 3.20 to 7, with flytekit and without.

Every interpreter that is on this machine gets an environment of what the executor needs and nothing else, kept in the user's
cache; one that isn't is told in the summary of the tests.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import msgpack
import pytest
from flyteidl.core import literals_pb2

from glider.wire.errors import decode_error
from tests.conftest import S3
from tests.integration.glider.bundles import NEEDED, ROOT, clean_environment, environment_of, lay_out

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
#: The newest Python takes the oldest protobuf and the other way round; and each protobuf is there once on the oldest Python.
PAIRS = [
    ("3.10", "4.25"), ("3.10", "5"), ("3.10", "6"), ("3.10", "7"),
    ("3.11", "4.25"), ("3.11", "7"), ("3.12", "5"), ("3.12", "6"), ("3.13", "4.25"), ("3.13", "7"),
]  # fmt: skip
RESOLVER = "flytekit.core.python_auto_container.default_task_resolver"
MODULE = """
import sys
from datetime import datetime, timedelta
from glider import FlyteFile


def values(a: int, b: float = 0.5) -> tuple[int, list[float], dict[str, bool], timedelta]:
    return a + 1, [b], {"yes": True}, timedelta(seconds=a)


def untyped(a: dict) -> dict:
    return {"was": a}


def file(a: str) -> FlyteFile:
    with open("made.txt", "w") as target:
        target.write(a)
    return FlyteFile("made.txt")


def optional(a: int | None) -> str | None:
    return None if a is None else str(a)


async def awaited(a: int) -> int:
    return a * 2


def mapped(a: int) -> int:
    return a * 3


def failing(a: int) -> int:
    raise ValueError(f"{a} is no good")


def imported(a: int) -> bool:
    return "flytekit" in sys.modules
"""
FLYTEKIT_MODULE = """
from dataclasses import dataclass
from flytekit import task


@dataclass
class Pair:
    left: int
    right: int


@task
def swapped(pair: Pair) -> Pair:
    return Pair(pair.right, pair.left)
"""

TABLES_MODULE = """
import sys
import pandas as pd


def table(rows: int) -> pd.DataFrame:
    return pd.DataFrame({"a": list(range(rows))})


def total(frame: pd.DataFrame) -> tuple[int, bool]:
    return int(frame["a"].sum()), "s3fs" in sys.modules
"""


def interpreter(version: str) -> Path:
    """The newest one of this version: pyenv's, or the one on PATH."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"), key=lambda path: [*map(int, path.parts[-3].split("."))])
    on_path = shutil.which(f"python{version}")
    for found in [*reversed(kept), *([Path(on_path)] if on_path else [])]:
        asked = subprocess.run(
            [found, "-c", "import sys, venv, ensurepip; print(*sys.version_info[:2], sep='.')"], capture_output=True, text=True
        )
        if asked.returncode == 0 and asked.stdout.strip() == version:
            return found
    pytest.skip(f"python{version} is MISSING on this machine: not on PATH, and not in ~/.pyenv/versions")


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("bundle"))


def run(
    python: Path, start: Path, folder: Path, name: str, inputs: bytes, *, program: str = "pyflyte-execute", module: str = "app"
) -> Path:
    """The folder of what the task left."""
    (folder / "inputs.pb").write_bytes(inputs)
    out = folder / name
    command = [program, "--inputs", str(folder / "inputs.pb"), "--output-prefix", str(out), "--raw-output-data-prefix", str(folder / "raw")]
    reference = ["--resolver", RESOLVER, "--", "task-module", module, "task-name", name]
    if program == "pyflyte-map-execute":
        reference = [
            "--resolver",
            "flytekit.core.array_node_map_task.ArrayNodeMapTaskResolver",
            "--",
            "vars",
            "",
            "resolver",
            *reference[1:2],
            *reference[3:],
        ]
    environment = clean_environment() | {"BATCH_JOB_ARRAY_INDEX_VAR_NAME": "INDEX", "INDEX": "1"}
    done = subprocess.run([python, start, *command, *reference], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return out


def outputs(folder: Path) -> literals_pb2.LiteralMap:
    assert not (folder / "error.pb").exists(), decode_error((folder / "error.pb").read_bytes()).message
    return literals_pb2.LiteralMap.FromString((folder / "outputs.pb").read_bytes())


def map_of(literal: literals_pb2.Literal) -> bytes:
    return literals_pb2.LiteralMap(literals={"a": literal}).SerializeToString()


def integer(value: int) -> literals_pb2.Literal:
    return literals_pb2.Literal(scalar={"primitive": {"integer": value}})


@pytest.mark.parametrize(("version", "protobuf"), PAIRS, ids=[f"Python {version} with protobuf {protobuf}" for version, protobuf in PAIRS])
def test_plain_functions_run_without_flytekit(version: str, protobuf: str, start: Path, tmp_path: Path) -> None:
    others = [name for name in NEEDED if name != "protobuf"]
    python = environment_of(interpreter(version), [*others, f"protobuf=={protobuf}.*"])
    (tmp_path / "app.py").write_text(MODULE)
    five = map_of(integer(5))
    made = outputs(run(python, start, tmp_path, "values", five)).literals
    assert (made["o0"].scalar.primitive.integer, made["o3"].scalar.primitive.duration.seconds) == (6, 5)
    assert made["o1"].collection.literals[0].scalar.primitive.float_value == 0.5
    assert made["o2"].map.literals["yes"].scalar.primitive.boolean
    generic = literals_pb2.Literal()
    generic.scalar.generic.update({"deep": [1]})
    assert outputs(run(python, start, tmp_path, "untyped", map_of(generic))).literals["o0"].scalar.binary.tag == "msgpack"
    text = literals_pb2.Literal(scalar={"primitive": {"string_value": "text"}})
    assert Path(outputs(run(python, start, tmp_path, "file", map_of(text))).literals["o0"].scalar.blob.uri).read_text() == "text"
    assert outputs(run(python, start, tmp_path, "awaited", five)).literals["o0"].scalar.primitive.integer == 10
    assert outputs(run(python, start, tmp_path, "optional", five)).literals["o0"].scalar.union.value.scalar.primitive.string_value == "5"
    listed = map_of(literals_pb2.Literal(collection={"literals": [integer(1), integer(2)]}))
    mapped = run(python, start, tmp_path, "mapped", listed, program="pyflyte-map-execute")
    assert outputs(mapped).literals["o0"].scalar.primitive.integer == 6
    assert not outputs(run(python, start, tmp_path, "imported", five)).literals["o0"].scalar.primitive.boolean
    error = decode_error((run(python, start, tmp_path, "failing", five) / "error.pb").read_bytes())
    assert (error.code, "5 is no good" in error.message) == ("USER:RuntimeError", True)


#: What an image has, by its Python: older than what the executor brings.
PINS = {
    "3.10": ["protobuf==3.20.3", "click==7.1.2", "fsspec==2022.1.0"],
    "3.12": ["protobuf==4.25.0", "click==8.0.0", "fsspec==2023.1.0"],
    "3.13": ["protobuf==5.26.1", "fsspec==2024.2.0"],  # and no click
}
LOOK_MODULE = """
import importlib, os, sys


def look(names: list[str]) -> dict:
    modules = [importlib.import_module(name) for name in names]
    path = [folder for folder in sys.path if folder not in ("", os.getcwd())]
    return {"modules": {one.__name__: [getattr(one, "__version__", ""), one.__file__] for one in modules}, "path": path}
"""


@pytest.mark.parametrize("version", PINS, ids=lambda version: f"Python {version} with {' '.join(PINS[version])}")
def test_a_task_imports_the_image_s_own_packages(version: str, tmp_path: Path) -> None:
    """As it does without Glider; what the executor brings comes after all that the image has, and the executor makes do with that."""
    python, brought = environment_of(interpreter(version), PINS[version]), environment_of(interpreter(version), NEEDED)
    (tmp_path / "run").mkdir()
    (tmp_path / "var").symlink_to("run")  # as /var/run is one to /run
    start = tmp_path / "var" / lay_out(tmp_path / "run").name
    for package in (brought.parents[1] / "lib" / f"python{version}" / "site-packages").iterdir():
        (start.parent / "lib" / package.name).symlink_to(package)
    (tmp_path / "app.py").write_text(LOOK_MODULE)
    names = ["google.protobuf", *(pin.split("==")[0] for pin in PINS[version][1:])]
    alone = [str(python), "-c", f"import json, app; print(json.dumps(app.look({names})))"]
    expected = json.loads(subprocess.run(alone, cwd=tmp_path, capture_output=True, text=True, check=True).stdout)
    assert expected["modules"]["google.protobuf"][0] == PINS[version][0].partition("==")[2]
    texts = [literals_pb2.Literal(scalar={"primitive": {"string_value": name}}) for name in names]
    inputs = literals_pb2.LiteralMap(literals={"names": literals_pb2.Literal(collection={"literals": texts})}).SerializeToString()
    made = outputs(run(python, start, tmp_path, "look", inputs)).literals["o0"].scalar.binary
    found = msgpack.loads(made.value)
    assert found["modules"] == expected["modules"]
    own = len(expected["path"])
    assert (found["path"][:own], found["path"][own:]) == (expected["path"], [str(start.parent / "lib")])


@pytest.mark.parametrize(
    ("version", "engine", "extra"),
    [*((version, "obstore", []) for version in PYTHONS), ("3.12", "fsspec", ["s3fs"])],
    ids=[*(f"Python {version}, no s3fs" for version in PYTHONS), "Python 3.12 by s3fs"],
)
def test_data_frames_travel_on_s3(version: str, engine: str, extra: list[str], start: Path, tmp_path: Path, s3: S3) -> None:
    python = environment_of(interpreter(version), [*NEEDED, "pandas", "pyarrow", *extra])
    (tmp_path / "app.py").write_text(TABLES_MODULE)
    environment = clean_environment() | s3.env | {"GLIDER_STORAGE_ENGINE": engine}

    def outputs_of(name: str, inputs: literals_pb2.LiteralMap) -> literals_pb2.LiteralMap:
        s3.write(f"{s3.uri}/{name}/inputs.pb", inputs.SerializeToString())
        paths = [f"--inputs={s3.uri}/{name}/inputs.pb", f"--output-prefix={s3.uri}/{name}", f"--raw-output-data-prefix={s3.uri}/raw"]
        command = [str(python), str(start), "pyflyte-execute", *paths, "--task-module", "app", "--task-name", name]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        assert f"{s3.uri}/{name}/error.pb" not in s3.list(), done.stderr
        return literals_pb2.LiteralMap.FromString(s3.read(f"{s3.uri}/{name}/outputs.pb"))

    table = outputs_of("table", literals_pb2.LiteralMap(literals={"rows": integer(10)})).literals["o0"]
    totals = outputs_of("total", literals_pb2.LiteralMap(literals={"frame": table})).literals
    assert totals["o0"].scalar.primitive.integer == 45
    assert totals["o1"].scalar.primitive.boolean == (engine == "fsspec")


@pytest.mark.parametrize("version", ["3.12"], ids=lambda version: f"Python {version}")
def test_a_flytekit_task_runs_with_the_image_s_flytekit(version: str, start: Path, tmp_path: Path) -> None:
    python = environment_of(interpreter(version), ["flytekit"], constraints=ROOT / "constraints.txt")
    (tmp_path / "app.py").write_text(FLYTEKIT_MODULE)
    value = literals_pb2.Literal()
    value.scalar.generic.update({"left": 1, "right": 2})
    inputs = literals_pb2.LiteralMap(literals={"pair": value}).SerializeToString()
    made = outputs(run(python, start, tmp_path, "swapped", inputs)).literals["o0"].scalar.binary
    assert json.dumps(msgpack.loads(made.value)) == '{"left": 2, "right": 1}'


@pytest.mark.parametrize("version", PYTHONS)
def test_the_interpreter_is_on_this_machine(version: str) -> None:
    """Skipped, and so told in the summary, where it isn't."""
    interpreter(version)
