"""The default decks of a task without flytekit, and which of them it wants.

It makes its own with `glider.Deck`; names, default decks and their order are flytekit's. A flytekit task
makes its own with flytekit, which renders them. Both are stored at the end of a run, whether it went well or not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import Any

from glider.outcome.report import use_decks
from glider.runtime.context import Deck, DeckField, ExecutionContext, current_context
from glider.runtime.deckpage import page, table

_MOST_ROWS, _MOST_COLUMNS = 10, 100


def begin_decks(context: ExecutionContext) -> None:
    """Makes `context`'s decks the ones that are stored; the timeline is the first, as in flytekit."""
    if DeckField.TIMELINE.value in (context.deck_fields or ()):
        context.decks.append(context.timeline_deck)
    use_decks(lambda: page({deck.name: deck.html for deck in context.decks}))


@contextmanager
def timed(name: str) -> Iterator[None]:
    """A row of the running task's timeline."""
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
