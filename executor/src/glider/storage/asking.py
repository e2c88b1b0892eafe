"""Asks a busy store how long it wants to be left alone. obstore drops the headers of an answer, and Retry-After with them, so
a store that answered 429 or 503 is asked once more, for an object's head by a signed URL, in a way that shows them.
"""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from datetime import timedelta
from typing import Any

import obstore

from glider.storage.clients import ca_file
from glider.storage.problems import is_panic
from glider.storage.retrying import seconds_to_wait

_SECONDS = 5


def asked_to_wait(store: Any, key: str) -> float | None:
    """Seconds; None where the store doesn't say, is well again, or can't be asked: Google's wants a service account to sign."""
    try:
        url = obstore.sign(store, "HEAD", key or "-", timedelta(seconds=60))
        request = urllib.request.Request(url, method="HEAD")
        context = ssl.create_default_context(cafile=ca_file()) if url.startswith("https:") else None
        with urllib.request.urlopen(request, timeout=_SECONDS, context=context):
            return None
    except urllib.error.HTTPError as error:
        return seconds_to_wait(error.headers.get("Retry-After")) if error.code in (429, 503) else None
    except Exception:  # the store is in trouble already; this is only a question
        return None
    except BaseException as error:
        if is_panic(error):
            return None
        raise
