"""As whom a request asks to be served: every combination of headers and cookies."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest
from starlette.datastructures import Headers

from glider_console.access.claims import Claim, ImpersonationClaim, RefusedClaimError, TokenClaim, claim_of, is_token
from glider_console.access.cookies import LONGEST
from glider_console.settings import ImpersonatingProxy, PastedToken, ProxyToken, Settings

PROXY, ELSEWHERE = "10.1.0.7", "10.2.0.7"
IMPERSONATION = ImpersonatingProxy(proxies=(ipaddress.ip_network("10.1.0.0/16"),))
IMPERSONATING = Settings(impersonation=IMPERSONATION)
GUARDED = Settings(
    impersonation=ImpersonatingProxy(proxies=IMPERSONATION.proxies, secret_file=Path("/secret"), secret_header="X-Secret"),
)
PASSING = Settings(proxy_token=ProxyToken(header="Authorization"))
PASSING_ELSEWHERE = Settings(proxy_token=ProxyToken(header="X-Forwarded-Access-Token"))
ALL = Settings(proxy_token=PASSING.proxy_token, impersonation=IMPERSONATION)
COOKIE = {"__Host-glider-console-0": "1:pasted"}


def claim(
    *headers: tuple[str, str], settings: Settings, peer: str = PROXY, cookies: dict[str, str] | None = None, secret: str = ""
) -> Claim | None:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return claim_of(Headers(raw=raw), cookies or {}, peer=peer, settings=settings, secret=secret)


@pytest.mark.parametrize(
    ("headers", "cookies", "settings", "expected"),
    [
        pytest.param([], {}, ALL, None, id="nothing is nobody"),
        pytest.param([], COOKIE, Settings(), TokenClaim(token="pasted", entrance="token"), id="the cookie of the sign-in page is a token"),
        pytest.param([], COOKIE, Settings(token=PastedToken(enabled=False)), None, id="the cookie counts only where the page is on"),
        pytest.param([], {"__Host-glider-console-0": "1:<x>"}, Settings(), None, id="a cookie that is no token is nothing"),
        pytest.param(
            [("Authorization", "Bearer aaa")], {}, Settings(), None, id="a token in a header counts only where that is configured"
        ),
        pytest.param(
            [("Authorization", "Bearer aaa")], {}, PASSING, TokenClaim(token="aaa", entrance="proxy"), id="a proxy's token is a token"
        ),
        pytest.param([("Authorization", "bearer  aaa")], {}, PASSING, TokenClaim(token="aaa", entrance="proxy"), id="in any case"),
        pytest.param(
            [("Authorization", "Basic YTpi")],
            COOKIE,
            PASSING,
            TokenClaim(token="pasted", entrance="token"),
            id="the ingress's own password isn't a token",
        ),
        pytest.param(
            [("X-Forwarded-Access-Token", "aaa")],
            {},
            PASSING_ELSEWHERE,
            TokenClaim(token="aaa", entrance="proxy"),
            id="a token of its own header stands alone",
        ),
        pytest.param(
            [("X-Forwarded-Access-Token", "Bearer aaa")],
            {},
            PASSING_ELSEWHERE,
            TokenClaim(token="aaa", entrance="proxy"),
            id="or has a scheme",
        ),
        pytest.param(
            [("Authorization", "Bearer aaa")],
            COOKIE,
            PASSING,
            TokenClaim(token="aaa", entrance="proxy"),
            id="a proxy's token comes before the cookie",
        ),
        pytest.param([("X-Remote-User", "ada")], {}, Settings(), None, id="names in headers count only where that is configured"),
        pytest.param([("X-Remote-User", "ada")], {}, IMPERSONATING, ImpersonationClaim(user="ada"), id="the proxy names a user"),
        pytest.param([("X-Remote-User", "\xc3\xa4da")], {}, IMPERSONATING, ImpersonationClaim(user="äda"), id="names are in UTF-8"),
        pytest.param(
            [("X-Remote-User", "ada"), ("X-Remote-Group", "ml"), ("X-Remote-Group", "ops, dev"), ("X-Remote-Group", "ml")],
            {},
            IMPERSONATING,
            ImpersonationClaim(user="ada", groups=("ml", "ops", "dev")),
            id="and groups, each once",
        ),
        pytest.param(
            [("X-Remote-User", "ada"), ("X-Remote-Group", ""), ("X-Remote-Group", " , ")],
            {},
            IMPERSONATING,
            ImpersonationClaim(user="ada"),
            id="empty groups are none",
        ),
        pytest.param(
            [("X-Remote-User", "ada"), ("X-Remote-Group", "system:authenticated")],
            {},
            IMPERSONATING,
            ImpersonationClaim(user="ada"),
            id="the group of everybody is left to the API server",
        ),
        pytest.param(
            [("X-Remote-User", "ada")], COOKIE, IMPERSONATING, ImpersonationClaim(user="ada"), id="the proxy's user comes before the cookie"
        ),
    ],
)
def test_a_request_claims(headers, cookies, settings, expected):
    assert claim(*headers, settings=settings, cookies=cookies) == expected


@pytest.mark.parametrize(
    ("headers", "settings", "peer", "why"),
    [
        pytest.param([("X-Remote-User", "ada")], IMPERSONATING, ELSEWHERE, "10.2.0.7", id="a user that another peer names"),
        pytest.param([("X-Remote-Group", "ml")], IMPERSONATING, ELSEWHERE, "10.2.0.7", id="a group that another peer names"),
        pytest.param([("X-Remote-User", "ada")], IMPERSONATING, "", "isn't in impersonation.proxies", id="a user that nobody names"),
        pytest.param([("X-Remote-Group", "ml")], IMPERSONATING, PROXY, "names no user", id="groups without a user"),
        pytest.param([("X-Remote-User", "  ")], IMPERSONATING, PROXY, "names no user", id="an empty user"),
        pytest.param([("X-Remote-User", "a"), ("X-Remote-User", "b")], IMPERSONATING, PROXY, "or several", id="two users"),
        pytest.param([("X-Remote-User", "system:admin")], IMPERSONATING, PROXY, "never impersonated", id="a user of the system"),
        pytest.param([("X-Remote-User", "\xe4da")], IMPERSONATING, PROXY, "isn't in UTF-8", id="a user in another encoding"),
        pytest.param(
            [("X-Remote-User", "\xc2\xa0system:admin")], IMPERSONATING, PROXY, "never impersonated", id="a user of the system after a space"
        ),
        pytest.param(
            [("X-Remote-User", "system:serviceaccount:kube-system:default")],
            IMPERSONATING,
            PROXY,
            "never impersonated",
            id="a service account",
        ),
        pytest.param([("X-Remote-User", "system:authenticated")], IMPERSONATING, PROXY, "never", id="the group of everybody as a user"),
        pytest.param(
            [("X-Remote-User", "ada"), ("X-Remote-Group", "system:masters")], IMPERSONATING, PROXY, "'system:masters'", id="the masters"
        ),
        pytest.param(
            [("X-Remote-User", "ada"), ("X-Remote-Group", "ml,  system:masters")],
            IMPERSONATING,
            PROXY,
            "'system:masters'",
            id="the masters behind a comma",
        ),
        pytest.param(
            [("X-Remote-User", "ada"), ("X-Remote-Group", "system:")], IMPERSONATING, PROXY, "'system:'", id="the system's prefix itself"
        ),
        pytest.param([("X-Remote-User", "ada"), ("Authorization", "Bearer a")], ALL, PROXY, "one of the two", id="a user beside a token"),
        pytest.param([("X-Remote-User", "ada"), ("Authorization", "Bearer a")], ALL, ELSEWHERE, "10.2.0.7", id="the same from elsewhere"),
        pytest.param([("X-Remote-User", "ada")], GUARDED, PROXY, "without the secret", id="no secret"),
        pytest.param([("X-Remote-User", "ada"), ("X-Secret", "sesam")], GUARDED, PROXY, "without the secret", id="another secret"),
        pytest.param(
            [("X-Remote-User", "ada"), ("X-Secret", "sesame"), ("X-Secret", "x")], GUARDED, PROXY, "without the secret", id="two secrets"
        ),
        pytest.param([("X-Remote-User", "ada"), ("X-Secret", "sesame")], GUARDED, ELSEWHERE, "10.2.0.7", id="the secret from another peer"),
        pytest.param([("Authorization", "Bearer a"), ("Authorization", "Bearer b")], PASSING, PROXY, "2 times", id="two tokens"),
        pytest.param([("Authorization", "Bearer a b")], PASSING, PROXY, "else than a bearer token", id="no token"),
        pytest.param([("X-Forwarded-Access-Token", "ü")], PASSING_ELSEWHERE, PROXY, "else than a bearer token", id="no ASCII"),
    ],
)
def test_a_request_is_refused_for(headers, settings, peer, why):
    with pytest.raises(RefusedClaimError) as refused:
        claim(*headers, settings=settings, peer=peer, secret="sesame" if settings is GUARDED else "")
    assert why in str(refused.value)


@pytest.mark.parametrize("peer", ["10.1.255.255", "::ffff:10.1.0.7"], ids=["by IPv4", "by IPv4 on a socket of IPv6"])
def test_a_proxy_of_the_network_with_the_secret_is_believed(peer):
    headers = (("X-Remote-User", "ada"), ("X-Secret", "sesame"))
    assert claim(*headers, settings=GUARDED, peer=peer, secret="sesame") == ImpersonationClaim(user="ada")


@pytest.mark.parametrize("text", ["", "a b", "a\n", "é", "a=b", "a" * (LONGEST + 1)], ids=repr)
def test_this_is_no_token(text):
    assert not is_token(text)


def test_a_claim_never_shows_its_token():
    assert "aaa" not in repr(TokenClaim(token="aaa", entrance="token"))
