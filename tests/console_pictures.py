"""Takes docs/pictures/console/: each page of the console at two widths, light and dark.

python -m tests.console_pictures            # all; with names of pages, those alone

It works on the cluster of your kubeconfig, where Glider is installed: the operator's health and one log are real, the other executions are
those of the console's tests. They are labelled for an operator that there isn't, so that they stay as they are.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, ViewportSize, expect

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_core.api.labels import INSTANCE
from tests.browser import chromium
from tests.conftest import ROOT
from tests.integration.console.conftest import running_console
from tests.integration.console.entering import serving_in_a_cluster
from tests.integration.console.pages import Shown, pages_of, show
from tests.integration.console.samples import create

FOLDER = ROOT / "docs" / "pictures" / "console"
#: The pages that the docs show.
SHOWN = ("executions", "execution", "error", "waiting", "logs", "data", "templates", "launch", "action", "task", "health", "sign-in")
WIDTHS = {"wide": ViewportSize(width=1280, height=800), "phone": ViewportSize(width=390, height=780)}
THEMES = ("light", "dark")
NAMESPACE = "forecast"
SIGN_IN = Shown(name="sign-in", path="/sign-in", text="Token")
_COLOURS = 128
_REAL = "forecast-real"
#: A task with a log that is worth a picture.
_TASK = '''
import time


def train(epochs: int = 8) -> float:
    """Train a model, as far as its log shows."""
    print("reading 8760 rows of measurements")
    loss = 0.94
    for epoch in range(epochs):
        loss *= 0.62
        time.sleep(0.4)
        print(f"\\x1b[36mepoch {epoch}\\x1b[0m  loss \\x1b[1m{loss:.4f}\\x1b[0m", flush=True)
    print("\\x1b[33mWARNING\\x1b[0m 318 rows without a temperature were left out")
    print("\\x1b[32mdone\\x1b[0m")
    return loss
'''


def main(names: list[str]) -> None:
    """Take the pictures."""
    kubeconfig = Path(os.environ.get("KUBECONFIG") or Path.home() / ".kube" / "config")
    cluster = Cluster.connect(kubeconfig=kubeconfig)
    FOLDER.mkdir(parents=True, exist_ok=True)
    sign_in(kubeconfig, names)
    if not names:
        return
    with namespace(cluster), tempfile.TemporaryDirectory() as folder:
        samples = create(cluster, NAMESPACE, labels={INSTANCE: "samples"})
        pages = pages_of(samples)
        if "logs" in names:
            run_for_real(Path(folder))
            log = f"/executions/{NAMESPACE}/{_REAL}?tab=logs"
            pages["logs"] = Shown(name="logs", path=log, text="rows without a temperature")
        with running_console(kubeconfig, Path(folder)) as address, chromium() as browser:
            context = browser.new_context(base_url=address.rpartition("/enter")[0])
            context.new_page().goto(address)
            for name in names:
                for width, theme in ((width, theme) for width in WIDTHS for theme in THEMES):
                    picture = small(take(context, pages[name], theme=theme, size=WIDTHS[width]))
                    (FOLDER / f"{name}-{width}-{theme}.webp").write_bytes(picture)


def sign_in(kubeconfig: Path, names: list[str]) -> None:
    """Take the picture of what somebody finds who comes to a console in a cluster, if it is wanted."""
    if SIGN_IN.name not in names:
        return
    names.remove(SIGN_IN.name)
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium() as browser,
        serving_in_a_cluster(kubeconfig, Path(folder), {}, env=os.environ) as console,
    ):
        context = browser.new_context(base_url=console.origin)
        for width, theme in ((width, theme) for width in WIDTHS for theme in THEMES):
            picture = small(take(context, SIGN_IN, theme=theme, size=WIDTHS[width]))
            (FOLDER / f"{SIGN_IN.name}-{width}-{theme}.webp").write_bytes(picture)


@contextmanager
def namespace(cluster: Cluster) -> Iterator[None]:
    """The namespace, which is gone afterwards."""
    cluster.create(paths.namespaces(), {"metadata": {"name": NAMESPACE}})
    try:
        yield
    finally:
        cluster.delete(paths.namespaces(NAMESPACE))


def run_for_real(folder: Path) -> None:
    """Run a task to its end."""
    (folder / "training.py").write_text(_TASK)
    program = Path(sys.executable).parent / "glider"
    command = [str(program), "run", "training.py", "train", "--namespace", NAMESPACE, "--name", _REAL]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def take(context: BrowserContext, shown: Shown, *, theme: str, size: ViewportSize) -> bytes:
    """The picture of a page, as it is shown."""
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
    page.set_viewport_size(size)
    show(page, shown)
    delete = page.get_by_role("button", name="Delete")
    for button in delete.all():  # what may be done comes a moment later
        expect(button).not_to_have_attribute("aria-disabled", "true")
    picture = page.screenshot()
    page.close()
    return picture


def small(picture: bytes) -> bytes:
    """`picture` in few colours, which is about what the console has."""
    written = BytesIO()
    few = Image.open(BytesIO(picture)).convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.convert("RGB").save(written, "webp", lossless=True, quality=100, method=6)
    return written.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:] or list(SHOWN))
