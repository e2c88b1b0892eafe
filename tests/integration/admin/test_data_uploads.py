"""Uploads: to a real store by URLs that are signed for one content, and through the front into ConfigMaps where there is none."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests
import yaml
from flyteidl.service import dataproxy_pb2

from tests.cluster.fixtures import Cluster
from tests.conftest import S3, new_namespace, s3_beside
from tests.integration.admin.conftest import EDITOR, Address, Stubs, Users, running_front, stubs

NO_CONFIG_MAPS = EDITOR[:1]


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
    key = folder / "key"
    key.write_bytes(b"k" * 32)
    with running_front(crds.kubeconfig, folder, namespace="{project}", uploads={"keyFile": str(key)}) as address:
        yield from _side(address, users, spaces, folder)


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
