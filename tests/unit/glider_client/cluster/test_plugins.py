"""Programs that issue credentials, and when these are asked again."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from glider_client.cluster.config import Material, Plugin, User
from glider_client.cluster.credentials import Credentials
from glider_client.cluster.errors import CredentialsError
from glider_client.cluster.plugins import Credential, issue

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
V1 = "client.authentication.k8s.io/v1"


def program(folder: Path, body: str) -> Plugin:
    """A plugin that is this Python program."""
    path = folder / "plugin.py"
    path.write_text(f"import json, os, sys\n{body}")
    return Plugin(api_version=V1, command=sys.executable, arguments=(str(path),), interactive="Never", cluster={"server": "https://dev"})


def answering(folder: Path, **status: Any) -> Plugin:
    """One that answers with that status."""
    return program(folder, f"print({json.dumps(json.dumps({'apiVersion': V1, 'kind': 'ExecCredential', 'status': status}))})")


def test_a_token_with_an_end(tmp_path):
    found = issue(answering(tmp_path, token="t", expirationTimestamp="2026-01-31T12:00:00Z"))
    assert (found.token, found.ends) == ("t", NOW)


def test_a_certificate_with_its_key(tmp_path):
    found = issue(answering(tmp_path, clientCertificateData="C", clientKeyData="K"))
    assert (found.certificate, found.key, found.ends) == (b"C", b"K", None)


def test_the_program_learns_its_version_and_the_cluster(tmp_path):
    body = """
info = json.loads(os.environ["KUBERNETES_EXEC_INFO"])
print(json.dumps({"apiVersion": info["apiVersion"], "status": {"token": json.dumps(info["spec"])}}))
"""
    assert json.loads(issue(program(tmp_path, body)).token) == {"interactive": False, "cluster": {"server": "https://dev"}}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param("sys.exit('session has expired')", "failed with exit code 1: session has expired. Log in again.", id="it fails"),
        pytest.param("print('hello')", "expected an ExecCredential with a status, found none", id="it prints something else"),
        pytest.param(
            f"print(json.dumps({{'apiVersion': '{V1}', 'status': {{}}}}))", "expected a token or a certificate", id="no credential"
        ),
        pytest.param(
            "print(json.dumps({'apiVersion': 'v0', 'status': {'token': 't'}}))", f"expected apiVersion {V1}, found 'v0'", id="a version"
        ),
    ],
)
def test_what_goes_wrong_is_named(tmp_path, body, message):
    with pytest.raises(CredentialsError) as caught:
        issue(program(tmp_path, body))
    assert message in str(caught.value)


def test_a_program_that_is_not_there_comes_with_its_hint(tmp_path):
    with pytest.raises(CredentialsError, match=r"isn't there\. Get it\."):
        issue(Plugin(api_version=V1, command=str(tmp_path / "absent"), install_hint="Get it."))


class Clock:
    def __init__(self) -> None:
        self.now = NOW


def credentials(clock: Clock, issued: list[Credential]) -> Credentials:
    """Those of a plugin that issues these, one after the other."""
    remaining = iter(issued)
    return Credentials(User(plugin=Plugin(api_version=V1, command="x")), issue=lambda _: next(remaining), now=lambda: clock.now)


def test_a_credential_is_used_until_it_expires():
    clock = Clock()
    asked = credentials(clock, [Credential(token="one", ends=NOW + timedelta(minutes=1)), Credential(token="two")])
    assert [asked.current().token, asked.current().token] == ["one", "one"]
    clock.now += timedelta(seconds=50)  # not for its last ten seconds
    assert asked.current().token == "two"
    clock.now += timedelta(days=1)
    assert asked.current().token == "two"


def test_a_refused_credential_is_replaced_once():
    asked = credentials(Clock(), [Credential(token="one"), Credential(token="two")])
    first = asked.current()
    assert asked.refused(first)
    assert asked.current().token == "two"
    assert asked.refused(first)  # of a request that was sent before: the other one isn't thrown away
    assert asked.current().token == "two"


def test_what_the_kubeconfig_holds_is_not_worth_another_try():
    asked = Credentials(User(token="t"))
    assert not asked.refused(asked.current())


def test_a_token_file_is_read_again_after_a_minute(tmp_path):
    clock = Clock()
    (tmp_path / "token").write_text("one\n")
    asked = Credentials(User(token_file=tmp_path / "token"), now=lambda: clock.now)
    assert asked.current().token == "one"
    (tmp_path / "token").write_text("two\n")
    assert asked.current().token == "one"
    clock.now += timedelta(minutes=1)
    assert asked.current().token == "two"


@pytest.mark.parametrize(
    "user",
    [
        pytest.param(User(token_file=Path("/absent/token")), id="a token"),
        pytest.param(User(certificate=Material(file=Path("/absent/me.crt"))), id="a certificate"),
    ],
)
def test_a_file_that_is_not_there_is_named(user):
    with pytest.raises(CredentialsError, match="/absent/"):
        Credentials(user).current()
