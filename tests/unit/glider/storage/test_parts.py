from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider.storage.parts import MOST_BYTES, plan_upload, ranges

MIB, GIB = 1 << 20, 1 << 30


@pytest.mark.parametrize("size", [0, 1, 8 * MIB], ids=["nothing", "a byte", "8 MiB"])
def test_small_objects_go_in_one_request(size: int) -> None:
    assert not plan_upload(size).multipart


@given(st.integers(min_value=8 * MIB + 1, max_value=MOST_BYTES))
def test_the_limits_of_s3_are_never_met(size: int) -> None:
    plan = plan_upload(size)
    assert plan.multipart
    assert -(-size // plan.part_bytes) <= 10_000
    assert 5 * MIB <= plan.part_bytes <= 5 * GIB
    assert plan.at_once >= 1
    assert plan.at_once * plan.part_bytes <= max(256 * MIB, plan.part_bytes)


@pytest.mark.parametrize(
    ("size", "part_bytes", "at_once"),
    [
        pytest.param(100 * MIB, 8 * MIB, 4, id="100 MiB"),
        pytest.param(10 * GIB, 8 * MIB, 4, id="10 GiB: still the smallest parts"),
        pytest.param(244 * GIB + 1, 26463940, 4, id="more than flytekit can send"),
        pytest.param(MOST_BYTES, 555308903, 1, id="5 TiB, the most there is: one part at a time"),
    ],
)
def test_part_sizes(size: int, part_bytes: int, at_once: int) -> None:
    plan = plan_upload(size)
    assert (plan.part_bytes, plan.at_once) == (part_bytes, at_once)


@given(st.integers(min_value=0, max_value=1000), st.integers(min_value=1, max_value=50))
def test_ranges_cover_an_object_once_and_in_order(size: int, part_bytes: int) -> None:
    found = list(ranges(size, part_bytes=part_bytes))
    assert [byte for start, end in found for byte in range(start, end)] == list(range(size))
    assert all(0 < end - start <= part_bytes for start, end in found)
