"""Executions of the history in the table that the API server makes of live ones."""

from __future__ import annotations

from datetime import timedelta

import pytest
import yaml

from glider_client.views.archived import COLUMNS, age_of, table_of
from tests.reference.crds import CRDS
from tests.unit.glider_core.builders import MINUTE, T0


def test_the_columns_are_those_of_the_crd() -> None:
    (version,) = yaml.safe_load(CRDS["taskexecutions"].read_text())["spec"]["versions"]
    declared = [{"name": one["name"], "priority": one.get("priority", 0)} for one in version["additionalPrinterColumns"]]
    assert list(COLUMNS) == [{"name": "Name", "priority": 0}, *declared]


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=-5), "<invalid>"),
        (timedelta(0), "0s"),
        (timedelta(seconds=119), "119s"),
        (timedelta(minutes=2), "2m"),
        (timedelta(minutes=9, seconds=59), "9m59s"),
        (timedelta(minutes=10, seconds=59), "10m"),
        (timedelta(minutes=179), "179m"),
        (timedelta(hours=3), "3h"),
        (timedelta(hours=7, minutes=59), "7h59m"),
        (timedelta(hours=47, minutes=59), "47h"),
        (timedelta(hours=48), "2d"),
        (timedelta(days=7, hours=23), "7d23h"),
        (timedelta(days=729), "729d"),
        (timedelta(days=730), "2y"),
        (timedelta(days=2919), "7y364d"),
        (timedelta(days=2920), "8y"),
    ],
)
def test_ages_are_those_of_kubectl(age: timedelta, text: str) -> None:
    assert age_of(age) == text


def test_the_cells_of_a_row() -> None:
    row = {
        "namespace": "default",
        "name": "train",
        "phase": "Failed",
        "reason": "OOMKilled",
        "attempts": 3,
        "pod": "train-2",
        "node": "node-1",
        "created": "2026-01-31T11:50:00Z",
        "started": "2026-01-31T11:55:00Z",
        "completed": "2026-01-31T11:56:05Z",
    }
    (found,) = table_of([row], now=T0)["rows"]
    assert found["cells"] == ("train", "Failed", "OOMKilled", 2, "train-2", "node-1", "1m5s", "10m")
    assert found["object"]["metadata"]["namespace"] == "default"


def test_what_a_row_lacks() -> None:
    (found,) = table_of([{"name": "train", "completed": "2026-01-31T11:56:05Z"}], now=T0 + MINUTE)["rows"]
    assert found["cells"] == ("train", None, None, None, None, None, None, "<unknown>")
