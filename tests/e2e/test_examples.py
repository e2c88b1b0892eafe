"""manifests/examples, all at once on a real node: each ends as its file promises, under the restricted Pod Security Standard."""

from __future__ import annotations

import time

from glider.wire.interface import parse_type
from glider.wire.jsonform import to_literal_map
from tests.conftest import S3
from tests.e2e.conftest import Glider
from tests.examples import BUCKET, DELETED, FILES, End, ends_of

#: An upper bound: a busy machine takes its time for forty pods at once, and this is not about that.
SECONDS = 300


def test_each_example_ends_as_its_file_promises(glider: Glider, s3: S3):
    labels = glider.cluster.kubectl_json("get", "namespace", glider.namespace)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    inputs = to_literal_map({"name": "store"}, {"name": parse_type("string")}, field="inputs")
    s3.write(f"{s3.uri}/inputs.pb", inputs.SerializeToString())
    glider.kubectl("apply", "-f", "-", input="\n---\n".join(path.read_text() for path in FILES).replace(BUCKET, s3.uri))
    ends = {end.execution: here(end, s3) for path in FILES for end in ends_of(path)}
    wrong: dict[str, str] = dict.fromkeys(ends, "")
    deadline = time.monotonic() + SECONDS
    while wrong and time.monotonic() < deadline:
        there = {one["metadata"]["name"]: one for one in glider.get("te")["items"]}
        wrong = {name: found for name, end in ends.items() if (found := end.found(there.get(name)))}
        time.sleep(0.5)
    assert not wrong, "\n".join(f"{name}: {found}" for name, found in wrong.items())
    assert any(end.phase == DELETED for end in ends.values())


def here(end: End, s3: S3) -> End:
    """The same with the test's own bucket."""
    outputs = end.outputs and {
        name: value.replace(BUCKET, s3.uri) if isinstance(value, str) else value for name, value in end.outputs.items()
    }
    return End(execution=end.execution, phase=end.phase, reason=end.reason, outputs=outputs)
