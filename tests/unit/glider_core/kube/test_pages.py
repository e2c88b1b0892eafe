"""Large pages are read item by item, and say the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from glider_core.api.sizes import Compact
from glider_core.kube.pages import LARGE, decoded_page

FILLER = {"spec": {"inputs": {"text": "ä€" * 20_000}}}


def page(*items: Any, indent: int | None = None) -> bytes:
    document = {"kind": "List", "items": [*items], "metadata": {"resourceVersion": "9", "continue": ""}}
    return json.dumps(document, indent=indent, ensure_ascii=False).encode()


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: dict(inner) if isinstance(inner, Compact) else plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("indent", [None, 1])
def test_a_large_page_says_what_a_small_one_does(indent: int | None):
    items = [FILLER | {"n": i, "list": [1, {"]": "}"}], "spec": FILLER["spec"] | {"s": i}} for i in range(30)]
    data = page(*items, indent=indent)
    assert len(data) > LARGE
    document = decoded_page(data)
    assert plain(document) == json.loads(data)
    assert all(isinstance(item["spec"], Compact) for item in document["items"])


def test_an_item_that_is_too_deep_keeps_nobody_from_being_read():
    deep = '{"a":' * 5_000 + '"€"' + "}" * 5_000
    data = page(*[FILLER] * 15, "DEEP", {"n": 1}, *[FILLER] * 15).replace(b'"DEEP"', f'{{"spec":{{"inputs":{deep}}},"n":2}}'.encode())
    assert len(data) > LARGE
    document = decoded_page(data)
    assert [item.get("n") for item in document["items"]] == [*[None] * 15, 2, 1, *[None] * 15]
    assert document["metadata"]["resourceVersion"] == "9"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(page(*[FILLER] * 40)[:-5], id="cut off"),
        pytest.param(page(*[FILLER] * 40)[: LARGE + 7], id="cut off in an item"),
        pytest.param(b"<html>" + b"x" * LARGE, id="a proxy's page"),
        pytest.param(b'{"items" [' + b" " * LARGE, id="no colon"),
        pytest.param(b"\xff" * LARGE, id="no UTF-8"),
    ],
)
def test_what_is_no_json(data: bytes):
    with pytest.raises(ValueError, match=r"\S"):
        decoded_page(data)
