"""What to set in a client's configuration, for those that come without a token of the API server's.

In `WORDS` there is no character that ends the host of a URL, nor one that RFC 6749 doesn't allow in an error: see `handlers.auth`.
"""

from __future__ import annotations

WORDS = (
    "Set admin.authType: ExternalCommand, and admin.command to a command that prints a token of the Kubernetes API server, "
    "such as glider token, or kubectl create token NAME -n NAMESPACE."
)
