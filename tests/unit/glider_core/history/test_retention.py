"""By which rule an execution is deleted, and what holds it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glider_core.api.places import parse_place
from glider_core.config.retention import RetentionRule
from glider_core.history.references import References, Use, references_of
from glider_core.history.retention import Facts, Hold, add_uses, ended_before, hold_of, rule_of, uses_since
from glider_core.history.rows import Row

NOW = datetime(2026, 11, 30, tzinfo=UTC)
DAY = timedelta(days=1)
UID = "0a1b2c3d-0000-4000-8000-000000000000"
FOLDER = "s3://b/meta/team-a/made-0a1b2c3d"
ROW = Row(
    uid=UID,
    namespace="team-a",
    name="made",
    completed="2026-11-20T00:00:00Z",
    phase="Failed",
    labels={"customer": "acme", "empty": ""},
    folder=FOLDER,
)
USER = Row(uid="f" * 8, namespace="team-b", name="user", completed="2026-11-28T00:00:00Z", uses=(f"{FOLDER}", "s3://b/no"))


def rule(**conditions: Any) -> RetentionRule:
    return RetentionRule(**conditions)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(rule(age=10 * DAY), True, id="old enough to the second"),
        pytest.param(rule(age=10 * DAY + timedelta(seconds=1)), False, id="not a second early"),
        pytest.param(rule(namespaces=("team-a",)), True, id="its namespace"),
        pytest.param(rule(namespaces=("x", "team-*")), True, id="a pattern"),
        pytest.param(rule(namespaces=("team",)), False, id="no pattern"),
        pytest.param(rule(phases=("Aborted", "Failed")), True, id="one of the phases"),
        pytest.param(rule(phases=("Succeeded",)), False, id="another phase"),
        pytest.param(rule(labels={"customer": "acme"}), True, id="its label"),
        pytest.param(rule(labels={"customer": "acm"}), False, id="another value"),
        pytest.param(rule(labels={"customer": "acme", "x": ""}), False, id="a label that it hasn't got, without a value"),
        pytest.param(rule(labels={"empty": ""}), True, id="a label without a value"),
        pytest.param(rule(labels={"customer": "acme"}, age=11 * DAY), False, id="all has to hold"),
        pytest.param(rule(unused_for=10 * DAY), True, id="nobody has used it since it ended"),
        pytest.param(rule(unused_for=11 * DAY), False, id="not for so long"),
    ],
)
def test_a_rule_takes_what_all_its_conditions_hold_of(given: RetentionRule, expected: bool) -> None:
    assert (rule_of(ROW, [given], last_uses={}, now=NOW) is given) is expected


def test_a_use_counts_from_when_the_user_ended() -> None:
    last_uses: dict[str, datetime] = {}
    for row in (USER, replace(USER, completed="2026-11-22T00:00:00Z"), replace(USER, completed="yesterday")):
        add_uses(last_uses, row)
    assert rule_of(ROW, [rule(unused_for=2 * DAY)], last_uses=last_uses, now=NOW) is not None
    assert rule_of(ROW, [rule(unused_for=2 * DAY)], last_uses=last_uses, now=NOW - DAY) is None
    assert rule_of(replace(ROW, name="other"), [rule(unused_for=3 * DAY)], last_uses=last_uses, now=NOW) is not None


def test_the_first_rule_counts() -> None:
    rules = [rule(name="no", age=11 * DAY), rule(name="first", age=DAY), rule(name="second", age=DAY)]
    found = rule_of(ROW, rules, last_uses={}, now=NOW)
    assert found is not None and found.name == "first"


@pytest.mark.parametrize(
    "odd", [{"deleted": "2026-11-21T00:00:00Z"}, {"completed": ""}, {"completed": "soon"}, {"completed": "2026-11-20"}]
)
def test_no_rule_takes_what_is_deleted_or_has_no_time(odd: dict[str, Any]) -> None:
    assert rule_of(replace(ROW, **odd), [rule(namespaces=("team-a",))], last_uses={}, now=NOW) is None


def test_no_more_is_read_than_rules_can_be_for() -> None:
    rules = [rule(age=30 * DAY), rule(age=DAY, unused_for=7 * DAY)]
    assert ended_before(rules, now=NOW) == NOW - 7 * DAY
    assert ended_before([*rules, rule(phases=("Failed",))], now=NOW) == NOW
    assert uses_since(rules, now=NOW) == NOW - 7 * DAY
    assert uses_since([rule(age=DAY)], now=NOW) is None


def facts(*uses: Use, existing: frozenset[str] = frozenset()) -> Facts:
    return Facts(existing=existing, references=references_of(uses))


def use(text: str = "", **fields: Any) -> Use:
    return Use(namespace="team-b", name="live", uid="live", texts=(text,), **fields)


PLACES = (parse_place(FOLDER),)


@pytest.mark.parametrize(
    ("row", "known", "hold", "message"),
    [
        pytest.param(ROW, facts(existing=frozenset({UID})), Hold.EXISTS, "its TaskExecution is still there", id="it exists"),
        pytest.param(ROW, facts(replace(use(), uid=UID)), Hold.EXISTS, "still there", id="it lives, by the cache"),
        pytest.param(ROW, facts(use(f"{FOLDER}/0/outputs.pb")), Hold.INPUT, "inputs of team-b/live, not finished", id="an input"),
        pytest.param(ROW, facts(use("s3://b/meta")), Hold.INPUT, "inputs of team-b/live", id="an input above"),
        pytest.param(replace(ROW, parent="live"), facts(use()), Hold.PARENT, "it is part of team-b/live", id="a child of an eager task"),
        pytest.param(ROW, facts(use(unknown="no rights")), Hold.UNKNOWN_INPUTS, "can't be read: team-b/live: no rights", id="unknown"),
    ],
)
def test_what_holds_it(row: Row, known: Facts, hold: Hold, message: str) -> None:
    held = hold_of(row, PLACES, known)
    assert held is not None and held.hold is hold and message in held.message
    assert held.by == (() if hold is Hold.EXISTS else ("team-b/live",))


def test_nothing_else_does() -> None:
    others = facts(use("s3://b/meta/team-a/made-0a1b2c3e/x"), existing=frozenset({"another"}))
    assert hold_of(ROW, PLACES, others) is None
    assert hold_of(replace(ROW, parent="gone"), PLACES, others) is None


def test_few_of_many_users_are_named() -> None:
    uses = [Use(namespace="n", name=f"u{number}", uid=f"u{number}", texts=(FOLDER,)) for number in range(8)]
    held = hold_of(ROW, PLACES, facts(*uses))
    assert held is not None and held.message == "its data are inputs of n/u0, n/u1, n/u2, n/u3, n/u4 and 3 more, not finished yet"


def test_all_whose_inputs_are_unknown_are_named() -> None:
    references = References(unknown=("n/a: no rights", "n/b: torn"))
    held = hold_of(ROW, (), Facts(references=references))
    assert held is not None and held.message.endswith(": n/a: no rights, n/b: torn") and held.by == ("n/a", "n/b")
