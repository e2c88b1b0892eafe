"""What Kubernetes takes for names and UIDs of objects, for all that read one."""

from __future__ import annotations

#: The name of most objects of Kubernetes: a DNS subdomain of RFC 1123, in what Python's, Go's and ECMAScript's regular expressions share.
NAME = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
LONGEST_NAME = 253
#: The name of a namespace: a DNS label, likewise.
NAMESPACE = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
#: A UID that an API server has made.
UID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
NAME_IN_WORDS = f"the name of an object: at most {LONGEST_NAME} lower-case letters, digits, dashes and dots"
