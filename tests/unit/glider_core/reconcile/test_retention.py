"""Which templates are deleted, and what is written onto them before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glider_core.api.moments import format_time
from glider_core.api.policies import TemplateRetention
from glider_core.reconcile.retention import Note, Place, StoredTemplate, Verdict, judge, stored_template

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
MONTH, WEEK, DAY, HOUR = timedelta(days=30), timedelta(days=7), timedelta(days=1), timedelta(hours=1)
RULE = TemplateRetention(unused_for=MONTH)


def template(name: str = "old", *, age: timedelta = 2 * MONTH, task: str = "add", **fields: Any) -> StoredTemplate:
    uid = f"uid-of-{name}"
    return StoredTemplate(namespace="lab", name=name, uid=uid, resource_version="7", task=task, created=NOW - age, **fields)


def verdict(*templates: StoredTemplate, used: Mapping[Place, datetime] = {}, rule: TemplateRetention = RULE) -> Verdict:
    """Beside the newest version of the task."""
    return judge([template("newest", age=HOUR), *templates], used=used, retention=lambda _: rule, now=NOW)


OVERDUE = template(deleted_after=NOW - HOUR)


def test_a_template_that_nobody_uses_is_announced_and_then_deleted() -> None:
    assert verdict(old := template()) == Verdict(notes=(Note(template=old, deleted_after=NOW + WEEK),))
    assert verdict(template(deleted_after=NOW + WEEK)) == Verdict()
    assert verdict(OVERDUE) == Verdict(delete=(OVERDUE,))


def test_the_notice_is_shorter_where_templates_are_kept_for_less() -> None:
    [note] = verdict(template(), rule=TemplateRetention(unused_for=4 * HOUR)).notes
    assert note.deleted_after == NOW + HOUR


@pytest.mark.parametrize(
    "stays",
    [
        pytest.param(template(age=MONTH - HOUR), id="one that is younger than that"),
        pytest.param(template(kept=True), id="one that its label keeps"),
        pytest.param(template(used=NOW - MONTH + HOUR), id="one that was used since"),
    ],
)
def test_nothing_is_announced_for(stays: StoredTemplate) -> None:
    assert verdict(stays) == Verdict()


@pytest.mark.parametrize(
    ("held", "used"),
    [
        pytest.param(template(deleted_after=NOW - HOUR, kept=True), {}, id="the label"),
        pytest.param(OVERDUE, {("lab", "old"): NOW}, id="an execution that uses it now"),
    ],
)
def test_an_announced_deletion_is_taken_back_by(held: StoredTemplate, used: Mapping[Place, datetime]) -> None:
    assert verdict(held, used=used) == Verdict(notes=(Note(template=held, used=used.get(held.place)),))


def test_the_newest_versions_stay_however_old_they_are() -> None:
    old = [template(f"v{age}", age=age * MONTH, deleted_after=NOW - HOUR) for age in (4, 3, 5)]
    rule = TemplateRetention(unused_for=MONTH, keep_versions=2)
    found = judge(old, used={}, retention=lambda _: rule, now=NOW)
    assert [one.name for one in found.delete] == ["v5"]
    assert {note.template.name for note in found.notes} == {"v3", "v4"}, "what was announced of them is taken back"


def test_versions_count_by_task_and_by_namespace() -> None:
    other = StoredTemplate(namespace="other", name="x", uid="u", resource_version="1", task="add", created=NOW - 2 * MONTH)
    assert judge([template(task="abs"), template(task="add"), other], used={}, retention=lambda _: RULE, now=NOW) == Verdict()


def test_without_the_setting_nothing_is_done() -> None:
    assert verdict(OVERDUE, rule=TemplateRetention()) == Verdict()


def test_a_use_is_written_down_once_a_day() -> None:
    young = template(age=3 * DAY)
    used = {young.place: NOW}
    assert verdict(young, used=used).notes == (Note(template=young, used=NOW),)
    assert verdict(template(age=3 * DAY, used=NOW - DAY + HOUR), used=used) == Verdict()
    assert len(verdict(template(age=3 * DAY, used=NOW - DAY), used=used).notes) == 1
    assert verdict(template(age=HOUR), used=used) == Verdict(), "its creation counts as a use"


def test_the_use_that_is_written_down_isnt_made_older() -> None:
    late = template(age=3 * MONTH, used=NOW - HOUR, deleted_after=NOW - DAY)
    assert verdict(late, used={late.place: NOW - DAY}).notes == (Note(template=late, used=NOW - HOUR),)


def test_metadata_state_all_that_counts() -> None:
    metadata = {
        "namespace": "lab",
        "name": "old",
        "uid": "uid-of-old",
        "resourceVersion": "7",
        "creationTimestamp": format_time(NOW),
        "labels": {"glider.dev/task-hash": "add"},
        "annotations": {"glider.dev/last-used": format_time(NOW + DAY), "glider.dev/deleted-after": format_time(NOW + WEEK)},
    }
    assert stored_template(metadata) == template(age=timedelta(), used=NOW + DAY, deleted_after=NOW + WEEK)


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        pytest.param({"labels": {"glider.dev/keep": "true"}}, True, id="the label with true"),
        pytest.param({"labels": {"glider.dev/keep": ""}}, True, id="the label without a value"),
        pytest.param({"labels": {"glider.dev/keep": "false"}}, False, id="the label with false"),
        pytest.param({"deletionTimestamp": format_time(NOW)}, True, id="a deletion by somebody else"),
        pytest.param({"annotations": {"glider.dev/last-used": "yesterday"}}, False, id="a time that nobody can read"),
        pytest.param({"annotations": {"glider.dev/last-used": "2026-11-29T10:00:00"}}, False, id="a time without a zone"),
    ],
)
def test_whether_a_template_is_kept_by(changed: dict[str, Any], kept: bool) -> None:
    base = {"namespace": "lab", "name": "a", "uid": "u", "resourceVersion": "1", "creationTimestamp": format_time(NOW)}
    found = stored_template({**base, **changed})
    assert (found.kept, found.used) == (kept, None)
