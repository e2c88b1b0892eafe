"""Of Debian's packages an image lists those whose files it has; scanners find them where they look in images without dpkg."""

from __future__ import annotations

from pathlib import Path

from release.image import debian
from release.image.root import Root

STATUS = """\
Package: libc6
Status: install ok installed
Architecture: amd64
Version: 1:2.36+deb12
Description: GNU C library
 with a second line

Package: coreutils
Status: install ok installed
Architecture: amd64
Version: 9.1

Package: zlib1g
Status: deinstall ok config-files
Architecture: amd64
Version: 1.2
"""


def test_only_packages_whose_files_are_there(tmp_path: Path) -> None:
    base = tmp_path / "base"
    for path, text in {
        "usr/lib/libc.so.6": "c",
        "usr/bin/cp": "cp",
        "usr/share/doc/libc6/copyright": "LGPL",
        "usr/share/common-licenses/LGPL-2.1": "text",
        "etc/os-release": "ID=debian",
        "var/lib/dpkg/status": STATUS,
        "var/lib/dpkg/info/libc6:amd64.list": "/.\n/lib\n/lib/libc.so.6\n",
        "var/lib/dpkg/info/coreutils.list": "/bin\n/bin/cp\n",
    }.items():
        (base / path).parent.mkdir(parents=True, exist_ok=True)
        (base / path).write_text(text)
    (base / "lib").symlink_to("usr/lib")
    root = Root(tmp_path / "image", base=base, architecture="amd64")
    root.add("usr/lib/libc.so.6")
    (found,) = debian.add_packages(root)
    assert (found.name, found.version, found.licence) == ("libc6", "1:2.36+deb12", "LGPL-2.1-or-later")
    assert found.purl == "pkg:deb/debian/libc6@1%3A2.36%2Bdeb12?arch=amd64"
    assert found.texts == ("/usr/share/doc/libc6/copyright",)
    assert (root.folder / "var/lib/dpkg/status.d/libc6").read_text() == STATUS.split("\n\n")[0] + "\n"
    assert not (root.folder / "usr/bin").exists()
    assert (root.folder / "usr/share/common-licenses/LGPL-2.1").exists()
    assert (root.folder / "etc/os-release").exists()
