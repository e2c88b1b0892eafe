"""What is secret in a URI isn't shown, wherever the URI is; everything else is."""

from __future__ import annotations

import json
import logging
import time

import pytest

from glider.storage.errors import StorageError
from glider.telemetry.logs import Json, Plain
from glider.wire.errors import Kind, Origin, TaskError, decode_error, encode_error
from glider.wire.jsonform import FieldError
from glider.wire.masking import masked
from glider.wire.summary import Summary, encode_summary

SIGNED = "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=A&X-Amz-Credential=AKIA%2F1&X-Amz-Signature=c0ffee&X-Amz-Expires=60"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://user:pass@bucket/x", "s3://***@bucket/x"),
        ("at https://user:p@ss@host/x: no", "at https://***@host/x: no"),
        ("https://ghp_token@github.example/x", "https://***@github.example/x"),
        ("ABFSS://c:p@account/x", "ABFSS://***@account/x"),
        ("s3://AKIA1:wJalr/XUt+n?i#x@bucket/k", "s3://***@bucket/k"),
        ("postgresql+psycopg2://u:p/w@db/x, mail a@b.example", "postgresql+psycopg2://***@db/x, mail a@b.example"),
        (SIGNED, SIGNED.replace("AKIA%2F1", "***").replace("c0ffee", "***")),
        ("https://acc.blob.core.windows.net/c/b?sv=1&sig=abc%3D&se=2", "https://acc.blob.core.windows.net/c/b?sv=1&sig=***&se=2"),
        ("https://storage.example/b?X-Goog-Signature=abc", "https://storage.example/b?X-Goog-Signature=***"),
        ("https://h/x?AWSAccessKeyId=A&Signature=b&Expires=1", "https://h/x?AWSAccessKeyId=***&Signature=***&Expires=1"),
        ("https://h/x?a=1&access_token=abc#f", "https://h/x?a=1&access_token=***#f"),
        ('{"url":"https://h/x?a=1\\u0026sig=abc"}', '{"url":"https://h/x?a=1\\u0026sig=***"}'),
        ("https://h/x?sig=a%26b%3Dc&se=2", "https://h/x?sig=***&se=2"),
        ("GET http://h/b/k%3FX-Amz-Signature%3Dc0ffee%26x%3D1 in 3 ms", "GET http://h/b/k%3FX-Amz-Signature%3D***%26x%3D1 in 3 ms"),
        ("k%3fa%3d1%26sig%3dabc no", "k%3fa%3d1%26sig%3d*** no"),
        ("k%253FX-Goog-Signature%253Dabc%2526b", "k%253FX-Goog-Signature%253D***%2526b"),
        ("two: s3://a:b@c/x, s3://d:e@f/y", "two: s3://***@c/x, s3://***@f/y"),
    ],
)
def test_what_is_secret(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "abfss://container@account.dfs.core.windows.net/p",
        "s3://bucket/user@example.com/x",
        "http://minio:9000/bucket/user@example.com/x",
        "http://[::1]:9000/user@example.com/x",
        "file://C:/user@example.com/x",
        "http://host:port is what a@b.example has",
        "s3://bucket/x?versionId=abc",
        "https://h/x?monkey=1&design=2&page=3",
        "mail a@b.example about https://h/x",
        "k%3Fmonkey%3D1%26design%3D2",
        "ValueError: key=1, token=2",
        "x = y",
        "",
    ],
)
def test_what_is_not(text):
    assert masked(text) == text


def test_it_takes_no_longer_for_what_looks_like_one():
    began = time.monotonic()
    for piece in ("a" * 200_000 + "=", "://" * 70_000, "?a" * 100_000 + "=", "://a" * 50_000 + "@", "&token=" * 30_000, "://a:b/" * 30_000):
        masked(piece)
    assert time.monotonic() - began < 5


def test_whatever_tells_of_a_failure_tells_no_secrets():
    error = TaskError(code="x", kind=Kind.RECOVERABLE, origin=Origin.SYSTEM, message=f"no {SIGNED}")
    assert "c0ffee" not in decode_error(encode_error(error)).message
    assert b"c0ffee" not in encode_summary(Summary(error=error))
    assert "pass" not in str(StorageError("s3://user:pass@bucket/x", "there is no such object at s3://user:pass@bucket/x"))
    assert "pass" not in str(FieldError("spec.inputsUri", expected="a URI", found="s3://user:pass" + "word" * 20 + "@bucket/x"))


@pytest.mark.parametrize("formatter", [Json(), Plain()])
def test_a_line_of_ours_tells_none_and_the_tasks_own_is_as_it_is(formatter):
    def line(name: str) -> str:
        return formatter.format(logging.LogRecord(name, logging.INFO, "x.py", 1, "moved %s", (SIGNED,), None))

    assert "c0ffee" not in line("glider") and "c0ffee" not in line("glider.progress")
    assert json.dumps(SIGNED)[1:-1] in line("user_space")
