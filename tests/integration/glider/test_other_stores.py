"""Azure Blob Storage, as Azurite speaks it, and Google Cloud Storage, as a translator in front of an S3 server does: all that a
task does with a store, and the ways to name the account.
"""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from flyteidl.core import literals_pb2, types_pb2

from glider.settings.model import SettingsError
from glider.settings.reading import read_settings
from glider.storage.errors import AccessDeniedError, ObjectNotFoundError
from glider.storage.folders import download_folder, upload_folder
from glider.storage.objectfiles import CLASSES
from glider.storage.store import Storage
from glider.wire.errors import decode_error
from glider.wire.summary import Summary, decode_summary
from tests.faults.faults import Answer, CutRequest, CutResponse, Fault, LoseResponse, Reset, first
from tests.faults.proxy import FaultProxy
from tests.stores.azure import CONTAINER, Azurite, azurite
from tests.stores.google import BUCKET, google

pytest.importorskip("pandas")
BIN = Path(sys.executable).parent
LARGE = (20 << 20) + 3

BODY = """
import pandas as pd, pathlib

class Report:
    def __init__(self, text): self.text = text

{decorator}
def main(f: FlyteFile, d: FlyteDirectory, frame: pd.DataFrame) -> tuple[FlyteFile, FlyteDirectory, pd.DataFrame, Report]:
    pathlib.Path("out/sub").mkdir(parents=True)
    for path in pathlib.Path(d).rglob("*"):
        if path.is_file():
            pathlib.Path("out/sub", path.name).write_bytes(path.read_bytes() * 2)
    pathlib.Path("doubled.bin").write_bytes(open(f, "rb").read() * 2)
    return FlyteFile("doubled.bin"), FlyteDirectory("out"), frame.assign(b=frame.a * 2), Report("good")

{decorator}
def read(frame: pd.DataFrame, report: Report, d: FlyteDirectory) -> str:
    return f"{{frame.b.sum()}} {{report.text}} {{sorted(p.name for p in pathlib.Path(d).rglob('*'))}}"

{decorator}
def fail():
    raise ValueError("no")
"""
TASKS = {
    "a plain function": "from glider import FlyteDirectory, FlyteFile\n" + BODY.format(decorator=""),
    "a flytekit task": "from flytekit import task\nfrom flytekit.types.directory import FlyteDirectory\n"
    "from flytekit.types.file import FlyteFile\n" + BODY.format(decorator="@task"),
}


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    with azurite(tmp_path_factory.mktemp("azurite")) as server:
        yield server


@dataclass(frozen=True, kw_only=True)
class Site:
    """A prefix on the store, reached through a proxy, and how to run a task there."""

    proxy: FaultProxy
    environment: Mapping[str, str]
    uri: str
    folder: Path

    @property
    def storage(self) -> Storage:
        return Storage(read_settings(self.environment).storage, patience=5)

    def run(self, name: str, inputs: literals_pb2.LiteralMap | None = None) -> tuple[str, Summary]:
        """Runs `app.<name>`: its output prefix and summary."""
        out = f"{self.uri}/{uuid.uuid4().hex}"
        if inputs is not None:
            self.storage.write(f"{out}/inputs.pb", inputs.SerializeToString())
        work, log = self.folder / uuid.uuid4().hex, self.folder / "termination-log"
        work.mkdir()
        (work / "app.py").write_text((self.folder / "app.py").read_text())
        options = ["--inputs", f"{out}/inputs.pb", "--output-prefix", f"{out}/0", "--raw-output-data-prefix", f"{out}/raw"]
        names = {"FLYTE_INTERNAL_EXECUTION_ID": "run", "FLYTE_INTERNAL_EXECUTION_PROJECT": "p"}
        ours = {"GLIDER_EXECUTION": "ns/run", "GLIDER_TERMINATION_LOG": str(log), **names}
        done = subprocess.run(
            [str(BIN / "glider-execute"), *options, "--task-module", "app", "--task-name", name],
            cwd=work,
            env={**os.environ, **self.environment, **ours},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        summary = decode_summary(log.read_text())
        assert summary is not None, done.stderr
        return f"{out}/0", summary

    def outputs(self, out: str) -> literals_pb2.LiteralMap:
        return literals_pb2.LiteralMap.FromString(self.storage.read(f"{out}/outputs.pb"))


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with google(tmp_path_factory.mktemp("google")) as port:
        yield port


@pytest.fixture(autouse=True)
def no_accounts_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("AZURE_", "GOOGLE_", "STORAGE_EMULATOR"))]:
        monkeypatch.delenv(name)


