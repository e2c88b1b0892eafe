"""From a file to a configuration: whatever stands in it, there is a configuration or an error that says why not."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from glider.wire.jsonform import FieldError
from glider_core.api.settings import settings_of
from glider_core.config import Config, load_config
from glider_core.config.defaults import Defaults
from glider_core.config.loading import read_config
from tests.unit.glider_core.builders import CONFIGURATION

#: What might stand where a setting is: nothing like it, or nearly it.
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.sampled_from(["", "forever", "5m", "99999999999h", ":80", "a:b", "1Gi", "Always", "Image", "s3://b", 10**400, "9" * 400 + "s"])
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4) | st.integers() | st.none(), inner, max_size=2)
)


def documents(section: type) -> st.SearchStrategy[dict[str, Any]]:
    """Documents with the names of real settings, and any values."""
    inner = {name: declared.kind.section for name, _, declared, _ in settings_of(section)}
    return st.fixed_dictionaries({}, optional={name: VALUES | documents(below) if below else VALUES for name, below in inner.items()})


ENTRIES = documents(Defaults).map(lambda settings: settings | {"namespaces": ["any", "*"]})


def test_a_file(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(CONFIGURATION | {"statsd": {"host": "s"}}))
    assert load_config(path).statsd.host == "s"
    assert load_config(None) == Config()


@pytest.mark.parametrize("data", [b"a: [", b"a: 2026-13-01", b"\xff\xfe\x00", b"[" * 5_000, b"a: !!python/object:os.system x"])
def test_what_is_no_yaml_is_said_so_with_the_name_of_the_file(data):
    with pytest.raises(FieldError, match=r"config\.yaml: expected YAML, found"):
        read_config(data, name="config.yaml")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"retries: 3", "config.yaml: apiVersion: expected", id="a field"),
        pytest.param(b"- a", "config.yaml: expected an object, found", id="the whole"),
        pytest.param(b"a: b\n  c: d", "config.yaml: expected YAML, found in line 2, column 4: mapping values are not allowed", id="a line"),
    ],
)
def test_what_is_refused_is_told_with_the_file_once(data, message):
    with pytest.raises(FieldError) as refused:
        read_config(data, name="config.yaml")
    assert str(refused.value).startswith(message)


@bounded(max_examples=50, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_break_it(data):
    with suppress(FieldError):
        read_config(data, name="config.yaml")


@bounded(max_examples=50, deadline=None)
@given(documents(Config) | st.lists(ENTRIES, max_size=2).map(lambda entries: {"namespaceDefaults": entries}))
def test_no_document_breaks_it(settings):
    try:
        read_config(yaml.safe_dump({**CONFIGURATION, **settings}).encode(), name="config.yaml").for_namespace("any")
    except FieldError as error:
        assert ": expected " in str(error)
