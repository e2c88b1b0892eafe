"""The authenticator that flytekit loads for `admin.authType: Kubernetes`: it sends the token of the kubeconfig's user.

flytekit finds it by the entry point `flytekit.auth`, from 1.16 on. Nothing else imports this module.
"""

from __future__ import annotations

import os

from flytekit.clients.auth.authenticator import Authenticator, ClientConfigStore
from flytekit.clients.auth.exceptions import AuthenticationError
from flytekit.clients.auth.keyring import Credentials
from flytekit.configuration import PlatformConfig

from glider_client.cluster.bearer import ACCOUNT_VARIABLE, Bearer
from glider_client.cluster.errors import ClusterError
from glider_client.cluster.kubeconfig import load_config


class KubernetesAuthenticator(Authenticator):  # type: ignore[misc] # flytekit has no types of its own
    """Sends the token of the user whom the kubeconfig names: as it is, as a program issues it, or of a service account."""

    def __init__(self, cfg: PlatformConfig, cfg_store: ClientConfigStore) -> None:
        super().__init__(cfg.endpoint, "authorization")
        try:
            config = load_config(os.environ, kubeconfig=None, context=None)
        except ClusterError as error:
            raise AuthenticationError(f"admin.authType Kubernetes: {error}") from error
        self._bearer = Bearer(config, account=os.environ.get(ACCOUNT_VARIABLE, ""))

    def fetch_grpc_call_auth_metadata(self) -> tuple[str, str]:
        """The header of a call: flytekit asks for it each time, so that a token is renewed before it expires."""
        return self._header_key, f"Bearer {self._token()}"

    def refresh_credentials(self) -> None:
        """Another token: the server refuses this one."""
        try:
            self._bearer.refused()
        except ClusterError as error:
            raise AuthenticationError(f"admin.authType Kubernetes: {error}") from error

    def get_credentials(self) -> Credentials:
        """The token, as flytekit keeps one."""
        return Credentials(self._token())

    def _token(self) -> str:
        try:
            return self._bearer.current()
        except ClusterError as error:
            raise AuthenticationError(f"admin.authType Kubernetes: {error}") from error
