"""Which default is whose."""

from __future__ import annotations

from typing import Any

import pytest

from glider_operator.config import Config, Defaults, parse_config
from glider_operator.config.defaults import POD_SECURITY
from tests.unit.glider_operator.builders import CONFIGURATION

DOCUMENT = CONFIGURATION | {
    "defaults": {
        "storage": {"metadataPrefix": "s3://all/metadata", "rawOutputDataPrefix": "s3://all/raw"},
        "serviceAccountName": "task",
        "labels": {"team": "none", "cost": "shared"},
        "env": [{"name": "A", "value": "all"}],
        "retries": {"user": 1, "system": 5},
        "resources": {"max": {"cpu": "4", "memory": "8Gi"}},
    },
    "namespaceDefaults": [
        {
            "namespaces": ["team-a", "lab"],
            "labels": {"team": "a"},
            "env": [{"name": "A", "value": "a"}],
            "serviceAccountName": "a",
        },
        {
            "namespaces": ["team-*"],
            "storage": {"rawOutputDataPrefix": "s3://teams/raw"},
            "labels": {"team": "some", "floor": "2"},
            "retries": {"user": 2},
            "resources": {"max": {"memory": "1Gi"}},
            "serviceAccountName": "team",
            "securityContext": {"runAsUser": 1},
        },
    ],
}


def of(namespace: str, document: dict[str, Any] = DOCUMENT) -> Defaults:
    return parse_config(document).for_namespace(namespace)


@pytest.mark.parametrize(
    ("namespace", "service_account"),
    [
        pytest.param("other", "task", id="no entry matches: those of all namespaces"),
        pytest.param("lab", "a", id="by name"),
        pytest.param("team-b", "team", id="by a pattern"),
        pytest.param("team-a", "a", id="of two entries that match, the first"),
    ],
)
def test_a_single_value_comes_from_the_first_layer_that_has_it(namespace, service_account):
    assert of(namespace).service_account_name == service_account


def test_maps_are_joined_key_by_key():
    assert of("team-a").labels == {"team": "a", "cost": "shared", "floor": "2"}
    assert of("team-a").resources.max == {"cpu": "4", "memory": "1Gi"}


def test_lists_are_joined_with_the_most_specific_item_last_where_it_wins():
    assert of("team-a").env == ({"name": "A", "value": "all"}, {"name": "A", "value": "a"})


def test_objects_of_ours_are_joined_field_by_field():
    storage, retries = of("team-a").storage, of("team-a").retries
    assert (storage.metadata_prefix, storage.raw_output_data_prefix) == ("s3://all/metadata", "s3://teams/raw")
    assert (retries.user, retries.system) == (2, 5)


def test_an_object_of_kubernetes_replaces_a_more_general_one_as_a_whole():
    assert of("team-b").security_context == {"runAsUser": 1}
    assert of("other").security_context == POD_SECURITY


def test_without_a_configuration_there_is_what_is_built_in():
    assert Config().for_namespace("any").security_context == POD_SECURITY
    assert Config().for_namespace("any").storage.metadata_prefix is None


def test_each_layer_is_known_by_its_place_in_the_file():
    assert [place for place, _ in parse_config(DOCUMENT).layers("team-b")] == ["namespaceDefaults[1]", "defaults", "Glider"]
