"""The store with which URLs are signed."""

from __future__ import annotations

from typing import Any

import obstore
import pytest

from glider.storage.errors import StorageError
from glider_admin.data.store import WritingStore
from glider_core.api.places import parse_place


async def test_what_cannot_be_signed_is_a_failure_of_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with credentials of a machine that may not sign: nothing here has any."""

    def sign(*arguments: Any) -> str:
        raise obstore.exceptions.GenericError("the identity may not sign")

    monkeypatch.setattr(obstore, "sign", sign)
    store = WritingStore({"GLIDER_STORAGE_ENGINE": "obstore"}, reader="the front")
    with pytest.raises(StorageError, match="the identity may not sign"):
        await store.signed(parse_place("gs://bucket/a"), method="GET", seconds=60, node_identity=True)
