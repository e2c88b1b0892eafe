"""Which paths below the index are segments, and of which days."""

from __future__ import annotations

from datetime import date

import pytest

from glider_core.history.layout import segment_day


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("2026/01/31/0-a.jsonl.zst", date(2026, 1, 31)),
        ("2026/02/31/0-a.jsonl.zst", None),
        ("2026/1/31/0-a.jsonl.zst", None),
        ("2026/01/31/more/0-a.jsonl.zst", None),
        ("2026/01/0-a.jsonl.zst", None),
        ("20260131/0-a.jsonl.zst", None),
        ("0000/01/31/0-a.jsonl.zst", None),
        ("2026/01/31/notes.txt", None),
        ("2026/01/31/.0-a.jsonl.zst.tmp-1", None),
        ("0-a.jsonl.zst", None),
    ],
)
def test_the_day_of_a_segment(path: str, expected: date | None) -> None:
    assert segment_day(path) == expected
