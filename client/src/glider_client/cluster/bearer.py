"""The bearer token of whom a kubeconfig names, for servers that ask the API server whose it is: the front for flytekit's clients."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from glider_client.cluster.client import Cluster
from glider_client.cluster.config import ClientConfig
from glider_client.cluster.credentials import Credentials
from glider_client.cluster.errors import ClusterConfigError, CredentialsError

#: The environment variable with the service account whose token is sent instead: NAME, or NAMESPACE/NAME.
ACCOUNT_VARIABLE = "GLIDER_SERVICE_ACCOUNT"
#: A token that is asked for lasts so long, unless the API server has it otherwise, and isn't used for its last moments.
_LASTS, _EARLY = timedelta(hours=1), timedelta(minutes=1)


class Bearer:
    """The token of the user of `config`; with `account` that of a service account, which the user may ask for. Thread-safe."""

    def __init__(self, config: ClientConfig, *, account: str = "") -> None:
        self._config, self._account = config, account
        self._credentials = Credentials(config.user)
        self._lock = threading.Lock()
        self._asked: tuple[str, datetime] | None = None

    def current(self) -> str:
        """The token to send now.

        Raises:
            CredentialsError: the kubeconfig has another kind of credential.
            ClusterError: the API server gives no token.
        """
        if not self._account:
            return self._own()
        with self._lock:
            if self._asked is None or datetime.now(UTC) >= self._asked[1] - _EARLY:
                self._asked = self._requested()
            return self._asked[0]

    def refused(self) -> None:
        """Forget the token: a server refuses it."""
        with self._lock:
            self._asked = None
        self._credentials.refused(self._credentials.current())

    def _own(self) -> str:
        config = self._config
        who, step = f"the user {config.user_name!r} of {config.source}", f"Set {ACCOUNT_VARIABLE}=NAMESPACE/NAME to a service account"
        if config.impersonation.user:
            raise CredentialsError(f"{who} acts as {config.impersonation.user!r}, which a token alone can't. {step}.")
        token = self._credentials.current().token
        if not token:
            kind = "a password" if config.user.username else "a client certificate"
            raise CredentialsError(
                f"{who} has {kind}, which can't be sent on: expected a token. "
                f"{step} whose token is asked for, or use `kubectl create token NAME` as admin.command."
            )
        return token

    def _requested(self) -> tuple[str, datetime]:
        namespace, _, name = self._account.rpartition("/")
        if not name or "/" in namespace:
            raise ClusterConfigError(f"{ACCOUNT_VARIABLE}: expected NAME or NAMESPACE/NAME, found {self._account!r}. Correct it.")
        path = f"/api/v1/namespaces/{namespace or self._config.namespace}/serviceaccounts/{name}/token"
        spec = {"expirationSeconds": int(_LASTS.total_seconds())}
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        status = Cluster(self._config).create(path, request)["status"]
        return str(status["token"]), datetime.fromisoformat(status["expirationTimestamp"])
