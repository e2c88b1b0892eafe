"""Which storage a process uses."""

from __future__ import annotations

import pytest

from glider.settings.model import StorageSettings
from glider.storage.access import DataAccess, accessing, current_access
from glider.storage.store import Storage


def test_a_client_has_an_access_of_its_own_for_a_while():
    before, own = current_access(), DataAccess(storage=Storage(StorageSettings()), raw_prefix="s3://b/own")
    with pytest.raises(ValueError, match="the block fails"), accessing(own):
        assert current_access() is own
        raise ValueError("the block fails")
    assert current_access() is before
