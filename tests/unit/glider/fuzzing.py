"""Runs the executor on thousands of broken inputs, bundles and configurations, and prints what went wrong.

    python -m tests.unit.glider.fuzzing inputs|bundles|settings SEED CASES

One process imports everything once; it forks one child for a batch of cases, which runs them one after the other as the command
line would. A case is made from its own number and the seed alone, so that it can be run again.
"""

from __future__ import annotations

import base64
import io
import os
import random
import shutil
import sys
import tarfile
import tempfile
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from glider.cli.commands import command_of
from glider.runtime.guard import run
from glider.settings import entries
from glider.settings.entries import Entry
from glider.wire.errors import decode_error
from glider.wire.jsonform import Literal, LiteralMap
from glider.wire.summary import decode_summary
from tests.unit.glider.support import DEFAULT_RESOLVER, literal

BATCH = 100
TASKS = """
import datetime, enum, typing
from dataclasses import dataclass
from glider import FlyteDirectory, FlyteFile

class Color(enum.Enum):
    RED = "red"

@dataclass
class Point:
    x: int
    y: typing.Optional[float] = None

def simple(a: int, b: str) -> str:
    return b * (a % 3)

def nested(a: typing.List[typing.Dict[str, int]], b: typing.Optional[typing.Union[int, str]] = None) -> int:
    return len(a)

def moments(a: datetime.datetime, b: datetime.timedelta, c: Color) -> datetime.datetime:
    return a + b

def structs(a: Point, b: dict) -> Point:
    return a

def files(a: FlyteFile, b: FlyteDirectory) -> None: ...

def nothing() -> None: ...
"""
NAMES = ("simple", "nested", "moments", "structs", "files", "nothing")


@dataclass(kw_only=True)
class Case:
    """One run: a command line after the program's name, files to lie in its folder, and environment."""

    program: str = "execute"
    arguments: list[str] = field(default_factory=list)
    files: Mapping[str, bytes] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


def command(task: str) -> list[str]:
    options = ["--inputs", "inputs.pb", "--output-prefix", "out", "--raw-output-data-prefix", "raw"]
    return [*options, "--resolver", DEFAULT_RESOLVER, "--", "task-module", "fuzzed_tasks", "task-name", task]


# --- what is broken


