"""A real browser for the tests of the page: one that the machine has, else the one that `make browser` has put into .browser/."""

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".browser"
OWN = FOLDER / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SHOTS = ROOT / "target" / "screenshots"
# The folders' own fonts, and the one of models/ that has Chinese.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>/usr/share/fonts</dir><dir>{own}</dir><dir>{models}</dir><cachedir>{cache}</cachedir>
<alias><family>sans-serif</family><prefer><family>Open Sans</family><family>Noto Sans CJK TC</family></prefer></alias>
<alias><family>system-ui</family><prefer><family>Open Sans</family><family>Noto Sans CJK TC</family></prefer></alias>
</fontconfig>"""


def find():
    """The browser's program; None where there is none, or nothing that drives it."""
    if not (FOLDER / "python" / "playwright").exists():
        return None
    wanted = os.environ.get("BROWSER_PROGRAM")
    candidates = [wanted] if wanted else [shutil.which(name) for name in NAMES] + [OWN / "chromium"]
    return next((Path(found) for found in candidates if found and Path(found).exists()), None)


def axe():
    """The rules of accessibility, as the script that runs them in a page."""
    return (FOLDER / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@contextmanager
def launched():
    """A running browser."""
    sys.path.append(str(FOLDER / "python"))
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as home, sync_playwright() as driver:
        fonts = Path(home, "fonts.conf")
        fonts.write_text(FONTS.format(own=OWN / "fonts", models=ROOT / "models", cache=Path(home, "fonts")))
        environment = {"HOME": home, "FONTCONFIG_FILE": str(fonts), "LD_LIBRARY_PATH": str(OWN / "lib")}
        # Without a sandbox of its own: it runs as root in containers, and opens nothing but the page under test.
        yield lambda: driver.chromium.launch(executable_path=str(find()), env=environment, args=["--no-sandbox"])
