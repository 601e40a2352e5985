"""What the browser tests stand on: a real coordinator, a sweep that quick-trainer trained, and Chromium.

Environment, beside the harness's: HONE_AXE, axe-core's script; HONE_SCREENSHOTS, a folder for pictures
(else they are thrown away). Without Playwright or Chromium every test is skipped and says so.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import HONE, QUICK, WORKER, HoneTest  # noqa: E402

try:
    from playwright.sync_api import expect, sync_playwright
except ImportError:
    expect = sync_playwright = None

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SCREENSHOTS = os.environ.get("HONE_SCREENSHOTS")
AXE = os.environ.get("HONE_AXE", "")
LACKING = ("no playwright for this python (pip install playwright)" if sync_playwright is None else
           "no chromium on the PATH (apt-get install chromium)" if CHROMIUM is None else "")
PATIENCE = 10_000  # ms that a page may take on a busy machine; what must be fast is measured apart


class Site(HoneTest):
    """A coordinator with workers that come when told, and nothing of a browser."""

    def open_site(self):
        self.state = self.folder / "state"
        self.coordinator = self.serve(self.state)

    def access(self):
        return json.loads((self.state / "access.json").read_text())

    def address(self, with_token=True):
        access = self.access()
        fragment = f"#token={access['token']}" if with_token else ""
        scheme = "https" if "certificate_sha256" in access else "http"
        return f"{scheme}://{access['host']}:{access['port']}/{fragment}"

    def submit(self, **changes):
        return self.hone("submit", self.tiny(**changes), "--state", self.state).stdout.strip()

    def work(self, *words, name="worker", **variables):
        self.environment |= {key: str(value) for key, value in variables.items()}
        return self.start(WORKER, "--access", self.state / "access.json", "--slots", 2, "--trainer", QUICK,
                          *words, name=name)

    def finish_sweep(self, **changes):
        sweep = self.submit(**changes)
        self.assertEqual(self.work("--until-drained").wait(timeout=90), 0)
        return sweep


@unittest.skipIf(LACKING, LACKING)
class BrowserTest(Site):
    """Each test has its own page, with a coordinator of its own. What the page writes into the console as an
    error, or throws, fails the test."""

    def setUp(self):
        super().setUp()
        self.open_site()
        self.faults = []
        self.playwright = sync_playwright().start()
        self.addCleanup(self.playwright.stop)
        self.browser = self.playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        self.addCleanup(self.browser.close)
        self.page = self.new_page()

    def tearDown(self):
        self.assertEqual(self.faults, [])
        super().tearDown()

    def new_page(self, **options):
        options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | options
        context = self.browser.new_context(**options)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self.faults.append(message.text)
                if message.type == "error" and not self.is_expected(message.text) else None)
        return page

    def is_expected(self, text):
        """Chromium itself writes refused requests and lost connections into the console."""
        return any(word in text for word in ("401 (Unauthorized)", "net::ERR", "WebSocket connection to"))

    def open(self, view="", page=None):
        page = page or self.page
        page.goto(self.address())
        expect(page.get_by_text("live", exact=True)).to_be_visible()
        if view:
            page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()
        return page

    def picture(self, name, page=None):
        if not SCREENSHOTS:
            return
        folder = pathlib.Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        (page or self.page).screenshot(path=folder / f"{name}.png", full_page=True)

    def assert_drawn(self, frame):
        """A frame of a film strip shows a picture that can be decoded."""
        expect(frame).to_have_attribute("style", re.compile("blob:"))
        width = frame.evaluate("""frame => {
          const picture = new Image()
          picture.src = /url\\("(.*)"\\)/.exec(getComputedStyle(frame).backgroundImage)[1]
          return picture.decode().then(() => picture.naturalWidth)
        }""")
        self.assertGreater(width, 0)

    def assert_accessible(self, page=None):
        """axe-core finds nothing, in the page as it is."""
        page = page or self.page
        if not AXE:
            self.fail("HONE_AXE names no axe.min.js")
        page.evaluate(pathlib.Path(AXE).read_text())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        self.assertEqual([], [f"{each['id']}: {each['help']}: " + "; ".join(
            node["html"][:150] for node in each["nodes"][:3]) for each in found])


def rows_of(state, sql):
    return subprocess.run(["sqlite3", state / "hone.sqlite", sql], capture_output=True, text=True,
                          check=True).stdout
