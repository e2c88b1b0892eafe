"""SECURITY.md: each of its claims names tests, and they are there."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "SECURITY.md").read_text()
NAMED = sorted(set(re.findall(r"`((?:unit|integration|e2e)/[\w./-]+)`", PAGE)))


def test_each_attack_has_what_stops_it_and_who_tried_it():
    tables = re.findall(r"\| attack \| what stops it \| tried by \|\n\|[- |]+\|\n((?:\|.*\n)+)", PAGE)
    assert len(tables) == 6  # of tenants, tasks, the console, the front for Flyte's clients (calls, files), and supply
    for line in "".join(tables).splitlines():
        attack, stops, tried = (cell.strip() for cell in line.strip("|").split("|"))
        assert attack and stops and re.search(r"`(unit|integration|e2e)/", tried), line


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_is_there(name: str):
    assert (ROOT / "tests" / name).exists()
