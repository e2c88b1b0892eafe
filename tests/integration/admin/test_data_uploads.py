"""Uploads: to a real store by URLs that are signed for one content, and through the front into ConfigMaps where there is none."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import socket
import tarfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import grpc
import pandas as pd
import pytest
import requests
import yaml
from flyteidl.service import dataproxy_pb2
from flytekit import FlyteDirectory, FlyteFile
from flytekit.configuration import AuthType, Config, PlatformConfig
from flytekit.constants import CopyFileDetection
from flytekit.core.type_engine import TypeEngine
from flytekit.remote import FlyteRemote
from flytekit.tools.fast_registration import FastPackageOptions

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider.wire.jsonform import FieldError
from glider_admin.data.bundles import code_of, own
from glider_admin.data.files import files_of
from glider_admin.data.seals import Capability, Seals
from glider_admin.settings import Settings, Uploads
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster as Client
from glider_client.cluster.config import User
from glider_client.cluster.kubeconfig import load_config
from glider_core.api.code import MOST_BYTES_IN_CONFIG_MAPS, MOST_PART_BYTES
from tests.cluster.fixtures import Cluster
from tests.conftest import S3, new_namespace, s3_beside
from tests.integration.admin.conftest import EDITOR, Address, Stubs, Users, running_front, stubs

NO_CONFIG_MAPS = EDITOR[:1]
KEY = b"k" * 32
SEALS = Seals(KEY)


@dataclass(frozen=True, kw_only=True)
class Side:
    """A front, with a store or without, and two users of two namespaces."""

    address: Address
    ada: Stubs
    bob: Stubs
    mine: str
    other: str
    token: str
    log: Path
    s3: S3 | None = None


@pytest.fixture(scope="module")
def spaces(crds: Cluster) -> Iterator[tuple[str, str]]:
    with new_namespace(crds) as mine, new_namespace(crds) as other:
        yield mine, other


@pytest.fixture(scope="module")
def stored(crds: Cluster, users: Users, spaces: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    """A front with a store."""
    folder, s3 = tmp_path_factory.mktemp("stored"), s3_beside(crds)
    config = folder / "operator.yaml"
    document = {"apiVersion": "glider.dev/v1alpha1", "kind": "Configuration", "storage": {"rawOutputDataPrefix": f"{s3.uri}/raw"}}
    config.write_text(yaml.safe_dump(document))
    with running_front(crds.kubeconfig, folder, environment=s3.env, namespace="{project}", operatorConfigFile=str(config)) as address:
        yield from _side(address, users, spaces, folder, s3=s3)


@pytest.fixture(scope="module")
def storeless(crds: Cluster, users: Users, spaces: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    """A front without a store."""
    folder = tmp_path_factory.mktemp("storeless")
    (folder / "key").write_bytes(KEY)
    with (
        fronts_kubeconfig(crds, users, folder, files_of=spaces[0]) as kubeconfig,
        running_front(kubeconfig, folder, namespace="{project}", uploads={"keyFile": str(folder / "key")}) as address,
    ):
        yield from _side(address, users, spaces, folder)


@contextmanager
def fronts_kubeconfig(cluster: Cluster, users: Users, folder: Path, *, files_of: str) -> Iterator[Path]:
    """The file for a front with the rights that the chart gives it, and, in the namespace `files_of`, those to serve files."""
    token = users.token(files_of, "front", rules=[{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}])
    name, rbac = f"front-{uuid.uuid4().hex[:8]}", "/apis/rbac.authorization.k8s.io/v1"
    rules = [
        {"apiGroups": ["glider.dev"], "resources": ["taskexecutions", "tasktemplates"], "verbs": ["list", "watch"]},
        {"apiGroups": ["authentication.k8s.io"], "resources": ["tokenreviews"], "verbs": ["create"]},
        {"apiGroups": ["authorization.k8s.io"], "resources": ["subjectaccessreviews"], "verbs": ["create"]},
    ]
    group = "rbac.authorization.k8s.io"
    role = {"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}
    binding = {
        "apiVersion": f"{group}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": "front", "namespace": files_of}],
    }
    users.client.create(f"{rbac}/clusterroles", role)
    users.client.create(f"{rbac}/clusterrolebindings", binding)
    document = yaml.safe_load(cluster.kubeconfig.read_text())
    for user in document["users"]:
        user["user"] = {"token": token}
    (folder / "kubeconfig").write_text(yaml.safe_dump(document))
    try:
        yield folder / "kubeconfig"
    finally:
        for resource in ("clusterrolebindings", "clusterroles"):
            users.client.delete(f"{rbac}/{resource}/{name}")


def _side(address: Address, users: Users, spaces: tuple[str, str], folder: Path, s3: S3 | None = None) -> Iterator[Side]:
    mine, other = spaces
    token = users.token(mine)
    with stubs(address, token) as ada, stubs(address, users.token(other, "bob")) as bob:
        log = next(folder.glob("admin-*.log"))
        yield Side(address=address, ada=ada, bob=bob, mine=mine, other=other, token=token, log=log, s3=s3)


def location(user: Stubs, namespace: str, data: bytes | None = None, **more: Any) -> dataproxy_pb2.CreateUploadLocationResponse:
    """Where `user` may upload `data`."""
    md5 = b"" if data is None else hashlib.md5(data, usedforsecurity=False).digest()
    request = dataproxy_pb2.CreateUploadLocationRequest(project=namespace, domain="development", content_md5=md5, **more)
    return user.data.CreateUploadLocation(request)


def put(where: dataproxy_pb2.CreateUploadLocationResponse, data: bytes, **headers: str) -> requests.Response:
    """As flytekit uploads it."""
    md5 = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
    return requests.put(where.signed_url, data=data, headers={"Content-MD5": md5, **where.headers, **headers}, timeout=30)


def refusal(call: Any, *arguments: Any, **more: Any) -> tuple[grpc.StatusCode, str]:
    """The code and the message with which a call is refused."""
    with pytest.raises(grpc.RpcError) as refused:
        call(*arguments, **more)
    return refused.value.code(), str(refused.value.details())


class TestWithAStore:
    def test_a_file_goes_below_its_namespaces_folder_by_its_content(self, stored: Side) -> None:
        where = location(stored.ada, stored.mine, b"content", filename="fast.tar.gz", add_content_md5_metadata=True)
        digest = hashlib.md5(b"content", usedforsecurity=False).hexdigest()
        assert stored.s3 is not None
        assert where.native_url == f"{stored.s3.uri}/raw/{stored.mine}/uploads/{digest}/fast.tar.gz"
        assert put(where, b"content").status_code == 200
        assert stored.s3.read(where.native_url) == b"content"

    def test_only_that_content_goes_there(self, stored: Side) -> None:
        where = location(stored.ada, stored.mine, b"right", filename="f")
        assert put(where, b"wrong").status_code in (400, 403)
        assert requests.put(where.signed_url, data=b"wrong", timeout=30).status_code == 403
        assert put(where, b"wrong", **{"Content-MD5": base64.b64encode(hashlib.md5(b"wrong").digest()).decode()}).status_code == 403

    def test_flytectl_sends_the_md5_by_itself_and_no_other_header(self, stored: Side) -> None:
        where = location(stored.ada, stored.mine, b"tar", filename="code.tar.gz")
        md5 = base64.b64encode(hashlib.md5(b"tar", usedforsecurity=False).digest()).decode()
        assert requests.put(where.signed_url, data=b"tar", headers={"Content-MD5": md5}, timeout=30).status_code == 200

    def test_files_of_one_root_lie_together_and_none_takes_anothers_place(self, stored: Side) -> None:
        first = location(stored.ada, stored.mine, b"one", filename="a.csv", filename_root="table")
        late = location(stored.ada, stored.mine, b"two", filename="a.csv", filename_root="table")
        assert put(first, b"one").status_code == 200
        assert put(late, b"two").status_code == 412
        code, message = refusal(location, stored.ada, stored.mine, b"two", filename="a.csv", filename_root="table")
        assert code is grpc.StatusCode.ALREADY_EXISTS
        assert "another filename_root" in message
        again = location(stored.ada, stored.mine, b"one", filename="a.csv", filename_root="table")
        assert again.native_url == first.native_url
        assert put(again, b"one").status_code == 200

    def test_content_that_is_not_known_has_a_place_of_its_own(self, stored: Side) -> None:
        places = [location(stored.ada, stored.mine, filename_root="00000") for _ in range(2)]
        assert places[0].native_url != places[1].native_url
        assert requests.put(places[0].signed_url, data=b"any", timeout=30).status_code == 200

    def test_the_address_expires_when_it_was_asked_to(self, stored: Side) -> None:
        request = dataproxy_pb2.CreateUploadLocationRequest(project=stored.mine, domain="development", filename="f")
        request.expires_in.FromSeconds(60)
        assert "X-Amz-Expires=60&" in stored.ada.data.CreateUploadLocation(request).signed_url
        request.expires_in.FromSeconds(10**7)
        assert "X-Amz-Expires=3600&" in stored.ada.data.CreateUploadLocation(request).signed_url


class TestWithoutAStore:
    def test_a_file_is_kept_in_config_maps_and_served_by_its_address(self, storeless: Side, crds: Cluster, users: Users) -> None:
        data = bytes(index % 251 for index in range(MOST_PART_BYTES + 100))
        where = location(storeless.ada, storeless.mine, data, filename="fast.tar.gz")
        assert where.native_url.startswith(f"{storeless.address.http}/files/{storeless.mine}/")
        assert where.native_url.endswith("/fast.tar.gz")
        assert requests.get(where.native_url, timeout=30).status_code == 404
        assert put(where, data).status_code == 200
        assert len(kept(users, storeless.mine, data)) == 2
        assert requests.head(where.native_url, timeout=30).headers["Content-Length"] == str(len(data))
        assert requests.get(where.native_url, timeout=30).content == data
        assert location(storeless.ada, storeless.mine, data, filename="fast.tar.gz").native_url == where.native_url

    def test_a_second_upload_of_the_same_changes_nothing(self, storeless: Side, users: Users) -> None:
        for _ in range(2):
            assert put(location(storeless.ada, storeless.mine, b"again", filename="f"), b"again").status_code == 200
        assert len(kept(users, storeless.mine, b"again")) == 1

    def test_other_content_is_refused_and_leaves_nothing(self, storeless: Side, users: Users) -> None:
        where = location(storeless.ada, storeless.mine, b"right one", filename="f")
        answer = put(where, b"wrong one")
        assert (answer.status_code, "The MD5 of the body is wrong" in answer.text) == (422, True)
        assert kept(users, storeless.mine, b"right one") == kept(users, storeless.mine, b"wrong one") == []

    def test_an_upload_that_breaks_off_leaves_nothing(self, storeless: Side, users: Users) -> None:
        data = b"x" * 100_000
        where = urlsplit(location(storeless.ada, storeless.mine, data, filename="f").signed_url)
        with socket.create_connection((where.hostname, where.port), timeout=30) as connection:
            head = f"PUT {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Length: {len(data)}\r\n\r\n"
            connection.sendall(head.encode() + data[:50_000])
            connection.shutdown(socket.SHUT_WR)
            assert b"200" not in connection.recv(100)
        assert kept(users, storeless.mine, data) == []

    @pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
    def test_a_file_above_the_bound_is_refused_with_what_to_configure(self, storeless: Side, users: Users, chunked: bool) -> None:
        data = bytes(MOST_BYTES_IN_CONFIG_MAPS + 1)
        where = location(storeless.ada, storeless.mine, data, filename="large.tar.gz")
        body = iter([data[:1_000_000], data[1_000_000:]]) if chunked else data
        answer = requests.put(where.signed_url, data=body, timeout=30)
        assert answer.status_code == 413
        assert f"expected at most {MOST_BYTES_IN_CONFIG_MAPS:,} bytes" in answer.text
        assert "storage.rawOutputDataPrefix" in answer.text
        assert kept(users, storeless.mine, data) == []

    def test_where_the_content_is_not_known_the_first_upload_counts(self, storeless: Side) -> None:
        where = location(storeless.ada, storeless.mine, filename_root="00000")
        assert requests.put(where.signed_url, data=b"first", timeout=30).status_code == 200
        answer = requests.put(where.signed_url, data=b"second", timeout=30)
        assert (answer.status_code, "another file was uploaded" in answer.text) == (409, True)
        assert requests.get(where.native_url, timeout=30).content == b"first"

    def test_an_address_expires(self, storeless: Side, users: Users) -> None:
        sealed = SEALS.seal(capability(storeless, b"late", expires=1))
        answer = requests.put(f"{storeless.address.http}/upload/{sealed}", data=b"late", timeout=30)
        assert (answer.status_code, "has expired" in answer.text) == (403, True)
        assert kept(users, storeless.mine, b"late") == []

    @pytest.mark.parametrize("key", [b"o" * 32, KEY], ids=["another front's", "changed"])
    def test_an_address_that_the_front_did_not_seal_is_refused(self, storeless: Side, key: bytes) -> None:
        sealed = Seals(key).seal(capability(storeless, b"forged"))
        changed = ("B" if sealed[0] == "A" else "A") + sealed[1:]
        assert requests.put(f"{storeless.address.http}/upload/{changed}", data=b"forged", timeout=30).status_code == 403

    def test_a_token_that_is_none_any_more_keeps_nothing(self, storeless: Side, users: Users) -> None:
        sealed = SEALS.seal(capability(storeless, b"revoked", token=f"no-token-{uuid.uuid4().hex}"))
        answer = requests.put(f"{storeless.address.http}/upload/{sealed}", data=b"revoked", timeout=30)
        assert (answer.status_code, "refuses the token" in answer.text) == (403, True)
        assert kept(users, storeless.mine, b"revoked") == []

    def test_rbac_decides_when_the_file_is_kept(self, storeless: Side, users: Users) -> None:
        sealed = SEALS.seal(capability(storeless, b"theirs", namespace=storeless.other))
        answer = requests.put(f"{storeless.address.http}/upload/{sealed}", data=b"theirs", timeout=30)
        assert (answer.status_code, "configmaps" in answer.text) == (403, True)
        assert kept(users, storeless.other, b"theirs") == []

    def test_the_address_of_a_file_is_of_no_use_in_another_namespace(self, storeless: Side) -> None:
        where = location(storeless.ada, storeless.mine, b"secret", filename="f")
        assert put(where, b"secret").status_code == 200
        assert requests.get(where.native_url.replace(storeless.mine, storeless.other), timeout=30).status_code == 403

    def test_whoever_may_not_write_config_maps_learns_it_before_the_upload(self, storeless: Side, users: Users) -> None:
        with stubs(storeless.address, users.token(storeless.mine, "limited", rules=NO_CONFIG_MAPS)) as limited:
            code, message = refusal(location, limited, storeless.mine, b"x", filename="f")
        assert code is grpc.StatusCode.PERMISSION_DENIED
        assert "create configmaps" in message

    def test_uploaded_code_becomes_a_templates_own(self, storeless: Side, crds: Cluster, users: Users) -> None:
        data = b"an archive" * 100_000
        where = location(storeless.ada, storeless.mine, data, filename="code.tar.gz")
        call = calling(storeless, crds)
        with pytest.raises(FieldError, match="code that was uploaded whole"):
            asyncio.run(code_of(call, namespace=storeless.mine, uri=where.native_url))
        put(where, data)
        code = asyncio.run(code_of(call, namespace=storeless.mine, uri=where.native_url))
        assert code == {
            "sha256": hashlib.sha256(data).hexdigest(),
            "configMaps": [one["metadata"]["name"] for one in kept(users, storeless.mine, data)],
        }
        with pytest.raises(FieldError, match="expected an upload of the namespace"):
            asyncio.run(code_of(call, namespace=storeless.other, uri=where.native_url))
        with pytest.raises(FieldError, match="expected the address of an upload of this front"):
            asyncio.run(code_of(call, namespace=storeless.other, uri=where.native_url.replace(storeless.mine, storeless.other)))
        assert asyncio.run(code_of(call, namespace=storeless.mine, uri="s3://bucket/code.tar.gz")) is None
        pickled = location(storeless.ada, storeless.mine, data, filename="pkl.gz").native_url
        assert asyncio.run(code_of(call, namespace=storeless.mine, uri=pickled)) is None
        owner = users.client.create(
            paths.config_maps(storeless.mine), {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "owner"}}
        )
        for _ in range(2):
            asyncio.run(own(call, namespace=storeless.mine, code=code, template={"apiVersion": "v1", "kind": "ConfigMap", **owner}))
        owners = [[one["uid"] for one in part["metadata"]["ownerReferences"]] for part in kept(users, storeless.mine, data)]
        assert owners == [[owner["metadata"]["uid"]]] * 2

    def test_senders_that_stop_hold_up_nobody_else(self, storeless: Side) -> None:
        with ExitStack() as stalled:
            for number in range(12):
                where = urlsplit(location(storeless.ada, storeless.mine, f"stalled {number}".encode(), filename="f").signed_url)
                connection = stalled.enter_context(socket.create_connection((where.hostname, where.port), timeout=30))
                connection.sendall(f"PUT {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Length: 1000\r\n\r\nbegin".encode())
            assert put(location(storeless.bob, storeless.other, b"others", filename="f"), b"others").status_code == 200

    def test_many_uploads_at_once_are_kept(self, storeless: Side) -> None:
        contents = [f"one of many {number}".encode() * 10_000 for number in range(16)]
        with ThreadPoolExecutor(16) as pool:
            answers = pool.map(lambda data: put(location(storeless.ada, storeless.mine, data, filename="f"), data), contents)
            assert {answer.status_code for answer in answers} == {200}

    def test_files_are_served_where_the_front_has_the_right_alone(self, storeless: Side) -> None:
        where = location(storeless.bob, storeless.other, b"not served", filename="f")
        assert put(where, b"not served").status_code == 200
        answer = requests.get(where.native_url, timeout=30)
        assert (answer.status_code, "admin.uploads.readConfigMaps" in answer.text) == (403, True)

    def test_no_token_and_no_address_of_an_upload_is_in_the_log(self, storeless: Side) -> None:
        where = location(storeless.ada, storeless.mine, b"logged", filename="f")
        put(where, b"logged")
        put(where, b"other")
        log = storeless.log.read_text()
        assert storeless.token not in log
        assert where.signed_url.rpartition("/")[2] not in log


@pytest.mark.parametrize("side", ["stored", "storeless"])
def test_nobody_uploads_into_anothers_namespace(request: pytest.FixtureRequest, side: str) -> None:
    found: Side = request.getfixturevalue(side)
    for user, namespace in ((found.ada, found.other), (found.bob, found.mine)):
        code, message = refusal(location, user, namespace, b"x", filename="f")
        assert code is grpc.StatusCode.PERMISSION_DENIED
        assert namespace in message


@pytest.mark.parametrize("side", ["stored", "storeless"])
def test_a_name_that_leads_elsewhere_is_refused(request: pytest.FixtureRequest, side: str) -> None:
    found: Side = request.getfixturevalue(side)
    for more in ({"filename": "../x"}, {"filename": "f", "filename_root": "../../other"}):
        assert refusal(location, found.ada, found.mine, b"x", **more)[0] is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("side", ["stored", "storeless"])
class TestFlytekit:
    """Unmodified FlyteRemote."""

    def test_it_uploads_a_file(self, request: pytest.FixtureRequest, side: str, tmp_path: Path) -> None:
        found: Side = request.getfixturevalue(side)
        (tmp_path / "model.bin").write_bytes(side.encode() * 1_000)
        md5, uri = remote(found).upload_file(tmp_path / "model.bin")
        assert md5 == hashlib.md5(side.encode() * 1_000, usedforsecurity=False).digest()
        assert content(found, uri) == side.encode() * 1_000

    def test_its_bundle_has_the_same_address_each_time(self, request: pytest.FixtureRequest, side: str, tmp_path: Path) -> None:
        found: Side = request.getfixturevalue(side)
        (tmp_path / "code").mkdir()
        (tmp_path / "code" / "app.py").write_text(f"side = {side!r}\n")
        options = FastPackageOptions([], copy_style=CopyFileDetection.ALL)
        first, second = (remote(found).fast_package(tmp_path / "code", output=str(tmp_path), options=options) for _ in range(2))
        assert first == second
        assert first[1].endswith(".tar.gz")
        assert "?" not in first[1]
        with tarfile.open(fileobj=io.BytesIO(content(found, first[1]))) as tar:
            assert "app.py" in [name.removeprefix("./") for name in tar.getnames()]

    def test_its_file_inputs_are_uploaded(self, request: pytest.FixtureRequest, side: str, tmp_path: Path) -> None:
        found: Side = request.getfixturevalue(side)
        (tmp_path / "notes.txt").write_text(f"notes {side}")
        made = uploaded(found, FlyteFile(str(tmp_path / "notes.txt")), FlyteFile)
        assert content(found, made.scalar.blob.uri) == f"notes {side}".encode()
        environment = {} if found.s3 is None else found.s3.env
        Storage(read_settings(environment).storage).download(made.scalar.blob.uri, str(tmp_path / "in-the-pod"))
        assert (tmp_path / "in-the-pod").read_text() == f"notes {side}"


class TestFlytekitWithAStore:
    def test_its_folders_lie_together(self, stored: Side, tmp_path: Path) -> None:
        (tmp_path / "data").mkdir()
        for name in ("a.csv", "b.csv"):
            (tmp_path / "data" / name).write_text(name)
        uri = uploaded(stored, FlyteDirectory(str(tmp_path / "data")), FlyteDirectory).scalar.blob.uri
        assert [content(stored, f"{uri}/{name}") for name in ("a.csv", "b.csv")] == [b"a.csv", b"b.csv"]

    def test_its_tables_are_uploaded(self, stored: Side) -> None:
        frame = pd.DataFrame({"a": [1, 2]})
        uri = uploaded(stored, frame, pd.DataFrame).scalar.structured_dataset.uri
        assert pd.read_parquet(io.BytesIO(content(stored, uri))).equals(frame)


def kept(users: Users, namespace: str, data: bytes) -> list[Any]:
    """The ConfigMaps of a file, in order."""
    prefix = f"glider-upload-{hashlib.md5(data, usedforsecurity=False).hexdigest()}-"
    found = users.client.items(paths.config_maps(namespace))
    return sorted((one for one in found if one["metadata"]["name"].startswith(prefix)), key=lambda one: one["metadata"]["name"])


def capability(side: Side, data: bytes, **changed: Any) -> Capability:
    """That to upload `data`, as ada's, but for what is changed."""
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    made = Capability(token=side.token, namespace=side.mine, identity=md5, md5=md5, most=1_000, expires=2**40)
    return replace(made, **changed)


