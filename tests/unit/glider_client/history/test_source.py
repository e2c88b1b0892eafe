"""Where the history is, by options, environment and the operators' configuration."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from glider_client.cluster import operators
from glider_client.cluster.client import Cluster
from glider_client.cluster.config import ClientConfig
from glider_client.cluster.errors import ForbiddenError
from glider_client.cluster.operators import Operator, operator_of
from glider_client.history.source import HistoryError, NoHistoryError, history_of
from tests.unit.glider_core.builders import CONFIGURATION

CLUSTER = Cluster(ClientConfig(server="https://127.0.0.1:1", namespace="team"))
STORAGE = {"metadataPrefix": "s3://bucket/meta"}


def operator(**config: Any) -> Operator:
    deployment = {"metadata": {"namespace": "glider-system", "name": "glider"}, "spec": {}}
    return operator_of(deployment, {"data": {"config.yaml": yaml.safe_dump(CONFIGURATION | config)}} if config else None)


ENABLED = operator(history={"enabled": True}, storage=STORAGE)


@pytest.mark.parametrize(
    ("prefix", "environment", "expected"),
    [
        ("s3://b/one/", {"GLIDER_HISTORY_PREFIX": "s3://b/two"}, "s3://b/one"),
        (None, {"GLIDER_HISTORY_PREFIX": "s3://b/two"}, "s3://b/two"),
        ("/mnt/history", {}, "/mnt/history"),
    ],
)
def test_what_is_given_counts_and_no_cluster_is_asked(prefix: str | None, environment: dict[str, str], expected: str) -> None:
    assert history_of(prefix, None, environment=environment).prefix == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([ENABLED], "s3://bucket/meta/.history"),
        ([ENABLED, operator(watchNamespaces=["other"])], "s3://bucket/meta/.history"),
        ([operator(history={"enabled": True, "prefix": "s3://b/kept"}, storage=STORAGE)], "s3://b/kept"),
    ],
)
def test_the_operators_configuration(monkeypatch: pytest.MonkeyPatch, found: list[Operator], expected: str) -> None:
    monkeypatch.setattr(operators, "operators_of", lambda cluster: found)
    assert history_of(None, CLUSTER, environment={}).prefix == expected


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "There is no operator that serves the namespace team"),
        ([operator(watchNamespaces=["other"])], "There is no operator that serves the namespace team"),
        ([operator()], "of the operator glider-system/glider its configuration can't be found"),
        ([operator(storage=STORAGE)], "keeps no history: history.enabled is false"),
        ([ENABLED, operator(history={"enabled": True, "prefix": "s3://b/kept"}, storage=STORAGE)], "histories at s3://b/kept, s3://bucket"),
    ],
)
def test_why_none_is_known(monkeypatch: pytest.MonkeyPatch, found: list[Operator], words: str) -> None:
    monkeypatch.setattr(operators, "operators_of", lambda cluster: found)
    with pytest.raises(HistoryError, match=words) as error:
        history_of(None, CLUSTER, environment={})
    assert "--history-prefix" in str(error.value)
    assert isinstance(error.value, NoHistoryError) is ("histories at" not in words)


def test_who_may_not_list_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(cluster: Cluster) -> list[Operator]:
        raise ForbiddenError("no")

    monkeypatch.setattr(operators, "operators_of", forbidden)
    with pytest.raises(NoHistoryError, match="since you may not list operators"):
        history_of(None, CLUSTER, environment={})


@pytest.mark.parametrize("prefix", ["s4://bucket/x", "s3:/bucket", "https://example.com/x", "bucket/.history"])
def test_no_place_for_a_history(prefix: str) -> None:
    with pytest.raises(HistoryError):
        history_of(prefix, None, environment={}).index.namespaces()


def test_settings_that_are_refused() -> None:
    with pytest.raises(HistoryError, match="The store's settings in the environment are refused: FLYTE_AWS_RETRIES"):
        history_of("s3://b/x", None, environment={"FLYTE_AWS_RETRIES": "many"})
