"""What the pages of docs/ and the README show of runs on this machine is what happens."""

import pytest

from tests.conftest import ROOT
from tests.documented.reading import Command
from tests.documented.running import follow

#: What needs no cluster: `tests/e2e/test_docs.py` follows the whole pages.
HERE = ("glider run --local ", "printf ")


def is_local(command: Command) -> bool:
    return command.typed.startswith(HERE) or (command.typed.startswith("glider run") and command.typed.endswith(" --help"))


@pytest.mark.parametrize("page", ["docs/first-task.md"])
def test_runs_on_this_machine_print_what_the_page_shows(page, tmp_path):
    assert follow((ROOT / page).read_text(), tmp_path, only=is_local) == []
