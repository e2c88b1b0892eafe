"""Which days of the index are worth a look."""

from __future__ import annotations

from datetime import date

from glider_operator.archive.compaction import Compaction

TODAY, YESTERDAY = date(2030, 1, 2), date(2030, 1, 1)


def test_a_day_is_due_when_others_may_have_added_to_it_and_after_eight_more_segments():
    compaction = Compaction()
    compaction.added("n", TODAY)
    assert compaction.due(today=TODAY, now=0.0) == (("n", TODAY), False)
    for _ in range(7):
        compaction.added("n", TODAY)
    assert compaction.due(today=TODAY, now=0.0) is None
    compaction.added("n", TODAY)
    assert compaction.due(today=TODAY, now=0.0) == (("n", TODAY), False)
    assert compaction.due(today=TODAY, now=0.0) is None


def test_a_day_that_is_over_is_merged_as_a_whole():
    compaction = Compaction()
    compaction.added("n", YESTERDAY)
    assert compaction.due(today=YESTERDAY, now=0.0) is not None
    compaction.added("n", YESTERDAY)
    assert compaction.due(today=YESTERDAY, now=0.0) is None
    assert compaction.due(today=TODAY, now=0.0) == (("n", YESTERDAY), True)


def test_where_something_was_merged_more_may_be():
    compaction = Compaction()
    compaction.merged(("n", TODAY), more=True)
    assert compaction.due(today=TODAY, now=0.0) == (("n", TODAY), False)


def test_a_merge_that_failed_is_tried_again_ever_more_rarely_without_anything_added():
    compaction = Compaction()
    compaction.added("n", YESTERDAY)
    now = 0.0
    for pause in (60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 3600.0, 3600.0):
        assert compaction.due(today=TODAY, now=now) == (("n", YESTERDAY), True)
        compaction.failed(("n", YESTERDAY), now=now)
        assert compaction.due(today=TODAY, now=now + pause - 1) is None
        now += pause


def test_what_is_added_meanwhile_waits_too_and_other_days_do_not():
    compaction = Compaction()
    compaction.failed(("n", YESTERDAY), now=0.0)
    compaction.added("n", YESTERDAY)
    compaction.added("other", YESTERDAY)
    assert compaction.due(today=TODAY, now=1.0) == (("other", YESTERDAY), True)
    assert compaction.due(today=TODAY, now=1.0) is None
    assert compaction.due(today=TODAY, now=60.0) == (("n", YESTERDAY), True)


def test_a_merge_that_succeeds_ends_the_pauses():
    compaction = Compaction()
    compaction.failed(("n", TODAY), now=0.0)
    assert compaction.due(today=TODAY, now=60.0) is not None
    compaction.merged(("n", TODAY), more=False)
    assert compaction.due(today=TODAY, now=60.0) is None
    compaction.failed(("n", TODAY), now=60.0)
    assert compaction.due(today=TODAY, now=120.0) is not None
