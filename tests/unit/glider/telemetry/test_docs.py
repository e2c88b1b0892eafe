"""docs/telemetry.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from glider.settings import entries
from glider.settings.showing import shown
from glider.telemetry import progress, sink, stacks
from glider.telemetry.metrics import METRICS, MOST_BYTES
from glider.wire.summary import Summary, Usage, encode_summary

ROOT = Path(__file__).parents[4]
TEXT = (ROOT / "docs" / "telemetry.md").read_text()


def test_every_metric_is_in_the_table_with_its_type() -> None:
    assert dict(re.findall(r"^\| `(\w+)` \| (ms|g|c) \|", TEXT, re.MULTILINE)) == dict(METRICS)


def test_every_field_of_usage_is_in_the_table() -> None:
    fields = re.search(r"## Usage in the summary\n(.*?)\n\n[^|\n]", TEXT, re.DOTALL)
    assert fields is not None
    told = set(re.findall(r"`(\w+)`", " ".join(line.split("|")[1] for line in fields[1].strip().splitlines()[2:])))
    document = encode_summary(Summary(usage=Usage())).decode()
    assert told == set(re.findall(r'"(\w+)":', document)) - {"v", "outcome"}


@pytest.mark.parametrize("entry", [entry for entry in entries.ENTRIES if entry.option in ("host", "port", "disabled", "disable_tags")])
def test_every_variable_of_statsd_is_named(entry: entries.Entry) -> None:
    assert f"`{entry.variable}`" in TEXT


def test_every_variable_that_is_named_is_one_that_is_read() -> None:
    read = {line.split()[0] for line in shown({}).splitlines()[2:]} | {"FLYTE_SDK_RICH_TRACEBACKS"}
    assert {name.partition("=")[0] for name in re.findall(r"`((?:FLYTE|GLIDER)_[A-Z_]+[A-Z])", TEXT)} <= read


def test_numbers_are_those_of_the_code() -> None:
    assert f"at most {MOST_BYTES} bytes" in " ".join(TEXT.split())
    assert (sink.PATIENCE, progress.Lines.quiet, progress.Lines.between, progress.Terminal.quiet) == (0.5, 5.0, 10.0, 0.5)
    assert (stacks.seconds_to_dump(10, age=0), stacks.seconds_to_dump(1000, age=0)) == (9, 995)
