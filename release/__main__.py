"""`python -m release make VERSION` and `python -m release set-version VERSION`."""

from __future__ import annotations

import argparse
import sys

from release import making, versions
from release.making import ReleaseError
from release.revision import CHECKOUT
from tests.cluster.errors import ClusterError


def main() -> int:
    """The command line."""
    arguments = _parser().parse_args()
    try:
        if not versions.VERSION.fullmatch(arguments.version):
            raise ReleaseError(f"expected a version such as 1.2.3 or 1.2.3-rc.1, found {arguments.version}")
        if arguments.command == "set-version":
            for file in versions.write(CHECKOUT, arguments.version):
                print(file)
            print("now run `make setup generate`, name the version in CHANGELOG.md, and commit all of it")
            return 0
        architectures = tuple(arguments.architectures.split(","))
        making.make(arguments.version, architectures=architectures, base=arguments.base, key=arguments.key, twice=arguments.twice)
    except (ReleaseError, ClusterError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m release", description="Makes a release, up to the push.")
    commands = parser.add_subparsers(dest="command", required=True)
    setting = commands.add_parser("set-version", help="write the version wherever it stands")
    setting.add_argument("version")
    making = commands.add_parser("make", help="build all that a release has into build/release/VERSION")
    making.add_argument("version")
    making.add_argument("--architectures", default="amd64,arm64", metavar="NAMES", help="of the images (default: amd64,arm64)")
    making.add_argument("--base", help="the images' public base, best by digest; without it, a local Debian, which needs no registry")
    making.add_argument("--key", help="sign the chart with this key of gpg's")
    making.add_argument("--twice", action="store_true", help="build all twice, and compare")
    return parser


if __name__ == "__main__":
    sys.exit(main())
