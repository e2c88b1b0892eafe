"""What Kubernetes takes for the name of an object, for all that read one."""

from __future__ import annotations

#: The name of most objects of Kubernetes: a DNS subdomain of RFC 1123, in what Python's, Go's and ECMAScript's regular expressions share.
NAME = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
LONGEST_NAME = 253
NAME_IN_WORDS = f"the name of an object: at most {LONGEST_NAME} lower-case letters, digits, dashes and dots"
