"""What flytekit moves goes through our storage: the same files as flytekit's own command leaves, without s3fs."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flyteidl.core import literals_pb2

from glider.settings.reading import read_settings
from glider.storage.objectfiles import CLASSES, ObjectFiles
from glider.storage.store import Storage
from glider.wire.errors import Kind, Origin, decode_error
from glider.wire.summary import decode_summary

pytestmark = pytest.mark.s3
pytest.importorskip("pandas")
pytest.importorskip("pyarrow")

BIN = Path(sys.executable).parent
RESOLVER = "flytekit.core.python_auto_container.default_task_resolver"

MODULE = """
import pathlib, sys, typing
import pandas as pd
import pyarrow as pa
from flytekit import StructuredDataset, current_context, task
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile

class Odd:
    def __init__(self, x): self.x = x

def tell_what_is_imported():
    print("imported:", sorted({"s3fs", "aiobotocore"} & sys.modules.keys()), file=sys.stderr)

@task
def make() -> typing.NamedTuple("Made", local=FlyteFile, streamed=FlyteFile, folder=FlyteDirectory, frame=pd.DataFrame,
                                table=pa.Table, odd=Odd, csv=StructuredDataset):
    here = pathlib.Path(current_context().working_directory) / "folder"
    (here / "sub").mkdir(parents=True)
    (here / "a.txt").write_text("a")
    (here / "sub" / "b.txt").write_text("bb")
    (here.parent / "page.html").write_text("<p>")
    streamed = FlyteFile.new_remote_file("streamed.txt")
    with streamed.open("w") as file:
        file.write("hello")
    frame = pd.DataFrame({"x": [1, 2, 3], "y": ["a", "b", "c"]})
    tell_what_is_imported()
    return (FlyteFile(str(here.parent / "page.html")), streamed, FlyteDirectory(str(here)), frame, pa.table({"z": [1.5, 2.5]}), Odd(7),
            StructuredDataset(dataframe=frame))

@task
def read(local: FlyteFile, streamed: FlyteFile, folder: FlyteDirectory, frame: pd.DataFrame, odd: Odd,
         csv: StructuredDataset) -> typing.List[str]:
    here = pathlib.Path(folder.download())
    tree = sorted(str(path.relative_to(here)) for path in here.rglob("*"))
    with streamed.open("r") as file:
        text = file.read()
    tell_what_is_imported()
    return [open(local).read(), text, *tree, str(frame.x.sum()), str(odd.x), "".join(csv.open(pd.DataFrame).all().y)]

@task
def stroll(folder: FlyteDirectory, table: pa.Table) -> typing.List[str]:
    listed = sorted(str(entry.remote_source).rsplit("/", 1)[1] for entry in FlyteDirectory.listdir(folder))
    return [*listed, *sorted(str(path) for _, path in folder.crawl()), str(sum(table["z"].to_pylist()))]

@task
def own_options(endpoint: str, uri: str) -> str:
    import fsspec
    files = fsspec.filesystem("s3", key="key", client_kwargs={"endpoint_url": endpoint})
    return type(files).__module__

def content(file):
    return open(file).read()

@task
def in_children(files: typing.List[FlyteFile]) -> typing.List[str]:
    import multiprocessing
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return pool.map(content, files)

@task
def dangling() -> FlyteDirectory:
    here = pathlib.Path(current_context().working_directory) / "dangling"
    here.mkdir()
    (here / "x").touch()
    (here / "link").symlink_to("nowhere")
    return FlyteDirectory(str(here))

@task
def missing(local: FlyteFile) -> str:
    return open(local).read()
