"""A run of the rules of retention, on a store of files: what ends it early, and what it leaves where it can't know."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from glider.settings.model import StorageSettings
from glider.storage.errors import StorageError
from glider.storage.removal import Removal
from glider.storage.store import Storage
from glider_core.api.task import Storage as Prefixes
from glider_core.config import Config
from glider_core.config.defaults import StorageAccess
from glider_core.config.history import History
from glider_core.config.retention import Retention, RetentionRule
from glider_core.history.layout import index_day_uri
from glider_core.history.references import Use, references_of
from glider_core.history.retention import Facts, Hold
from glider_operator.archive.deletion import Deletion, Found
from glider_operator.archive.working import StoppedError, Thread
from tests.unit.glider_core.archive.deletable import Deletable

DAY = timedelta(days=1)


class Known:
    """What the API server and the caches have. Each look at the clock takes `ticks`."""

    def __init__(self) -> None:
        self.listed, self.since, self.asked = Facts(), Facts(), list[frozenset[str]]()
        self.ticks, self.calls = timedelta(), 0

    async def facts(self, concerned: set[str], *_: Any) -> Facts:
        self.asked.append(frozenset(concerned))
        return self.listed

    async def created_since(self, *_: Any) -> Facts:
        return self.since


@pytest.fixture
def store(tmp_path: Path) -> Deletable:
    return Deletable(Storage(StorageSettings()), f"file://{tmp_path}")


def deletion(
    store: Deletable, known: Known, *rules: RetentionRule, thread: Thread | None = None, namespaces: Any = (None,), **retention: Any
) -> Deletion:
    """A run an hour from now, so that all that was written is old enough."""
    config = replace(
        Config(),
        storage=Prefixes(metadata_prefix=f"{store.base}/meta", raw_output_data_prefix=f"{store.base}/raw"),
        storage_access=StorageAccess(files_root=store.base.removeprefix("file://"), node_identity=True),
        history=History(enabled=True, prefix=store.history),
        retention=Retention(**{"dry_run": False, "rules": rules or (RetentionRule(age=DAY),), **retention}),
    )
    now = datetime.now(UTC) + timedelta(hours=1)
    live: Any = known

    def clock() -> datetime:
        known.calls += 1
        return now + known.calls * known.ticks

    return Deletion(live, config, namespaces=namespaces, now=clock, environment={}, thread=thread or Thread("test"))


def run(store: Deletable, known: Known, *rules: RetentionRule, **options: Any) -> Found:
    return asyncio.run(deletion(store, known, *rules, **options).run())


def aged(store: Deletable, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store's clock is an hour ahead too."""
    monkeypatch.setattr("glider_operator.archive.deletion.store_clock", lambda *_: datetime.now(UTC) + timedelta(hours=1))


def test_what_the_rules_are_for_goes(store: Deletable, monkeypatch: pytest.MonkeyPatch) -> None:
    aged(store, monkeypatch)
    rows, known = [store.add("a"), store.add("b")], Known()
    found = run(store, known)
    assert (found.executions, found.held) == ({"rules[0]": 2}, {}) and store.there() == set() and store.rows() == []
    assert known.asked == [{row.uid for row in rows}]


def test_nothing_is_asked_where_nothing_is_due(store: Deletable) -> None:
    store.add("a")
    known = Known()
    assert run(store, known, RetentionRule(age=36_500 * DAY)).executions == {} and known.asked == []


def test_a_dry_run_finds_the_same_and_deletes_nothing(store: Deletable, monkeypatch: pytest.MonkeyPatch) -> None:
    aged(store, monkeypatch)
    store.add("a")
    before = store.there()
    dry = run(store, Known(), dry_run=True)
    assert store.there() == before and store.rows() == ["a"]
    assert replace(run(store, Known()), dry=True) == dry


def test_who_was_created_since_the_list_holds_too(store: Deletable, monkeypatch: pytest.MonkeyPatch) -> None:
    aged(store, monkeypatch)
    row, known = store.add("a"), Known()
    known.since = Facts(references=references_of([Use(namespace="n", name="new", uid="new", texts=(f"{row.folder}/x",))]))
    before = store.there()
    assert run(store, known).held == {Hold.INPUT: 1} and store.there() == before


def test_what_is_known_is_asked_again_where_deletions_take_long(store: Deletable, monkeypatch: pytest.MonkeyPatch) -> None:
    aged(store, monkeypatch)
    rows, known = [store.add(name) for name in "abc"], Known()
    known.ticks = timedelta(minutes=3)
    assert sum(run(store, known).executions.values()) == 3
    assert known.asked[0] == {row.uid for row in rows}
    assert len(known.asked) > 1 and known.asked[-1] < known.asked[0]


def test_rules_by_uses_rest_while_uses_may_be_unknown(store: Deletable, monkeypatch: pytest.MonkeyPatch) -> None:
    aged(store, monkeypatch)
    store.add("a", labels={"x": "y"})
    store.add("b")
    yesterday = (datetime.now(UTC) - DAY).date()
    store.storage.write(f"{index_day_uri(store.history, namespace='team-b', day=yesterday)}/0-torn.jsonl.zst", b"torn")
    rules = RetentionRule(unused_for=2 * DAY), RetentionRule(labels={"x": "y"})
    assert run(store, Known(), *rules).executions == {"rules[1]": 1} and store.rows() == ["b"]


def test_a_store_that_fails_again_and_again_ends_the_run(store: Deletable, monkeypatch: pytest.MonkeyPatch) -> None:
    aged(store, monkeypatch)
    for number in range(5):
        store.add(f"e{number}")
    failed: list[str] = []

    def fail(self: Removal, base: str, folder: str, paths: object) -> None:
        failed.append(folder)
        raise StorageError(base, "503")

    monkeypatch.setattr(Removal, "remove", fail)
    with pytest.raises(StorageError, match="503"):
        run(store, Known())
    assert len(failed) == 3 and len(store.rows()) == 5


def test_links_that_somebody_has_put_keep_no_other_execution(store: Deletable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    aged(store, monkeypatch)
    store.add("a", completed="2026-01-30T00:00:00Z")
    for name in ("l1", "l2", "l3", "l4"):
        row = store.add(name)
        own = tmp_path / "meta" / "team-a" / f"{name}-{row.uid[:8]}"
        own.rename(tmp_path / name)
        own.symlink_to(tmp_path / name)
    assert run(store, Known()).executions == {"rules[0]": 1} and store.rows() == ["l1", "l2", "l3", "l4"]


def test_it_ends_between_two_requests(store: Deletable, monkeypatch: pytest.MonkeyPatch) -> None:
    aged(store, monkeypatch)
    row = store.add("a")
    thread = Thread("test")
    remove, removed = Removal.remove, list[str]()

    def stopping(self: Removal, base: str, folder: str, paths: Any) -> None:
        remove(self, base, folder, paths)
        removed.append(folder)
        thread.stop()

    monkeypatch.setattr(Removal, "remove", stopping)
    with pytest.raises(StoppedError):
        run(store, Known(), thread=thread)
    assert len(removed) == 1 and store.has_record(row) and store.rows() == ["a"]


def test_only_watched_namespaces_are_dealt_with(store: Deletable, monkeypatch: pytest.MonkeyPatch) -> None:
    aged(store, monkeypatch)
    store.add("a")
    store.add("b", namespace="team-b")
    run(store, Known(), namespaces=["team-b"])
    assert store.rows() == ["a"]
