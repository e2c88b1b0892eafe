"""Where a URI leads: what is one place, what is another, and what is none since its meaning depends on who reads it."""

from __future__ import annotations

import re

import pytest

from glider_core.api.places import PLACE, parse_place


@pytest.mark.parametrize(
    ("prefix", "uri", "below"),
    [
        pytest.param("s3://b/team-a", "s3://b/team-a/x", True, id="an object"),
        pytest.param("s3://b/team-a/", "s3://b/team-a/x/", True, id="a slash at the end makes no difference"),
        pytest.param("s3://b/team-a", "s3://b/team-a", True, id="the prefix itself"),
        pytest.param("s3://b", "s3://b/x", True, id="a whole bucket"),
        pytest.param("s3://b/p", "S3://b/p/x", True, id="a scheme has no case"),
        pytest.param("s3://b/p", "s3a://b/p/x", True, id="s3a is s3"),
        pytest.param("s3://b/p", "s3://b/p/a%20b", True, id="a percent sign that hides nothing"),
        pytest.param("abfss://c@acc.dfs.core.windows.net/p", "abfss://c@acc.dfs.core.windows.net/p/x", True, id="Azure's long form"),
        pytest.param("s3://b/team-a", "s3://b/team-ab/x", False, id="a name that begins alike"),
        pytest.param("s3://b/team-a", "s3://b/x/team-a/x", False, id="elsewhere in the key"),
        pytest.param("s3://b/team-a", "s3://bb/team-a/x", False, id="another bucket"),
        pytest.param("s3://b/team-a", "s3://B/team-a/x", False, id="a bucket in capitals is another"),
        pytest.param("s3://b/team-a", "s3://b/Team-A/x", False, id="keys have a case"),
        pytest.param("s3://b/team-a", "gs://b/team-a/x", False, id="another kind of store"),
        pytest.param("s3://b/team-a/x", "s3://b/team-a", False, id="above"),
        pytest.param("abfss://c@acc.dfs.core.windows.net/p", "abfss://c@evil.example/p/x", False, id="another account"),
    ],
)
def test_what_is_below_what(prefix, uri, below):
    assert parse_place(prefix).is_above(parse_place(uri)) is below


@pytest.mark.parametrize(
    "uri",
    [
        *("file:///dev/zero", "/dev/zero", "http://b/x", "https://b/x", "ftp://b/x", "memory://b/x", "local:///etc/passwd"),
        *("data:,x", "github://o:r@/x", "simplecache::s3://b/x", "zip://b/x::file:///etc/passwd", "s3:/b/x", "", "://"),
    ],
)
def test_other_schemes_are_no_place(uri):
    with pytest.raises(ValueError, match="the URI of an object store"):
        parse_place(uri)


@pytest.mark.parametrize(
    "bucket", ["", "user:password@b", "user@b", "b:9000", "b.", ".b", "..", "b%2ec", "b\\c", "b c", "b?x", "b#x", "\u0430"]
)
def test_other_buckets_are_no_place(bucket):
    with pytest.raises(ValueError, match="the name of a bucket"):
        parse_place(f"s3://{bucket}/x")


@pytest.mark.parametrize(
    "key",
    [
        *("a/../x", "..", "a/./x", "a//x", "/x", "a//", "a/%2e%2e/x", "a/%2E./x", "a/%252e%252e/x", "a%2fx", "a/%2F/x"),
        *("a\\..\\x", "a%5cx", "a/x\0", "a/x%00", "a/\nx", "a/\x7f", "a/%25252e%25252e/x", "%" + "25" * 12 + "2e"),
    ],
)
def test_keys_that_may_mean_another_place_are_none(key):
    with pytest.raises(ValueError, match="a key without empty parts"):
        parse_place(f"s3://b/{key}")


@pytest.mark.parametrize("uri", ["s3://b", "s3a://b/", "gs://b_c/d e/f", "az://c/x.y/.z/...", "abfss://c@acc.dfs.core.windows.net/p"])
def test_what_a_configuration_may_say_is_a_place(uri):
    assert re.fullmatch(PLACE, uri)
    parse_place(uri)
