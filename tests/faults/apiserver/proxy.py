"""A proxy on loopback between the operator and the real API server, which does to calls what rules say.

The operator talks plain HTTP to it, with a token that only its kubeconfig holds; to the API server it talks TLS with the
credentials of the kubeconfig that it was given. It runs in a thread of its own, so tests need not be asynchronous.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web
from kubernetes import client, config

from tests.faults.apiserver.calls import Call, parse_call
from tests.faults.apiserver.rules import Answer, Delay, EventFault, EventRule, Fault, Hold, Overtake, Paged, Reset, Rule, Stale
from tests.faults.apiserver.watches import WatchCutError, pass_events

_LOOKS_AGAIN = 0.05
#: What concerns one connection only, or is told anew.
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host", "authorization"})


@dataclass(kw_only=True, slots=True)
class Exchange:
    """A call and what the API server answered to it, and when; None where it was never asked, or hasn't answered yet."""

    call: Call
    came: float
    status: int | None = None
    answered: float = 0.0

    @property
    def done(self) -> bool:
        """Whether the API server did what it was asked for, as far as is known."""
        return self.status is not None and self.status < 300


class ApiServerProxy:
    """The API server of `kubeconfig`, with faults. A context manager.

    Attributes:
        rules, event_rules: which call and which event of a watch meets what; may be replaced at any time. The first that applies counts.
        exchanges: all calls so far.
        url: where it is.
        kubeconfig: how a client gets there.
        passes_tokens: whether others may use it, too, each with a token of the API server's own.
    """

    def __init__(
        self,
        upstream: Path,
        *,
        folder: Path,
        rules: Sequence[Rule] = (),
        event_rules: Sequence[EventRule] = (),
        passes_tokens: bool = False,
    ) -> None:
        self._passes_tokens = passes_tokens
        self.rules, self.event_rules = list(rules), list(event_rules)
        self.exchanges: list[Exchange] = []
        self.kubeconfig = folder / "proxy.kubeconfig"
        self.url = ""
        self._configuration = client.Configuration()
        config.load_kube_config(str(upstream), client_configuration=self._configuration)
        self._token = secrets.token_hex(16)
        self._numbers = itertools.count(1)
        self._occurrences: Counter[Rule | EventRule] = Counter()
        self._met: Counter[Rule | EventRule] = Counter()
        self._watches: dict[int, web.Request] = {}
        self._held: dict[int, asyncio.Event] = {}
        self._underway: set[asyncio.Future[web.StreamResponse]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def counts(self) -> Counter[tuple[str, str]]:
        """How many calls there were by verb and resource."""
        return Counter((exchange.call.verb, exchange.call.resource) for exchange in list(self.exchanges))

    def writes(self) -> list[Exchange]:
        """The calls that changed something, or would have."""
        return [exchange for exchange in list(self.exchanges) if exchange.call.is_write]

    def met(self, rule: Rule | EventRule) -> int:
        """How often a rule's fault has happened."""
        return self._met[rule]

    def cut_watches(self) -> None:
        """End all connections of watches that there are now."""
        self._run(self._cut())

    def wait_until_arrived(self, *, timeout: float) -> None:
        """Until all delayed calls have come to the API server, whether or not their callers still wait; TimeoutError if they don't."""
        deadline = time.monotonic() + timeout
        while self._underway:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self._underway)} calls are still delayed after {timeout:.0f} s")
            time.sleep(0.01)

    @property
    def held(self) -> int:
        """How many calls are held now."""
        return len(self._held)

    def wait_until_held(self, count: int, *, timeout: float) -> None:
        """Until so many calls are held; TimeoutError if they don't come."""
        deadline = time.monotonic() + timeout
        while self.held < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.held} of {count} calls came to be held within {timeout:.0f} s")
            time.sleep(0.01)

    def release(self) -> None:
        """Reset all held calls."""
        self._run(self._let_go())

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=30)

    async def _start(self) -> None:
        connector = aiohttp.TCPConnector(ssl=_tls(self._configuration), limit=0)
        self._session = aiohttp.ClientSession(
            connector=connector, headers=_credentials(self._configuration), auto_decompress=False, timeout=aiohttp.ClientTimeout(total=None)
        )
        # without the client's certificate, by which the API server would take them all for the one whose it is
        bare = aiohttp.TCPConnector(ssl=_tls(self._configuration, certificate=False), limit=0)
        self._others = aiohttp.ClientSession(connector=bare, auto_decompress=False, timeout=aiohttp.ClientTimeout(total=None))
        application = web.Application(client_max_size=8 << 20)
        application.router.add_route("*", "/{path:.*}", self._receive)
        # a client that is killed must not leave its watches open at the API server
        self._runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.kubeconfig.touch(mode=0o600)
        self.kubeconfig.write_text(json.dumps(_kubeconfig(self.url, self._token)))

    async def _stop(self) -> None:
        await self._runner.cleanup()
        await self._session.close()
        await self._others.close()

    async def _let_go(self) -> None:
        for event in self._held.values():
            event.set()
        self._held.clear()

    async def _cut(self) -> None:
        for request in list(self._watches.values()):
            _hang_up(request)

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        if not self._passes_tokens and not self._is_ours(request):
            return web.json_response({"kind": "Status", "code": 401, "message": "not the proxy's token"}, status=401)
        data = await request.read()
        call = parse_call(next(self._numbers), request.method, request.path, request.query, data)
        exchange = Exchange(call=call, came=time.monotonic())
        self.exchanges.append(exchange)
        try:
            return await self._meet(self._fault(call), request, exchange, data)
        except (aiohttp.ClientError, ConnectionError, WatchCutError):
            return _hang_up(request)

    def _is_ours(self, request: web.Request) -> bool:
        """Whether it comes from whoever has this proxy's kubeconfig."""
        return request.headers.get("Authorization") == f"Bearer {self._token}"

    def _fault(self, call: Call) -> Fault | None:
        return next((rule.fault for rule in self.rules if rule.where(call) and self._applies(rule)), None)

    def _event_fault(self, resource: str, event: dict[str, Any]) -> EventFault | None:
        return next((rule.fault for rule in self.event_rules if rule.finds(resource, event) and self._applies(rule)), None)

    def _applies(self, rule: Rule | EventRule) -> bool:
        self._occurrences[rule] += 1
        applies = rule.applies(self._occurrences[rule])
        self._met[rule] += applies
        return applies

    async def _meet(self, fault: Fault | None, request: web.Request, exchange: Exchange, data: bytes) -> web.StreamResponse:
        """The fault, with the real answer before it where the fault comes after."""
        if fault is None:
            return await self._forward(request, exchange, data)
        real = await self._forward(request, exchange, data) if fault.after else None
        match fault:
            case Answer():
                return _answer(fault)
            case Reset(then=then):
                if then is not None:
                    await asyncio.to_thread(then)
                return _hang_up(request)
            case Hold(then=then):
                if then is not None:
                    then()
                await self._held.setdefault(exchange.call.number, asyncio.Event()).wait()
                return _hang_up(request)
            case Delay(deterred=deterred):
                later = asyncio.ensure_future(self._later(fault, real, request, exchange, data))
                self._underway.add(later)
                later.add_done_callback(self._underway.discard)
                return await (later if deterred else asyncio.shield(later))
            case Overtake(by=by):
                await asyncio.to_thread(by, exchange.call)
                return await self._forward(request, exchange, data)
            case Stale(first_answers=answers):
                assert isinstance(real, web.Response)
                return _copy(answers.setdefault(request.path_qs, real))
            case Paged(size=size):
                return await self._forward(request, exchange, data, target=str(request.rel_url.update_query(limit=size)))

    async def _later(
        self, delay: Delay, answer: web.StreamResponse | None, request: web.Request, exchange: Exchange, data: bytes
    ) -> web.StreamResponse:
        await asyncio.sleep(delay.seconds)
        while not delay.until():  # noqa: ASYNC110  # what it looks at is another thread's
            await asyncio.sleep(_LOOKS_AGAIN)
        return answer or await self._forward(request, exchange, data)

    async def _forward(self, request: web.Request, exchange: Exchange, data: bytes, *, target: str = "") -> web.StreamResponse:
        watched = exchange.call.verb == "watch"
        dropped = _HOP_BY_HOP | {"accept-encoding"} if watched else _HOP_BY_HOP
        headers = {name: value for name, value in request.headers.items() if name.lower() not in dropped}
        url = f"{self._configuration.host}{target or request.path_qs}"
        session = self._session
        if not self._is_ours(request):
            session = self._others
            headers["Authorization"] = request.headers.get("Authorization", "")
        async with session.request(request.method, url, data=data or None, headers=headers) as response:
            exchange.status, exchange.answered = response.status, time.monotonic()
            answered = {name: value for name, value in response.headers.items() if name.lower() not in _HOP_BY_HOP}
            if not watched or response.status != 200:
                return web.Response(status=response.status, body=await response.read(), headers=answered)
            stream = web.StreamResponse(headers=answered)
            await stream.prepare(request)
            self._watches[exchange.call.number] = request
            try:
                await pass_events(
                    _lines(response.content.iter_any()),
                    decide=lambda event: self._event_fault(exchange.call.resource, event),
                    write=stream.write,
                )
            finally:
                del self._watches[exchange.call.number]
            await stream.write_eof()
            return stream


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Whole lines; aiohttp's own reader refuses those that are longer than its buffer."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line + b"\n"


