"""The promise: command lines that flytekit made run unmodified under pyflyte-execute and under Glider, with equal results.

The installed flytekit serializes every task; its arguments are rendered as propeller does and run twice, once by the flytekit
that is installed and once through start.py, as in a pod, at the same time. Plain ones run a third time, in an environment
without flytekit, after a change of import.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import cloudpickle
import pytest
from flyteidl.core import literals_pb2
from flytekit.configuration import FastSerializationSettings

from tests.integration.glider.bundles import NEEDED, ROOT, clean_environment, environment_of, lay_out
from tests.integration.glider.comparing import Left, Store
from tests.integration.glider.serialized import TASKS, find, literals, rendered, serialize

BIN = Path(sys.executable).parent
NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
IDENTITY = {
    "FLYTE_INTERNAL_EXECUTION_PROJECT": "p",
    "FLYTE_INTERNAL_EXECUTION_DOMAIN": "d",
    "FLYTE_INTERNAL_EXECUTION_ID": "run",
    "FLYTE_INTERNAL_TASK_NAME": "the.task",
    "FLYTE_INTERNAL_TASK_VERSION": "v1",
}
INDEX = {"BATCH_JOB_ARRAY_INDEX_VAR_NAME": "FLYTE_K8S_ARRAY_INDEX", "FLYTE_K8S_ARRAY_INDEX": "1"}


def stored(content: bytes) -> Callable[[Store], literals_pb2.Literal]:
    """An input that is a file of the store."""
    return lambda store: literals_pb2.Literal(
        scalar={"blob": {"metadata": {"type": {}}, "uri": store.write("inputs/notes.txt", content).removeprefix("file://")}}
    )


def stored_folder(store: Store) -> literals_pb2.Literal:
    """An input that is a folder of the store."""
    store.write("inputs/folder/a.txt", b"a")
    store.write("inputs/folder/sub/b.txt", b"b")
    return literals_pb2.Literal(scalar={"blob": {"metadata": {"type": {"dimensionality": 1}}, "uri": f"{store.uri}/inputs/folder"}})


@dataclass(frozen=True, kw_only=True)
class Case:
    """One task, and how it runs. `leaves` are the files that both must leave."""

    task: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    code: str = "in the image"
    leaves: frozenset[str] = frozenset({"outputs.pb"})
    bare: bool = False
    wrapped: tuple[str, ...] = ()
    rendered: Mapping[str, str] = field(default_factory=dict)
    index: str = ""


def case(name: str, task: str, /, *, leaves: str = "outputs.pb", **more: Any) -> Any:
    return pytest.param(Case(task=task, leaves=frozenset(leaves.split()), **more), id=name)


def plain(name: str, task: str, /, **inputs: Any) -> Any:
    return pytest.param(Case(task=f"plain_tasks.{task}", inputs=inputs, bare=True), id=name)


def special(name: str, task: str, /, *, leaves: str = "outputs.pb", inputs: Mapping[str, Any] | None = None, **more: Any) -> Any:
    return case(name, f"flytekit_tasks.{task}", leaves=leaves, inputs=inputs or {}, **more)


TAR, PICKLE = "in a tar.gz", "in a pkl.gz"
CASES = [
    plain("integers", "add", a=2, b=3),
    plain("a float, with a default left out", "divide", a=5.0),
    plain("text that isn't ASCII", "greet", name="Ärger"),
    plain("a boolean", "invert", flag=True),
    plain("no inputs and no outputs", "nothing"),
    plain("several outputs", "several", a=3),
    plain("outputs named by a NamedTuple", "named", a=7, b=3),
    plain("a list", "doubled", items=[1, 2, 3]),
    plain("an empty list", "doubled", items=[]),
    plain("lists in dicts in lists", "nested", items=[{"a": [1]}, {"b": []}]),
    plain("a typed dict", "counted", words=["b", "a", "b"]),
    plain("an untyped dict", "untyped", value={"n": 1, "list": [1, {"deep": None}]}),
    plain("an optional value", "maybe", a=3),
    plain("an optional value that is None", "maybe", a=None),
    plain("a union, by its second branch", "either", a="x"),
    plain("a moment and a duration", "later", moment=NOON, delay=timedelta(hours=1, microseconds=5)),
    plain("a duration made of moments", "span", start=NOON, end=NOON - timedelta(days=1)),
    plain("an Enum", "other", colour="green"),
    plain("a dataclass", "moved", point=None),
    plain("an async function", "awaited", a=1),
    plain("an exception", "failing", a=1),
    case("a file in, a file out", "file_tasks.shout", inputs={"file": stored(b"hush")}, bare=True),
    case("a file with a format", "file_tasks.typed", inputs={"text": "a,b\n"}, bare=True),
    case("a remote file passed on", "file_tasks.passed_on", inputs={"file": stored(b"x")}, bare=True),
    case("a list of files", "file_tasks.parts", inputs={"count": 3}, bare=True),
    case("a folder out", "folder_tasks.folder", inputs={"names": ["a", "sb"]}, bare=True),
    case("a folder in", "folder_tasks.listed", inputs={"folder": stored_folder}, bare=True),
    special("decks", "with_deck", inputs={"a": 1}, leaves="outputs.pb deck.html"),
    special("the execution's identity", "identity", environment=IDENTITY),
    special("a secret from the environment", "secret", environment={"_FSEC_GROUP_KEY": "hidden"}),
    special("a first checkpoint", "checkpointed", inputs={"n": 1}, rendered={"prevCheckpointPrefix": '""'}),
    special("a hash for the cache", "hashed", inputs={"a": 1}),
    special("a pickled set", "pickled", inputs={"a": 1}),
    special("a pickle in and out", "anything", inputs={"value": {1, 2}}),
    special("a cached task with retries", "cached", inputs={"a": 4}),
    special("a task with a pod template", "in_pod", inputs={"a": 4}),
    special("a recoverable error", "recoverable", leaves="error.pb"),
    special("an error of the user's", "failing", leaves="error.pb"),
    special("outputs that are to be ignored", "ignoring", leaves=""),
    special("a dynamic task", "spawning", inputs={"n": 2}, leaves="futures.pb"),
    special("a dynamic task with code of its own", "spawning", inputs={"n": 2}, leaves="futures.pb", code=TAR),
    special("a dynamic task that makes no nodes", "spawning_nothing", inputs={"n": 2}),
    special("a dynamic task that makes a map task", "spawning_maps", inputs={"items": [1, 2]}, leaves="futures.pb"),
    special("files left in flytekit's engine_dir", "leaving", inputs={"a": 1}, leaves="outputs.pb sub/note.txt"),
    special("… by a dynamic task", "spawning_and_leaving", inputs={"n": 1}, leaves="futures.pb sub/note.txt"),
    special("an eager task that calls nothing", "eager_alone", inputs={"a": 1}, leaves="outputs.pb deck.html", environment=IDENTITY),
    special("an async task of flytekit's", "awaited", inputs={"a": 1}),
    case("one element of a mapped plain function", "map_tasks.each", inputs={"a": [5, 6]}, environment=INDEX, bare=True),
    case("… with bound inputs", "map_tasks.each_with", inputs={"a": [5, 6], "b": "x", "c": 0.5}, environment=INDEX, bare=True),
    special("one element of a map task", "mapped", inputs={"a": [5, 6, 7]}, environment=INDEX),
    special("… with an offset", "mapped", inputs={"a": [5, 6, 7]}, environment=INDEX | {"BATCH_JOB_ARRAY_INDEX_OFFSET": "1"}),
    special("… with a bound input", "bound_mapped", inputs={"a": [5, 6], "label": "x"}, environment=INDEX),
    special("… with code of its own", "mapped", inputs={"a": [5, 6, 7]}, environment=INDEX, code=TAR),
    special("… of the legacy kind, below a folder of its index", "legacy_mapped", inputs={"a": [5, 6]}, environment=INDEX, index="1/"),
    special("a shell task", "shell", inputs={"word": "hello"}),
    special("a task stored in its resolver", "stored", inputs={"a": 3}),
    special("a resolver of the user's own", "resolved", inputs={"a": 3}),
    special("an instance task", "instance", inputs={"a": 3}),
    special("a shim task, of which only the template is known", "shim", inputs={"name": "Ada"}),
    special("a workflow's task in a venv", "one", inputs={"a": 3}, wrapped=("flytekit_venv",)),
    special("a task called through the module", "one", inputs={"a": 3}, wrapped=("python", "-m", "flytekit.bin.entrypoint")),
    special("variables that nobody rendered", "one", inputs={"a": 3}, rendered={"prevCheckpointPrefix": "{{.prevCheckpointPrefix}}"}),
    case("fast registration, flytekit's task", "flytekit_tasks.one", inputs={"a": 3}, code=TAR),
    case("fast registration, a plain function", "plain_tasks.add", inputs={"a": 3, "b": 4}, code=TAR, bare=True),
    case("a notebook's pickled task", "flytekit_tasks.one", inputs={"a": 3}, code=PICKLE),
    case("Union's decorator", "union_tasks.halved", inputs={"a": 3}),
    case("a data frame", "pandas_tasks.grown", inputs={"frame": None}),
]
EXPECTED_LEAVES = {"plain_tasks.failing": frozenset({"error.pb"})}


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def bare_python() -> Path:
    """A Python that has what the executor needs, and no flytekit."""
    return environment_of(Path(sys.executable).resolve(), NEEDED, constraints=ROOT / "constraints.txt")


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Runs a case's command line, in a folder and below a prefix of its own."""

    case: Case
    store: Store
    folder: Path
    start: Path

    def inputs(self) -> None:
        values = {name: value(self.store) if callable(value) else value for name, value in self._values().items()}
        self.store.write("inputs.pb", literals(self.case.task, values).SerializeToString())

    def _values(self) -> dict[str, Any]:
        values = dict(self.case.inputs)
        if self.case.task == "plain_tasks.moved":
            values["point"] = find("plain_tasks.Point")(x=1, y=3.0, tags=["t"])
        if self.case.task == "plain_tasks.other":
            values["colour"] = find("plain_tasks.Colour")(values["colour"])
        if self.case.task == "pandas_tasks.grown":
            import pandas as pd

            values["frame"] = pd.DataFrame({"a": [1, 2]})
        return values

    def run(self, who: str, *, python: Path | None = None) -> Left:
        """`who`: "theirs", or "ours" and "bare" by `python`."""
        prefix = f"{self.store.uri}/{who}"
        work = self.folder / who
        work.mkdir()
        destination = self._code(work, bare=who == "bare")
        command = self._command(prefix, destination)
        environment = clean_environment() | dict(self.case.environment) | dict(self.store.environment)
        environment["PATH"] = f"{BIN}:{environment['PATH']}"
        if python is None:
            command = [*self.case.wrapped, *command] if self.case.wrapped[:1] == ("python",) else command
        else:
            command = [str(python), str(self.start), *self.case.wrapped, *command]
        done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, f"{who}: {command}\n{done.stdout}\n{done.stderr}"
        return Left(files=self.store.below(f"{prefix}/0"), prefix=prefix, folder=str(work), store=self.store)

    def _code(self, work: Path, *, bare: bool) -> Path:
        """Where the code is: in the current folder, or unpacked by fast registration into another that isn't there yet."""
        source = work if self.case.code == "in the image" else self.folder / f"{work.name}-source"
        for module in [*TASKS.glob("*.py"), TASKS / "union" / "__init__.py"]:
            target = source / module.relative_to(TASKS)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(without_flytekit(module.read_text()) if bare else module.read_text())
        if self.case.code == TAR:
            archive = self.folder / f"{work.name}.tar.gz"
            with tarfile.open(archive, "w:gz") as tar:
                tar.add(source, arcname=".")
            self.store.write(f"{work.name}/code.tar.gz", archive.read_bytes())
            if work.name == "theirs":
                (work / "code").mkdir()  # ours makes it
        return work / "code" if self.case.code == TAR else work

    def _command(self, prefix: str, destination: Path) -> list[str]:
        fast = None
        if self.case.code == TAR:
            fast = FastSerializationSettings(enabled=True, destination_dir="{{.dest}}", distribution_location="{{.code}}")
        serialized = serialize(self.case.task, fast=fast)
        arguments = serialized.arguments
        if fast and arguments[0] != "pyflyte-fast-execute":
            arguments = ("pyflyte-fast-execute", "--additional-distribution", "{{.code}}", "--dest-dir", "{{.dest}}", "--", *arguments)
        if self.case.code == PICKLE:
            arguments = self._pickled(arguments)
        values = {
            "input": f"{self.store.uri}/inputs.pb",
            "outputPrefix": f"{prefix}/0",
            "rawOutputDataPrefix": f"{prefix}/raw".removeprefix("file://"),  # flytekit makes no folders below file://
            "checkpointOutputPrefix": f"{prefix}/checkpoint",
            "prevCheckpointPrefix": '""',
            "taskTemplatePath": self.store.write("task.pb", serialized.template.SerializeToString()),
            "code": f"{prefix}/code.tar.gz",
            "dest": str(destination),
        }
        return rendered(arguments, values | dict(self.case.rendered))

    def _pickled(self, arguments: tuple[str, ...]) -> tuple[str, ...]:
        """As from a notebook: the entity itself is pickled, and found by its name."""
        import gzip

        from flytekit.core.python_auto_container import PickledEntity, PickledEntityMetadata

        version = ".".join(map(str, sys.version_info[:3]))
        entities = {"it": find(self.case.task)}
        pickle = cloudpickle.dumps(PickledEntity(metadata=PickledEntityMetadata(python_version=version), entities=entities))
        uri = self.store.write("code/pkl.gz", gzip.compress(pickle))
        resolver = "flytekit.core.python_auto_container.default_notebook_task_resolver"
        options = arguments[: arguments.index("--resolver")]
        inner = (*options, "--resolver", resolver, "--", "entity-name", "it")
        return ("pyflyte-fast-execute", "--additional-distribution", uri, "--dest-dir", ".", "--", *inner)


