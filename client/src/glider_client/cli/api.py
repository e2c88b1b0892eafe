"""Reads objects of a cluster as JSON, through the kubernetes client, with the kubeconfig's user."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

Json = Mapping[str, Any]
_SECONDS = 30


class ForbiddenError(Exception):
    """The user may not read that."""


class Api:
    """The API server of one cluster."""

    def __init__(self, kubeconfig: Path | None) -> None:
        # imports take most of a second: only commands that need a cluster pay for them
        from kubernetes import client
        from kubernetes.config import ConfigException

        from glider_core.kube.credentials import configuration_of

        self._kubeconfig = kubeconfig
        try:
            self._client = client.ApiClient(configuration_of(kubeconfig))
        except ConfigException as error:
            raise click.ClickException(f"no cluster: {str(error).rstrip('.')}. Pass --kubeconfig FILE.") from error

    def namespace(self) -> str:
        """The namespace of the kubeconfig's context."""
        from kubernetes.config import ConfigException, list_kube_config_contexts

        try:
            _, active = list_kube_config_contexts(str(self._kubeconfig) if self._kubeconfig else None)  # type: ignore[no-untyped-call]
        except ConfigException:
            return "default"
        return str(active["context"].get("namespace") or "default")

    def get(self, path: str, **query: str) -> Json | None:
        """The object or list at `path`, or None where there is none.

        Raises:
            ForbiddenError: it may not be read.
            click.ClickException: the API server doesn't answer, or refuses.
        """
        import urllib3
        from kubernetes.client import ApiException

        url = f"{self._client.configuration.host}{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            response = self._client.call_api("GET", url, header_params=self._headers(), _request_timeout=_SECONDS)
            data, status = response.read(), response.status  # type: ignore[no-untyped-call]
        except (ApiException, urllib3.exceptions.HTTPError, OSError) as error:
            raise click.ClickException(f"the API server doesn't answer: {self._client.configuration.host}: {_cause(error)}") from error
        if status == 404:
            return None
        if status == 403:
            raise ForbiddenError(_message(data))
        if status != 200:
            raise click.ClickException(f"{path}: {status} {_message(data)}")
        answer: Json = json.loads(data)
        return answer

    def items(self, path: str, **query: str) -> list[Json]:
        """The objects of a list; none where their kind isn't there."""
        found = self.get(path, **query)
        return list(found["items"]) if found is not None else []

    def _headers(self) -> dict[str, str]:
        token = self._client.configuration.get_api_key_with_prefix("BearerToken")
        return {"Accept": "application/json"} | ({"Authorization": token} if token else {})


def _cause(error: Exception) -> str:
    """The cause, without urllib3's own class names and the request."""
    text = str(getattr(error, "reason", None) or error)
    return text.partition("): ")[2] or text


def _message(data: bytes) -> str:
    try:
        return str(json.loads(data)["message"])
    except (ValueError, KeyError, TypeError):
        return data.decode(errors="replace")[:200]
