"""Where the history is, and where it may not be."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_core.config import history_prefix, parse_config
from tests.unit.glider_core.builders import CONFIGURATION

SHARED: dict[str, Any] = {"metadataPrefix": "s3://b/meta", "rawOutputDataPrefix": "s3://b/raw"}
#: What is refused of a place.
BELOW = "or in a folder of it that no namespace can have, such as .history"


def config(prefix: str | None = None, *, storage: Any = SHARED, own: str | None = None, enabled: bool = True) -> dict[str, Any]:
    entries = [{"namespaces": ["team-a"], "storage": {"rawOutputDataPrefix": own}}] if own else []
    return CONFIGURATION | {"storage": storage, "history": {"enabled": enabled, "prefix": prefix}, "namespaceDefaults": entries}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(config(), "s3://b/meta/.history", id="below that of metadata"),
        pytest.param(config(enabled=False), "s3://b/meta/.history", id="also where none is written: there may be some of before"),
        pytest.param(config(storage={"rawOutputDataPrefix": "gs://b/"}), "gs://b/.history", id="one prefix serves for both"),
        pytest.param(config("s3://h/x/"), "s3://h/x", id="its own"),
        pytest.param(config("s3://h", storage={}), "s3://h", id="its own alone"),
        pytest.param(config("s3://b/meta/Past"), "s3://b/meta/Past", id="in a folder that is no namespace's"),
        pytest.param(config("s3://b/metadata"), "s3://b/metadata", id="beside, with a name that begins alike"),
        pytest.param(config(enabled=False, storage={}), None, id="nowhere"),
        pytest.param(config(enabled=False, storage={"metadataPrefix": "file:///data"}), None, id="not in files"),
    ],
)
def test_where_it_is(document, expected):
    assert history_prefix(parse_config(document)) == expected


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(config(storage={}), "history.prefix: expected a URI in an object store.* found nothing", id="no prefix"),
        pytest.param(config(storage={"metadataPrefix": "file:///data"}), "history.prefix: expected a URI in an object", id="files alone"),
        pytest.param(config("/data"), 'history.prefix: expected a URI in an object store.* found "/data"', id="a path"),
        pytest.param(config("s3://b/meta"), BELOW, id="that of the data itself"),
        pytest.param(config("s3://b/meta/team-a"), BELOW, id="the place of a namespace"),
        pytest.param(config("s3a://b/meta/history/x"), BELOW, id="the place of one that there might be"),
        pytest.param(config("s3://b/raw/ab"), r"outside of storage.rawOutputDataPrefix \(s3://b/raw\)", id="the place of raw data"),
        pytest.param(config("s3://b"), r"expected a place that isn't above storage.metadataPrefix \(s3://b/meta\)", id="around the data"),
        pytest.param(config("s3://own/x", own="s3://own/"), r"outside of namespaceDefaults\[0\].storage.raw", id="a namespace's own place"),
    ],
)
def test_where_it_may_not_be(document, message):
    with pytest.raises(FieldError, match=message):
        parse_config(document)


def test_nothing_is_checked_where_none_is_written():
    parse_config(config("s3://b/meta", enabled=False))
