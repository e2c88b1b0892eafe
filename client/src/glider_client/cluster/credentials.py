"""Tokens and client certificates: read when a request needs them, and renewed before they expire or after they were refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from glider_client.cluster.config import Plugin, User
from glider_client.cluster.errors import CredentialsError
from glider_client.cluster.plugins import Credential, issue

#: A credential isn't used for the last moments of its time: the request still has to arrive.
_EARLY = timedelta(seconds=10)
#: How long the token of a file is used before it is read again: the kubelet renews it long before it expires.
_FILE_LASTS = timedelta(minutes=1)


class Credentials:
    """The credential of `user`, safe to use from several threads. `issue` runs a plugin; `now` is the clock that tokens expire by."""

    def __init__(
        self,
        user: User,
        *,
        issue: Callable[[Plugin], Credential] = issue,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._user, self._issue, self._now = user, issue, now
        self._lock = threading.Lock()
        self._current: Credential | None = None

    def current(self) -> Credential:
        """The credential to send now.

        Raises:
            CredentialsError: it can't be read, or no plugin issues it.
        """
        with self._lock:
            known = self._current
            if known is None or (known.ends is not None and self._now() >= known.ends - _EARLY):
                self._current = known = self._read()
            return known

    def refused(self, credential: Credential) -> bool:
        """Forget `credential`, which the API server refuses. Return whether there may be another one."""
        renews = self._user.plugin is not None or self._user.token_file is not None
        with self._lock:
            if renews and self._current is credential:
                self._current = None
        return renews

    def _read(self) -> Credential:
        user = self._user
        try:
            certificate, key = user.certificate.read(), user.key.read()
        except OSError as error:
            raise CredentialsError(f"{error.filename}: the client's certificate or key can't be read: {error.strerror}.") from error
        if user.token_file is not None:
            return Credential(token=self._token(), certificate=certificate, key=key, ends=self._now() + _FILE_LASTS)
        if user.token or user.username:
            return Credential(token=user.token, username=user.username, password=user.password, certificate=certificate, key=key)
        if user.plugin is not None:
            return self._issue(user.plugin)
        return Credential(certificate=certificate, key=key)

    def _token(self) -> str:
        assert self._user.token_file is not None
        try:
            return self._user.token_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise CredentialsError(f"{self._user.token_file}: the token can't be read: {error}.") from error
