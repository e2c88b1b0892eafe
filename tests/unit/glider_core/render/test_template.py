"""Template variables, by propeller's rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider_core.render.limits import expand
from glider_core.render.template import escape, fill_in
from glider_core.resolve.variables import unique_key

VALUES = {"input": "s3://b/inputs.pb", "outputprefix": "s3://b/0", "namespace": "default"}


def value_of(name: str) -> str | None:
    return VALUES.get(name.lower())


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        pytest.param("{{.input}}", "s3://b/inputs.pb", id="as flytekit writes it"),
        pytest.param("{{ .Input }}", "s3://b/inputs.pb", id="case and inner spaces don't matter"),
        pytest.param("{{$outputPrefix}}", "s3://b/0", id="a dollar for the dot"),
        pytest.param("--to={{.outputPrefix}}/x", "--to=s3://b/0/x", id="within an argument"),
        pytest.param("{{.input}}{{.namespace}}", "s3://b/inputs.pbdefault", id="several"),
        pytest.param("{{.unknown}}", "{{.unknown}}", id="an unknown variable stays"),
        pytest.param("{{. input}}", "{{. input}}", id="no space after the dot"),
        pytest.param("$(HOME) $$", "$(HOME) $$", id="the task's own text is left to the kubelet"),
    ],
)
def test_fill_in(argument, expected):
    assert fill_in([argument], value_of) == [expected]


def test_a_value_is_never_rendered_again_nor_split():
    assert fill_in(["{{.input}}"], {"input": "a b {{.namespace}}", "namespace": "x"}.get) == ["a b {{.namespace}}"]


def test_the_kubelet_does_not_expand_a_value():
    assert fill_in(["{{.input}}"], {"input": "$(HOME)"}.get) == ["$$(HOME)"]


@given(st.text(alphabet="$()HOME a"))
def test_what_is_escaped_the_kubelet_makes_the_same_again(text):
    assert expand(escape(text), {"HOME": "/root"}) == text


@pytest.mark.parametrize(("name", "key"), [("divide-0f9d-a0", "divide_0f9d_a0"), ("10-by-2", "aby_2")])
def test_unique_key(name, key):
    assert unique_key(name) == key
