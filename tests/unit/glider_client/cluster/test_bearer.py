"""Which credentials of a kubeconfig can be sent on, and what to do about the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from glider_client.cluster import bearer
from glider_client.cluster.bearer import Bearer
from glider_client.cluster.config import ClientConfig, Impersonation, Material, User
from glider_client.cluster.errors import ClusterConfigError, CredentialsError


def config(user: User, **others: Any) -> ClientConfig:
    return ClientConfig(server="https://127.0.0.1:1", namespace="ml", user=user, user_name="ada", source="~/.kube/config", **others)


def test_a_token_is_sent_as_it_is(tmp_path: Path) -> None:
    assert Bearer(config(User(token="t"))).current() == "t"
    (tmp_path / "token").write_text("of-a-file\n")
    assert Bearer(config(User(token_file=tmp_path / "token"))).current() == "of-a-file"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        pytest.param(config(User(certificate=Material(data=b"c"))), "has a client certificate", id="a certificate"),
        pytest.param(config(User(username="ada", password="p")), "has a password", id="a password"),
        pytest.param(config(User(token="t"), impersonation=Impersonation(user="bob")), "acts as 'bob'", id="impersonation"),
    ],
)
def test_this_cant_be_sent_on(given: ClientConfig, why: str) -> None:
    with pytest.raises(CredentialsError, match=why) as refused:
        Bearer(given).current()
    assert "Set GLIDER_SERVICE_ACCOUNT=NAMESPACE/NAME" in str(refused.value)
    assert "'ada' of ~/.kube/config" in str(refused.value)


class ApiServer:
    """Gives a token a request."""

    def __init__(self, *, lasts: timedelta) -> None:
        self.paths: list[str] = []
        self._lasts = lasts

    def __call__(self, config: ClientConfig) -> ApiServer:
        return self

    def create(self, path: str, document: Any) -> Any:
        self.paths.append(path)
        ends = datetime.now(UTC) + self._lasts
        return {"status": {"token": f"token-{len(self.paths)}", "expirationTimestamp": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}}


@pytest.mark.parametrize(("account", "namespace"), [("ci", "ml"), ("team/ci", "team")])
def test_a_service_accounts_token_is_asked_for_once_until_it_is_refused(
    monkeypatch: pytest.MonkeyPatch, account: str, namespace: str
) -> None:
    monkeypatch.setattr(bearer, "Cluster", server := ApiServer(lasts=timedelta(hours=1)))
    asked = Bearer(config(User(token="t")), account=account)
    assert [asked.current(), asked.current()] == ["token-1", "token-1"]
    asked.refused()
    assert asked.current() == "token-2"
    assert set(server.paths) == {f"/api/v1/namespaces/{namespace}/serviceaccounts/ci/token"}


def test_one_that_is_about_to_expire_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bearer, "Cluster", ApiServer(lasts=timedelta(seconds=30)))
    asked = Bearer(config(User(token="t")), account="ci")
    assert [asked.current(), asked.current()] == ["token-1", "token-2"]


@pytest.mark.parametrize("account", ["a/b/c", "team/", "/a/b"])
def test_this_is_no_service_account(account: str) -> None:
    with pytest.raises(ClusterConfigError, match="expected NAME or NAMESPACE/NAME"):
        Bearer(config(User(token="t")), account=account).current()
