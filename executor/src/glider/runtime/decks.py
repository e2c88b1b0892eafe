"""Decks: HTML that a task leaves about itself, as deck.html beside its outputs.

A task without flytekit makes them with `glider.Deck`; names, default decks and their order are flytekit's. A flytekit task
makes its own with flytekit, which renders them. Both are stored at the end of a run, whether it went well or not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from html import escape
from typing import TYPE_CHECKING, Any

from glider.outcome.deckfile import store_deck, use_decks
from glider.telemetry.logs import LOGGER

if TYPE_CHECKING:
    from glider.runtime.context import ExecutionContext

_MOST_ROWS, _MOST_COLUMNS = 10, 100


class DeckField(str, Enum):
    """The decks that a task gets without making them."""

    INPUT = "Input"
    OUTPUT = "Output"
    SOURCE_CODE = "Source Code"
    TIMELINE = "Timeline"
    DEPENDENCIES = "Dependencies"


class Deck:
    """One tab of deck.html.

    Args:
        name: what the tab is called.
        html: what it shows; trusted, and not escaped.
        auto_add_to_deck: add it to the running task's decks.
    """

    def __init__(self, name: str, html: str | None = "", auto_add_to_deck: bool = True) -> None:
        self._name = name
        self._html = html or ""
        if auto_add_to_deck:
            from glider.runtime.context import current_context

            current_context().decks.append(self)

    def append(self, html: str) -> Deck:
        """Adds to what it shows."""
        self._html = f"{self._html}\n{html}"
        return self

    @property
    def name(self) -> str:
        """What the tab is called."""
        return self._name

    @property
    def html(self) -> str:
        """What it shows."""
        return self._html

    @staticmethod
    def publish() -> None:
        """Stores the decks as they are now, while the task goes on."""
        from glider.runtime.context import current_context
        from glider.storage.access import current_access

        context = current_context()
        if not context.enable_deck:
            LOGGER.warning("Deck.publish() does nothing, since the task has no decks: use @task(enable_deck=True)")
            return
        store_deck(current_access().storage, context.output_metadata_prefix)


class TimelineDeck(Deck):
    """What took how long."""

    def __init__(self) -> None:
        super().__init__(DeckField.TIMELINE.value, auto_add_to_deck=False)
        self.time_info: list[Mapping[str, Any]] = []

    def append_time_info(self, info: Mapping[str, Any]) -> None:
        """Adds a row: a mapping with Name, WallTime and ProcessTime, in seconds."""
        self.time_info.append(info)

    @property
    def html(self) -> str:
        """A table."""
        rows = [(row["Name"], f"{row['WallTime']:.6f}", f"{row['ProcessTime']:.6f}") for row in self.time_info]
        return table(("Name", "Wall Time(s)", "Process Time(s)"), rows) if rows else ""


def begin_decks(context: ExecutionContext) -> None:
    """Makes `context`'s decks the ones that are stored; the timeline is the first, as in flytekit."""
    if DeckField.TIMELINE.value in (context.deck_fields or ()):
        context.decks.append(context.timeline_deck)
    use_decks(lambda: page(context.decks))


@contextmanager
def timed(name: str) -> Iterator[None]:
    """A row of the running task's timeline."""
    from glider.runtime.context import current_context

    wall, process = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        row = {"Name": name, "WallTime": time.perf_counter() - wall, "ProcessTime": time.process_time() - process}
        current_context().timeline_deck.append_time_info(row)


def wanted_fields(options: Mapping[str, Any]) -> frozenset[str] | None:
    """The default decks that a task's options ask for; None where they want no decks at all."""
    enabled = options.get("enable_deck")
    if enabled is None:
        enabled = options.get("disable_deck") is False
    if not enabled:
        return None
    fields = options.get("deck_fields")
    return frozenset(DeckField(getattr(field, "value", field)).value for field in (DeckField if fields is None else fields))


def add_default_decks(
    fields: frozenset[str], function: Callable[..., Any], *, inputs: Mapping[str, Any], outputs: Mapping[str, Any], hints: Mapping[str, Any]
) -> None:
    """Those that stand behind the task's own."""
    if DeckField.SOURCE_CODE.value in fields and (code := _source_code(function)):
        Deck(DeckField.SOURCE_CODE.value, f"<pre><code>{escape(code)}</code></pre>")
    if DeckField.DEPENDENCIES.value in fields:
        Deck(DeckField.DEPENDENCIES.value, table(("Name", "Version"), _dependencies()))
    for field, values in ((DeckField.INPUT.value, inputs), (DeckField.OUTPUT.value, outputs)):
        if field in fields:
            deck = Deck(field)
            for name, value in values.items():
                deck.append(_as_html(value, hints.get(name)))


def _source_code(function: Callable[..., Any]) -> str | None:
    import inspect

    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return None


def _dependencies() -> list[tuple[str, str]]:
    """From the packages' metadata: `pip list`, which flytekit runs, takes a second."""
    from importlib.metadata import distributions

    found = {(str(one.metadata["Name"]), one.version) for one in distributions()}
    return sorted(found, key=lambda pair: pair[0].lower())


def _as_html(value: Any, hint: Any) -> str:
    """By the renderer in the type hint's Annotated, the value's own to_html, or as text."""
    for renderer in getattr(hint, "__metadata__", ()):
        if callable(getattr(renderer, "to_html", None)):
            return str(renderer.to_html(value))
    if type(value).__module__.partition(".")[0] == "pandas":
        return str(value.to_html(max_rows=_MOST_ROWS, max_cols=_MOST_COLUMNS))
    return f"<p>{escape(str(value))}</p>"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """An HTML table; its text is escaped."""
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>"


def page(decks: Sequence[Deck]) -> str:
    """deck.html: a tab for each deck; of several with one name the last counts, at the place of the first."""
    shown = {deck.name: deck.html for deck in decks}
    tabs = "".join(f"<li onclick='show({number})'>{escape(name)}</li>" for number, name in enumerate(shown))
    bodies = "".join(f"<div>{html}</div>" for html in shown.values())
    return _PAGE.replace("%TABS%", tabs, 1).replace("%BODIES%", bodies, 1)


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Deck</title>
<style>
body { font-family: sans-serif; margin: 1rem 2rem; }
#tabs { display: flex; gap: 1.5rem; padding: 0; list-style: none; }
#tabs li { cursor: pointer; padding: .5rem; font-weight: bold; color: #666; }
#tabs li.on { color: #333; border-bottom: 4px solid #7652ff; }
#bodies > div { display: none; padding: 1rem 0; }
#bodies > div.on { display: block; }
table { border-collapse: collapse; }
th, td { border: 1px solid #ccc; padding: .25rem .75rem; text-align: left; }
pre { overflow: auto; background: #f6f6f6; padding: 1rem; }
</style>
</head>
<body>
<ul id="tabs">%TABS%</ul>
<div id="bodies">%BODIES%</div>
<script>
function show(number) {
  for (const list of [document.getElementById("tabs"), document.getElementById("bodies")])
    [...list.children].forEach((child, index) => child.classList.toggle("on", index === number));
}
show(0);
</script>
</body>
</html>
"""
