"""URLs that are signed for one request."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from glider_admin.data.presigning import Keys, presigned

#: Those of the example in S3's documentation of signed query parameters.
KEYS = Keys(
    access_key_id="AKIAIOSFODNN7EXAMPLE",
    secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    region="us-east-1",
    base="https://examplebucket.s3.amazonaws.com",
)
NOW = dt.datetime(2013, 5, 24, tzinfo=dt.timezone.utc)


def test_it_is_the_signature_of_the_documentations_example() -> None:
    url = presigned(KEYS, method="GET", key="test.txt", seconds=86400, headers={}, now=NOW)
    assert url.endswith("&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    assert url.startswith("https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA")


def test_headers_that_the_request_must_have_are_signed() -> None:
    url = presigned(KEYS, method="PUT", key="a b/c+d", seconds=60, headers={"Content-MD5": "x=="}, now=NOW)
    assert "X-Amz-SignedHeaders=content-md5%3Bhost" in url
    assert "/a%20b/c%2Bd?" in url
    assert url != presigned(KEYS, method="PUT", key="a b/c+d", seconds=60, headers={"Content-MD5": "y=="}, now=NOW)


def test_a_session_has_its_token_in_the_url() -> None:
    url = presigned(replace(KEYS, session_token="t/1"), method="GET", key="k", seconds=1, headers={}, now=NOW)
    assert "&X-Amz-Security-Token=t%2F1&" in url


def test_the_keys_are_not_in_their_representation() -> None:
    assert "wJalr" not in repr(KEYS)