def _answer(fault: Answer) -> web.Response:
    status = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": f"{fault.status} {fault.reason}, injected by the test".replace(" ,", ","),
        "reason": fault.reason,
        "code": fault.status,
    }
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return web.json_response(status, status=fault.status, headers=headers)


def _copy(response: web.Response) -> web.Response:
    """The same answer, to another call."""
    headers = {name: value for name, value in response.headers.items() if name.lower() not in _HOP_BY_HOP}
    return web.Response(status=response.status, body=response.body, headers=headers)


def _hang_up(request: web.Request) -> web.StreamResponse:
    """Resets the connection: with no time to linger, what closes a socket is RST."""
    if request.transport is not None:
        held: socket.socket | None = request.transport.get_extra_info("socket")
        if held is not None:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response(status=502)


def _tls(configuration: Any, *, certificate: bool = True) -> ssl.SSLContext | bool:
    if not configuration.host.startswith("https:"):
        return False
    context = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
    if configuration.cert_file and certificate:
        context.load_cert_chain(configuration.cert_file, configuration.key_file)
    return context


def _credentials(configuration: Any) -> dict[str, str]:
    header = configuration.get_api_key_with_prefix("BearerToken") or configuration.get_basic_auth_token()
    return {"Authorization": header} if header else {}


def _kubeconfig(url: str, token: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "proxy", "cluster": {"server": url}}],
        "users": [{"name": "operator", "user": {"token": token}}],
        "contexts": [{"name": "proxy", "context": {"cluster": "proxy", "user": "operator"}}],
        "current-context": "proxy",
    }