"""
READ = ["<p>", "hello", "a.txt", "sub", "sub/b.txt", "6", "7", "abc"]


@dataclass(frozen=True, kw_only=True)
class Site:
    """A folder with the module, and a prefix on the store."""

    folder: Path
    prefix: str
    environment: Mapping[str, str]

    @property
    def storage(self) -> Storage:
        return Storage(read_settings(self.environment).storage)

    @property
    def files(self) -> ObjectFiles:
        storage = self.storage
        assert storage.objects is not None
        return CLASSES["s3"](storage=storage, objects=storage.objects)

    def run(
        self, program: str, task: str, inputs: literals_pb2.LiteralMap | None = None, **environment: str
    ) -> tuple[str, subprocess.CompletedProcess[str]]:
        """The output prefix, and how the process ended."""
        out = f"{self.prefix}/{uuid.uuid4().hex}"
        self.storage.write(f"{out}/inputs.pb", (inputs or literals_pb2.LiteralMap()).SerializeToString())
        options = ["--inputs", f"{out}/inputs.pb", "--output-prefix", out, "--raw-output-data-prefix", f"{out}/raw"]
        done = subprocess.run(
            [str(BIN / program), *options, "--resolver", RESOLVER, "--", "task-module", "app", "task-name", task],
            cwd=self.folder,
            env={**os.environ, **self.environment, **environment, "FLYTE_INTERNAL_EXECUTION_ID": "run"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return out, done

    def outputs(self, out: str) -> literals_pb2.LiteralMap:
        return literals_pb2.LiteralMap.FromString(self.storage.read(f"{out}/outputs.pb"))


@pytest.fixture
def site(s3: Any, tmp_path: Path) -> Site:
    (tmp_path / "app.py").write_text(MODULE)
    return Site(folder=tmp_path, prefix=f"s3://{s3.bucket}/test-{uuid.uuid4().hex}", environment=s3.env)


def strings(literal: literals_pb2.Literal) -> list[str]:
    return [item.scalar.primitive.string_value for item in literal.collection.literals]


def chosen(outputs: literals_pb2.LiteralMap, *names: str) -> literals_pb2.LiteralMap:
    return literals_pb2.LiteralMap(literals={name: outputs.literals[name] for name in names})


def contents(site: Site, out: str) -> list[tuple[str, str]]:
    """What lies below the raw prefix, by its name without the random folders, and a digest of what it holds."""
    return sorted(
        (
            "/".join(part for part in name.split("/raw/")[1].split("/") if len(part) != 32),
            hashlib.md5(site.files.cat_file(name)).hexdigest(),
        )
        for name in site.files.find(f"{out}/raw")
    )


def test_both_leave_the_same_files(site: Site) -> None:
    ours, theirs = site.run("glider-execute", "make")[0], site.run("pyflyte-execute", "make")[0]
    assert contents(site, ours) == contents(site, theirs)
    assert [name for name, _ in contents(site, ours)] == ["", "00000", "00000", "00000", "a.txt", "page.html", "streamed.txt", "sub/b.txt"]


@pytest.mark.parametrize("writer", ["glider-execute", "pyflyte-execute"])
@pytest.mark.parametrize("reader", ["glider-execute", "pyflyte-execute"])
def test_each_reads_what_the_other_wrote(site: Site, writer: str, reader: str) -> None:
    made = site.outputs(site.run(writer, "make")[0])
    out, _ = site.run(reader, "read", chosen(made, "local", "streamed", "folder", "frame", "odd", "csv"))
    assert strings(site.outputs(out).literals["o0"]) == READ


def test_s3fs_is_never_imported_and_every_byte_is_counted(site: Site) -> None:
    log = site.folder / "termination-log"
    under_glider: dict[str, Any] = {"GLIDER_EXECUTION": "ns/run", "GLIDER_TERMINATION_LOG": str(log)}
    out, made = site.run("glider-execute", "make", **under_glider)
    written = decode_summary(log.read_text())
    _, read = site.run(
        "glider-execute", "read", chosen(site.outputs(out), "local", "streamed", "folder", "frame", "odd", "csv"), **under_glider
    )
    summary = decode_summary(log.read_text())
    assert "imported: []" in made.stderr
    assert "imported: []" in read.stderr
    assert written is not None
    assert written.usage.bytes_out == sum(site.files.du(f"{out}/{name}") for name in ("raw", "outputs.pb"))
    assert summary is not None
    assert summary.usage.bytes_in > written.usage.bytes_out / 2


def test_fsspec_can_be_had_instead_and_its_files_and_folders_are_counted_too(site: Site) -> None:
    log = site.folder / "termination-log"
    out, done = site.run(
        "glider-execute", "make", GLIDER_STORAGE_ENGINE="fsspec", GLIDER_EXECUTION="ns/run", GLIDER_TERMINATION_LOG=str(log)
    )
    assert "imported: ['aiobotocore', 's3fs']" in done.stderr
    summary = decode_summary(log.read_text())
    assert summary is not None
    counted = ("page.html", "/a.txt", "/b.txt")
    files = {name: site.files.size(name) for name in site.files.find(f"{out}/raw") if name.endswith(counted)}
    assert len(files) == 3
    assert summary.usage.bytes_out >= sum(files.values()) + site.files.size(f"{out}/outputs.pb")
    assert summary.usage.timings["upload"] > 0


def test_folders_are_listed_and_crawled_and_arrow_tables_come_in_where_flytekit_fails(site: Site) -> None:
    made = site.outputs(site.run("glider-execute", "make")[0])
    out, _ = site.run("glider-execute", "stroll", chosen(made, "folder", "table"))
    assert strings(site.outputs(out).literals["o0"]) == ["a.txt", "sub", "a.txt", "sub/b.txt", "4.0"]


def test_a_users_own_options_get_s3fs(site: Site) -> None:
    inputs = literals_pb2.LiteralMap()
    inputs.literals["endpoint"].scalar.primitive.string_value = site.environment["FLYTE_AWS_ENDPOINT"]
    inputs.literals["uri"].scalar.primitive.string_value = site.prefix
    out, _ = site.run("glider-execute", "own_options", inputs)
    assert site.outputs(out).literals["o0"].scalar.primitive.string_value == "s3fs.core"


NATIVE = """
import multiprocessing
from glider import FlyteFile

