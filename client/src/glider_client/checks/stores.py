"""Whether the store can be written, read and cleaned up from here, with the user's own credentials."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

from glider_client.checks.check import Check, Group

_GROUP = Group(name="store")
_CONTENT = b"Made by `glider doctor`, which removes it."
#: A person waits for it.
_PATIENCE = 5.0
_STEP = "Check the prefix, and the credentials in the environment: docs/storage.md."


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    """What was tried. `failed`: the step that failed, if one did, and why."""

    prefix: str
    failed: str = ""
    why: str = ""


def read(prefix: str, *, lists: bool = False) -> Store:
    """Writes a small object below `prefix`, reads it, finds it in a listing if it `lists`, and deletes it."""
    from glider.settings.reading import read_settings
    from glider.storage.errors import StorageError
    from glider.storage.store import Storage
    from glider_client.code.uploading import problem_with

    if problem := problem_with(prefix):
        return Store(prefix=prefix, failed="used", why=problem)
    prefix = prefix.rstrip("/")
    store = Storage(read_settings(os.environ).storage, patience=_PATIENCE)
    folder, name, step = f"{prefix}/doctor", uuid4().hex, "written"
    try:
        store.write(f"{folder}/{name}", _CONTENT)
        step = "read"
        found = store.read(f"{folder}/{name}", most=len(_CONTENT))
        step = "listed"
        listed = store.files(folder) if lists else [name]
        step = "deleted"
        store.delete(f"{folder}/{name}")
    except StorageError as error:
        return Store(prefix=prefix, failed=step, why=str(error))
    if found != _CONTENT:
        return Store(prefix=prefix, failed="read", why="another content came back")
    if name not in listed:
        return Store(prefix=prefix, failed="listed", why="what had just been written wasn't among what was listed")
    return Store(prefix=prefix)


def check(store: Store) -> Iterator[Check]:
    """The one line about it."""
    name = f"store {store.prefix}, from here"
    if store.failed == "deleted":
        yield _GROUP.warning(name, f"it can be written and read, but not deleted: {store.why}", "Runs don't need that.")
    elif store.failed:
        yield _GROUP.problem(name, f"it can't be {store.failed}: {store.why}", _STEP)
    else:
        yield _GROUP.ok(name, "it can be written and read")
