"""Deletion of executions with all their data, on a store of files: all of theirs goes, and nothing else, whoever is killed where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from glider.settings.model import StorageSettings
from glider.storage.errors import OddKeyError
from glider.storage.store import Storage
from glider.wire.jsonform import FieldError
from glider_core.archive.deleting import Deleting, Survey, store_clock
from glider_core.archive.pacing import Pace
from glider_core.history.own import OwnFolder
from glider_core.history.queries import Query
from glider_core.history.records import OwnFolders
from glider_core.history.retention import Held, Hold
from glider_core.history.rows import Row
from glider_core.history.segments import decode_rows
from tests.unit.glider_core.archive.deletable import Deletable, deleted, surveyed


@pytest.fixture
def store(tmp_path: Path) -> Deletable:
    return Deletable(Storage(StorageSettings()), f"file://{tmp_path}")


def test_all_of_an_execution_goes_and_nothing_else(store: Deletable) -> None:
    row, kept = store.add("a"), store.add("kept")
    store.decoys(row)
    before = store.there()
    assert deleted(store.deleting(), row) is None
    assert before - store.there() == set(store.paths("a", uid=row.uid))
    assert not store.has_record(row) and store.has_record(kept) and store.rows() == ["kept"]
    assert [one.uid for one in store.index.tombstones(Query())] == [row.uid]


def test_a_survey_is_just_what_is_deleted(store: Deletable) -> None:
    row = store.add("a")
    store.decoys(row)
    survey = surveyed(store.deleting(), row)
    assert isinstance(survey, Survey)
    listed = list(store.deleting().objects(survey))
    size = len(store.storage.read(store.records.uri(row)))
    assert (survey.objects, survey.bytes) == (len(listed), 4 * (len(listed) - 1) + size)
    everything = {f"{store.base}/{path}" for path in store.storage.sizes(store.base)}
    deleting = store.deleting()
    deleting.delete(survey)
    left = {f"{store.base}/{path}" for path in store.storage.sizes(store.base)}
    assert everything - left == set(listed)


def test_folders_of_files_go_too(store: Deletable, tmp_path: Path) -> None:
    row = store.add("a")
    deleted(store.deleting(), row)
    assert not any("-a-" in str(path) or path.name.startswith("a-") for path in tmp_path.rglob("*"))


def test_nothing_of_it_stays_in_the_index(store: Deletable) -> None:
    rows = [store.add(f"e{number}", labels={"customer": "secret"}) for number in range(3)]
    store.add("kept", labels={"customer": "other"})
    deleting = store.deleting()
    for row in rows:
        survey = surveyed(deleting, row)
        assert isinstance(survey, Survey) and deleting.delete(survey) is None
    assert deleting.deleted == 3 and len(store.rows()) == 4, "rows are replaced some at a time"
    deleting.flush()
    assert deleting.deleted == 0 and store.rows() == ["kept"]
    (segment,) = [path for path in store.storage.sizes(store.history) if "_index" in path]
    found = decode_rows(store.storage.read(f"{store.history}/{segment}"))
    assert {row.labels.get("customer", "") for row in found} == {"", "other"} and len(found) == 4


def test_without_a_store_its_record_goes(store: Deletable) -> None:
    row = store.add("a", storage=OwnFolders())
    before = store.there()
    assert deleted(store.deleting(), row) is None
    assert store.there() == before and not store.has_record(row) and store.rows() == []


class KilledError(Exception):
    """The process ends here."""


@pytest.mark.parametrize("steps", range(14))
def test_whoever_is_killed_the_next_one_finds_the_rest(store: Deletable, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    row, kept = store.add("a"), store.add("b")
    store.decoys(row)
    decoys = store.there() - set(store.paths("a", uid=row.uid))
    left = steps

    def step(act: Callable[..., Any]) -> Callable[..., Any]:
        def act_unless_killed(*arguments: Any, **options: Any) -> Any:
            nonlocal left
            if left == 0:
                raise KilledError
            left -= 1
            return act(*arguments, **options)

        return act_unless_killed

    with monkeypatch.context() as patched:
        patched.setattr(store.storage.removal, "remove", step(store.storage.removal.remove))
        patched.setattr(store.storage, "delete", step(store.storage.delete))
        patched.setattr(store.storage, "write", step(store.storage.write))
        try:
            deleted(store.deleting(per_second=1), row)
        except KilledError:
            rest = store.there() & set(store.paths("a", uid=row.uid))
            assert store.has_record(row) or not rest, "the record goes after the data"
            assert store.rows() == ["a", "b"] or not (rest or store.has_record(row)), "the row leads to the rest"
    if store.rows() != ["b"]:
        assert deleted(store.deleting(), row) is None
    assert store.there() == decoys and store.rows() == ["b"] and store.has_record(kept) and not store.has_record(row)


def test_what_is_newer_than_the_beginning_stays_and_so_does_the_record(store: Deletable) -> None:
    row = store.add("a")
    before = store.there()
    held = surveyed(store.deleting(newest=datetime.now(UTC) - timedelta(minutes=1)), row)
    assert isinstance(held, Held) and held.hold is Hold.NEWER and "after the deletion began" in held.message
    assert store.there() == before and store.has_record(row)


def test_what_is_written_meanwhile_stays(store: Deletable) -> None:
    row = store.add("a")
    deleting = store.deleting()
    survey = surveyed(deleting, row)
    assert isinstance(survey, Survey)
    late = f"meta/team-a/a-{row.uid[:8]}/0/deck.html"
    store.storage.write(f"{store.base}/{late}", b"late")
    held = deleting.delete(survey)
    assert held is not None and held.hold is Hold.NEWER and held.message.startswith("somebody still writes its data")
    assert store.there() == {late} and store.has_record(row) and store.rows() == ["a"]
    assert deleted(store.deleting(), row) is None and store.there() == set()


@pytest.mark.parametrize("folders", ["meta/team-b/x-0a1b2c3d", "meta/team-a", "meta", "meta/team-a/victim-{uid8}"])
def test_a_folder_that_a_record_claims_falsely_stays(store: Deletable, folders: str) -> None:
    uid = "0a1b2c3d-0000-4000-8000-000000000000"
    victim = store.add("victim", namespace="team-b")
    claimed = OwnFolders(metadata=f"{store.base}/{folders.format(uid8=uid[:8])}")
    row = store.add("a", uid=uid, storage=claimed)
    before = store.there()
    held = deleted(store.deleting(), row)
    assert isinstance(held, Held) and held.hold is Hold.NOT_OWN and "expected a folder that ends in team-a/a-0a1b2c3d" in held.message
    assert store.there() == before and store.has_record(row) and store.has_record(victim)


def test_raw_data_that_a_record_claims_falsely_stay_with_the_rest(store: Deletable) -> None:
    victim = store.add("victim", namespace="team-b")
    raw = store.folders("victim", namespace="team-b", uid=victim.uid, attempts=1).raw
    own = "0a1b2c3d-0000-4000-8000-000000000000"
    row = store.add("a", uid=own, storage=replace(store.folders("a", namespace="team-a", uid=own, attempts=1), raw=raw))
    before = store.there()
    held = deleted(store.deleting(), row)
    assert isinstance(held, Held) and held.hold is Hold.NOT_OWN and store.there() == before


@pytest.mark.parametrize("field", ["namespace", "name", "uid"])
def test_a_record_of_another_execution_is_not_trusted(store: Deletable, field: str) -> None:
    row = store.add("a")
    other = {**{"namespace": "team-a", "name": "a", "uid": row.uid}, field: "other"}
    store.storage.write(store.records.uri(row), _record_of(store, row, other))
    held = deleted(store.deleting(), row)
    assert isinstance(held, Held) and held.hold is Hold.RECORD and "is about another execution" in held.message


def _record_of(store: Deletable, row: Row, metadata: dict[str, str]) -> bytes:
    from glider_core.history.records import encode_record

    return encode_record(replace(store.records.read(row), execution={"metadata": metadata}))


def test_a_torn_record_holds_the_data(store: Deletable) -> None:
    row = store.add("a")
    store.storage.write(store.records.uri(row), store.storage.read(store.records.uri(row))[:-5])
    before = store.there()
    held = deleted(store.deleting(), row)
    assert isinstance(held, Held) and held.hold is Hold.RECORD and store.records.uri(row) in held.message
    assert store.there() == before


def test_what_may_not_be_deleted_holds_the_rest(store: Deletable) -> None:
    row = store.add("a")
    before = store.there()

    def granted(namespace: str, folder: OwnFolder) -> OwnFolder:
        if folder.place.parts[-3] == "meta":
            raise FieldError("x", expected="a place below s3://granted", found=folder.uri)
        return folder

    held = deleted(store.deleting(granted=granted), row)
    assert isinstance(held, Held) and held.hold is Hold.NOT_GRANTED and "expected a place below s3://granted" in held.message
    assert store.there() == before


def test_no_link_is_followed(store: Deletable, tmp_path: Path) -> None:
    row, victim = store.add("a"), store.add("victim", namespace="team-b")
    others = tmp_path / "meta" / "team-b" / f"victim-{victim.uid[:8]}"
    own = tmp_path / "meta" / "team-a" / f"a-{row.uid[:8]}"
    (own / "link").symlink_to(others)
    assert deleted(store.deleting(), row) is None
    assert not own.exists() and set(store.paths("victim", namespace="team-b", uid=victim.uid)) <= store.there()


def test_a_link_in_the_place_of_its_folder_is_an_error(store: Deletable, tmp_path: Path) -> None:
    row, victim = store.add("a"), store.add("victim", namespace="team-b")
    own = tmp_path / "meta" / "team-a" / f"a-{row.uid[:8]}"
    own.rename(tmp_path / "elsewhere")
    own.symlink_to(tmp_path / "meta" / "team-b" / f"victim-{victim.uid[:8]}")
    with pytest.raises(OddKeyError, match="found a link"):
        deleted(store.deleting(), row)
    assert store.has_record(row) and set(store.paths("victim", namespace="team-b", uid=victim.uid)) <= store.there()


def test_deletions_are_paced(store: Deletable) -> None:
    row = store.add("a", attempts=1)
    deleted(store.deleting(per_second=2), row)
    # raw data: 1, metadata: 2 and 1, the record: 1. What was taken before has to have passed.
    assert store.slept == [0.0, 0.5, 1.5, 2.0]


def test_the_pace_forgets_that_nothing_was_deleted_for_long() -> None:
    now, slept = 0.0, list[float]()
    pace = Pace(10, clock=lambda: now, sleep=slept.append)
    pace.take(10)
    now = 100.0
    pace.take(10)
    pace.take(1)
    assert slept == [0.0, 0.0, 1.0]


def test_a_cancellation_ends_it_between_two_requests(store: Deletable) -> None:
    row = store.add("a")

    def cancelled(seconds: float) -> None:
        raise KilledError

    deleting = Deleting(
        store.storage,
        index=store.index,
        records=store.records,
        granted=lambda namespace, folder: folder,
        newest=datetime.now(UTC) + timedelta(hours=1),
        pace=Pace(10, sleep=cancelled),
        now=lambda: datetime.now(UTC),
    )
    before = store.there()
    with pytest.raises(KilledError):
        deleted(deleting, row)
    assert store.there() == before


def test_the_time_is_the_stores_own(store: Deletable) -> None:
    found = store_clock(store.storage, store.history)
    assert abs(found - datetime.now(UTC)) < timedelta(minutes=1)
    assert not any("_clock/" in path for path in store.storage.sizes(store.base))
