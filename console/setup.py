"""Refuses to pack the console without its front end, which npm builds: a wheel without it would serve no page."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist
from setuptools.errors import SetupError

INDEX = Path("src/glider_console/static/index.html")


def require_front_end() -> None:
    """Raise unless the front end is built."""
    if not INDEX.is_file():
        raise SetupError(f"the front end isn't built: {INDEX} is missing. Run `npm ci` and `npm run build` in console/ui, or `make setup`")


class BuildPackages(build_py):
    """Copies the package's files into a wheel. An editable installation takes them from where they will be."""

    def run(self) -> None:
        """Copy them."""
        if not self.editable_mode:
            require_front_end()
        super().run()


class SourceArchive(sdist):
    """Packs the sources, and the front end as it is built: who installs from it needs no npm."""

    def run(self) -> None:
        """Pack them."""
        require_front_end()
        super().run()


setup(cmdclass={"build_py": BuildPackages, "sdist": SourceArchive})
