"""What a compacted execution keeps."""

from __future__ import annotations

import pytest

from glider_core.api.tombstones import COMPACTION, is_compacted
from tests.unit.glider_core.api.test_crd import schema

KEPT = {"phase", "conditions", "observedGeneration", "startTime", "completionTime", "duration", "inputsUri"}
KEPT |= {"outputsUri", "outputs", "error"}


def test_each_field_of_the_status_is_kept_or_dropped():
    assert set(schema("taskexecutions", "status")["properties"]) == KEPT | set(COMPACTION)


@pytest.mark.parametrize("name", COMPACTION)
def test_what_has_one_of_them_isnt_compacted(name):
    assert not is_compacted({"phase": "Failed", name: "something"})


@pytest.mark.parametrize("status", [{}, {"phase": "Failed", "error": {"code": "InvalidSpec"}}, {"attempts": []}], ids=repr)
def test_what_has_none_needs_no_compaction(status):
    assert is_compacted(status)
