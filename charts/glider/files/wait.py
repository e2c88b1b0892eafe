"""`helm test`: waits until the TaskExecution NAMESPACE NAME has finished, and ends as it does."""

import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
HOST, PORT = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
NAMESPACE, NAME = sys.argv[1:]
URL = f"https://{f'[{HOST}]' if ':' in HOST else HOST}:{PORT}/apis/glider.dev/v1alpha1/namespaces/{NAMESPACE}/taskexecutions/{NAME}"
TRUSTED = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))


def get() -> dict:
    """The execution's status, or none where the API server doesn't answer just now."""
    request = urllib.request.Request(URL, headers={"Authorization": f"Bearer {(ACCOUNT / 'token').read_text()}"})
    try:
        with urllib.request.urlopen(request, timeout=10, context=TRUSTED) as answer:
            return json.load(answer).get("status") or {}
    except OSError as error:
        print(f"{NAMESPACE}/{NAME}: {error}", flush=True)
        return {}


before = None
while True:  # Helm's --timeout ends this
    status = get()
    phase = status.get("phase") or "not taken up by an operator"
    conditions = {one["type"]: one for one in status.get("conditions") or ()}
    why = "".join(f", {part}" for part in (conditions.get("Succeeded", {}).get(name) for name in ("reason", "message")) if part)
    if (phase, why) != before:
        print(f"{NAMESPACE}/{NAME}: {phase}{why}", flush=True)
        before = phase, why
    if phase in ("Succeeded", "Failed", "Aborted", "TimedOut"):
        print(json.dumps(status.get("outputs") or status.get("error")), flush=True)
        sys.exit(phase != "Succeeded")
    time.sleep(0.5)
