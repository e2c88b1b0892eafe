"""Which days of the index are worth a look."""

from __future__ import annotations

from datetime import date

from glider_operator.archive.compaction import Compaction

TODAY, YESTERDAY = date(2030, 1, 2), date(2030, 1, 1)


def test_a_day_is_due_when_others_may_have_added_to_it_and_after_eight_more_segments():
    compaction = Compaction()
    compaction.added("n", TODAY)
    assert compaction.due(today=TODAY) == (("n", TODAY), False)
    for _ in range(7):
        compaction.added("n", TODAY)
    assert compaction.due(today=TODAY) is None
    compaction.added("n", TODAY)
    assert compaction.due(today=TODAY) == (("n", TODAY), False)
    assert compaction.due(today=TODAY) is None


def test_a_day_that_is_over_is_merged_as_a_whole():
    compaction = Compaction()
    compaction.added("n", YESTERDAY)
    assert compaction.due(today=YESTERDAY) is not None
    compaction.added("n", YESTERDAY)
    assert compaction.due(today=YESTERDAY) is None
    assert compaction.due(today=TODAY) == (("n", YESTERDAY), True)


def test_where_something_was_merged_more_may_be():
    compaction = Compaction()
    compaction.again(("n", TODAY))
    assert compaction.due(today=TODAY) == (("n", TODAY), False)
