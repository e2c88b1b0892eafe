"""Which rules of retention are refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_core.config import parse_config
from glider_core.config.retention import Retention
from tests.unit.glider_core.builders import CONFIGURATION


def config(*rules: Any, enabled: bool = True, **retention: Any) -> dict[str, Any]:
    history = {"enabled": enabled, "prefix": "s3://b/history"}
    return CONFIGURATION | {"history": history, "retention": {"rules": list(rules), **retention}}


def test_rules_are_read_with_all_their_conditions():
    rule = {"name": "x", "namespaces": ["team-*"], "phases": ["Failed"], "labels": {"a": "b", "e": ""}, "age": "720h", "unusedFor": "24h"}
    (found,) = parse_config(config(rule)).retention.rules
    assert (found.name, found.namespaces, found.phases, found.labels) == ("x", ("team-*",), ("Failed",), {"a": "b", "e": ""})
    assert (found.age, found.unused_for) == (timedelta(days=30), timedelta(days=1))


def test_nothing_is_deleted_without_being_asked_for():
    assert parse_config(CONFIGURATION).retention == Retention(dry_run=True, rules=())
    assert parse_config(config({"age": "1h"})).retention.dry_run


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(config({}), r"retention.rules\[0\].age: expected at least one of namespaces, phases, labels", id="a rule for all"),
        pytest.param(config({"name": "x"}), "since nobody means all", id="a rule with a name alone"),
        pytest.param(config({"age": "1h", "namespaces": []}), r"rules\[0\].namespaces: expected at least one", id="no namespace"),
        pytest.param(config({"age": "1h", "labels": {}}), r"rules\[0\].labels: expected at least one", id="no label"),
        pytest.param(
            config({"phases": ["Running"]}), r"phases\[0\]: expected a final phase \(Succeeded, .*found \"Run", id="no final phase"
        ),
        pytest.param(config({"namespaces": ["Team"]}), r"namespaces\[0\]: expected a name or pattern", id="no namespace's name"),
        pytest.param(config({"labels": {"a": "b c"}}), "labels.a: expected the value of a label", id="no label's value"),
        pytest.param(config({"labels": {"a": 1}}), "labels.a: expected a string", id="a number"),
        pytest.param(config({"age": "30d"}), "age: expected a duration such as 90s", id="no duration"),
        pytest.param(config({"ages": "1h"}), r"rules\[0\]: expected only the fields .*ages", id="a typing error"),
        pytest.param(config({"age": "1h"}, enabled=False), "retention.rules: expected history.enabled to be true", id="no history"),
        pytest.param(config({"name": "x", "age": "1h"}, {"name": "x", "age": "2h"}), r"rules\[0\].name: expected a name that", id="twice"),
        pytest.param(config(interval="0s"), "retention.interval: expected more than 0s", id="without a pause"),
    ],
)
def test_what_is_refused(document, message):
    with pytest.raises(FieldError, match=message):
        parse_config(document)
