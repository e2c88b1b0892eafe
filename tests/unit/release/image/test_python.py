"""An image's Python lacks what only developers need, and distributions lack parts that nothing of ours imports."""

from __future__ import annotations

import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from release.image import build, python
from release.image.root import MissingFileError, Root
from tests.conftest import ROOT

#: Imports every module of what an image starts, where what the image leaves out can't be imported.
IMPORT_ALL = """
import fnmatch, importlib, pathlib, sys

class LeftOut:
    def find_spec(self, name, path=None, target=None):
        first = name.split(".")[0]
        if any(fnmatch.fnmatch(first + suffix, pattern) for pattern in UNUSED for suffix in ("", ".py", ".so")):
            raise ModuleNotFoundError(f"{name} isn't in the image", name=name)
        below = name.replace(".", "/")
        if any(fnmatch.fnmatch(f"{below}{suffix}", pattern) for pattern in UNIMPORTED for suffix in (".py", "/__init__.py")):
            raise ModuleNotFoundError(f"{name} isn't in the image", name=name)

sys.meta_path.insert(0, LeftOut())
for source in SOURCES:
    for path in sorted(pathlib.Path(source).rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
print(len(sys.modules))
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """As python.org's image has it."""
    base = tmp_path / "base"
    for path in ("bin/python3.12", "lib/python3.12/json/__init__.py", "lib/python3.12/test/a.py", "lib/python3.12/lib-dynload/_ssl.so"):
        (base / "usr/local" / path).parent.mkdir(parents=True, exist_ok=True)
        (base / "usr/local" / path).write_text("")
    for path in ("lib/python3.12/lib-dynload/readline.cpython-312.so", "lib/python3.12/site-packages/pip/__init__.py"):
        (base / "usr/local" / path).parent.mkdir(parents=True, exist_ok=True)
        (base / "usr/local" / path).write_text("")
    (base / "usr/local/lib/python3.12/LICENSE.txt").write_text("PSF")
    (base / "usr/local/include/python3.12").mkdir(parents=True)
    (base / "usr/local/include/python3.12/patchlevel.h").write_text('#define PY_VERSION              "3.12.4"\n')
    (base / "usr/local/bin/python3").symlink_to("python3.12")
    return base


@pytest.fixture
def root(tmp_path: Path, base: Path) -> Root:
    return Root(tmp_path / "image", base=base, architecture="amd64")


@pytest.mark.parametrize("distributions", [("core", "operator"), ("core", "console"), ("core", "admin")], ids=lambda names: names[-1])
def test_everything_that_a_service_may_import_is_left_in(distributions: tuple[str, ...]) -> None:
    sources = [str(ROOT / distribution / "src") for distribution in distributions]
    script = f"UNUSED, UNIMPORTED, SOURCES = {python.UNUSED!r}, {python.UNIMPORTED!r}, {sources!r}\n{IMPORT_ALL}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def test_what_is_never_imported_is_removed(tmp_path: Path) -> None:
    kept = ["client/__init__.py", "client/api/__init__.py", "client/models/__init__.py", "client/configuration.py", "config/kube_config.py"]
    gone = [
        "aio/client/__init__.py",
        "client/api/core_v1_api.py",
        "client/models/v1_pod.py",
        "config/kube_config_test.py",
        "client/apis/x.py",
    ]
    for path in (*kept, *gone):
        (tmp_path / "kubernetes" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "kubernetes" / path).write_text("")
    python.leave_out(tmp_path)
    assert sorted(str(path.relative_to(tmp_path / "kubernetes")) for path in tmp_path.rglob("*.py")) == sorted(kept)


