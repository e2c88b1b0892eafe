"""What is left on a terminal, for the pictures in the README."""

import pytest

from tests.pictures import screen


@pytest.mark.parametrize(
    ("written", "left"),
    [
        pytest.param("a\r\nb\r\n", ["a", "b"], id="lines"),
        pytest.param("a\r\n⠋ Pending\r\x1b[2Kb\r\n", ["a", "b"], id="a line that is erased"),
        pytest.param("⠋ x\n⠙ y\r\x1b[2K\x1b[1A\x1b[2Kdone\n", ["done"], id="two lines that are erased"),
        pytest.param("\x1b[?25l\x1b[32mgreen\x1b[0m\x1b[?25h", ["\x1b[32mgreen\x1b[0m"], id="colours stay"),
    ],
)
def test_left(written: str, left: list[str]) -> None:
    assert screen(written) == left
