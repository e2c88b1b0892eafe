"""Which executions `glider get` asks for."""

from __future__ import annotations

import pytest

from glider_client.cli.get import of_phases
from glider_client.cli.listing import Columns, Query
from glider_core.api.phases import Phase
from tests.unit.glider_core.builders import MINUTE, T0


@pytest.mark.parametrize(
    ("phases", "selector"),
    [
        pytest.param([], "", id="any"),
        pytest.param([Phase.FAILED], "status.phase=Failed", id="one"),
        pytest.param([Phase.FAILED, Phase.FAILED], "status.phase=Failed", id="one, twice"),
        pytest.param([phase for phase in Phase if phase is not Phase.PENDING], "status.phase!=Pending", id="several: none of the others"),
    ],
)
def test_field_selectors_have_no_or(phases, selector):
    assert of_phases(phases) == selector


def test_a_name_is_a_field_too_so_that_it_can_be_watched():
    assert Query(names=("a",)).parameters == {"fieldSelector": "metadata.name=a"}
    assert Query(labels="x=y", fields="status.phase=Failed").parameters == {"labelSelector": "x=y", "fieldSelector": "status.phase=Failed"}


def test_since_takes_what_was_created_later():
    query = Query(created_after=T0)
    assert query.takes({"creationTimestamp": (T0 + MINUTE).isoformat()})
    assert not query.takes({"creationTimestamp": (T0 - MINUTE).isoformat()})


def test_columns_of_the_servers_table():
    table = {"columnDefinitions": [{"name": "Name"}, {"name": "Phase", "priority": 0}, {"name": "Pod", "priority": 1}]}
    row = {"cells": ["a", None, "p"], "object": {"metadata": {"namespace": "team"}}}
    assert Columns.of(table, wide=False, with_namespace=False).row(row) == ["a", ""]
    wide = Columns.of(table, wide=True, with_namespace=True)
    assert (wide.names, wide.phase, wide.row(row)) == (("Namespace", "Name", "Phase", "Pod"), 2, ["team", "a", "", "p"])
