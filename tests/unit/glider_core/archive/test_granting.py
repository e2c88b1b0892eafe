"""Where the operator may delete the data of executions."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_core.archive.granting import check_reading, granted_by
from glider_core.config import parse_config
from glider_core.history.own import OwnFolder, folders_of
from glider_core.history.records import OwnFolders
from glider_core.history.rows import Row
from glider_core.resolve.storage import shard
from tests.unit.glider_core.builders import CONFIGURATION

UID = "0a1b2c3d-0000-4000-8000-000000000000"
ROW = Row(uid=UID, namespace="team-a", name="a", completed="2026-11-30T00:00:00Z")
UNIQUE = "team-a-a-0a1b2c3d-0"
SHARED = {"metadataPrefix": "s3://b/meta", "rawOutputDataPrefix": "s3://b/raw"}


def metadata(base: str) -> OwnFolder:
    return folders_of(ROW, OwnFolders(metadata=f"{base}/team-a/a-0a1b2c3d"))[0]


def raw(base: str) -> OwnFolder:
    return folders_of(ROW, OwnFolders(raw=(f"{base}/{shard(UNIQUE)}/{UNIQUE}",)))[0]


def granted(folder: OwnFolder, *, identity: bool = True, **settings: Any) -> OwnFolder:
    config = parse_config(CONFIGURATION | {"storage": SHARED, **settings})
    return granted_by(config, has_identity=lambda uri: identity)("team-a", folder)


@pytest.mark.parametrize(
    ("folder", "settings"),
    [
        pytest.param(metadata("s3://b/meta"), {}, id="metadata below the prefix of all"),
        pytest.param(raw("s3://b/raw"), {}, id="raw data below the prefix of all"),
        pytest.param(raw("s3a://b/raw"), {}, id="by another name of the scheme"),
        pytest.param(metadata("s3://b/raw"), {}, id="where one prefix serves for both"),
        pytest.param(raw("s3://old/raw"), {"storageAccess": {"write": ["s3://old"]}}, id="what an administrator allows"),
        pytest.param(
            raw("s3://a/x"),
            {"namespaceDefaults": [{"namespaces": ["team-a"], "storage": {"metadataPrefix": "s3://a"}}]},
            id="its own prefix",
        ),
    ],
)
def test_where_it_may(folder, settings):
    assert granted(folder, **settings) == folder


@pytest.mark.parametrize(
    "folder",
    [
        pytest.param(raw("s3://tenants/raw"), id="a prefix that a tenant chose"),
        pytest.param(raw("s3://b/rawer"), id="one that begins alike"),
        pytest.param(raw("s3://b/raw/team-b"), id="one in the folder of another namespace"),
        pytest.param(raw("s3://b"), id="the bucket"),
        pytest.param(metadata("s3://b/meta/.history/v1"), id="the history"),
    ],
)
def test_where_it_may_not(folder):
    with pytest.raises(FieldError, match=r"expected .*where the operator itself may write for this namespace"):
        granted(folder)


def test_not_with_the_nodes_rights():
    with pytest.raises(FieldError, match="a store for which the operator has credentials of its own"):
        granted(raw("s3://b/raw"), identity=False)
    granted(raw("s3://b/raw"), identity=False, storageAccess={"nodeIdentity": True})


def test_files_only_below_the_volume_and_links_from_there_on_are_not_followed():
    files = {"metadataPrefix": "file:///vol/data/meta"}
    with pytest.raises(FieldError, match=r"below storageAccess\.filesRoot"):
        granted(metadata("file:///vol/data/meta"), storage=files)
    found = granted(metadata("file:///vol/data/meta"), storage=files, storageAccess={"filesRoot": "/vol/data"})
    assert (found.base, found.name) == ("file:///vol/data", "meta/team-a/a-0a1b2c3d")


@pytest.mark.parametrize("uri", ["s3://elsewhere/inputs.pb", "https://example.com/inputs.pb", "file:///vol/inputs.pb", "/etc/passwd"])
def test_inputs_are_read_only_where_the_operator_may(uri):
    config = parse_config(CONFIGURATION | {"storage": SHARED})
    check_reading(config, "team-a", "s3://b/meta/team-a/x/inputs.pb", has_identity=lambda uri: True)
    with pytest.raises(FieldError):
        check_reading(config, "team-a", uri, has_identity=lambda uri: True)
