"""The object store for uploads and downloads: small writes, and URLs that are signed with the front's own credentials."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from glider.settings.model import SettingsError
from glider.storage.clients import s3_config
from glider.storage.errors import ObjectNotFoundError
from glider.storage.objects import Objects
from glider.storage.store import Storage
from glider_admin.data.presigning import Keys, presigned
from glider_client.stored.store import Store
from glider_core.api.places import Place


class WritingStore(Store):
    """The store, for reading, writing and signing. `public_endpoint` is where clients reach S3, if that is another address."""

    def __init__(self, environment: Mapping[str, str] = os.environ, *, reader: str, public_endpoint: str = "") -> None:
        super().__init__(environment, reader=reader)
        self._public_endpoint = public_endpoint

    async def write(self, place: Place, data: bytes, *, node_identity: bool) -> None:
        """All of `data`, or nothing.

        Raises:
            StorageError: the store refuses or doesn't answer.
        """
        await self._call(place, lambda objects: objects.write(str(place), data), node_identity=node_identity)

    async def content(self, place: Place, *, node_identity: bool) -> frozenset[str]:
        """What the content of an object is known by: its ETag, which mostly is its MD5, and what its metadata have; empty where there is
        no such object.

        Raises:
            StorageError: the store refuses or doesn't answer.
        """

        def known(objects: Objects) -> frozenset[str]:
            import obstore

            store, key = objects.locate(str(place))
            answer = objects.repeated(str(place), lambda: obstore.get(store, key))
            etag = str(answer.meta["e_tag"] or "").strip('"')
            return frozenset({etag, *map(str, answer.attributes.values())})

        try:
            return await self._call(place, known, node_identity=node_identity)
        except ObjectNotFoundError:
            return frozenset()

    async def signed(
        self, place: Place, *, method: str, seconds: int, node_identity: bool, headers: Mapping[str, str] | None = None
    ) -> str:
        """A URL for one request with `method` to the object, good for so many seconds. `headers` are what the request must have, as far
        as the store can be made to insist on it: S3 with keys of its own can.

        Raises:
            StorageError: there is nothing to sign with.
        """

        def sign(objects: Objects) -> str:
            if place.scheme == "s3" and (keys := self._keys(place.bucket)) is not None:
                now = dt.datetime.now(dt.timezone.utc)
                return presigned(keys, method=method, key="/".join(place.parts), seconds=seconds, headers=headers or {}, now=now)
            import obstore

            reached = self._public or objects
            store, key = reached.locate(str(place))
            with reached.explained(str(place)):
                return str(obstore.sign(store, method, key, dt.timedelta(seconds=seconds)))  # type: ignore[call-overload]

        return await self._call(place, sign, node_identity=node_identity)

    def binds(self, place: Place) -> bool:
        """Whether a signed URL there can insist on headers."""
        return place.scheme == "s3" and self._keys(place.bucket) is not None

    def _keys(self, bucket: str) -> Keys | None:
        settings = self._settings
        if self._public_endpoint:
            settings = replace(settings, s3=replace(settings.s3, endpoint=self._public_endpoint))
        config = s3_config(settings, bucket=bucket)
        found = {name: str(config.get(name) or "") for name in ("access_key_id", "secret_access_key", "session_token")}
        if not found["access_key_id"]:
            found = {name: self._environment.get(f"AWS_{name.upper()}", "") for name in found}
        if settings.anonymous or not (found["access_key_id"] and found["secret_access_key"]):
            return None
        endpoint = str(config.get("endpoint") or f"https://s3.{config['region']}.amazonaws.com")
        base = endpoint if config.get("virtual_hosted_style_request") else f"{endpoint}/{bucket}"
        return Keys(**found, region=str(config["region"]), base=base)

    @cached_property
    def _public(self) -> Objects | None:
        if not self._public_endpoint:
            return None
        settings = self._settings
        objects = Storage(replace(settings, s3=replace(settings.s3, endpoint=self._public_endpoint)), patience=self._patience).objects
        if objects is None:
            raise SettingsError("GLIDER_STORAGE_ENGINE: expected obstore, found another engine")
        return objects