@pytest.fixture
def on_azure(azure: Azurite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with FaultProxy(f"http://127.0.0.1:{azure.port}") as proxy:
        monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", f"{proxy.endpoint}/{azure.account}")
        keys = {"FLYTE_AZURE_STORAGE_ACCOUNT_NAME": azure.account, "FLYTE_AZURE_STORAGE_ACCOUNT_KEY": azure.key}
        yield Site(proxy=proxy, environment=keys, uri=f"abfs://{CONTAINER}/{uuid.uuid4().hex}", folder=tmp_path)


@pytest.fixture
def on_google(gateway: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with FaultProxy(f"http://127.0.0.1:{gateway}") as proxy:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", proxy.endpoint)
        parallel = {"FLYTE_GCP_GSUTIL_PARALLELISM": "true"}
        yield Site(proxy=proxy, environment=parallel, uri=f"gs://{BUCKET}/{uuid.uuid4().hex}", folder=tmp_path)


@pytest.fixture(params=["on_azure", "on_google"])
def site(request: pytest.FixtureRequest) -> Site:
    found: Site = request.getfixturevalue(request.param)
    return found


def test_objects_come_back_as_they_went(site: Site, tmp_path: Path) -> None:
    storage, data = site.storage, os.urandom(LARGE)
    (tmp_path / "large").write_bytes(data)
    storage.write(f"{site.uri}/a key/ü%20.bin", b"small")
    storage.write(f"{site.uri}/empty", b"")
    storage.upload(str(tmp_path / "large"), f"{site.uri}/large")
    storage.download(f"{site.uri}/large", str(tmp_path / "copy"))
    storage.copy(f"{site.uri}/large", f"{site.uri}/copied")
    assert (tmp_path / "copy").read_bytes() == storage.read(f"{site.uri}/copied") == data
    assert (storage.read(f"{site.uri}/a key/ü%20.bin"), storage.read(f"{site.uri}/empty")) == (b"small", b"")
    assert storage.sizes(site.uri) == {"a key/ü%20.bin": 5, "copied": LARGE, "empty": 0, "large": LARGE}
    assert (storage.folders(site.uri), storage.folders(f"{site.uri}/large")) == (["a key"], [])
    storage.delete(f"{site.uri}/copied")
    storage.delete(f"{site.uri}/copied")
    assert (storage.exists(f"{site.uri}/copied"), storage.exists(f"{site.uri}/large")) == (False, True)


def test_a_folder_comes_back_as_it_went(site: Site, tmp_path: Path) -> None:
    for name in ("a", "b c", "sub/ü"):
        (tmp_path / "there" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "there" / name).write_text(name)
    upload_folder(site.storage, str(tmp_path / "there"), f"{site.uri}/folder")
    download_folder(site.storage, f"{site.uri}/folder", str(tmp_path / "back"))
    back = {str(path.relative_to(tmp_path / "back")): path.read_text() for path in (tmp_path / "back").rglob("*") if path.is_file()}
    assert back == {name: name for name in ("a", "b c", "sub/ü")}


def test_streams_are_read_from_anywhere_and_written_as_they_come(site: Site) -> None:
    storage, data = site.storage, os.urandom(LARGE)
    assert storage.objects is not None
    files = CLASSES[site.uri.partition(":")[0]](storage=storage, objects=storage.objects)
    with files.open(f"{site.uri}/stream", "wb") as file:
        for start in range(0, LARGE, 3 << 20):
            file.write(data[start : start + (3 << 20)])
    with files.open(f"{site.uri}/stream", "rb") as file:
        file.seek(-5, os.SEEK_END)
        assert file.read() == data[-5:]
        file.seek(10 << 20)
        assert file.read(1 << 20) == data[10 << 20 : 11 << 20]
    assert [entry.rpartition("/")[2] for entry in files.ls(site.uri, detail=False)] == ["stream"]


def test_what_is_not_there_is_told_with_the_endpoint(site: Site) -> None:
    with pytest.raises(ObjectNotFoundError, match=f"{site.uri}/nothing .endpoint {site.proxy.endpoint}"):
        site.storage.read(f"{site.uri}/nothing")
    with pytest.raises(ObjectNotFoundError):
        site.storage.read(f"{site.uri.partition(':')[0]}://no-such-box/nothing")


def test_who_may_not_is_told(on_azure: Site) -> None:
    wrong = {**on_azure.environment, "FLYTE_AZURE_STORAGE_ACCOUNT_KEY": "d3Jvbmc="}
    with pytest.raises(AccessDeniedError):
        Storage(read_settings(wrong).storage).read(f"{on_azure.uri}/nothing")


FAULTS: dict[str, Fault] = {
    "503": Answer(503),
    "a reset": Reset(),
    "a request that is cut off": CutRequest(2),
    "a lost answer": LoseResponse(),
    "an answer that is cut off": CutResponse(3),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_what_passes_is_survived(site: Site, tmp_path: Path, fault: Fault) -> None:
    data = os.urandom(LARGE)
    (tmp_path / "large").write_bytes(data)
    storage = site.storage
    with site.proxy.suffering(first(2, fault)):
        storage.upload(str(tmp_path / "large"), f"{site.uri}/large")
    with site.proxy.suffering(first(2, fault)):
        storage.write(f"{site.uri}/small", b"small")
    with site.proxy.suffering(first(2, fault)):
        storage.download(f"{site.uri}/large", str(tmp_path / "back"))
    with site.proxy.suffering(first(2, fault)):
        assert storage.sizes(site.uri) == {"large": LARGE, "small": 5}
    assert (tmp_path / "back").read_bytes() == data


@pytest.mark.parametrize("module", TASKS.values(), ids=TASKS.keys())
def test_a_task_takes_and_gives_files_folders_and_frames(site: Site, module: str) -> None:
    """None of the packages that flytekit would need for this store is installed here."""
    import pandas as pd

    (site.folder / "app.py").write_text(module)
    storage = site.storage
    storage.write(f"{site.uri}/in.bin", b"12345")
    for name in ("x", "y/z"):
        storage.write(f"{site.uri}/in/{name}", name.encode())
    pd.DataFrame({"a": [1, 2]}).to_parquet(site.folder / "00000")
    storage.upload(str(site.folder / "00000"), f"{site.uri}/frame/00000")
    inputs = literals_pb2.LiteralMap()
    inputs.literals["f"].scalar.blob.uri = f"{site.uri}/in.bin"
    inputs.literals["d"].scalar.blob.uri = f"{site.uri}/in"
    inputs.literals["d"].scalar.blob.metadata.type.dimensionality = types_pb2.BlobType.MULTIPART
    inputs.literals["frame"].scalar.structured_dataset.uri = f"{site.uri}/frame"
    inputs.literals["frame"].scalar.structured_dataset.metadata.structured_dataset_type.format = "parquet"
    out, summary = site.run("main", inputs)
    assert summary.error is None, summary.error
    made = site.outputs(out).literals
    assert storage.read(made["o0"].scalar.blob.uri) == b"1234512345"
    assert storage.sizes(made["o1"].scalar.blob.uri) == {"sub/x": 2, "sub/z": 6}
    again = literals_pb2.LiteralMap(literals={"frame": made["o2"], "report": made["o3"], "d": made["o1"]})
    out, summary = site.run("read", again)
    assert site.outputs(out).literals["o0"].scalar.primitive.string_value == "6 good ['sub', 'x', 'z']"
    assert not storage.exists(f"{out}/error.pb")


@pytest.mark.parametrize("module", TASKS.values(), ids=TASKS.keys())
def test_an_error_and_a_missing_input_are_told(site: Site, module: str) -> None:
    (site.folder / "app.py").write_text(module)
    out, _ = site.run("fail", literals_pb2.LiteralMap())
    assert decode_error(site.storage.read(f"{out}/error.pb")).code == "USER:RuntimeError"
    assert not site.storage.exists(f"{out}/outputs.pb")
    out, summary = site.run("fail")
    assert "inputs.pb" in decode_error(site.storage.read(f"{out}/error.pb")).message
    assert summary.error is not None


@pytest.mark.parametrize(
    ("where", "prefix", "content_type"),
    [
        pytest.param("on_azure", "x-ms-meta-flyte_execution_", "x-ms-blob-content-type", id="Azure, which refuses hyphens"),
        pytest.param("on_google", "x-goog-meta-flyte-execution-", "content-type", id="Google"),
    ],
)
def test_every_object_carries_the_executions_names(
    request: pytest.FixtureRequest, tmp_path: Path, where: str, prefix: str, content_type: str
) -> None:
    site: Site = request.getfixturevalue(where)
    (tmp_path / "page.html").write_bytes(bytes(9 << 20))
    names = {"flyte-execution-project": "p", "flyte-execution-domain": "", "flyte-execution-name": "run"}
    storage = Storage(read_settings(site.environment).storage, metadata=names)
    storage.write(f"{site.uri}/x", b"x", attributes={"Content-Type": "text/plain"})
    storage.upload(str(tmp_path / "page.html"), f"{site.uri}/page.html")
    described = [{name.lower(): value for name, value in request.headers.items()} for request in site.proxy.requests]
    carrying = [headers for headers in described if f"{prefix}project" in headers]
    assert [headers[f"{prefix}name"] for headers in carrying] == ["run", "run"]
    assert described[0][content_type] == "text/plain"


def test_a_connection_string_says_it_all(on_azure: Site, azure: Azurite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ENDPOINT")
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azure.connection_string)
    storage = Storage(read_settings({}).storage)
    storage.write(f"{on_azure.uri}/x", b"x")
    assert storage.read(f"az://{on_azure.uri.partition('://')[2]}/x") == b"x"
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", "AccountName=a;secret")
    with pytest.raises(SettingsError, match='AZURE_STORAGE_CONNECTION_STRING: expected Name=value;Name=value, found a part without "="'):
        Storage(read_settings({}).storage).read(f"{on_azure.uri}/x")


def test_the_emulators_own_variables_do(on_azure: Site, azure: Azurite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ENDPOINT")
    monkeypatch.setenv("AZURE_STORAGE_USE_EMULATOR", "true")
    monkeypatch.setenv("AZURITE_BLOB_STORAGE_URL", f"http://127.0.0.1:{azure.port}")
    storage = Storage(read_settings({}).storage)
    storage.write(f"{on_azure.uri}/x", b"x")
    assert storage.read(f"{on_azure.uri}/x") == b"x"
