"""Which folders are an execution's own, whatever a record claims."""

from __future__ import annotations

import pytest

from glider_core.history.own import NotOwnError, folders_of
from glider_core.history.records import OwnFolders
from glider_core.history.rows import Row
from glider_core.resolve.storage import shard

UID = "0a1b2c3d-0000-4000-8000-000000000000"
ROW = Row(uid=UID, namespace="team-a", name="a-b", completed="2026-11-30T00:00:00Z")
RAW = "team-a-a-b-0a1b2c3d-0"


def raw(base: str, unique: str = RAW, *, shards: str | None = None) -> str:
    return f"{base}/{shards or shard(unique)}/{unique}"


@pytest.mark.parametrize("base", ["s3://b/meta", "s3://b", "gs://b/x/y", "abfs://c@a.dfs.core.windows.net/x", "file:///data", "file://"])
def test_its_own_are_called_as_the_operator_calls_them(base):
    found = folders_of(ROW, OwnFolders(metadata=f"{base}/team-a/a-b-0a1b2c3d", raw=(raw(base), raw(base, f"{RAW[:-1]}12"))))
    assert [one.uri for one in found] == [f"{raw(base)}/", f"{raw(base, f'{RAW[:-1]}12')}/", f"{base}/team-a/a-b-0a1b2c3d/"]
    assert {one.base for one in found} == {base if base != "file://" else "file:///"}


def test_without_a_store_it_has_none():
    assert folders_of(ROW, OwnFolders()) == ()


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param("s3://b/meta/team-b/a-b-0a1b2c3d", id="another namespace's"),
        pytest.param("s3://b/meta/team-a/a-b-c-0a1b2c3d", id="another name's, which begins alike"),
        pytest.param("s3://b/meta/team-a/b-0a1b2c3d", id="another name's, which ends alike"),
        pytest.param("s3://b/meta/team-a/a-b-0a1b2c3e", id="another UID's"),
        pytest.param("s3://b/meta/team-a/a-b-0a1b2c3d/0", id="a folder in it"),
        pytest.param("s3://b/meta/team-a", id="the folder above"),
        pytest.param("s3://b/meta", id="the prefix"),
        pytest.param("s3://b", id="the bucket"),
        pytest.param("s3://b/meta/team-a/a-b-0a1b2c3d//", id="with an empty part"),
        pytest.param("s3://b/meta/x/../team-a/a-b-0a1b2c3d", id="by way of another"),
        pytest.param("s3://b/meta%2f..%2f/team-a/a-b-0a1b2c3d", id="encoded"),
        pytest.param("/data/team-a/a-b-0a1b2c3d", id="a path"),
        pytest.param(7, id="no text"),
        pytest.param("https://b/meta/team-a/a-b-0a1b2c3d", id="a web server's"),
        pytest.param(raw("s3://b"), id="one of raw data"),
    ],
)
def test_no_other_is(metadata):
    with pytest.raises(NotOwnError, match="expected"):
        folders_of(ROW, OwnFolders(metadata=metadata))


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param(raw("s3://b/raw", shards="zz"), id="in another shard"),
        pytest.param(raw("s3://b/raw", RAW[:-2]), id="without an attempt"),
        pytest.param(raw("s3://b/raw", f"{RAW}1x"), id="with something else than an attempt"),
        pytest.param(raw("s3://b/raw", f"{RAW[:-1]}00"), id="with an attempt that nobody writes so"),
        pytest.param(raw("s3://b/raw", "team-a-a-b-c-0a1b2c3d-0"), id="another name's"),
        pytest.param(f"{raw('s3://b/raw')}/x", id="a folder in it"),
        pytest.param("s3://b/meta/team-a/a-b-0a1b2c3d", id="one of metadata"),
    ],
)
def test_no_other_is_one_of_raw_data(uri):
    with pytest.raises(NotOwnError, match="expected a folder that ends in <shard>/team-a-a-b-0a1b2c3d-<attempt>"):
        folders_of(ROW, OwnFolders(metadata="s3://b/meta/team-a/a-b-0a1b2c3d", raw=(uri,)))


@pytest.mark.parametrize(
    "odd", [{"uid": ""}, {"uid": "0a1b2c3d"}, {"uid": "../../etc"}, {"name": ""}, {"name": ".."}, {"name": "a/b"}, {"namespace": "_index"}]
)
def test_an_index_with_odd_names_leads_nowhere(odd):
    fields = {"uid": UID, "namespace": "team-a", "name": "a-b", **odd}
    row = Row(completed="2026-11-30T00:00:00Z", **fields)
    with pytest.raises(NotOwnError, match="expected the namespace, the name and the UID"):
        folders_of(row, OwnFolders(metadata=f"s3://b/meta/{row.namespace}/{row.name}-{row.uid[:8]}"))
