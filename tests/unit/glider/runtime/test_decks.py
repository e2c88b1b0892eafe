"""deck.html: flytekit's own for flytekit tasks, the same tabs for plain functions."""

from __future__ import annotations

import re

import pytest

from glider.runtime.deckpage import page, table
from tests.unit.glider.support import Workspace

TABS = re.compile(r"<li onclick[^>]*>(.*?)</li>")
NATIVE = """
from glider import Deck, DeckField, current_context, task
@task(enable_deck=True{fields})
def main(a: int) -> str:
    Deck("Mine", "<h1>big</h1>").append("<h2>less</h2>")
    current_context().default_deck.append("<p>default</p>")
    {last}
"""
ALL = ["Timeline", "Mine", "default", "Source Code", "Dependencies", "Input", "Output"]


def native(*, fields: str = "", last: str = "return f'<{a}>'") -> str:
    return NATIVE.format(fields=fields, last=last)


def flytekit(*, fields: str = "", last: str = "return f'<{a}>'") -> str:
    imported = "from flytekit import Deck, current_context, task\nfrom flytekit.deck import DeckField"
    return NATIVE.replace("from glider import Deck, DeckField, current_context, task", imported).format(fields=fields, last=last)


def deck(workspace: Workspace, source: str, *, program: str = "glider-execute") -> str | None:
    path = workspace.folder / "out" / "deck.html"
    path.unlink(missing_ok=True)
    workspace.write(source)
    workspace.inputs(a=1)
    workspace.run(program=program)
    return path.read_text() if path.exists() else None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param("", ALL, id="all of them, unless the task chooses"),
        pytest.param(", deck_fields=(DeckField.INPUT, DeckField.SOURCE_CODE)", ["Mine", "default", "Source Code", "Input"], id="some"),
        pytest.param(", deck_fields=()", ["Mine", "default"], id="only the task's own"),
    ],
)
def test_the_tabs_are_flytekits(workspace: Workspace, fields: str, expected: list[str]) -> None:
    ours = deck(workspace, native(fields=fields))
    theirs = deck(workspace, flytekit(fields=fields), program="pyflyte-execute")
    assert ours is not None
    assert theirs is not None
    assert TABS.findall(ours) == TABS.findall(theirs) == expected


def test_a_flytekit_task_leaves_flytekits_own_page(workspace: Workspace) -> None:
    source = flytekit(fields=", deck_fields=(DeckField.INPUT, DeckField.OUTPUT, DeckField.SOURCE_CODE)")
    assert deck(workspace, source) == deck(workspace, source, program="pyflyte-execute")


@pytest.mark.parametrize("source", [native, flytekit], ids=["a plain function", "a flytekit task"])
def test_a_task_that_fails_leaves_what_it_had(workspace: Workspace, source: object) -> None:
    left = deck(workspace, source(last="raise ValueError"))  # type: ignore[operator]
    assert left is not None
    assert TABS.findall(left) == ["Timeline", "Mine", "default"]
    assert "Execute user level code" in left


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param("", False, id="no decks unless the task asks"),
        pytest.param("enable_deck=False", False, id="refused"),
        pytest.param("disable_deck=False", True, id="flytekit's older word"),
    ],
)
def test_whether_there_are_decks(workspace: Workspace, options: str, expected: bool) -> None:
    assert (deck(workspace, native().replace("enable_deck=True", options)) is not None) is expected


def test_what_the_tabs_of_a_plain_function_hold(workspace: Workspace) -> None:
    left = deck(workspace, native())
    assert left is not None
    bodies = left.split('<div id="bodies">')[1].split("<script>")[0]
    assert "<h1>big</h1>\n<h2>less</h2>" in bodies
    assert "<p>1</p>" in bodies
    assert "<p>&lt;1&gt;</p>" in bodies
    assert "def main(a: int) -&gt; str:" in bodies
    assert re.search(r"<td>Execute user level code</td><td>[\d.]+</td><td>[\d.]+</td>", bodies)
    assert re.search(r"<td>protobuf</td><td>[\d.]+</td>", bodies)


def test_a_renderer_in_the_type_hint_shows_the_value(workspace: Workspace) -> None:
    source = native().replace("-> str", "-> Annotated[str, Loud()]")
    loud = "from typing import Annotated\nclass Loud:\n    def to_html(self, value):\n        return f'<b>{value.upper()}</b>'\n"
    assert "<b><1></b>" in str(deck(workspace, loud + source))


def test_a_renderer_that_fails_does_not_fail_the_task(workspace: Workspace) -> None:
    source = native().replace("-> str", "-> Annotated[str, Broken()]")
    broken = "from typing import Annotated\nclass Broken:\n    def to_html(self, value):\n        raise KeyError\n"
    workspace.write(broken + source)
    workspace.inputs(a=1)
    ended = workspace.run()
    assert ended.exit_code == 0
    assert "default decks can't be made: KeyError" in ended.stderr


def test_decks_are_published_while_the_task_runs(workspace: Workspace) -> None:
    last = f"Deck.publish(); return open('{workspace.folder}/out/deck.html').read()"
    workspace.write(native(last=last))
    workspace.inputs(a=1)
    ended = workspace.run()
    assert ended.outputs is not None, ended.stderr
    assert TABS.findall(ended.outputs.literals["o0"].scalar.primitive.string_value) == ["Timeline", "Mine", "default"]


def test_a_field_that_there_is_not_is_named(workspace: Workspace) -> None:
    workspace.write(native(fields=", deck_fields=('Colours',)"))
    workspace.inputs(a=1)
    ended = workspace.run()
    assert ended.error is not None
    assert (ended.error.code, "'Colours' is not a valid DeckField" in ended.error.message) == ("InvalidTask", True)


def test_names_and_cells_are_escaped() -> None:
    assert "&lt;i&gt;" in page({"<i>": "x"})
    assert table(("<a>",), [("<b>",)]).count("&lt;") == 2