def mutated(data: bytes, chance: random.Random) -> bytes:
    """`data` with a few bytes changed, cut out, doubled or put in."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        at, end = sorted(chance.randrange(len(changed) + 1) for _ in "ab")
        match chance.randrange(6):
            case 0 if changed:
                changed[at - 1] ^= 1 << chance.randrange(8)
            case 1:
                del changed[at : min(end, at + 9)]
            case 2:
                changed[at:at] = changed[at : min(end, at + 99)]
            case 3:
                changed[at:at] = chance.randbytes(chance.randint(1, 9))
            case 4 if chance.random() < 0.3:
                del changed[at:]
            case _ if changed:
                changed[at - 1] = chance.choice((0, 0x7F, 0x80, 0xFF))
    return bytes(changed)


def inputs(chance: random.Random) -> Case:
    task = chance.choice(NAMES)
    names = {"simple": "ab", "moments": "abc", "nothing": ""}.get(task, "ab") if chance.random() < 0.8 else "abcd"[: chance.randint(0, 4)]
    literals = LiteralMap(literals={name: _literal(chance, depth=0) for name in names})
    data = literals.SerializeToString()
    match chance.randrange(8):
        case 0:
            data = chance.randbytes(chance.randint(0, 300))
        case 1 | 2 | 3 | 4:
            data = mutated(data, chance)
    if chance.random() < 0.3:
        text = base64.b64encode(data).decode()
        return Case(arguments=command(task), environment={"GLIDER_INLINE_INPUTS": text if chance.random() < 0.8 else text[1:] + "~"})
    return Case(arguments=command(task), files={"inputs.pb": data} if chance.random() < 0.98 else {})


def _literal(chance: random.Random, *, depth: int) -> Literal:
    match chance.randrange(9 if depth < 90 else 6):
        case 0:
            return literal(chance.choice((0, -1, 2**63 - 1, -(2**63))))
        case 1:
            return literal(chance.choice(("", "text", "\x00", "ä" * 50, "red")))
        case 2:
            return literal(chance.choice((0.0, float("nan"), float("inf"), 1e308)))
        case 3:
            return Literal(
                scalar={
                    "primitive": {chance.choice(("datetime", "duration")): {"seconds": chance.choice((0, 10**15, -(10**15))), "nanos": -5}}
                }
            )
        case 4:
            return Literal(
                scalar={"binary": {"value": chance.randbytes(chance.randint(0, 30)), "tag": chance.choice(("msgpack", "other"))}}
            )
        case 5:
            uri = chance.choice(("", "/nowhere", "file:///nowhere", "never://heard", "./out/../inputs.pb", "://", "\x00"))
            if chance.random() < 0.3:
                return Literal(offloaded_metadata={"uri": uri, "size_bytes": 5})
            return Literal(scalar={"blob": {"uri": uri, "metadata": {"type": {"format": "x", "dimensionality": chance.randrange(2)}}}})
        case 6:
            return Literal(scalar={"union": {"value": _literal(chance, depth=depth + 1)}})
        case 7:
            return Literal(collection={"literals": [_literal(chance, depth=depth + 1) for _ in range(chance.randrange(3))]})
        case _:
            key = chance.choice(("k", "", "x" * 99))
            return Literal(map={"literals": {key: _literal(chance, depth=depth + 1)}})


def bundles(chance: random.Random) -> Case:
    name = chance.choice(("code.tar.gz", "code.tar.gz", "code.tar.gz", "pkl.gz", "code.zip", "{{ .remote_package_path }}"))
    data = _archive(chance)
    if chance.random() < 0.6:
        data = mutated(data, chance) if chance.random() < 0.8 else chance.randbytes(chance.randint(0, 500))
    options = ["--additional-distribution", name, "--dest-dir", chance.choice(("code", ".", "deep/er", "inputs.pb", "{{ .dest_dir }}"))]
    return Case(
        program="fast-execute",
        arguments=[*options, "--", "pyflyte-execute", *command("nothing")],
        files={"inputs.pb": b"", name: data},
    )


def _archive(chance: random.Random) -> bytes:
    target = io.BytesIO()
    compression = chance.choice(("gz", "gz", "", "bz2"))
    with tarfile.open(fileobj=target, mode=f"w:{compression}", format=chance.choice((tarfile.PAX_FORMAT, tarfile.GNU_FORMAT))) as archive:  # type: ignore[call-overload]
        for _ in range(chance.randint(0, 5)):
            member = tarfile.TarInfo(chance.choice(("a.py", "../up", "/tmp/glider-fuzz-abs", "d/e/f", "d", "", "x" * 300, "ä\udcff")))
            member.type = chance.choice(
                (tarfile.REGTYPE,) * 4 + (tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE)
            )
            member.linkname = chance.choice(("a.py", "..", "/etc/passwd", "d/e/f", "nowhere"))
            member.mode = chance.choice((0o644, 0o000, 0o7777))
            member.size = chance.randint(0, 99) if member.type == tarfile.REGTYPE else 0
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return target.getvalue()


#: Those that only say where something is, or would start pip or ask a name server.
_LEFT_ALONE = {"FLYTE_STATSD_HOST", "FLYTE_SECRETS_HOST"}
_ENTRIES = [entry for entry in vars(entries).values() if isinstance(entry, Entry) and entry.variable not in _LEFT_ALONE]
_VARIABLES = (
    *(entry.variable for entry in _ENTRIES),
    "GLIDER_STORAGE",
    "GLIDER_STORAGE_ENGINE",
    "GLIDER_INLINE_INPUTS",
    "GLIDER_TERMINATION_GRACE_PERIOD_SECONDS",
    "GLIDER_ATTEMPT_TIMEOUT_SECONDS",
    "FLYTE_ATTEMPT_NUMBER",
    "FLYTE_SDK_LOGGING_LEVEL",
    "FLYTE_SDK_LOGGING_FORMAT",
    "FLYTE_INTERNAL_EXECUTION_ID",
    "_F_L_MIN_SIZE_MB",
    "_F_L_MAX_SIZE_MB",
    "_F_SS_C",
    "_F_DES",
    "_F_WN",
    "HOSTNAME",
)
_VALUES = (
    "",
    " ",
    "0",
    "-1",
    "1e9999",
    "nan",
    "99999999999999999999",
    "true",
    "none",
    "fsspec",
    "obstore",
    "{{.input}}",
    "\udcff",
    "ä",
    "a b",
    "[x]",
    "10",
    "http://127.0.0.1:9",
)


def settings(chance: random.Random) -> Case:
    environment = {chance.choice(_VARIABLES): chance.choice(_VALUES) for _ in range(chance.randint(0, 4))}
    files = {"inputs.pb": LiteralMap(literals={"a": literal(2), "b": literal("x")}).SerializeToString()}
    if chance.random() < 0.6:
        name = chance.choice(("flytekit.config", "config.yaml", "config"))
        files[name] = _config(chance, name)
        environment["FLYTECTL_CONFIG"] = chance.choice((name, name, "nowhere", "."))
    return Case(arguments=command("simple"), files=files, environment=environment)


def _config(chance: random.Random, name: str) -> bytes:
    chosen = [chance.choice(_ENTRIES) for _ in range(chance.randint(0, 5))]
    value = [chance.choice(_VALUES).encode(errors="surrogateescape").decode("latin-1") for _ in chosen]
    if name.endswith("yaml"):
        text = "storage:\n  connection:\n" + "".join(f"    {entry.option}: {said}\n" for entry, said in zip(chosen, value, strict=True))
    else:
        text = "".join(f"[{entry.section}]\n{entry.option}={said}\n" for entry, said in zip(chosen, value, strict=True))
    data = text.encode("latin-1", errors="replace")
    return mutated(data, chance) if chance.random() < 0.6 else data


KINDS: Mapping[str, Callable[[random.Random], Case]] = {"inputs": inputs, "bundles": bundles, "settings": settings}


# --- running


def main(kind: str, seed: int, cases: int) -> int:
    """Runs the cases, prints the number of each that went wrong; 1 if there are any."""
    root = Path(tempfile.mkdtemp(prefix="glider-fuzz-"))
    (root / "fuzzed_tasks.py").write_text(TASKS)
    sys.path.insert(0, str(root))
    import fuzzed_tasks  # type: ignore[import-not-found]  # noqa: F401 - so that no case has to

    bad = 0
    for first in range(0, cases, BATCH):
        child = os.fork()
        if child == 0:
            os._exit(_batch(kind, seed, range(first, min(first + BATCH, cases)), root))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status:
            bad = 1
            print(f"a batch of {kind} with seed {seed} from {first} on ended with {status}; last {(root / 'last').read_text()}", flush=True)
    shutil.rmtree(root, ignore_errors=True)
    return bad


def _batch(kind: str, seed: int, numbers: range, root: Path) -> int:
    log = os.dup(1)
    for descriptor in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    kept, bad = dict(os.environ), 0
    for number in numbers:
        (root / "last").write_text(str(number))
        case = KINDS[kind](random.Random(f"{kind} {seed} {number}"))
        try:
            wrong = _run(case, root / str(number), kept)
        except BaseException:
            wrong = traceback.format_exc()
        if wrong:
            bad = 1
            os.write(log, f"{kind}, seed {seed}, case {number}: {wrong}\n  {case}\n".encode(errors="replace"))
    return bad


def _run(case: Case, folder: Path, kept: Mapping[str, str]) -> str | None:
    """What is wrong with how the case ended."""
    folder.mkdir()
    os.chdir(folder)
    for name, data in case.files.items():
        Path(name).write_bytes(data)
    os.environ.clear()
    fixed = {"GLIDER_EXECUTION": "ns/fuzz", "GLIDER_TERMINATION_LOG": "summary", "FLYTE_AWS_ENDPOINT": "http://127.0.0.1:9"}
    os.environ.update({**kept, **fixed, **case.environment})
    asked = command_of(case.program).main(args=case.arguments, prog_name="fuzz", standalone_mode=False)
    wrong = _judge(folder / "out", run(asked, os.environ), folder / "summary")
    os.chdir("/")
    shutil.rmtree(folder, ignore_errors=True)
    return wrong


def _judge(out: Path, code: int, summary_file: Path) -> str | None:
    found = sorted(path.name for path in out.glob("*.pb") if not path.name.endswith("_offloaded_metadata.pb"))
    summary = decode_summary(summary_file.read_text()) if summary_file.exists() else None
    if summary is None:
        return f"no summary; exit code {code}, {found}"
    if len(found) != 1:
        return f"expected one document, found {found}; {summary}"
    if found == ["outputs.pb"]:
        return None if code == 0 and summary.error is None else f"outputs with exit code {code}, {summary}"
    error = decode_error((out / found[0]).read_bytes())
    told = error.code and error.message and error.timestamp.year > 2000 and summary.error is not None and summary.error.code == error.code
    return None if told and code in (1, 2, 3) else f"exit code {code}, {error}, {summary}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
