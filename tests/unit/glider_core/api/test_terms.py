"""What an attempt was started with, there and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider_core.api.fields import URI
from glider_core.api.pod_settings import ExecutorMode
from glider_core.api.retrying import Timeouts
from glider_core.api.task import Storage
from glider_core.api.terms import Terms, format_terms, parse_terms

LIMITS = st.none() | st.timedeltas(min_value=timedelta(milliseconds=1), max_value=timedelta(days=36_000))
PREFIXES = st.none() | st.from_regex(URI, fullmatch=True)
ALL = st.builds(
    Terms,
    executor=st.sampled_from(ExecutorMode),
    outputs=st.booleans(),
    storage=st.builds(Storage, metadata_prefix=PREFIXES, raw_output_data_prefix=PREFIXES),
    timeouts=st.builds(Timeouts, queued=LIMITS, attempt=LIMITS, total=LIMITS),
)


@given(ALL)
def test_what_is_written_is_read_again(terms: Terms):
    assert parse_terms(format_terms(terms)) == terms


def test_what_a_plain_task_says_is_short():
    assert format_terms(Terms()) == '{"executor":"Injected"}'


@pytest.mark.parametrize(
    "annotation",
    [
        pytest.param(None, id="none, as on a pod of an operator before"),
        "",
        "null",
        "[]",
        "{}",
        "[" * 4_000,
        pytest.param(format_terms(Terms()) + " " * 4_096, id="too long to be ours"),
        '{"executor":"Nobody"}',
        '{"executor":"Image","outputs":"yes"}',
        '{"executor":"Image","storage":{"metadataPrefix":"bucket"}}',
        '{"executor":"Image","timeouts":{"attempt":"soon"}}',
        '{"executor":"Image","timeouts":{"attempt":1e999}}',
    ],
)
def test_what_somebody_edited_says_nothing(annotation: str | None):
    assert parse_terms(annotation) is None


def test_pods_that_were_started_alike_share_their_terms():
    annotation = format_terms(Terms(storage=Storage(metadata_prefix="s3://bucket/meta")))
    assert parse_terms(annotation) is parse_terms("".join(annotation))
