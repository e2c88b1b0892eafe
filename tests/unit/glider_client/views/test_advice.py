"""What to ask for instead, after one execution and after several runs."""

from __future__ import annotations

import pytest

from glider_client.views.advice import Verdict, cpu_need, memory_need, recommendations, resources, sentences
from glider_client.views.usage import Used
from glider_core.history.containers import Asked

MIB, GIB = 2**20, 2**30


def used(*, peak: int = 100 * MIB, cpu: float = 0.0, seconds: float | None = 100.0, killed: bool = False, limit: int | None = None) -> Used:
    return Used(attempt=0, peak_memory=peak, cpu_seconds=cpu, seconds=seconds, killed=killed, memory_limit=limit)


@pytest.mark.parametrize(
    ("one", "asked", "expected"),
    [
        pytest.param(
            used(peak=130 * MIB),
            Asked(memory_request=2 * GIB),
            "176Mi of memory would do: the task used 130Mi of the 2048Mi asked for.",
            id="a waste",
        ),
        pytest.param(used(peak=60 * MIB), Asked(memory_request=128 * MIB), None, id="a waste of little"),
        pytest.param(used(peak=200 * MIB), Asked(memory_request=256 * MIB, memory_limit=256 * MIB), None, id="it fits"),
        pytest.param(
            used(peak=250 * MIB), Asked(memory_limit=256 * MIB), "Ask for 320Mi of memory: the task used 98% of 256Mi.", id="close"
        ),
        pytest.param(
            used(killed=True, limit=512 * MIB),
            Asked(memory_limit=512 * MIB),
            "Ask for 1024Mi of memory: the task was killed at 512Mi.",
            id="killed",
        ),
        pytest.param(used(cpu=20), Asked(cpu_request=2), "0.3 CPU would do: the task used 0.2 on average of the 2 asked for.", id="idle"),
        pytest.param(used(cpu=20, seconds=5), Asked(cpu_request=20), None, id="a short run proves nothing"),
        pytest.param(
            used(cpu=98), Asked(cpu_limit=1), "Ask for more CPU: the task used 0.98 of its limit of 1 all the time.", id="throttled"
        ),
        pytest.param(used(cpu=98), Asked(), None, id="nothing was asked for"),
    ],
)
def test_a_recommendation(one, asked, expected):
    assert list(recommendations([one], asked)) == ([expected] if expected else [])


def test_a_kill_that_a_later_attempt_made_up_for_is_no_reason():
    later = Used(attempt=1, peak_memory=600 * MIB, cpu_seconds=0, seconds=1, killed=False, memory_limit=GIB)
    assert list(recommendations([used(killed=True, limit=512 * MIB), later], Asked(memory_limit=512 * MIB))) == []


SMALL = Asked(memory_request=512 * MIB, memory_limit=512 * MIB)


@pytest.mark.parametrize(
    ("runs", "asked", "verdict", "wanted"),
    [
        pytest.param([used(peak=100 * MIB), used(peak=400 * MIB)], SMALL, Verdict.FITS, 512 * MIB, id="the highest peak counts"),
        pytest.param([used(killed=True, limit=512 * MIB), used(peak=400 * MIB)], SMALL, Verdict.RAISE, GIB, id="one was killed"),
        pytest.param(
            [used(killed=True, limit=512 * MIB), used(peak=700 * MIB, limit=2 * GIB)],
            Asked(memory_request=2 * GIB, memory_limit=2 * GIB),
            Verdict.LOWER,
            880 * MIB,
            id="another one has shown since how much is enough",
        ),
        pytest.param(
            [used(killed=True, limit=512 * MIB), used(peak=400 * MIB, limit=2 * GIB)],
            Asked(memory_request=2 * GIB, memory_limit=2 * GIB),
            Verdict.FITS,
            2 * GIB,
            id="nothing has, but more is asked for since",
        ),
        pytest.param(
            [used(peak=600 * MIB, limit=GIB)],
            Asked(memory_request=512 * MIB, memory_limit=GIB),
            Verdict.RAISE,
            752 * MIB,
            id="more than was asked for, by a limit that grew",
        ),
        pytest.param([used(peak=100 * MIB)], Asked(), Verdict.NOT_ASKED_FOR, 128 * MIB, id="nothing was asked for"),
    ],
)
def test_memory_by_several_runs(runs, asked, verdict, wanted):
    need = memory_need(runs, asked)
    assert need is not None
    assert (need.verdict, need.request) == (verdict, wanted)
    assert list(sentences(runs, asked)) == ([need.why] if verdict in (Verdict.RAISE, Verdict.LOWER) else [])


def test_nothing_is_known_of_runs_that_reported_nothing():
    silent = Used(attempt=0, peak_memory=0, cpu_seconds=0.0, seconds=None, killed=False, memory_limit=None)
    assert (memory_need([silent], SMALL), cpu_need([silent], SMALL)) == (None, None)


@pytest.mark.parametrize(
    ("runs", "asked", "expected"),
    [
        pytest.param([used(peak=400 * MIB, seconds=None)], SMALL, {}, id="it fits"),
        pytest.param(
            [used(peak=130 * MIB, cpu=20)],
            Asked(memory_request=2 * GIB, memory_limit=2 * GIB, cpu_request=2, cpu_limit=2),
            {"requests": {"cpu": "300m", "memory": "176Mi"}, "limits": {"cpu": "2", "memory": "176Mi"}},
            id="less, but for the limit of CPUs",
        ),
        pytest.param(
            [used(peak=130 * MIB, seconds=None)],
            Asked(memory_request=2 * GIB, memory_limit=4 * GIB),
            {"requests": {"memory": "176Mi"}},
            id="a limit above the request stays",
        ),
        pytest.param(
            [used(peak=400 * MIB, cpu=98)],
            Asked(memory_request=512 * MIB, memory_limit=512 * MIB, cpu_request=1, cpu_limit=1),
            {"requests": {"cpu": "1300m"}, "limits": {"cpu": "2"}},
            id="more CPU",
        ),
    ],
)
def test_the_resources_of_a_patch(runs, asked, expected):
    assert resources(memory_need(runs, asked), cpu_need(runs, asked)) == expected
