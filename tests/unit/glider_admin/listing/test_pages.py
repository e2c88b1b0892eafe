"""Lists as FlyteAdmin has them: filters, order, tokens, limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flyteidl.admin import common_pb2, launch_plan_pb2, task_pb2
from flytekit.models import filters as flytekit_filters

from glider.wire.jsonform import FieldError
from glider_admin.listing import pages
from glider_admin.listing.fields import Field, Fields, Kind
from glider_admin.listing.pages import page_of


@dataclass(frozen=True, kw_only=True)
class Run:
    """What is listed here."""

    name: str
    phase: str = "RUNNING"
    created: str = "2026-11-29T12:00:00Z"
    seconds: float | None = None
    tags: tuple[str, ...] = ()
    size: int = 0


FIELDS: Fields[Run] = Fields(
    entity="execution",
    by_name={
        "name": Field(read=lambda run: run.name),
        "phase": Field(read=lambda run: run.phase),
        "tag": Field(read=lambda run: run.tags),
        "workflow.name": Field(read=lambda run: f"flow.{run.name}"),
        "created_at": Field(read=lambda run: run.created, kind=Kind.TIME),
        "duration": Field(read=lambda run: None if run.seconds is None else timedelta(seconds=run.seconds), kind=Kind.DURATION),
        "size": Field(read=lambda run: run.size, kind=Kind.NUMBER),
    },
    key=lambda run: run.name,
)
RUNS = (
    Run(name="a", phase="SUCCEEDED", created="2026-11-29T10:00:00Z", seconds=30, tags=("night", "x")),
    Run(name="b", phase="FAILED", created="2026-11-29T11:00:00Z", seconds=90, tags=("day",), size=5),
    Run(name="c", created="2026-11-29T12:00:00.5Z", size=10),
    Run(name="d", created="2026-11-29T12:00:00Z", tags=("night",)),
)


def listed(**request: Any) -> tuple[Sequence[str], str]:
    """The names on the page, and its token."""
    page = page_of(
        RUNS, common_pb2.ResourceListRequest(**request), fields=FIELDS, message=lambda run: task_pb2.Task(short_description=run.name)
    )
    return [task.short_description for task in page.items], page.token


def names(filters: str) -> Sequence[str]:
    """What passes, by name."""
    sort = common_pb2.Sort(key="name", direction=common_pb2.Sort.ASCENDING)
    return listed(filters=filters, sort_by=sort)[0]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param("", "abcd", id="no filter"),
        pytest.param("eq(name,a)", "a", id="equal"),
        pytest.param("eq(name, a)", "a", id="a blank before the value, as the documentation of Admin has it"),
        pytest.param("ne(phase,RUNNING)", "ab", id="not equal"),
        pytest.param("value_in(phase,SUCCEEDED;FAILED)", "ab", id="one of several"),
        pytest.param("value_in(phase,FAILED)", "b", id="one of one"),
        pytest.param(f"value_in(name,{';'.join(['a', 'd', *map(str, range(10_000))])})", "ad", id="one of very many"),
        pytest.param("value_not_in(phase,SUCCEEDED;FAILED)", "cd", id="none of several"),
        pytest.param("contains(phase,EED)", "a", id="contains"),
        pytest.param("gt(created_at,2026-11-29T11:00:00Z)", "cd", id="a time after"),
        pytest.param("gte(created_at,2026-11-29T11:00:00Z)", "bcd", id="a time from"),
        pytest.param("lt(CreatedAt,2026-11-29T12:00:00.25Z)", "abd", id="a field in Go's spelling, a time with a fraction"),
        pytest.param("lte(created_at,2026-11-29T12:00:00+01:00)+eq(phase,FAILED)", "b", id="an offset with a plus, and another filter"),
        pytest.param("lt(duration,60)", "a", id="a duration in seconds; without one it is neither shorter nor longer"),
        pytest.param("gte(duration,1m30s)", "b", id="a duration in words"),
        pytest.param("gte(size,5)", "bc", id="numbers aren't compared as text"),
        pytest.param("eq(tag,night)", "ad", id="one of several values is equal"),
        pytest.param("ne(tag,night)", "bc", id="none of several values is equal"),
        pytest.param("eq(execution.phase,FAILED)", "b", id="with the entity's own prefix"),
        pytest.param("eq(workflow.name,flow.c)", "c", id="another entity's field"),
        pytest.param("eq(phase,RUNNING)+contains(name,c)", "c", id="all filters have to pass"),
        pytest.param("eq(name,a,b)", "", id="a value with a comma"),
        pytest.param("eq(name,f(x))", "", id="a value with brackets"),
    ],
)
def test_filters(filters: str, expected: str) -> None:
    assert "".join(names(filters)) == expected


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(flytekit_filters.Equal("name", "a"), "a", id="eq"),
        pytest.param(flytekit_filters.NotEqual("name", "a"), "bcd", id="ne"),
        pytest.param(flytekit_filters.GreaterThan("created_at", "2026-11-29T11:00:00Z"), "cd", id="gt"),
        pytest.param(flytekit_filters.GreaterThanOrEqual("duration", "90"), "b", id="gte"),
        pytest.param(flytekit_filters.LessThan("duration", "90s"), "a", id="lt"),
        pytest.param(flytekit_filters.LessThanOrEqual("size", "0"), "ad", id="lte"),
        pytest.param(flytekit_filters.Contains("phase", ["RUN", "FAIL"]), "bcd", id="contains any of several"),
        pytest.param(flytekit_filters.ValueIn("name", ["a", "d"]), "ad", id="value_in"),
        pytest.param(flytekit_filters.ValueNotIn("name", ["a", "d"]), "bc", id="value_not_in"),
    ],
)
def test_filters_of_flytekits_builders(made: flytekit_filters.Filter, expected: str) -> None:
    assert "".join(names(flytekit_filters.FilterList([made]).to_flyte_idl())) == expected


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"filters": "eq(colour,red)"}, "expected a field of execution: created_at, duration, name, phase, size, tag, workflow.name"),
        ({"filters": "like(name,red)"}, "one of the functions eq, gt, gte, lt, lte, contains, value_in, ne, value_not_in"),
        ({"filters": "name=red"}, "function(field,value)"),
        ({"filters": "eq(name)"}, "function(field,value)"),
        ({"filters": "eq(name,a)eq(name,b"}, "function(field,value)"),
        ({"filters": "gt(created_at,yesterday)"}, "filters: created_at: expected a time such as 2026-11-29T12:00:00Z"),
        ({"filters": "gt(created_at,)"}, "a time such as"),
        ({"filters": "gt(duration,soon)"}, "seconds, or a duration such as 1h30m"),
        ({"filters": "gt(duration,1e999)"}, "seconds, or a duration such as 1h30m"),
        ({"filters": "gt(size,big)"}, "a number"),
        ({"filters": "+".join(["eq(name,a)"] * 10_000)}, "filters: expected at most 65,536 characters, found 109,999"),
        ({"filters": "+".join(["eq(name,a)"] * 51)}, "filters: expected at most 50 filters, found 51"),
        ({"filters": f"contains(name,{';'.join('a' * 51)})"}, "filters: expected contains with at most 50 values, found 51"),
        ({"filters": "contains(created_at,2026)"}, "contains only for text"),
        ({"sort_by": common_pb2.Sort(key="colour")}, "sort_by.key: expected a field of execution"),
        ({"token": "abc"}, "token: expected the token of the page before, which is a number"),
        ({"token": "-1"}, "token: expected"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_known(request_: Any, message: str) -> None:
    with pytest.raises(FieldError) as refused:
        listed(**request_)
    assert message in str(refused.value)


def test_without_an_order_the_newest_comes_first() -> None:
    assert listed()[0] == ["c", "d", "b", "a"]


@pytest.mark.parametrize(
    ("key", "direction", "expected"),
    [
        ("created_at", common_pb2.Sort.ASCENDING, "abdc"),
        ("created_at", common_pb2.Sort.DESCENDING, "cdba"),
        ("name", common_pb2.Sort.DESCENDING, "dcba"),
        ("execution.phase", common_pb2.Sort.ASCENDING, "bcda"),
        ("duration", common_pb2.Sort.ASCENDING, "cdab"),
        ("tag", common_pb2.Sort.DESCENDING, "adbc"),
    ],
)
def test_order(key: str, direction: common_pb2.Sort.Direction, expected: str) -> None:
    assert "".join(listed(sort_by=common_pb2.Sort(key=key, direction=direction))[0]) == expected


def test_tokens_lead_from_page_to_page() -> None:
    assert listed(limit=3) == (["c", "d", "b"], "3")
    assert listed(limit=3, token="3") == (["a"], "")
    assert listed(limit=2, token="2") == (["b", "a"], ""), "no empty page follows a full one"
    assert listed(limit=2, token="9" * 5000) == ([], "")


def test_a_limit_of_zero_is_the_default_and_none_is_above_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "DEFAULT", 2)
    monkeypatch.setattr(pages, "MOST", 3)
    assert listed(limit=0) == (["c", "d"], "2")
    assert listed(limit=1_000_000) == (["c", "d", "b"], "3")


def test_a_page_ends_before_it_is_too_large_for_clients_but_is_never_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_BYTES", 7)
    assert listed() == (["c", "d"], "2")
    monkeypatch.setattr(pages, "MOST_BYTES", 1)
    assert listed(token="1") == (["d"], "2")


def test_requests_without_filters_or_order_are_listed_too() -> None:
    request = launch_plan_pb2.ActiveLaunchPlanListRequest(limit=1)
    page = page_of(RUNS, request, fields=FIELDS, message=lambda run: task_pb2.Task(short_description=run.name))
    assert (page.items[0].short_description, page.token) == ("c", "1")
