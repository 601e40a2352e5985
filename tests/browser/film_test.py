"""The film strip of images, with masks that hone-trainer made: what each refinement did to each image."""

import contextlib
import re
import unittest
import urllib.request

from browser_harness import BrowserTest, expect
from harness import BIN, query

TRAINER = BIN / "hone-trainer"
K = 4


@unittest.skipUnless(TRAINER.exists(), "this build has no hone-trainer")
class Film(BrowserTest):
    def train(self, *words, **changes):
        self.coordinator.terminate()
        self.coordinator.wait(timeout=10)
        spec = {"image_size": 32, "refine": {"iterations": K}, "seeds": [1]} | changes
        self.hone("run", self.tiny(**spec), "--state", self.state, *words, seconds=170)
        self.coordinator = self.serve(self.state)
        self.wait_until("the new coordinator answers", self.answers)

    def answers(self):
        with contextlib.suppress(OSError):  # the address is still the old one's
            return urllib.request.urlopen(self.address(with_token=False), timeout=5).status == 200

    def strips(self, page):
        return page.get_by_role("group", name=re.compile("^Film strip of"))

    def frames(self, strip):
        return strip.get_by_role("img")

    def test_shows_every_mask_with_its_dice_and_predicted_quality(self):
        self.train()
        page = self.open("Images")
        strips = self.strips(page)
        expect(strips).to_have_count(4)  # the test images of twenty
        frames = self.frames(strips.first)
        expect(frames).to_have_count(2 + K + 1)
        for i in range(2 + K + 1):
            self.assert_drawn(frames.nth(i))
        self.assert_labels_are_rows(strips.first)
        self.assert_accessible()
        self.picture("film-light")
        self.check_outlines(page)
        self.check_orders(page)
        self.check_phone()

    def assert_labels_are_rows(self, strip):
        """What a frame says is what the database has."""
        image = strip.get_attribute("aria-label").removeprefix("Film strip of ")
        said = [re.search(r"Dice (\d+\.\d\d), predicted (\d+\.\d\d)", self.frames(strip).nth(2 + k).get_attribute("aria-label"))
                .groups() for k in range(K + 1)]
        rows = query(self.state, """SELECT m.iteration, max(100 * m.value) FILTER (WHERE m.metric = 'dice'),
            max(100 * m.value) FILTER (WHERE m.metric = 'quality') FROM curve m JOIN trial t ON t.id = m.trial
            JOIN image i ON i.pack = t.spec ->> '$.pack' AND i.position = m.image
            WHERE m.net = 'quality' AND m.split = 'test' AND i.id = ? GROUP BY 1 ORDER BY 1""", image)
        self.assertEqual(said, [(f"{dice:.2f}", f"{quality:.2f}") for _, dice, quality in rows])

    def check_outlines(self, page):
        box = page.get_by_label("Outlines over the image")
        box.focus()
        page.keyboard.press("Space")
        expect(page.locator("path.of-truth").first).to_be_attached()
        expect(page.locator("path.of-mask").first).to_be_attached()
        expect(page.get_by_text("ground truth", exact=True)).to_be_visible()
        self.assert_accessible()
        self.picture("film-outlines")
        page.keyboard.press("Space")
        expect(page.locator("path.of-truth")).to_have_count(0)

    def check_orders(self, page):
        gains = []
        for order in ("greatest gain first", "greatest loss first", "most disagreement first"):
            page.get_by_label("Order").select_option(label=order)
            text = page.locator(".strip header p").first.inner_text().replace("\u2212", "-")
            gains.append(float(re.search(r"\(([-+][\d.]+)\)", text)[1]))
        self.assertGreaterEqual(gains[0], gains[1])

    def check_phone(self):
        page = self.new_page(color_scheme="dark", viewport={"width": 390, "height": 844})
        self.open("Images", page=page)
        expect(self.strips(page)).to_have_count(4)
        self.assert_drawn(self.frames(self.strips(page).first).nth(2))
        self.assertFalse(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
        strip = self.strips(page).first
        strip.focus()
        page.keyboard.press("ArrowRight")
        self.wait_until("the strip moves", lambda: strip.evaluate("strip => strip.scrollLeft") > 0, 5)
        self.assert_accessible(page)
        self.picture("film-phone", page)

    def test_says_how_to_get_masks_that_were_not_kept_and_shows_them_then(self):
        self.train("-S", "record.film_strip=0")
        page = self.open("Images")
        expect(page.get_by_text(re.compile("This sweep keeps no masks of iterations"))).to_be_visible()
        expect(self.strips(page)).to_have_count(4)  # of image, truth and base mask
        self.picture("film-none")
        self.train()  # a second sweep, of the same trials: nothing is trained
        self.assertEqual(query(self.state, "SELECT max(attempt) FROM attempt"), [(1,)])
        page.reload()
        expect(page.get_by_text(re.compile("were not kept when it was evaluated"))).to_be_visible()
        self.hone("retry", "2", "--film-strips", "--state", self.state)
        self.start(BIN / "hone-worker", "--access", self.state / "access.json", "--until-drained", name="worker")
        expect(self.frames(self.strips(page).first)).to_have_count(2 + K + 1, timeout=60_000)
