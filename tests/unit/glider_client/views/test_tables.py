"""Aligned columns."""

from __future__ import annotations

from glider_client.views.tables import aligned, one_line


def test_columns_are_as_wide_as_their_longest_cell():
    assert aligned([["NAME", "PHASE", "AGE"], ["a", "Succeeded", "5s"], ["longer", "", ""]]) == [
        "NAME     PHASE       AGE",
        "a        Succeeded   5s",
        "longer",
    ]


def test_later_rows_may_keep_the_widths_of_earlier_ones():
    assert aligned([["a", "b", "c"]], widths=[4, 3]) == ["a      b     c"]


def test_a_style_does_not_change_the_alignment():
    lines = aligned([["ab", "x", "1"], ["a", "xyz", "2"]], style=lambda cell, column: f"<{cell}>" if column == 1 else cell)
    assert lines == ["ab   <x>     1", "a    <xyz>   2"]


def test_a_message_on_one_line():
    assert one_line("a\n  b\t c") == "a b c"
    assert one_line("abcdef", most=4) == "abc…"