def without_flytekit(source: str) -> str:
    """The change of import that moves a task to Glider."""
    return re.sub(r"^from flytekit[\w.]* import", "from glider import", source, flags=re.MULTILINE)


@pytest.mark.s3
@pytest.mark.parametrize("case", CASES)
def test_a_command_line_of_flytekit_s_gives_the_same_under_both(
    case: Case, s3: Any, tmp_path: Path, start: Path, bare_python: Path
) -> None:
    check(Runner(case=case, store=Store.on_s3(s3), folder=tmp_path, start=start), bare_python)


ON_FILES = [
    each for each in CASES if each.id in ("integers", "a file in, a file out", "a dynamic task", "fast registration, a plain function")
]


@pytest.mark.parametrize("case", ON_FILES)
def test_the_same_on_files(case: Case, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, start: Path, bare_python: Path) -> None:
    store = Store.on_files(tmp_path_factory.mktemp("store"))
    check(Runner(case=case, store=store, folder=tmp_path, start=start), bare_python)


@pytest.mark.parametrize("code", ["in the image", TAR])
def test_no_module_of_flytekit_s_is_imported_for_a_plain_function(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, start: Path, code: str
) -> None:
    store = Store.on_files(tmp_path_factory.mktemp("store"))
    runner = Runner(case=Case(task="plain_tasks.flytekit_is_imported", code=code), store=store, folder=tmp_path, start=start)
    runner.inputs()
    outputs = runner.run("bare", python=Path(sys.executable)).outputs
    assert outputs is not None
    assert not outputs.literals["o0"].scalar.primitive.boolean


def check(runner: Runner, bare_python: Path) -> None:
    case = runner.case
    if case.task.startswith("pandas"):
        pytest.importorskip("pandas")
    runner.inputs()
    with ThreadPoolExecutor(2) as pool:
        theirs = pool.submit(runner.run, "theirs")
        ours = pool.submit(runner.run, "ours", python=Path(sys.executable))
        bare = pool.submit(runner.run, "bare", python=bare_python) if case.bare else None
    assert set(theirs.result().files) == {f"{case.index}{name}" for name in EXPECTED_LEAVES.get(case.task, case.leaves)}
    assert ours.result().meaning == theirs.result().meaning
    if bare is not None:
        assert bare.result().meaning == theirs.result().meaning
