"""The pages of docs/ and the README: what they show of runs on this machine is what happens, and commands that they name are there."""

import re

import click
import pytest

from glider_client.cli.glider import SUBCOMMANDS, main
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


#: A command in a page: at the start of a line of code, in a code span, or after a pipe.
_TYPED = re.compile(r"(?:^    (?:\$ )?|`|\| |; do |=\$\()glider ([a-z]+)([^`|;&>\n)]*)", re.MULTILINE)
#: Their other options are the task's inputs.
_WITH_INPUTS = ("run", "rerun")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_command_that_a_page_names_is_there_with_its_options(path):
    wrong = []
    for name, rest in _TYPED.findall(path.read_text()):
        if name not in SUBCOMMANDS:
            wrong.append(f"glider {name}")
            continue
        known = options_of(name)
        asked = {word.partition("=")[0] for word in rest.split("     ")[0].split() if re.match(r"--?[a-z]", word)}
        wrong += [f"glider {name} … {option}" for option in asked - known if name not in _WITH_INPUTS]
    assert wrong == []


def options_of(name: str) -> set[str]:
    """All options of a subcommand, as they are typed."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    return {option for parameter in command.get_params(click.Context(command)) for option in (*parameter.opts, *parameter.secondary_opts)}


_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    """A relative link is to a file, and after # to one of its headings, by GitHub's rule."""
    broken = []
    for target, heading in _LINK.findall(without_code(path.read_text())):
        file = (path.parent / target).resolve() if target else path
        if not file.exists():
            broken.append(target)
        elif heading and heading not in headings(file.read_text()):
            broken.append(f"{target}#{heading}")
    assert broken == []


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def headings(text: str) -> set[str]:
    """Of a page, as they are in links."""
    found = re.findall(r"^#+ (.*)$", without_code(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_the_readme_leads_to_every_page():
    linked = {target for target, _ in _LINK.findall((ROOT / "README.md").read_text())}
    assert {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} - linked == set()
