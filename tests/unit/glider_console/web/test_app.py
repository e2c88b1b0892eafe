"""Every request passes the same checks, whatever its route."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from glider.wire.jsonform import FieldError
from glider_client.cluster import errors
from glider_client.cluster.config import ClientConfig
from glider_console.access.claims import RefusedClaimError
from glider_console.access.entrances import LocalEntrance
from glider_console.access.reviews import Reviews
from glider_console.access.viewer import Viewer
from glider_console.app import create_app
from glider_console.context import Clusters, Console, viewer_of
from glider_console.live.scopes import LoadingError
from glider_console.settings import Settings
from glider_console.web.entering import entering
from glider_console.web.problems import problem_of
from tests.unit.glider_console.web.asgi import Exchange

ADA = Viewer(key="ada", name="ada\n", entrance="token", config=ClientConfig(server="https://api"))
MARK = {"X-Glider-Console": "1"}


class Door:
    """Lets in who has the header X-Viewer."""

    def __init__(self, *, local: bool = False, error: Exception | None = None) -> None:
        self.local, self._error = local, error

    async def viewer_of(self, request: Request) -> Viewer | None:
        if self._error is not None:
            raise self._error
        return ADA if "x-viewer" in request.headers else None

    async def still_serves(self, viewer: Viewer) -> bool:
        return True


async def fails(request: Request) -> Response:
    raise ERRORS[request.path_params["kind"]]


async def hello(request: Request) -> Response:
    return JSONResponse({"hello": viewer_of(request).key})


ERRORS: dict[str, Exception] = {
    "unauthorized": errors.UnauthorizedError("Log in, or choose another context."),
    "credentials": errors.CredentialsError("the plugin fails."),
    "forbidden": errors.ForbiddenError("ada may not."),
    "gone": errors.NotFoundError("there is none."),
    "unreachable": errors.UnreachableError("no answer from https://10.0.0.1."),
    "unavailable": errors.UnavailableError("busy."),
    "loading": LoadingError("The executions are still being loaded."),
    "field": FieldError("spec.inputs.a", expected="integer", found="x"),
    "unforeseen": ZeroDivisionError("a secret detail"),
}


def app_of(entrance: Any = None, *, hosts: tuple[str, ...] = (), settings: Settings | None = None) -> Starlette:
    settings = settings or Settings()
    clusters = Clusters()
    console = Console(settings=settings, entrance=entrance or Door(), clusters=clusters, reviews=Reviews(clusters.ask))
    routes = [Route("/api/fails/{kind}", fails), Route("/api/hello", hello, methods=["GET", "POST"]), Route("/decks/hello", hello)]
    return create_app(console, hosts=hosts, routes=routes)


async def answer(app: Starlette, path: str, **named: Any) -> Exchange:
    named.setdefault("headers", {})
    named["headers"] = {"Host": "localhost:8585", "X-Viewer": "1"} | named["headers"]
    return await Exchange(path=path, **named).send_to(app)


@pytest.mark.parametrize("path", ["/api/hello", "/decks/hello", "/api/", "/api/actions", "/decks/a/b/0", "/api/sign-in/x"])
async def test_nobody_gets_nothing(path):
    found = await Exchange(path=path, headers={"Host": "x"}).send_to(app_of())
    assert (found.status, found.reason) == (401, "Unauthorized")


@pytest.mark.parametrize("path", ["/", "/executions/ml/a", "/sign-in", "/api", "//api/hello", "/API/hello"])
async def test_all_else_is_the_front_end(path, tmp_path):
    (tmp_path / "index.html").write_text("<title>front end</title>")
    found = await Exchange(path=path, headers={"Host": "x"}).send_to(app_of(settings=Settings(static=tmp_path)))
    assert found.content == b"<title>front end</title>"


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 200),
        ("GET", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("POST", {}, 403),
        ("POST", MARK, 200),
        ("POST", MARK | {"Origin": "http://localhost:8585"}, 200),
        ("POST", MARK | {"Origin": "http://127.0.0.1:9999"}, 403),
    ],
    ids=["reading", "reading for another site", "changing by a form", "changing by a program", "by a page", "by another origin's page"],
)
async def test_other_sites_are_refused(method, headers, status):
    assert (await answer(app_of(), "/api/hello", method=method, headers=headers)).status == status


@pytest.mark.parametrize("path", ["/api/executions/ml/.", "/api/executions/../a", "/decks/ml/../0"])
async def test_no_name_is_a_step_in_an_address(path):
    assert (await answer(app_of(), path)).reason == "NotFound"


async def test_other_sites_can_not_sign_a_viewer_in_or_out():
    for path in ("/api/sign-in", "/api/sign-out"):
        assert (await answer(app_of(), path, method="POST", body=[b'{"token": "a"}'])).reason == "CrossSite"


async def test_of_nobody_no_more_is_read_than_a_token():
    found = await answer(app_of(), "/api/sign-in", method="POST", headers=MARK | {"Content-Length": "70000"}, stalls=True)
    assert found.reason == "TooLarge"


async def test_a_claim_that_is_not_believed_is_logged_and_refused(caplog):
    app = app_of(Door(error=RefusedClaimError("the proxy names 'system:masters'")))
    assert (await answer(app, "/api/hello")).status == 401
    assert "refused a request of 10.0.0.9: the proxy names 'system:masters'" in caplog.text


async def test_a_name_of_another_site_is_refused_except_for_probes():
    app = app_of(hosts=("localhost:8585",))
    assert (await answer(app, "/api/hello")).status == 200
    assert (await answer(app, "/", headers={"Host": "evil.example:8585"})).reason == "UnknownHost"


@pytest.mark.parametrize(
    ("kind", "status", "message"),
    [
        ("unauthorized", 401, "Sign in again."),
        ("credentials", 401, "Sign in again."),
        ("forbidden", 403, "ada may not."),
        ("gone", 404, "there is none."),
        ("unreachable", 503, "The Kubernetes API server doesn't answer at the moment. The page goes on when it does."),
        ("unavailable", 503, "The Kubernetes API server doesn't answer at the moment. The page goes on when it does."),
        ("loading", 503, "The executions are still being loaded."),
        ("field", 422, 'spec.inputs.a: expected integer, found "x"'),
        ("unforeseen", 500, "The console failed. Its log has the details."),
    ],
)
async def test_an_error_is_a_sentence_for_the_viewer(kind, status, message):
    found = await answer(app_of(), f"/api/fails/{kind}")
    assert found.status == status and found.json["error"]["message"].endswith(message)
    assert found.answer["Content-Security-Policy"] and found.answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kind", ["unauthorized", "unreachable"])
async def test_on_ones_own_machine_it_is_about_the_kubeconfig(kind):
    found = await answer(app_of(Door(local=True)), f"/api/fails/{kind}")
    assert (found.status, found.json["error"]["message"]) == (503, str(ERRORS[kind]))


@pytest.mark.parametrize(("local", "status"), [(True, 503), (False, 401)], ids=["on one's own machine", "in a cluster"])
async def test_only_where_a_page_helps_a_refused_credential_leads_to_it(local, status):
    assert (await answer(app_of(Door(local=local)), "/api/fails/unauthorized")).status == status
    ended = problem_of(ERRORS["unauthorized"], local=local)
    assert ended is not None and ended.status_code == status, "also where it ends a stream"


async def test_an_api_server_that_is_down_is_no_reason_to_sign_in():
    found = await answer(app_of(Door(error=errors.UnreachableError("no answer"))), "/api/hello")
    assert (found.status, found.reason) == (503, "Unavailable")


async def test_the_log_has_viewer_method_path_and_status_and_never_a_query(caplog):
    caplog.set_level(logging.INFO, logger="glider_console.web.access_log")
    await answer(app_of(), "/api/hello?token=secret", headers={"Cookie": "a=secret", "Authorization": "Bearer secret"})
    assert "secret" not in caplog.text
    (record,) = [record for record in caplog.records if record.name.endswith("access_log")]
    assert record.getMessage().startswith("ada? GET /api/hello 200 "), "and nobody's name breaks the line"


async def test_no_path_forges_a_line_of_the_log_or_steers_a_terminal(caplog):
    assert (await answer(app_of(), "/api/fails/\x1b[2J\x9b")).status == 500
    assert "\x1b" not in caplog.text and "\x9b" not in caplog.text


def local_app() -> Starlette:
    clusters = Clusters()
    entrance = LocalEntrance(ClientConfig(server="https://api", user_name="ada"), token="once", port=8585)
    console = Console(
        settings=Settings(),
        entrance=entrance,
        clusters=clusters,
        reviews=Reviews(clusters.ask),
    )
    return create_app(console, routes=[*entering(entrance), Route("/api/hello", hello)])


async def test_the_address_opens_one_session_once():
    app = local_app()
    opened = await answer(app, "/enter?token=once")
    cookie = opened.answer["Set-Cookie"]
    assert (opened.status, opened.answer["Location"]) == (303, "/")
    assert cookie.startswith("glider-console-8585=") and cookie.endswith("; HttpOnly; Path=/; SameSite=strict")
    held = {"Cookie": cookie.partition(";")[0]}
    assert (await answer(app, "/api/hello", headers=held)).status == 200
    assert (await answer(app, "/enter?token=once", headers=held)).answer["Location"] == "/", "in the same browser"
    again = await answer(app, "/enter?token=once")
    assert again.answer["Location"] == "/sign-in" and "Set-Cookie" not in again.answer


@pytest.mark.parametrize(
    "named", [{"method": "HEAD"}, {"headers": {"Sec-Purpose": "prefetch;prerender"}}, {"headers": {"Purpose": "prefetch"}}]
)
async def test_a_browser_that_only_prepares_does_not_use_the_address_up(named):
    app = local_app()
    assert (await answer(app, "/enter?token=once", **named)).status == 503
    assert "Set-Cookie" in (await answer(app, "/enter?token=once")).answer


@pytest.mark.parametrize("token", ["", "wrong", "onc", "é"])
async def test_another_token_opens_nothing(token):
    assert "Set-Cookie" not in (await answer(local_app(), f"/enter?token={token}")).answer
