"""Every failure has an explicit code."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import grpc
import pytest

from glider.storage import errors as storage
from glider.wire.jsonform import FieldError
from glider_admin.errors import Code, RefusedError, refusal_of, shortened, words_of
from glider_client.cluster import errors as cluster


def kinds_of(error: type[Exception]) -> Iterator[type[Exception]]:
    yield error
    for kind in error.__subclasses__():
        yield from kinds_of(kind)


def made(kind: type[Exception]) -> Exception:
    error = kind.__new__(kind)
    Exception.__init__(error, "why. What next.")
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(FieldError("spec.a", expected="a number", found="x"), Code.INVALID_ARGUMENT, id="a field is wrong"),
        pytest.param(cluster.UnauthorizedError("why"), Code.UNAUTHENTICATED, id="the token is refused"),
        pytest.param(cluster.ForbiddenError("why"), Code.PERMISSION_DENIED, id="the user may not"),
        pytest.param(cluster.NoNamespaceError("why"), Code.NOT_FOUND, id="there is no such namespace"),
        pytest.param(cluster.AlreadyExistsError("why"), Code.ALREADY_EXISTS, id="it is there already"),
        pytest.param(cluster.ConflictError("why"), Code.ABORTED, id="somebody else wrote it"),
        pytest.param(cluster.InvalidObjectError("why"), Code.INVALID_ARGUMENT, id="a policy refuses it"),
        pytest.param(cluster.TlsError("why"), Code.UNAVAILABLE, id="the API server isn't trusted"),
        pytest.param(cluster.CredentialsError("why"), Code.UNAVAILABLE, id="the front has no credential itself"),
        pytest.param(cluster.ClusterConfigError("why"), Code.INTERNAL, id="the front's own kubeconfig is wrong"),
        pytest.param(storage.BucketNotFoundError("s3://b", "why"), Code.NOT_FOUND, id="there is no such bucket"),
        pytest.param(storage.SlowError("s3://b", "why"), Code.UNAVAILABLE, id="the store is slow"),
        pytest.param(TimeoutError(), Code.DEADLINE_EXCEEDED, id="it took too long"),
        pytest.param(RefusedError(Code.FAILED_PRECONDITION, "why"), Code.FAILED_PRECONDITION, id="a handler refuses it"),
    ],
)
def test_a_failure_has_the_code(error: Exception, code: Code) -> None:
    refusal = refusal_of(error)
    assert refusal is not None
    assert refusal.code is code
    assert str(refusal)


@pytest.mark.parametrize("kind", [*kinds_of(cluster.ClusterError), *kinds_of(storage.StorageError)], ids=lambda kind: kind.__name__)
def test_every_error_of_cluster_and_store_has_a_code_and_keeps_its_words(kind: type[Exception]) -> None:
    refusal = refusal_of(made(kind))
    assert refusal is not None
    assert str(refusal) == "why. What next."


@pytest.mark.parametrize(
    "error", [KeyError("token-1"), ValueError("token-1"), OSError(5, "token-1")], ids=lambda error: type(error).__name__
)
def test_nobody_foresaw(error: Exception) -> None:
    assert refusal_of(error) is None


def test_every_code_is_grpcs() -> None:
    assert {grpc.StatusCode[code] for code in Code} == set(grpc.StatusCode) - {
        grpc.StatusCode[name] for name in ("OK", "UNKNOWN", "CANCELLED", "OUT_OF_RANGE", "DATA_LOSS")
    }


@pytest.mark.parametrize(
    "character", ["x", "%", "\n", "é", "訳", "🍵"], ids=["ASCII", "what is escaped", "lines", "2 bytes", "3 bytes", "4 bytes"]
)
def test_a_message_fits_into_a_header(character: str) -> None:
    assert shortened(f"short {character}") == f"short {character}"
    cut = shortened(character * 100_000)
    assert cut.endswith(f"{character}…")
    assert len(quote(cut, safe=" !\"#$&'()*+,-./:;<=>?@[]^_`{|}~")) < 7 * 1024
    assert len(cut) <= 2001


def test_half_a_surrogate_pair_from_an_annotation_is_no_failure_of_its_own() -> None:
    assert shortened("a\ud800b") == "a?b"


def test_advice_for_the_command_line_becomes_advice_for_flytes_clients() -> None:
    assert words_of(cluster.no_namespace("shop-development")) == (
        "there is no namespace 'shop-development'. Correct the project and the domain, or create it: "
        "kubectl create namespace shop-development"
    )
