"""Whether an output is the one that a page shows."""

import pytest

from tests.documented.matching import mismatch, renamed

STEPS = [
    "    0.00s  Pending",
    "    0.02s  Queued        for a node",
    "    1.36s  Running       attempt 0",
    "    2.28s  Succeeded     in 2s",
]
LOG = ["           | adding", "           | added"]


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        pytest.param(["add-…   Succeeded  1.4s   12m"], ["add-4f2k9  Succeeded   3s  4s"], id="durations and widths of columns"),
        pytest.param(["at 2026-01-31T12:00:00Z"], ["at 2027-02-01T08:30:00.5Z"], id="times"),
        pytest.param(["add-x7k2p  Succeeded"], ["add-b2b2b  Succeeded"], id="a generated name"),
        pytest.param(["Pending", "…", "Succeeded"], ["Pending", "Running", "log", "Succeeded"], id="any lines"),
        pytest.param(["Pending", "…", "Succeeded"], ["Pending", "Succeeded"], id="any lines, none"),
        pytest.param(["a", "…"], ["a", "b", "c"], id="any lines, at the end"),
        pytest.param(STEPS, [STEPS[0], STEPS[-1]], id="steps that nobody saw"),
        pytest.param([STEPS[0], *LOG, STEPS[-1]], [*STEPS, *LOG], id="a log that comes late"),
        pytest.param(["a", "", "b"], ["a", "b", ""], id="empty lines"),
    ],
)
def test_is_the_same(shown, printed):
    assert mismatch(shown, printed) == ""


@pytest.mark.parametrize(
    ("shown", "printed", "difference"),
    [
        pytest.param(["add Succeeded"], ["add Failed"], "expected 'add Succeeded', found 'add Failed'", id="other words"),
        pytest.param(["a", "b"], ["a"], "expected 'b', found no more lines", id="a missing line"),
        pytest.param(["a"], ["a", "b"], "expected 1 lines, found 2:\na\nb", id="a line more"),
        pytest.param(["a", "…", "d"], ["a", "b", "c"], "expected 'd', found 'c'", id="what comes after any lines"),
        pytest.param(
            [*LOG, STEPS[-1]], [LOG[1], LOG[0]], "expected '           | adding', found '           | added'", id="order of the log"
        ),
        pytest.param(["add-x7k2p", "add-x7k2p"], ["add-b2b2b", "add-c2c2c"], "expected 'add-x7k2p', found 'add-c2c2c'", id="two names"),
    ],
)
def test_differs(shown, printed, difference):
    assert mismatch(shown, printed) == difference


def test_a_generated_name_is_the_same_one_in_later_commands():
    names: dict[str, str] = {}
    assert mismatch(["add-x7k2p  add-5f0c2a9b1e"], ["add-b2b2b  add-0123456789"], names) == ""
    assert renamed("glider outputs add-x7k2p", names) == "glider outputs add-b2b2b"
    assert mismatch(["add-x7k2p is there"], ["add-c2c2c is there"], names) != ""