def content(file):
    return open(file).read()

def in_children(files: list[FlyteFile]) -> list[str]:
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return pool.map(content, files)
"""


@pytest.mark.parametrize("module", [pytest.param(NATIVE, id="a plain function"), pytest.param(MODULE, id="a flytekit task")])
def test_forked_children_read_too(site: Site, module: str) -> None:
    """Obstore's threads don't survive a fork; fsspec takes over in the child."""
    (site.folder / "app.py").write_text(module)
    inputs = literals_pb2.LiteralMap()
    for name in ("a", "b", "c"):
        site.storage.write(f"{site.prefix}/{name}", name.encode())
        inputs.literals["files"].collection.literals.add().scalar.blob.uri = f"{site.prefix}/{name}"
    out, _ = site.run("glider-execute", "in_children", inputs)
    assert strings(site.outputs(out).literals["o0"]) == ["a", "b", "c"]


def test_what_is_not_there_is_told_by_its_uri(site: Site) -> None:
    inputs = literals_pb2.LiteralMap()
    inputs.literals["local"].scalar.blob.uri = f"{site.prefix}/nothing"
    out, _ = site.run("glider-execute", "missing", inputs)
    error = decode_error(site.storage.read(f"{out}/error.pb"))
    assert f"{site.prefix}/nothing" in error.message


def test_a_folder_that_cannot_be_stored_is_for_the_task_to_mend(site: Site) -> None:
    out, _ = site.run("glider-execute", "dangling")
    error = decode_error(site.storage.read(f"{out}/error.pb"))
    assert (error.code, error.kind, error.origin) == ("InvalidOutput", Kind.NON_RECOVERABLE, Origin.USER)
    assert 'the link "link" points at nowhere, which is not there' in error.message


def test_objects_carry_the_executions_names_and_their_type(site: Site) -> None:
    import s3fs

    out, _ = site.run("glider-execute", "make", FLYTE_INTERNAL_EXECUTION_PROJECT="p")
    plain, _ = site.run("glider-execute", "make", FLYTE_PERSISTENCE_ATTACH_EXECUTION_METADATA="false")
    names = {"key": site.environment["FLYTE_AWS_ACCESS_KEY_ID"], "secret": site.environment["FLYTE_AWS_SECRET_ACCESS_KEY"]}
    client = s3fs.S3FileSystem(**names, endpoint_url=site.environment["FLYTE_AWS_ENDPOINT"])
    [page] = [name for name in site.files.find(f"{out}/raw") if name.endswith("page.html")]
    assert client.info(page)["ContentType"] == "text/html"
    assert client.metadata(page) == {"flyte-execution-name": "run", "flyte-execution-project": "p"}
    assert client.metadata(f"{out}/outputs.pb") == client.metadata(page)
    assert client.metadata(f"{plain}/outputs.pb") == {}


def test_the_filesystem_does_what_fsspec_asks_of_one(site: Site, tmp_path: Path) -> None:
    files, here = site.files, site.prefix
    with files.open(f"{here}/t/a/b.txt", "w") as file:
        file.write("first\nsecond")
    files.pipe_file(f"{here}/t/c", b"0123456789")
    files.touch(f"{here}/t/empty")
    key = here.removeprefix("s3://")
    assert files.ls(f"{here}/t", detail=False) == [f"{key}/t/a", f"{key}/t/c", f"{key}/t/empty"]
    assert files.find(f"{here}/t") == [f"{key}/t/a/b.txt", f"{key}/t/c", f"{key}/t/empty"]
    assert [files.cat_file(f"{here}/t/c", *part) for part in ((2, 4), (-3, None), (None, 2), (4, -4))] == [b"23", b"789", b"01", b"45"]
    assert (files.isdir(f"{here}/t/a"), files.isfile(f"{here}/t/c"), files.exists(f"{here}/t/d")) == (True, True, False)
    with files.open(f"{here}/t/c", "rb") as file:
        file.seek(-2, os.SEEK_END)
        assert file.read() == b"89"
    files.get(f"{here}/t/", f"{tmp_path}/copy/", recursive=True)
    assert sorted(str(path.relative_to(tmp_path / "copy")) for path in (tmp_path / "copy").rglob("*")) == ["a", "a/b.txt", "c", "empty"]
    files.copy(f"{here}/t/c", f"{here}/d")
    files.rm(f"{here}/t", recursive=True)
    assert files.find(here) == [f"{key}/d"]
    with pytest.raises(FileNotFoundError):
        files.ls(f"{here}/t")


def test_a_stream_that_fails_leaves_nothing(site: Site) -> None:
    with pytest.raises(ValueError, match="no"), site.files.open(f"{site.prefix}/half", "wb") as file:
        file.write(b"0" * (20 << 20))
        raise ValueError("no")
    assert not site.files.exists(f"{site.prefix}/half")


def test_a_large_stream_comes_back_as_it_went(site: Site) -> None:
    data = os.urandom((40 << 20) + 7)
    with site.files.open(f"{site.prefix}/large", "wb") as file:
        for start in range(0, len(data), 1 << 20):
            file.write(data[start : start + (1 << 20)])
    assert site.files.cat_file(f"{site.prefix}/large") == data


def test_a_large_read_fetches_its_bytes_once_and_small_ones_read_ahead(site: Site) -> None:
    data = os.urandom((5 << 20) + 3)
    files = site.files
    files.pipe_file(f"{site.prefix}/columns", data)
    traffic = files._storage.traffic
    with files.open(f"{site.prefix}/columns", "rb") as file:
        before = traffic.bytes_in
        file.seek(1 << 20)
        assert file.read(3 << 20) == data[1 << 20 : 4 << 20]
        assert traffic.bytes_in - before == 3 << 20
        assert (file.read(10), file.tell()) == (data[4 << 20 : (4 << 20) + 10], (4 << 20) + 10)
        assert file.read() == data[(4 << 20) + 10 :]
        assert (file.read(), file.read(5)) == (b"", b"")
        file.seek(0)
        assert file.read() == data
