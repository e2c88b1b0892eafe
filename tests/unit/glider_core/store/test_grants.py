"""Which URIs the operator may touch on behalf of a namespace: those that its administrator has given to it, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_core.config import parse_config
from glider_core.store.grants import Grants, grants_of
from tests.unit.glider_core.builders import CONFIGURATION

SHARED: dict[str, Any] = {"storage": {"metadataPrefix": "s3://b/meta", "rawOutputDataPrefix": "s3://b/raw"}}


def own(namespaces: list[str], prefix: str) -> dict[str, Any]:
    return SHARED | {"namespaceDefaults": [{"namespaces": namespaces, "storage": {"metadataPrefix": prefix}}]}


def files(root: str) -> dict[str, Any]:
    return {"storage": {"metadataPrefix": "file:///data/meta"}, "storageAccess": {"filesRoot": root}}


def grants(settings: dict[str, Any], namespace: str = "team-a") -> Grants:
    return grants_of(parse_config(CONFIGURATION | settings), namespace)


def may(check: Any, uri: str) -> bool:
    try:
        check(uri, field="x")
    except FieldError:
        return False
    return True


@pytest.mark.parametrize(
    ("settings", "uri", "allowed"),
    [
        pytest.param({}, "s3://b/meta/team-a/x", False, id="nothing is configured"),
        pytest.param(SHARED, "s3://b/meta/team-a/run-1/0/outputs.pb", True, id="the namespace's part of a prefix for all"),
        pytest.param(SHARED, "s3://b/raw/team-a/x", True, id="that of the prefix for data"),
        pytest.param(SHARED, "s3://b/meta/team-b/run-1/0/outputs.pb", False, id="another namespace's part"),
        pytest.param(SHARED, "s3://b/meta/team-ab/x", False, id="that of one whose name begins alike"),
        pytest.param(SHARED, "s3://b/meta/x", False, id="what is nobody's part"),
        pytest.param(SHARED, "s3://b/meta/team-a/../team-b/x", False, id="a way round"),
        pytest.param(own(["team-a"], "s3://a"), "s3://a/in.pb", True, id="all of a prefix for this namespace alone"),
        pytest.param(own(["team-a"], "s3://b/meta"), "s3://b/meta/team-b/x", False, id="unless others have it too"),
        pytest.param(own(["team-a"], "s3://b"), "s3://b/meta/team-b/x", False, id="or have one below it"),
        pytest.param(own(["team-*"], "s3://teams"), "s3://teams/team-b/x", False, id="a pattern is for several"),
        pytest.param(own(["team-*"], "s3://teams"), "s3://teams/team-a/x", True, id="which have their parts"),
        pytest.param(own(["team-b"], "s3://other"), "s3://other/team-a/x", False, id="another namespace's prefix"),
        pytest.param(own(["team-a"], "file:///data"), "file:///data/team-a/x", False, id="a prefix that isn't in an object store"),
        pytest.param(files("/data"), "file:///data/meta/team-a/x", True, id="files below the folder of a volume"),
        pytest.param(files("/data"), "file:///data/meta/team-b/x", False, id="another namespace's files"),
        pytest.param(files("/data"), "file:///data/meta/team-ab/x", False, id="those of one whose name begins alike"),
        pytest.param(files("/data"), "file:///data/meta/team-a/../team-b/x", False, id="a way round to them"),
        pytest.param(files("/data"), "file:///data/meta/team-a/%2e%2e/team-b/x", False, id="encoded"),
        pytest.param(files("/data"), "file://localhost/data/meta/team-a/x", False, id="with a host"),
        pytest.param(files("/data"), "/data/meta/team-a/x", False, id="without a scheme"),
        pytest.param(files("/data"), "FILE:///data/meta/team-a/x", True, id="a scheme has no case"),
        pytest.param(files("/data/other"), "file:///data/meta/team-a/x", False, id="a prefix that isn't on the volume"),
        pytest.param(files("/dat"), "file:///data/meta/team-a/x", False, id="a folder whose name begins alike"),
        pytest.param(files("/data/meta"), "file:///data/meta/team-a/x", True, id="a prefix that is the volume"),
        pytest.param(files("/data/meta/team-a"), "file:///data/meta/team-a/x", True, id="a volume of this namespace's part"),
        pytest.param(files("/data/meta/team-b"), "file:///data/meta/team-a/x", False, id="of another one's"),
        pytest.param(own(["team-a"], "https://web/data"), "https://web/data/team-a/x", False, id="or that is on the web"),
    ],
)
def test_places_that_are_configured(settings, uri, allowed):
    found = grants(settings)
    assert may(found.check_read, uri) is allowed
    assert may(found.check_write, uri) is allowed


def test_the_allow_list_is_the_administrators():
    found = grants(SHARED | {"storageAccess": {"read": ["s3://shared/models"], "write": ["gs://scratch"]}})
    assert may(found.check_read, "s3://shared/models/x") and not may(found.check_write, "s3://shared/models/x")
    assert may(found.check_read, "gs://scratch/x") and may(found.check_write, "gs://scratch/x")
    assert not may(found.check_read, "s3://shared/other")


def test_an_allow_list_for_some_namespaces_is_for_them():
    settings = SHARED | {"namespaceDefaults": [{"namespaces": ["team-a"], "storageAccess": {"read": ["s3://shared"]}}]}
    assert may(grants(settings).check_read, "s3://shared/x")
    assert not may(grants(settings, "team-b").check_read, "s3://shared/x")


@pytest.mark.parametrize("uri", ["file:///", "s3://b/../c", "s3://b/.", "s3://b//c", "s3://b/%2e", "http://web/x", "s3://", "s3://a@b/c"])
def test_an_allow_list_has_places_in_object_stores(uri):
    with pytest.raises(FieldError, match=r"storageAccess\.read\[0\]: expected"):
        parse_config(CONFIGURATION | {"storageAccess": {"read": [uri]}})


@pytest.mark.parametrize("path", ["/", "data", "file:///data", "/data/../etc", "//data", "/data//x", "/data/%2e%2e", "/./data"])
def test_the_folder_of_a_volume_is_an_absolute_path_and_no_other(path):
    with pytest.raises(FieldError, match=r"storageAccess\.filesRoot: expected the absolute path of a folder"):
        parse_config(CONFIGURATION | {"storageAccess": {"filesRoot": path}})


def test_a_refusal_names_the_field_what_is_allowed_and_how_to_allow_more():
    with pytest.raises(FieldError) as refusal:
        grants(SHARED).check_read("s3://b/meta/team-b/x", field="spec.inputsUri")
    message = str(refusal.value)
    assert message.startswith("spec.inputsUri: expected a place below s3://b/meta/team-a or s3://b/raw/team-a")
    assert "storageAccess.read" in message and message.endswith('found "s3://b/meta/team-b/x"')
    with pytest.raises(FieldError, match="expected nothing, since no place is configured"):
        grants({}).check_read("s3://b/x", field="spec.inputsUri")


@pytest.mark.parametrize(
    ("uri", "allowed"),
    [
        pytest.param("s3://b/x", True, id="what an administrator has granted"),
        pytest.param("s3://b/meta/.history/v1/team-a/2030/01/01/x.json.zst", False, id="but for the history of all"),
    ],
)
def test_the_history_is_nobodys_part(uri, allowed):
    given = grants(SHARED | {"storageAccess": {"write": ["s3://b"]}, "history": {"enabled": True}})
    assert may(given.check_read, uri) is allowed
    assert may(given.check_write, uri) is allowed
