"""The command line: `python -m tests.cluster up|down|status|load|images`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.cluster import archives, images, lifecycle
from tests.cluster import layout as layouts
from tests.cluster.errors import ClusterError
from tests.cluster.runtime import Runtime


def main() -> int:
    arguments = _parser().parse_args()
    try:
        match arguments.command:
            case "up":
                return _up(control_plane_only=arguments.control_plane_only, container_runtime=arguments.runtime)
            case "down":
                lifecycle.down()
                return 0
            case "status":
                return _status()
            case "load":
                return _load(arguments.archives)
            case _:
                return _images(public=arguments.public)
    except ClusterError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description="A real Kubernetes cluster on this machine, for tests.")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="bring the cluster up, or verify that it is; as root with a node")
    up.add_argument("--control-plane-only", action="store_true", help="no node, everything on loopback; what happens without root anyway")
    up.add_argument(
        "--runtime",
        type=Runtime,
        choices=list(Runtime),
        help="containerd as built here, which knows image volumes, or the system's package",
    )
    commands.add_parser("down", help="end it and remove every trace")
    commands.add_parser("status", help="what runs; exit code 1 unless all is ready")
    load = commands.add_parser("load", help="load docker-archives into the node")
    load.add_argument("archives", nargs="+", type=Path, metavar="IMAGE.tar")
    images = commands.add_parser("images", help="build the project's images and load them into the node")
    images.add_argument("--public", action="store_true", help="build over the public base with buildah, podman or docker; load nothing")
    return parser


def _up(*, control_plane_only: bool, container_runtime: Runtime | None) -> int:
    began = time.monotonic()
    layout = lifecycle.up(control_plane_only=control_plane_only, container_runtime=container_runtime)
    print(
        f"ready after {time.monotonic() - began:.1f} s: `set -a; . {layout.env_file}; set +a`, then `$GLIDER_CLUSTER_BIN/kubectl get nodes`"
    )
    return 0


def _status() -> int:
    status = lifecycle.status()
    if status is None:
        print("this checkout has no cluster")
        return 1
    for record in status.programs:
        print(f"{record.name:24} {'pid ' + str(record.pid) if record.is_alive() else 'dead'}")
    print(f"{'API server':24} {'ready' if status.is_api_ready else 'not ready'} at {status.layout.api_url}")
    if status.layout.has_node:
        print(f"{'node':24} {'ready' if status.is_node_ready else 'not ready'}")
    print(f"{'logs':24} {status.layout.logs}")
    return 0 if status.is_up else 1


def _load(paths: list[Path]) -> int:
    layout = layouts.existing()
    if layout is None or not layout.has_node:
        raise ClusterError("there is no node to load images into; `python -m tests.cluster up` as root has one")
    for path in paths:
        if not path.is_file():
            raise ClusterError(f"{path} is not a file")
        archives.load(path)
        print(f"loaded {path}")
    return 0


def _images(*, public: bool) -> int:
    if public:
        images.build_public()
    else:
        images.load(images.build_local())
    return 0


if __name__ == "__main__":
    sys.exit(main())
