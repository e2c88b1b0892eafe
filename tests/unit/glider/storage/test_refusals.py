"""What can't get better is told at once and marked as lasting; nothing that obstore raises escapes, and nothing spins."""

from __future__ import annotations

import pickle
import socket
import time
from collections.abc import Callable, Iterator

import obstore
import pytest

from glider.settings.model import S3, Engine, StorageSettings
from glider.settings.reading import read_settings
from glider.storage.errors import AccessDeniedError, BucketNotFoundError, StorageError
from glider.storage.filesystems import _answer
from glider.storage.local import behind
from glider.storage.objectfiles import CLASSES
from glider.storage.retrying import Retrying
from glider.storage.store import Storage, problem_of
from tests.stores.s3 import Refusal, S3Server, running_s3

ENGINES = pytest.mark.parametrize("engine", list(Engine), ids=lambda engine: engine.value)


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with running_s3() as server:
        yield server


def storage_of(endpoint: str, engine: Engine = Engine.OBSTORE, *, patience: float = 1.0) -> Storage:
    s3 = S3(endpoint=endpoint, access_key_id="key", secret_access_key="secret")
    return Storage(StorageSettings(engine=engine, s3=s3), patience=patience)


@ENGINES
@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        pytest.param(Refusal(status=403, code="InvalidAccessKeyId"), AccessDeniedError, id="an unknown key"),
        pytest.param(
            Refusal(status=404, code="XAdminUserNotFound", message="No user exists with the provided access key ID."),
            AccessDeniedError,
            id="an unknown key of versitygw's",
        ),
        pytest.param(Refusal(status=403, code="SignatureDoesNotMatch"), AccessDeniedError, id="a wrong secret"),
        pytest.param(Refusal(status=403, code="AccessDenied"), AccessDeniedError, id="no permission"),
        pytest.param(Refusal(status=401, code="Unauthorized"), StorageError, id="nobody"),
        pytest.param(Refusal(status=400, code="InvalidBucketName"), StorageError, id="a name that no bucket has"),
        pytest.param(Refusal(status=400, code="KeyTooLongError"), StorageError, id="a key that is too long"),
        pytest.param(Refusal(status=400, code="AuthorizationHeaderMalformed"), StorageError, id="a wrong region"),
        pytest.param(Refusal(status=301, code="PermanentRedirect"), StorageError, id="another region's bucket"),
    ],
)
def test_a_refusal_for_good_is_asked_for_once(server: S3Server, engine: Engine, refusal: Refusal, kind: type[StorageError]) -> None:
    server.refusal = refusal
    server.requests.clear()
    for act in (lambda storage: storage.write("s3://bucket/k", b"x"), lambda storage: storage.sizes("s3://bucket/d")):
        with pytest.raises(kind) as raised:
            act(storage_of(server.endpoint, engine))
        assert (raised.value.lasting, raised.value.transient) == (True, False)
        assert "tried" not in raised.value.problem
    assert len(server.requests) == 2 or engine is Engine.FSSPEC


@ENGINES
def test_no_bucket(server: S3Server, engine: Engine) -> None:
    server.refusal = Refusal(status=404, code="NoSuchBucket", message="The specified bucket does not exist")
    for act in (lambda storage: storage.write("s3://bucket/k", b"x"), lambda storage: storage.sizes("s3://bucket/d")):
        with pytest.raises(BucketNotFoundError, match="there is no such bucket") as raised:
            act(storage_of(server.endpoint, engine))
        assert raised.value.lasting


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        pytest.param({"FLYTE_AWS_ACCESS_KEY_ID": "a", "FLYTE_AWS_SECRET_ACCESS_KEY": "b"}, "FLYTE_AWS_ACCESS_KEY_ID", id="Flyte's keys"),
        pytest.param({"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}, "those of AWS_ACCESS_KEY_ID", id="AWS' keys"),
    ],
)
def test_a_refusal_says_whose_keys_they_are(
    server: S3Server, environment: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.refusal = Refusal(status=403, code="InvalidAccessKeyId")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(AccessDeniedError, match=says):
        Storage(read_settings({"FLYTE_AWS_ENDPOINT": server.endpoint, **environment}).storage).read("s3://bucket/k")


def test_a_host_that_nobody_has_is_tried_while_there_is_time_and_then_for_good_no_more() -> None:
    with pytest.raises(StorageError, match="there is no such host") as raised:
        storage_of("http://no-such-host.invalid:9000", patience=0.1).read("s3://bucket/k")
    assert raised.value.lasting


PANICS = pytest.mark.parametrize("endpoint", ["minio:9000", "http://", "http://minio:99999", "//minio", "http://[::1", "http://a b"])


@PANICS
@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda storage: storage.read("s3://bucket/k"), id="reading"),
        pytest.param(lambda storage: storage.write("s3://bucket/k", b""), id="writing"),
        pytest.param(lambda storage: storage.sizes("s3://bucket/k"), id="listing"),
        pytest.param(lambda storage: storage.exists("s3://bucket/k"), id="looking"),
        pytest.param(lambda storage: storage.copy("s3://bucket/k", "s3://bucket/l"), id="copying"),
        pytest.param(lambda storage: storage.open("s3://bucket/k"), id="streaming"),
        pytest.param(lambda storage: storage.delete("s3://bucket/k"), id="deleting"),
    ],
)
def test_no_panic_escapes(endpoint: str, act: Callable[[Storage], object]) -> None:
    with pytest.raises(StorageError) as raised:
        act(storage_of(endpoint))
    assert raised.value.lasting


