"""What is set beside the inputs: as `glider run`'s options set it, and back."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_client.sdk.documents import Overrides, overriding
from glider_console.launch.settings import labels_of, merged, spec_of, taken_from

Json = Any
SETTINGS: dict[str, Json] = {
    "image": "app:2",
    "cpu": "2",
    "memory": "4Gi",
    "gpu": "1",
    "retries": "3",
    "attemptTimeout": "1h30m",
    "priority": "5",
    "serviceAccountName": "trainer",
    "env": [["A", "1"]],
}


def test_settings_are_what_options_of_glider_run_are() -> None:
    from datetime import timedelta

    given = Overrides(
        image="app:2",
        cpu="2",
        memory="4Gi",
        gpu=1,
        retries=3,
        timeout=timedelta(minutes=90),
        priority=5,
        service_account="trainer",
        env={"A": "1"},
    )
    assert spec_of(SETTINGS, []) == overriding(given)


@pytest.mark.parametrize(
    ("settings", "spec"),
    [
        pytest.param({"ttl": "3600"}, {"ttlSecondsAfterFinished": 3600}, id="seconds"),
        pytest.param({"ttl": "2 days"}, {"ttlSecondsAfterFinished": 172_800}, id="seconds as a duration"),
        pytest.param({"totalTimeout": "1d"}, {"timeouts": {"total": "86400s"}}, id="a duration"),
        pytest.param({"suspend": True, "priorityClassName": "high"}, {"suspend": True, "priorityClassName": "high"}, id="suspended"),
        pytest.param({"image": "  ", "env": [["", ""]]}, {}, id="what is empty isn't set"),
    ],
)
def test_a_setting_sets_its_field(settings: dict[str, Json], spec: dict[str, Json]) -> None:
    assert spec_of(settings, []) == spec


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param({"retries": "many"}, 'spec.retries.user: expected integer, found "many"', id="no number"),
        pytest.param({"attemptTimeout": "5"}, "spec.timeouts.attempt: expected a duration such as 90s", id="no duration"),
        pytest.param({"ttl": "soon"}, "spec.ttlSecondsAfterFinished: expected seconds, or a duration", id="no seconds"),
        pytest.param({"env": [["", "x"]]}, "spec.env: expected a name for the value x", id="a value without a name"),
        pytest.param({"env": ["A=1"]}, "spec.env: expected rows of a name and a value", id="no rows"),
    ],
)
def test_an_error_names_the_field_of_the_spec(settings: dict[str, Json], expected: str) -> None:
    errors: list[FieldError] = []
    spec_of(settings, errors)
    assert [str(error)[: len(expected)] for error in errors] == [expected]


def test_labels_are_the_rows_that_have_a_name() -> None:
    assert labels_of({"labels": [["team", "a"], ["", ""], ["empty", ""]]}, []) == {"team": "a", "empty": ""}


def test_a_spec_comes_back_as_settings() -> None:
    settings, rest = taken_from(spec_of(SETTINGS | {"ttl": "60", "suspend": True}, []))
    assert (settings, rest) == ({**SETTINGS, "attemptTimeout": "5400s", "ttl": "60", "suspend": True}, {})


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({"resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "2"}}}, id="a limit that is no request"),
        pytest.param({"resources": {"requests": {"cpu": "1"}}}, id="a request without a limit"),
        pytest.param({"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]}, id="a value from elsewhere"),
        pytest.param({"tolerations": [{"operator": "Exists"}], "retries": {"system": 2}}, id="what has no setting"),
    ],
)
def test_what_no_setting_can_show_stays(spec: dict[str, Json]) -> None:
    settings, rest = taken_from(spec)
    assert merged(rest, spec_of(settings, [])) == spec
    assert rest == spec