def test_tables_can_be_read_without_what_is_left_out(tmp_path: Path) -> None:
    """With each compression that parquet has, and the types that take most of the library."""
    times = pyarrow.array([0], type=pyarrow.timestamp("us", tz="UTC"))
    table = pyarrow.table({"time": times, "price": [Decimal("1.5")], "tags": [["a"]], "name": ["x"], "at": [{"x": 1}]})
    files = [tmp_path / f"{compression}.parquet" for compression in ("none", "snappy", "gzip", "brotli", "zstd", "lz4")]
    for file in files:
        parquet.write_table(table, file, compression=file.stem)
    [installed] = pyarrow.__path__
    shutil.copytree(installed, tmp_path / "packages" / "pyarrow", symlinks=True)
    python.leave_out(tmp_path / "packages")
    kept = sum(path.stat().st_size for path in (tmp_path / "packages").rglob("*") if path.is_file())
    assert kept < sum(path.stat().st_size for path in Path(installed).rglob("*") if path.is_file()) * 0.7
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pyarrow import parquet; import pyarrow;"
        "assert pyarrow.__path__[0].startswith(sys.argv[1]);"
        "print([next(parquet.ParquetFile(file).iter_batches()).num_rows for file in sys.argv[2:]])"
    )
    command = [sys.executable, "-S", "-c", script, str(tmp_path / "packages"), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (f"{[1] * len(files)}\n", "")


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled for this Python", "compiled for another one, or for musl"])
def test_the_bundle_s_zstandard_compresses_or_is_not_there(tmp_path: Path, compiled: bool) -> None:
    """A half that can't compress must not be found: its error would be no ImportError."""
    installed = Path(pytest.importorskip("backports.zstd", reason="Python 3.14 has its own").__path__[0])
    other = shutil.ignore_patterns(*(() if compiled else ("*.so",)))
    shutil.copytree(installed, tmp_path / "lib" / "backports" / "zstd", ignore=other)
    python.leave_out(tmp_path / "lib", python.UNIMPORTED_IN_TASKS)
    script = (
        "import sys; sys.path[:0] = sys.argv[1:]; from glider.wire import zstd;"
        "print(zstd._module() is not None, len(zstd.compress(bytes(10_000))) < 100)"
    )
    command = [sys.executable, "-S", "-c", script, str(tmp_path / "lib"), str(ROOT / "executor" / "src")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (f"{compiled} {compiled}\n", "")


def test_a_python_in_usr_local_comes_without_what_developers_need(root: Root) -> None:
    interpreter = python.interpreter(root)
    assert (interpreter.program, interpreter.version, interpreter.library) == (
        "usr/local/bin/python3.12",
        "3.12",
        "usr/local/lib/python3.12",
    )
    python.add_interpreter(root, interpreter)
    files = {
        str(path.relative_to(root.folder / "usr/local")) for path in root.folder.rglob("*") if path.suffix != ".pyc" and path.is_file()
    }
    assert files == {
        "bin/python3.12",
        "lib/python3.12/LICENSE.txt",
        "lib/python3.12/json/__init__.py",
        "lib/python3.12/lib-dynload/_ssl.so",
    }


def test_a_python_that_is_none_of_debians_packages_is_listed_itself(root: Root) -> None:
    (found,) = build._own_python(root, python.interpreter(root))
    assert (found.purl, found.licence, found.texts) == ("pkg:generic/python@3.12.4", "PSF-2.0", ("/usr/local/lib/python3.12/LICENSE.txt",))


def test_without_python_the_base_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="the base has no Python"):
        python.interpreter(Root(tmp_path / "image", base=tmp_path, architecture="arm64"))


def test_bytecode_is_the_same_wherever_and_whenever_it_is_made(tmp_path: Path) -> None:
    made = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a.py").write_text("NAMES = {'x', 'y', 'z'}\ndef f(one):\n    return one in {'a', 'b', 'c', 'd'}\n")
        python.compile_all(folder, at="/opt/a")
        (compiled,) = (folder / "__pycache__").iterdir()
        made.append(compiled.read_bytes())
    assert made[0] == made[1]
    assert str(tmp_path).encode() not in made[0]


def test_wheels_for_another_machine_are_asked_for_by_its_name() -> None:
    options = python.target_of(python="3.12", architecture="arm64")
    assert {"--python-version=3.12", "--only-binary=:all:", "--platform=manylinux_2_28_aarch64"} <= set(options)
    assert not [option for option in options if "x86_64" in option]
