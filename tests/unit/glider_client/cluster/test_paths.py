"""Where objects are in the API: a name stays one part of a path, whatever it is."""

from __future__ import annotations

import pytest
from urllib3.util import parse_url

from glider_client.cluster import paths

BASE = "/apis/glider.dev/v1alpha1/namespaces/team/taskexecutions"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("train-5f0c", f"{BASE}/train-5f0c"),
        ("v1.2", f"{BASE}/v1.2"),
        ("a/b?c#d", f"{BASE}/a%2Fb%3Fc%23d"),
        (".", f"{BASE}/%2E"),
        ("..", f"{BASE}/%2E%2E"),
    ],
)
def test_a_name_is_one_part_of_the_path(name: str, path: str):
    assert paths.executions("team", name) == path
    assert parse_url(f"https://api{path}").path == path
    assert paths.target_of(path).name == name


def test_so_is_a_namespace():
    assert paths.executions("..", "a") == "/apis/glider.dev/v1alpha1/namespaces/%2E%2E/taskexecutions/a"
