"""JSONPath templates and custom columns as kubectl reads them; tests/integration compares with kubectl itself."""

from __future__ import annotations

import pytest

from glider.wire.jsonform import FieldError
from glider_client.views.columns import parse_columns, rows_of
from glider_client.views.jsonpath import parse_template

DOCUMENT = {
    "items": [
        {"metadata": {"name": "one", "labels": {"a.b/c": "x"}}, "status": {"phase": "Failed", "attempts": [{"number": 0}, {"number": 1}]}},
        {"metadata": {"name": "two"}, "status": {"phase": "Running", "outputs": {"o0": 5.0, "ok": True}}},
    ]
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        pytest.param("{.items[*].metadata.name}", "one two", id="every item"),
        pytest.param(".items[0].metadata.name", "one", id="a path without braces"),
        pytest.param("items[0].metadata.name", "one", id="and without a dot"),
        pytest.param("{$.items[-1:].metadata.name}", "two", id="a slice from the end"),
        pytest.param("{.items[-1].metadata.name}", "two", id="an index from the end"),
        pytest.param("{.items[0,1].status['phase']}", "Failed Running", id="several indexes, a name in brackets"),
        pytest.param("{.items[0].metadata['name','labels']}", 'one {"a.b/c":"x"}', id="several names"),
        pytest.param(r"{.items[0].metadata.labels.a\.b/c}", "x", id="a dot in a name"),
        pytest.param("{.items[0].metadata.labels['a.b/c']}", "x", id="or quoted"),
        pytest.param('{.items[?(@.status.phase=="Failed")].metadata.name}', "one", id="a filter"),
        pytest.param("{.items[?(@.status.phase!='Failed')].metadata.name}", "two", id="its opposite"),
        pytest.param("{.items[0].status.attempts[?(@.number>=1)].number}", "1", id="a filter of numbers"),
        pytest.param("{.items[?(@.status.outputs)].metadata.name}", "two", id="a filter of what is there"),
        pytest.param("{..number}", "0 1", id="any depth"),
        pytest.param("{.items[1].status.outputs}", '{"o0":5.0,"ok":true}', id="an object is JSON"),
        pytest.param("{.items[1].status.outputs.*}", "5.0 true", id="every value"),
        pytest.param("{.items[0].nothing}", "", id="what isn't there is empty"),
        pytest.param('{range .items[*]}{.metadata.name}{"\\t"}{.status.phase}{"\\n"}{end}', "one\tFailed\ntwo\tRunning\n", id="a range"),
        pytest.param("names: {.items[0].metadata.name}!", "names: one!", id="text around it"),
        pytest.param("{range .items[*]}{range .status.attempts[*]}{.number};{end}{end}", "0;1;", id="a range in a range"),
    ],
)
def test_a_template(template, text):
    assert parse_template(template).render(DOCUMENT) == text


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param("{.items", "a } for each {", id="an open brace"),
        pytest.param("{.items[0}", "a ] for each [", id="an open bracket"),
        pytest.param("{range .items[*]}x", "an {end} for each {range}", id="a range without an end"),
        pytest.param("{.a}{end}", "a {range} before each {end}", id="an end without a range"),
        pytest.param("{.items[abc]}", "an index, a slice, a name in quotes", id="a name without quotes"),
    ],
)
def test_what_is_no_template_is_named(template, expected):
    with pytest.raises(FieldError) as caught:
        parse_template(template)
    assert f"jsonpath: expected {expected}" in str(caught.value)
    assert template in str(caught.value)


def test_custom_columns():
    columns = parse_columns(
        "NAME:.metadata.name,PHASE:{.status.phase},NO:.x,LAST:.status.attempts[-1:].number,A:.status.attempts[0,1].number"
    )
    assert [column.header for column in columns] == ["NAME", "PHASE", "NO", "LAST", "A"]
    assert rows_of(columns, DOCUMENT["items"]) == [
        ["one", "Failed", "<none>", "1", "0,1"],
        ["two", "Running", "<none>", "<none>", "<none>"],
    ]


def test_what_are_no_columns_is_named():
    with pytest.raises(FieldError, match=r"custom-columns: expected HEADER:path,… such as NAME:.metadata.name, found NAME"):
        parse_columns("NAME")