@dataclass(frozen=True, kw_only=True)
class _Call:
    """A call of ada's, with the files of a front that has the same key."""

    front: Any
    client: Client

    async def ask(self, question: Any) -> Any:
        return await asyncio.to_thread(question, self.client)

    async def template_named(self, namespace: str, name: str) -> None:
        return None


def calling(side: Side, cluster: Cluster) -> _Call:
    """A call of ada's."""
    config = load_config({}, kubeconfig=cluster.kubeconfig, context=None)
    key = side.log.parent / "key"
    settings = Settings(uploads=Uploads(key_file=key))
    client = Client(replace(config, user=User(token=side.token)))
    files = files_of(settings, own=lambda question: asyncio.to_thread(question, client), url=side.address.http)
    return _Call(front=SimpleNamespace(files=files), client=client)


def remote(side: Side) -> FlyteRemote:
    """Ada's."""
    platform = PlatformConfig(endpoint=side.address.grpc, insecure=True, auth_mode=AuthType.EXTERNALCOMMAND, command=["echo", side.token])
    return FlyteRemote(Config(platform=platform), default_project=side.mine, default_domain="development")


def uploaded(side: Side, value: Any, kind: type) -> Any:
    """The literal of an input that isn't there yet."""
    client = remote(side)
    with client.remote_context() as context:
        return TypeEngine.to_literal(context, value, kind, TypeEngine.to_literal_type(kind))


def content(side: Side, uri: str) -> bytes:
    """What is at an address, as pods read it."""
    if side.s3 is not None:
        assert uri.startswith(f"{side.s3.uri}/raw/{side.mine}/uploads/")
        return side.s3.read(uri)
    assert uri.startswith(side.address.http)
    answer = requests.get(uri, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.content
