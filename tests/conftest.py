"""What all tests share: the real servers, an honest account of what could not run for want of them, and what may run side by side."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.outcomes import Skipped
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from tests.cluster.fixtures import Cluster, ClusterUnavailableError
from tests.lanes import LanesScheduling, lane_of, turn_of

ROOT = Path(__file__).parents[1]
#: How long an example takes is the machine's matter, which has other work.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


class MissingServer(Skipped):
    """A test that could not run for want of a real server."""


RUN = "GLIDER_TEST_RUN"
STARTED_BY = ROOT / ".cluster" / "started-by"


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # of a job in a shell's background; the programs that tests interrupt inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not is_worker(config):
        os.environ[RUN] = uuid.uuid4().hex  # the workers inherit it


@pytest.fixture(autouse=True)
def _log_records_as_before() -> Iterator[None]:
    """A task that was run in this process has its name in each line that is said here; no other test's lines may have it."""
    factory = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(factory)


def pytest_xdist_auto_num_workers() -> int:
    """One for each core, and one for the tests on the cluster, which mostly wait for it."""
    return min(os.cpu_count() or 1, 7) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is on the cluster would be in others' way, were it in no lane. The longest lanes begin first."""
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        starts_its_own = "cluster" in used and "shared_cluster" not in used  # each worker would
        if ({"crds", "node"} & used or starts_its_own) and lane_of(item.nodeid) is None:
            raise pytest.UsageError(f"{item.nodeid} is on the cluster, and in no lane of tests/lanes.py")
    if is_worker(config):
        items.sort(key=lambda item: turn_of(item.nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LanesScheduling:
    config.option.loadscopereorder = False  # by the number of tests
    return LanesScheduling(config, log)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Every test that was skipped is listed; and where CI=true, one that wants a server and finds none has failed."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]  # pluggy's Result
    if report.skipped and call.excinfo is not None:
        report.could_not_run = str(call.excinfo.value)
        if os.environ.get("CI") == "true" and call.excinfo.errisinstance(MissingServer):
            report.outcome = "failed"
            report.longrepr = f"skipped, which is a failure in CI: {call.excinfo.value}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for reports in terminalreporter.stats.values() for report in reports if hasattr(report, "could_not_run")]
    if reports:
        terminalreporter.section(f"{len(reports)} tests COULD NOT RUN", sep="!", red=True)
        for report in reports:
            terminalreporter.line(f"{report.nodeid}: {report.could_not_run}")
    figures = [
        f"{report.nodeid}: {', '.join(f'{name} {value}' for name, value in report.user_properties)}"
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call" and report.user_properties
    ]
    if figures:
        terminalreporter.section("seeds and figures")
        for line in figures:
            terminalreporter.line(line)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Our cluster ends with the tests if they started it, once no worker needs it any more."""
    ours = STARTED_BY.exists() and STARTED_BY.read_text() == os.environ[RUN]
    if ours and not is_worker(session.config) and not os.environ.get("GLIDER_KEEP_CLUSTER"):
        subprocess.run([sys.executable, "-m", "tests.cluster", "down"], cwd=ROOT, check=True)


def is_worker(config: pytest.Config) -> bool:
    """Whether this is one of the processes that share the tests, and not the one that deals them out."""
    return hasattr(config, "workerinput")


@pytest.fixture(scope="session")
def shared_cluster() -> Cluster:
    """A real Kubernetes API server: the user's (GLIDER_TEST_KUBECONFIG), or ours, which ends with the tests if they started it."""
    was_up = (ROOT / ".cluster" / "env").exists()
    try:
        found = Cluster.from_environment()
    except ClusterUnavailableError as error:
        raise MissingServer(f"no Kubernetes cluster: {error}") from error
    if found.is_ours and not was_up:
        STARTED_BY.write_text(os.environ[RUN])
    return found


@pytest.fixture(scope="session")
def cluster(shared_cluster: Cluster) -> Cluster:
    """The cluster of a test; tests/integration has another."""
    return shared_cluster


@pytest.fixture(scope="session")
def node(cluster: Cluster) -> Cluster:
    """The cluster, where it has a real node with Glider's images."""
    if not cluster.has_node:
        raise MissingServer("no node: this cluster is a control plane only")
    if cluster.is_ours:
        subprocess.run([sys.executable, "-m", "tests.cluster", "images"], cwd=ROOT, check=True)
    return cluster


@dataclass(frozen=True, kw_only=True)
class S3:
    """A real S3 server, and where on it a test may write."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str
    prefix: str

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    @property
    def env(self) -> dict[str, str]:
        """Flyte's environment variables for it."""
        return {
            "FLYTE_AWS_ENDPOINT": self.endpoint,
            "FLYTE_AWS_ACCESS_KEY_ID": self.access_key,
            "FLYTE_AWS_SECRET_ACCESS_KEY": self.secret_key,
        }

    def _filesystem(self):
        import s3fs

        return s3fs.S3FileSystem(
            key=self.access_key, secret=self.secret_key, endpoint_url=self.endpoint, use_listings_cache=False, skip_instance_cache=True
        )

    def read(self, uri: str) -> bytes:
        return self._filesystem().cat_file(uri)

    def write(self, uri: str, data: bytes) -> None:
        self._filesystem().pipe_file(uri, data)

    def list(self) -> list[str]:
        """The URIs of all objects below the prefix."""
        return sorted(f"s3://{key}" for key in self._filesystem().find(self.uri))


@pytest.fixture
def s3(cluster: Cluster) -> S3:
    """The S3 server that stands beside the cluster, with a prefix of the test's own."""
    return s3_beside(cluster)


def s3_beside(cluster: Cluster) -> S3:
    """The cluster's S3 server, with a prefix that nobody else has."""
    if not cluster.s3_endpoint:
        raise MissingServer("no S3 server: GLIDER_S3_ENDPOINT is not set")
    return S3(
        endpoint=cluster.s3_endpoint,
        access_key=cluster.s3_access_key,
        secret_key=cluster.s3_secret_key,
        bucket=cluster.s3_bucket,
        prefix=f"test-{uuid.uuid4().hex[:8]}",
    )


@contextmanager
def new_namespace(cluster: Cluster) -> Iterator[str]:
    """A namespace under the restricted Pod Security Standard."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    cluster.kubectl("create", "namespace", name)
    cluster.kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """A namespace of the test's own."""
    with new_namespace(cluster) as name:
        yield name
