"""Where a request comes from, by what browsers send and scripts can't forge."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from glider_console.web.headers import CONTENT_SECURITY_POLICY, headers_for, is_known_host, is_other_sites, may_change

MARK = {"X-Glider-Console": "1", "Host": "glider.example.com"}
LOCAL = {"127.0.0.1:8585", "localhost:8585", "[::1]:8585"}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://glider.example.com"}, True),
        ({"Origin": "https://glider.example.com"}, True),
        ({"X-Glider-Console": ""}, False),
        ({"X-Glider-Console": "0"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://other.example.com"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "https://glider.example.com.evil.example"}, False),
        ({"Origin": "https://glider.example.com:8443"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "null", "Host": ""}, False),
        ({"Origin": "http://["}, False),
    ],
    ids=str,
)
def test_only_the_consoles_own_pages_and_programs_change_something(headers, expected):
    assert may_change(Headers(MARK | headers)) is expected


@pytest.mark.parametrize(
    ("site", "expected"), [(None, False), ("same-origin", False), ("none", False), ("same-site", True), ("cross-site", True)]
)
def test_other_sites_do_not_even_read(site, expected):
    assert is_other_sites(Headers({"Sec-Fetch-Site": site} if site else {})) is expected


@pytest.mark.parametrize(
    ("host", "hosts", "expected"),
    [
        ("127.0.0.1:8585", LOCAL, True),
        ("localhost:8585", LOCAL, True),
        ("LOCALHOST:8585", LOCAL, True),
        ("[::1]:8585", LOCAL, True),
        ("localhost", LOCAL, False),
        ("localhost:8586", LOCAL, False),
        ("evil.example:8585", LOCAL, False),
        ("localhost:8585.evil.example", LOCAL, False),
        ("", LOCAL, False),
        ("glider.example.com", {"glider.example.com"}, True),
        ("glider.example.com:443", {"glider.example.com"}, True),
        ("evil.example", {"glider.example.com"}, False),
    ],
)
def test_a_name_that_another_site_has_bound_to_this_address_is_unknown(host, hosts, expected):
    assert is_known_host(host, hosts) is expected


def test_the_policy_allows_nothing_unsafe_and_nothing_from_elsewhere():
    assert "unsafe" not in CONTENT_SECURITY_POLICY and "http" not in CONTENT_SECURITY_POLICY and "*" not in CONTENT_SECURITY_POLICY
    assert "data:" not in CONTENT_SECURITY_POLICY


def test_a_browser_is_held_to_https_only_where_it_came_by_it():
    assert "Strict-Transport-Security" not in headers_for(Headers())
    assert headers_for(Headers({"X-Forwarded-Proto": "https"}))["Strict-Transport-Security"] == "max-age=31536000"
