"""What a request to the launch form, or to an action, carries."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from glider.wire.jsonform import FieldError
from glider_console.web.launching import body_of
from tests.unit.glider_console.web.asgi import Exchange


async def echo(request: Request) -> JSONResponse:
    try:
        return JSONResponse(dict(await body_of(request)))
    except FieldError as error:
        return JSONResponse(str(error), status_code=422)


async def answer_to(body: bytes) -> Exchange:
    return await Exchange(method="POST", body=[body]).send_to(Starlette(routes=[Route("/", echo, methods=["POST"])]))


async def test_an_object():
    assert (await answer_to('{"a": ["ä", 1.5, "\\ud83d\\ude00"]}'.encode())).json == {"a": ["ä", 1.5, "😀"]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b"", "expected JSON", id="nothing"),
        pytest.param(b"{", "expected JSON", id="half of it"),
        pytest.param(b"[]", "expected an object", id="a list"),
        pytest.param(b'{"a": NaN}', "expected JSON", id="no number"),
        pytest.param(b'{"a": [Infinity]}', "expected JSON", id="infinity"),
        pytest.param(b'{"a": 1e999}', "expected JSON", id="a number that is too large"),
        pytest.param(b'{"a": "\\ud800"}', "expected JSON", id="half of a character"),
        pytest.param(b'{"\\udc00": 1}', "expected JSON", id="half of a character in a name"),
        pytest.param(b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "expected JSON", id="too deep"),
        pytest.param(b'{"a": ' + b"9" * 5_000 + b"}", "expected JSON", id="too many digits"),
    ],
)
async def test_what_is_refused(body: bytes, expected: str):
    answered = await answer_to(body)
    assert answered.status == 422
    assert answered.json.startswith(f"the request: {expected}")
