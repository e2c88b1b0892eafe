"""Which URIs are read for a viewer. The console has credentials for all of the store, so nobody's data may be reached by another's name."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider_client.stored.rule import Access, Owner, Reach, anywhere, reach_of
from glider_core.api.execution import Execution
from glider_core.api.places import parse_place
from glider_core.config import parse_config
from glider_core.resolve.storage import paths_of, shard
from tests.unit.glider_core.builders import CONFIGURATION

UID = "0a1b2c3d-0000-4000-8000-000000000000"
EXECUTION = Execution(namespace="team-a", name="train", uid=UID, created=datetime(2026, 11, 29, tzinfo=UTC), spec={})
STORAGE: dict[str, Any] = {"storage": {"metadataPrefix": "s3://b/meta", "rawOutputDataPrefix": "s3://b/raw"}}
RAW = f"s3://b/raw/{shard('team-a-train-0a1b2c3d-0')}/team-a-train-0a1b2c3d-0"


def reach(settings: dict[str, Any] = STORAGE, execution: Execution = EXECUTION) -> Reach:
    return reach_of(execution, parse_config(CONFIGURATION | settings))


def access(uri: str, settings: dict[str, Any] = STORAGE, execution: Execution = EXECUTION) -> Access:
    return reach(settings, execution).verdict(uri).access


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("s3://b/meta/team-a/train-0a1b2c3d/inputs.pb", id="the inputs that the operator wrote"),
        pytest.param("s3://b/meta/team-a/train-0a1b2c3d/0/outputs.pb", id="the outputs of an attempt"),
        pytest.param("s3://b/meta/team-a/train-0a1b2c3d/12/deck.html", id="the deck of a later one"),
        pytest.param("s3a://b/meta/team-a/train-0a1b2c3d/0/deck.html", id="by the scheme's other name"),
        pytest.param("S3://b/meta/team-a/train-0a1b2c3d/0/deck.html", id="with the scheme in capitals"),
        pytest.param(f"{RAW}/6f/model.bin", id="a file that the task wrote"),
        pytest.param(f"{RAW}/6f/", id="a folder that it wrote"),
        pytest.param(f"{RAW}/ein Name mit ☃.csv", id="with an unusual name"),
    ],
)
def test_what_is_below_the_executions_own_prefixes_is_read(uri: str) -> None:
    assert access(uri) is Access.READ


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("s3://b/meta/team-a/train-0a1b2c3d/../../team-b/x-0a1b2c3d/inputs.pb", id="a way out"),
        pytest.param("s3://b/meta/team-a/train-0a1b2c3d/%2e%2e/%2e%2e/team-b/x", id="encoded"),
        pytest.param("s3://b/meta/team-a/train-0a1b2c3d/%252e%252e/x", id="encoded twice"),
        pytest.param("s3://b/meta/team-a/train-0a1b2c3d%2finputs.pb", id="an encoded slash"),
        pytest.param("s3://b/meta/team-a/train-0a1b2c3d/.%2e/x", id="half of it encoded"),
        pytest.param("s3://b/meta/team-a/train-0a1b2c3d//x", id="an empty part"),
        pytest.param("s3://b/meta/team-a/train-0a1b2c3d/./x", id="a part that means nothing"),
        pytest.param("s3://b/meta/team-a/train-0a1b2c3d\\..\\x", id="backslashes"),
        pytest.param("s3://b/meta/team-a/train-0a1b2c3d/x\n", id="a line break"),
        pytest.param("s3://b/meta/team-a/train-0a1b2c3d/\x00x", id="a null byte"),
        pytest.param("s3://b/meta/team-a/train-0a1b2c3", id="a UID cut short"),
        pytest.param("s3://b/meta/team-a/train", id="the name alone"),
        pytest.param("s3://b/meta/team-a", id="all of the namespace's prefix above it, which it doesn't own"),
        pytest.param("s3://b/meta", id="the prefix of all"),
        pytest.param("s3://b", id="the bucket"),
        pytest.param("s3://b/meta/team-ab/train-0a1b2c3d/inputs.pb", id="a namespace whose name begins alike"),
        pytest.param("s3://b/meta/team-/train-0a1b2c3d/inputs.pb", id="one whose name is shorter"),
        pytest.param("s3://b/meta2/team-a/train-0a1b2c3d/inputs.pb", id="a prefix that begins alike"),
        pytest.param("s3://b/metadata/team-a/train-0a1b2c3d/inputs.pb", id="another one that does"),
        pytest.param("s3://b2/meta/team-a/train-0a1b2c3d/inputs.pb", id="another bucket"),
        pytest.param("s3://B/meta/team-a/train-0a1b2c3d/inputs.pb", id="a bucket in capitals"),
        pytest.param("gs://b/meta/team-a/train-0a1b2c3d/inputs.pb", id="the same in another store"),
        pytest.param("s3://user:password@b/meta/team-a/train-0a1b2c3d/x", id="with a password"),
        pytest.param("s3://b:9000/meta/team-a/train-0a1b2c3d/x", id="with a port"),
        pytest.param("s3://b./meta/team-a/train-0a1b2c3d/x", id="with a dot at the end of the bucket"),
        pytest.param("http://169.254.169.254/latest/meta-data", id="the node's metadata service"),
        pytest.param("https://b/meta/team-a/train-0a1b2c3d/x", id="a web server"),
        pytest.param("file:///etc/passwd", id="a file of the console's own pod"),
        pytest.param("file:///meta/team-a/train-0a1b2c3d/x", id="a file below a path like the prefix"),
        pytest.param("/etc/passwd", id="a path"),
        pytest.param("s3:/b/meta/team-a/train-0a1b2c3d/x", id="one slash"),
        pytest.param("s3://", id="no bucket"),
        pytest.param("", id="nothing"),
        pytest.param("memory://b/meta/team-a/train-0a1b2c3d/x", id="a protocol of fsspec's"),
        pytest.param("simplecache::s3://b/meta/team-a/train-0a1b2c3d/x", id="a chain of protocols"),
        pytest.param("s3://b/raw/team-a-train-0a1b2c3d-0/x", id="raw data without a shard"),
        pytest.param("s3://b/raw/zz/team-a-train-0a1b2c3d-0/x", id="with a shard that isn't its own"),
        pytest.param(f"{RAW}1/x", id="an attempt that never had that shard"),
        pytest.param(f"{RAW[:-1]}-1/x", id="a negative attempt"),
        pytest.param(f"{RAW[:-1]}00/x", id="a zero too many"),
    ],
)
def test_anything_else_is_not_read(uri: str) -> None:
    assert access(uri) is not Access.READ


@pytest.mark.parametrize("uri", ["http://h/x", "file:///x", "s3://b/meta/../x", "s3://other/x"])
def test_why_not_is_a_sentence(uri: str) -> None:
    verdict = reach().verdict(uri)
    assert verdict.access is Access.REFUSED
    assert verdict.why.startswith("not read: ")


def test_nothing_that_its_author_may_write_widens_what_is_read() -> None:
    spec = {
        "inputsUri": "s3://b/meta/team-b/x-0a1b2c3d/inputs.pb",
        "storage": {"metadataPrefix": "s3://b/meta/team-b", "rawOutputDataPrefix": "s3://b"},
        "task": {"storage": {"metadataPrefix": "s3://b", "rawOutputDataPrefix": "s3://b"}},
    }
    status = replace(EXECUTION.status, outputs_uri="s3://b/meta/team-b/x/0/outputs.pb", raw_output_data_prefix="s3://b")
    assert reach(execution=replace(EXECUTION, spec=spec, status=status)) == replace(
        reach(), execution=replace(EXECUTION, spec=spec, status=status)
    )
    assert access("s3://b/meta/team-b/x/0/outputs.pb", execution=replace(EXECUTION, spec=spec, status=status)) is Access.REFUSED


@pytest.mark.parametrize(
    ("settings", "uri", "expected"),
    [
        pytest.param({}, "s3://shared/x", Access.REFUSED, id="nothing"),
        pytest.param({"read": ["s3://shared/data"]}, "s3://shared/data/x.csv", Access.NAMED, id="what may be read"),
        pytest.param({"read": ["s3://shared/data"]}, "s3://shared/database/x.csv", Access.REFUSED, id="and nothing called alike"),
        pytest.param({"write": ["s3://shared/data"]}, "s3://shared/data/x.csv", Access.NAMED, id="what may be written"),
        pytest.param({}, "s3://b/meta/team-a/other.pb", Access.NAMED, id="the namespace's part of the prefix"),
    ],
)
def test_what_the_operator_may_read_is_read_where_the_execution_names_it(settings: dict[str, Any], uri: str, expected: Access) -> None:
    assert access(uri, STORAGE | {"storageAccess": settings}) is expected


@pytest.mark.parametrize(
    ("history", "uri"),
    [
        pytest.param({}, "s3://b/meta/.history/v1/team-b/2026/11/29/x.json.zst", id="below the prefix of metadata"),
        pytest.param({"enabled": True}, "s3://b/meta/.history/v1/_index/team-b/2026/11/29/0-a.jsonl.zst", id="its index"),
        pytest.param({"enabled": True, "prefix": "s3://b/kept"}, "s3://b/kept/v1/team-b", id="a prefix of its own"),
        pytest.param({"enabled": True, "prefix": "s3://b/kept"}, "s3://b/kept/", id="all of it"),
        pytest.param({"enabled": True}, "s3://b/meta", id="a folder around it"),
    ],
)
def test_the_history_is_never_read_by_its_uri_whatever_is_granted_around_it(history: dict[str, Any], uri: str) -> None:
    settings = STORAGE | {"storageAccess": {"read": ["s3://b"]}, "history": history}
    assert access("s3://b/elsewhere/x", settings) is Access.NAMED
    assert access(uri, settings) is Access.REFUSED


@pytest.mark.parametrize(
    ("uri", "owner"),
    [
        pytest.param("s3://b/meta/team-b/prepare-11112222/0/outputs.pb", ("team-b", "prepare", "11112222"), id="metadata of any namespace"),
        pytest.param("s3://b/raw/xy/team-a-prepare-11112222-3/f/x", ("team-a", "prepare", "11112222"), id="raw data of the same namespace"),
        pytest.param("s3://b/raw/xy/team-ab-prepare-11112222-3/x", None, id="raw data of another one"),
        pytest.param("s3://b/meta/team-b?watch=1/prepare-11112222/x", None, id="no name of a namespace"),
        pytest.param("s3://b/meta/team-b/prepare#-11112222/x", None, id="no name of an execution"),
    ],
)
def test_what_belongs_to_another_execution_is_a_question_of_who_may_get_that(uri: str, owner: tuple[str, str, str] | None) -> None:
    verdict = reach().verdict(uri)
    assert verdict.access is (Access.ANOTHERS if owner else Access.REFUSED)
    assert verdict.owner == (Owner(namespace=owner[0], name=owner[1], uid=owner[2]) if owner else None)


def test_a_namespace_with_prefixes_of_its_own_has_these() -> None:
    own = STORAGE | {"namespaceDefaults": [{"namespaces": ["team-a"], "storage": {"metadataPrefix": "s3://a/m"}}]}
    assert access("s3://a/m/team-a/train-0a1b2c3d/0/deck.html", own) is Access.READ
    assert access("s3://b/meta/team-a/train-0a1b2c3d/0/deck.html", own) is Access.REFUSED


def test_without_the_operators_configuration_nothing_is_read() -> None:
    verdict = reach_of(EXECUTION, None).verdict("s3://b/meta/team-a/train-0a1b2c3d/inputs.pb")
    assert (verdict.access, "operatorConfigFile" in verdict.why) == (Access.REFUSED, True)


def test_without_prefixes_nothing_is_read() -> None:
    assert access("s3://b/meta/team-a/train-0a1b2c3d/inputs.pb", {}) is Access.REFUSED


@pytest.mark.parametrize(("uri", "expected"), [("s3://any/x", Access.READ), ("file:///x", Access.REFUSED), ("http://h/x", Access.REFUSED)])
def test_on_ones_own_machine_object_stores_are_read(uri: str, expected: Access) -> None:
    assert anywhere().verdict(uri).access is expected


NAMES = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=12).map(lambda text: f"a{text}z")
UIDS = st.uuids(version=4).map(str)
EXECUTIONS = st.builds(replace, st.just(EXECUTION), namespace=NAMES, name=NAMES, uid=UIDS)


@given(EXECUTIONS, st.integers(0, 50))
def test_what_the_operator_gives_an_execution_is_its_own(execution: Execution, attempt: int) -> None:
    own = reach(execution=execution)
    paths = paths_of(execution, parse_config(CONFIGURATION | STORAGE).storage, inputs_uri=None)
    given_to_it = [paths.inputs, paths.outputs(attempt), f"{paths.raw_output(attempt)}/x", paths.checkpoint(attempt)]
    assert [own.verdict(uri).access for uri in given_to_it] == [Access.READ] * 4


@given(EXECUTIONS, EXECUTIONS, st.integers(0, 50))
def test_no_execution_owns_what_another_was_given(one: Execution, other: Execution, attempt: int) -> None:
    paths = paths_of(other, parse_config(CONFIGURATION | STORAGE).storage, inputs_uri=None)
    if one.uid[:8] != other.uid[:8]:
        for uri in (paths.inputs, paths.outputs(attempt), f"{paths.raw_output(attempt)}/x"):
            assert reach(execution=one).verdict(uri).access is not Access.READ


@given(st.lists(st.sampled_from(["..", ".", "", "%2e%2e", "team-b", "x", "%2f", "..%2f", "\\", "train-0a1b2c3d"]), max_size=6))
def test_whatever_is_read_is_below_by_its_parts(parts: list[str]) -> None:
    uri = "/".join(["s3://b/meta/team-a/train-0a1b2c3d", *parts])
    if reach().verdict(uri).access is Access.READ:
        assert parse_place("s3://b/meta/team-a/train-0a1b2c3d").is_above(parse_place(uri))
        assert not {"..", ".", "%2e%2e", "%2f", "..%2f", "\\"} & set(parts)
