"""Takes passwords and signatures out of URIs before these are shown: in statuses, Events, logs, summaries and error documents."""

from __future__ import annotations

import re

MASK = "***"
#: User and password, or a token alone. Azure's long form has its container there, which is no secret. Keys of S3 have slashes, which
#: people don't encode; then what follows the colon, which is no port, gives a password away.
_USER = re.compile(r"://([^/?#\s\"'<>]*|[^/?#\s\"'<>@:\[]*:(?!\d*[/?#])[^\s\"'<>@]{0,300})@")
_AZURE = ("abfs", "abfss", "az")
#: Parameters of a query whose name shows that they grant access: those of presigned URLs, SAS tokens and the like.
_NAMES = (
    r"(?:[\w.~%-]{0,60}"
    r"(?:signature|token|password|passwd|pwd|secret|credential|api-?_?key|access-?_?key(?:id)?|account-?_?key)|sig|key|auth|pass)"
)
_SECRET = re.compile(rf"((?:[?&;]|\\u0026){_NAMES}=)[^&;\s\"'<>#\\]+", re.IGNORECASE)
#: The same where such a URI was taken for the key of an object, which clients show encoded, once or several times.
_PERCENT = "%(?:25){0,3}"
_ENCODED = re.compile(
    rf"({_PERCENT}(?:3F|26|3B){_NAMES.replace('%', '')}{_PERCENT}3D)(?:(?!{_PERCENT}(?:26|3B))[^&;\s\"'<>#\\])+",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """`text` with what is secret in its URIs replaced by asterisks."""
    if "%" in text:
        text = _ENCODED.sub(rf"\g<1>{MASK}", text)
    if "://" not in text and "=" not in text:
        return text
    return _SECRET.sub(rf"\g<1>{MASK}", _USER.sub(_without_user, text))


def _without_user(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 8) : match.start()].lower()
    if ":" not in match.group(1) and before.endswith(_AZURE):
        return match.group(0)
    return f"://{MASK}@"
