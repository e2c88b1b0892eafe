"""Product code and docs use the field's words. CONTRIBUTING.md has the glossary; this finds the words that it has replaced.

It also checks that the docs' prose is wrapped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: A retired word or phrase, and what to write instead.
RETIRED = {
    "aftermath": "post-mortem",
    "are over": "have finished, have ended",
    "deaf": "silent",
    "foretold": "expected, planned",
    "hear": "get, read, receive",
    "heard": "got, read, received",
    "hears": "gets, reads, receives",
    "herald": "event recorder",
    "inquiries": "lookups",
    "inquiry": "lookup",
    "is over": "has finished, has ended",
    "leisure": "API budget",
    "look after": "requeue after",
    "look at": "reconcile, check, read",
    "looked at": "reconciled, checked, read",
    "looks at": "reconciles, checks, reads",
    "mended": "repaired, corrected",
    "news": "a change, new",
    "said": "reported, configured, stated",
    "say": "report, set, state",
    "saying": "reporting, setting",
    "says": "reports, sets, states",
    "scene": "context",
    "sighting": "observed pod",
    "sightings": "observed pods",
    "stop to serve": "stop serving",
    "tale": "event",
    "tales": "events",
    "tell": "report, record, emit, write",
    "teller": "reporter",
    "telling": "reporting, recording",
    "tells": "reports, records, shows",
    "told": "reported, recorded, shown",
    "trouble": "an error, a problem",
    "troubles": "errors, problems",
    "untold": "unreported",
    "wake at": "requeue at",
    "what is over": "finished executions",
}
MOST_COLUMNS = 120


def words_in(text: str) -> str:
    """The text with identifiers taken apart: `EventRecorder.look_up` is "Event Recorder.look up". Lines stay as they are.

    Python's own `tell()` of files is allowed.
    """
    text = re.sub(r"\.tell\(\)|def tell\(self\)", "", text)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text).replace("_", " ")


def uses(text: str, retired: Mapping[str, str]) -> Iterator[str]:
    """Each use of a retired word or phrase: the line, the word, and the word to use instead. A phrase may go on in the next line."""
    text = words_in(text)
    phrases = "|".join(r"[\s#]+".join(map(re.escape, phrase.split())) for phrase in retired)
    for match in re.finditer(rf"\b(?:{phrases})\b", text, re.IGNORECASE):
        line = text.count("\n", 0, match.start()) + 1
        word = " ".join(match[0].replace("#", " ").split())
        yield f"{line}: expected {retired[word.lower()]!r}, found {word!r}"


def texts() -> list[Path]:
    """The product's modules, and the pages that people read."""
    code = (path for source in ROOT.glob("*/src") for path in source.rglob("*.py"))
    pages = [*ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *(ROOT / "docs").glob("*.md")]
    charts = [path for path in (ROOT / "charts").rglob("*") if path.suffix in {".md", ".yaml", ".tpl", ".txt", ".json"}]
    ui = (path for path in (ROOT / "console" / "ui" / "src").rglob("*") if path.suffix in {".ts", ".tsx", ".css"})
    return sorted({*code, *ui, *pages, *charts, *(ROOT / "manifests").rglob("*.md")} - {ROOT / "CHANGELOG.md"})


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_uses_no_retired_word(path: Path) -> None:
    assert [f"{path.relative_to(ROOT)}:{use}" for use in uses(path.read_text(), RETIRED)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("the herald posts it", ["1: expected 'event recorder', found 'herald'"], id="a word"),
        pytest.param("\nHerald", ["2: expected 'event recorder', found 'Herald'"], id="in capitals, on its line"),
        pytest.param("self._herald_of(x)", ["1: expected 'event recorder', found 'herald'"], id="a part of an identifier"),
        pytest.param("class EventHerald:", ["1: expected 'event recorder', found 'Herald'"], id="a part of a class' name"),
        pytest.param("wake_at = 1", ["1: expected 'requeue at', found 'wake at'"], id="a phrase as an identifier"),
        pytest.param("# we stop to\n    # serve", ["1: expected 'stop serving', found 'stop to serve'"], id="a phrase over two lines"),
        pytest.param("heraldry, scenery", [], id="a longer word is another word"),
    ],
)
def test_finds(text: str, found: list[str]) -> None:
    assert list(uses(text, RETIRED)) == found


WRAPPED = [
    ROOT / "CHANGELOG.md",
    *(ROOT / "docs").glob("*.md"),
    *(path for path in texts() if path.name in ("README.md", "CONTRIBUTING.md")),
]


@pytest.mark.parametrize("path", sorted(set(WRAPPED)), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_prose_is_wrapped(path: Path) -> None:
    """A change of it can be reviewed. Tables and code stay as they are."""
    blocks = re.sub(r"^```.*?^```", lambda block: "\n" * block[0].count("\n"), path.read_text(), flags=re.DOTALL | re.MULTILINE)
    lines = enumerate(blocks.splitlines(), start=1)
    assert [number for number, line in lines if len(line) > MOST_COLUMNS and not line.startswith(("|", "    "))] == []


def test_pythons_own_tell_is_no_word_of_ours() -> None:
    assert list(uses("at = file.tell()\ndef tell(self) -> int: ...\ntell()", {"tell": "report"})) == ["3: expected 'report', found 'tell'"]
