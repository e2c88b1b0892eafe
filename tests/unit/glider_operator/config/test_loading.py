"""From a file to a configuration: whatever stands in it, there is a configuration or an error that says why not."""

from __future__ import annotations

from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from glider.wire.jsonform import FieldError
from glider_operator.config import Config, load_config
from glider_operator.config.loading import read_config
from tests.unit.glider_operator.builders import CONFIGURATION
from tests.unit.glider_operator.config.test_namespaces import DOCUMENT

KEYS = [
    *DOCUMENT,
    *Config.__dataclass_fields__,
    "executor",
    "image",
    "bindAddress",
    "qps",
    "env",
    "labels",
    "max",
    "retries",
    "storage",
    "x",
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.integers() | st.none(), inner, max_size=4),
    max_leaves=12,
)


def test_a_file(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(CONFIGURATION | {"statsd": {"host": "s"}}))
    assert load_config(path).statsd.host == "s"
    assert load_config(None) == Config()


@pytest.mark.parametrize("data", [b"a: [", b"a: 2026-13-01", b"\xff\xfe\x00", b"[" * 5_000, b"a: !!python/object:os.system x"])
def test_what_is_no_yaml_is_said_so_with_the_name_of_the_file(data):
    with pytest.raises(FieldError, match=r"config\.yaml: expected YAML, found"):
        read_config(data, name="config.yaml")


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_break_it(data):
    with suppress(FieldError):
        read_config(data, name="config.yaml")


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5))
def test_no_document_breaks_it(settings):
    try:
        read_config(yaml.safe_dump({**CONFIGURATION, **settings}).encode(), name="config.yaml").for_namespace("any")
    except FieldError as error:
        assert ": expected " in str(error)
