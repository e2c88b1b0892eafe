"""Which default is whose."""

from __future__ import annotations

import pytest

from glider_core.config import Config, parse_config
from tests.unit.glider_core.builders import CONFIGURATION

DOCUMENT = CONFIGURATION | {
    "storage": {"metadataPrefix": "s3://all/metadata", "rawOutputDataPrefix": "s3://all/raw"},
    "executor": {"python": "python3.11"},
    "retries": {"user": 1, "system": 5},
    "taskPod": {"serviceAccountName": "task", "env": [{"name": "A", "value": "all"}]},
    "namespaceDefaults": [
        {"namespaces": ["team-a", "lab"], "taskPod": {"serviceAccountName": "a", "env": [{"name": "A", "value": "a"}]}},
        {
            "namespaces": ["team-*"],
            "storage": {"rawOutputDataPrefix": "s3://teams/raw"},
            "retries": {"user": 2},
            "taskPod": {"serviceAccountName": "team", "securityContext": {"runAsUser": 1}},
        },
    ],
}


def of(namespace: str) -> Config:
    return parse_config(DOCUMENT).for_namespace(namespace)


@pytest.mark.parametrize(
    ("namespace", "service_account"),
    [
        pytest.param("other", "task", id="no entry matches: that of all namespaces"),
        pytest.param("lab", "a", id="by name"),
        pytest.param("team-b", "team", id="by a pattern"),
        pytest.param("team-a", "a", id="of two entries that match, the first"),
        pytest.param("Team-a", "task", id="case matters"),
    ],
)
def test_a_value_comes_from_the_first_entry_that_has_it(namespace, service_account):
    assert of(namespace).task_pod.spec["serviceAccountName"] == service_account


def test_lists_of_objects_are_joined_with_the_most_specific_last_where_it_wins():
    assert of("team-a").task_pod.env == ({"name": "A", "value": "all"}, {"name": "A", "value": "a"})


def test_maps_are_joined_key_by_key():
    config = of("team-a")
    assert (config.storage.metadata_prefix, config.storage.raw_output_data_prefix) == ("s3://all/metadata", "s3://teams/raw")
    assert (config.retries.user, config.retries.system) == (2, 5)


def test_what_an_entry_does_not_mention_is_not_touched():
    assert of("team-b").executor.python == "python3.11"


def test_an_object_of_kubernetes_replaces_another_as_a_whole():
    assert of("team-b").task_pod.spec["securityContext"] == {"runAsUser": 1}
    assert "securityContext" not in of("other").task_pod.spec


def test_without_a_configuration_there_is_what_is_built_in():
    assert Config().for_namespace("any") == Config()