@PANICS
def test_no_panic_escapes_to_flytekit_tasks(endpoint: str) -> None:
    storage = storage_of(endpoint)
    assert storage.objects is not None
    files = CLASSES["s3"](storage=storage, objects=storage.objects)
    for act in (lambda: files.cat_file("bucket/k"), lambda: files.ls("bucket/k"), lambda: files.put_file(__file__, "bucket/k")):
        with pytest.raises(OSError):
            act()


def test_a_panic_is_no_answer_to_a_small_question(monkeypatch: pytest.MonkeyPatch) -> None:
    from glider.storage.problems import asked_to_wait

    objects = storage_of("minio:9000").objects
    assert objects is not None
    assert not objects._answers("s3://bucket/k")
    assert asked_to_wait(objects.locate("s3://bucket/k")[0], "k") is None


def test_an_error_that_is_behind_itself_ends_every_search() -> None:
    error = ValueError("x")
    error.__cause__ = StorageError("s3://b/k", "y")
    error.__cause__.__cause__ = error
    assert _answer(error) == (None, None)
    assert behind(error) is error.__cause__
    loop = OSError("x")
    loop.__cause__ = loop
    assert behind(loop) is None


def test_a_failure_that_is_not_tried_again_is_raised_as_it_is() -> None:
    problem = StorageError("s3://b/k", "no")

    def fail() -> None:
        raise problem

    with pytest.raises(StorageError) as raised:
        Retrying(patience=1).run(fail)
    assert raised.value is problem
    assert problem.__cause__ is None


def test_an_unknown_scheme_costs_no_time() -> None:
    started = time.monotonic()
    for _ in range(3):
        with pytest.raises(StorageError, match="Protocol not known: weird") as raised:
            Storage(StorageSettings()).write("weird://b/out", b"")
        assert raised.value.lasting
        try:
            raise raised.value
        except StorageError:
            with pytest.raises(StorageError):
                Storage(StorageSettings()).exists("weird://b/error")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("lasting", [True, False])
def test_an_error_stays_what_it_is_from_process_to_process(lasting: bool) -> None:
    error = AccessDeniedError("s3://b/k", "no", endpoint="http://h", lasting=lasting)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.lasting) == (AccessDeniedError, str(error), lasting)


@pytest.mark.parametrize("uri", ["s3://b", "s3a://b/x", "gs://b/x", "abfs://c@a/x", "/x", "x", "file:///x", "memory://x", "C:x", "a:b/c"])
def test_what_stores_have(uri: str) -> None:
    assert problem_of(uri, writing=True) is None


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("weird://b", 'found the scheme "weird" in "weird://b", expected a path, s3://, gs://'),
        ("s4://b/x", 'found the scheme "s4"'),
        ("s3:/b/x", 'expected s3://…, found "s3:/b/x"'),
        ("S3:/b", "expected S3://…"),
        ("file:/x", "expected file://…"),
        ("s3:///x", "expected s3:// and a bucket"),
        ("http://h/x", "found a web server"),
    ],
)
def test_what_no_store_has(uri: str, says: str) -> None:
    assert says in (problem_of(uri, writing=True) or "")


def test_a_web_server_is_read_from() -> None:
    assert problem_of("https://h/x", writing=False) is None


def test_a_resolver_that_can_not_be_asked_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    from glider.storage.problems import storage_error

    error = obstore.exceptions.GenericError("failed to lookup address information: Temporary failure in name resolution")
    told = storage_error(error, "s3://b/k", endpoint=None)
    assert (told.transient, told.lasting) == (True, False)
    assert socket.EAI_AGAIN != socket.EAI_NONAME
