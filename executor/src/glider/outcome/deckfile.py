"""deck.html: stored beside the outputs when a task that has decks ends, well or not."""

from __future__ import annotations

from collections.abc import Callable

from glider.storage.store import Storage
from glider.storage.uris import join
from glider.telemetry.logs import LOGGER
from glider.wire.contract import DECK_FILE

_source: Callable[[], str] | None = None


def use_decks(source: Callable[[], str]) -> None:
    """Makes `source` what renders the running task's decks."""
    global _source
    _source = source


def store_deck(storage: Storage, output_prefix: str) -> None:
    """Stores deck.html, if the task has decks. Never fails: a task isn't worse for want of one."""
    if _source is None:
        return
    try:
        storage.write(join(output_prefix, DECK_FILE), _source().encode(errors="replace"), attributes={"Content-Type": "text/html"})
    except Exception as problem:
        LOGGER.warning("%s can't be stored: %s", DECK_FILE, problem)
