"""The dashboard while a sweep runs: what happens is seen at once, and a restart is survived."""

import re
import statistics
import time

from browser_harness import BrowserTest, expect
from harness import trials_done
from payloads import is_plain, payloads


class Running(BrowserTest):
    def done_on_page(self):
        text = self.page.get_by_role("group", name=re.compile("^States")).inner_text()
        found = re.search(r"(\d+)\s*done", text)
        return int(found[1]) if found else 0

    def test_what_a_worker_reports_is_seen_within_a_second(self):
        self.submit()
        page = self.open()
        expect(page.get_by_role("button", name="waiting")).to_be_visible()
        self.work("--until-drained", HONE_QUICK_MILLISECONDS=1200)
        expect(page.get_by_role("heading", name="Running now")).to_be_visible()
        page.wait_for_timeout(300)
        self.picture("running")
        delays = []
        for _ in range(3):
            before = trials_done(self.state)
            self.wait_until("another trial is done", lambda: trials_done(self.state) > before)
            begin = time.monotonic()
            self.wait_until("the page says so", lambda: self.done_on_page() > before)
            delays.append(time.monotonic() - begin)
        print(f"seen after {', '.join(f'{each:.2f}' for each in delays)} s")
        self.assertLess(statistics.median(delays), 1)

    def test_the_tables_fill_by_themselves(self):
        self.submit()
        page = self.open("Tables")
        expect(page.locator("a.cell").first).to_have_text("waiting")
        self.work("--until-drained")
        expect(page.locator("td.best")).to_have_count(1, timeout=30_000)

    def test_a_restarted_coordinator_is_found_again(self):
        self.submit()
        page = self.open()
        self.coordinator.terminate()
        self.coordinator.wait(timeout=10)
        expect(page.get_by_text("not connected: trying again")).to_be_visible()
        page.get_by_role("link", name="Workers").click()
        expect(page.get_by_text("The coordinator does not answer").first).to_be_visible()
        self.picture("not-connected")
        self.coordinator = self.serve(self.state)
        expect(page.get_by_text("live", exact=True)).to_be_visible(timeout=15_000)
        expect(page.get_by_text("The coordinator does not answer")).to_have_count(0)
        self.submit(name="Another")
        expect(page.get_by_role("option", name="2 · Another")).to_have_count(1)

    def test_what_failed_is_told_with_its_last_words(self):
        self.submit()
        self.work("--until-drained", HONE_QUICK_CRASH="1-1")
        page = self.open()
        expect(page.get_by_text("finished")).to_be_visible(timeout=30_000)
        page.get_by_role("searchbox", name="Name").fill("f0/segment")
        page.get_by_role("link", name="Lesions/r0/s1/f0/segment").first.click()
        panel = page.get_by_role("dialog")
        expect(panel.get_by_text(re.compile("Attempt 1: .*signal"))).to_be_visible()
        self.picture("crashed-attempt")

    def test_attempts_that_disagree_are_told(self):
        self.submit()
        self.work("--until-drained", HONE_QUICK_CRASH="1-1", HONE_QUICK_SHAKY="1-1", HONE_QUICK_MILLISECONDS="1000")
        page = self.open()
        notice = page.get_by_role("alert").filter(has_text="gave other results")
        expect(notice).to_be_visible(timeout=60_000)
        expect(notice).to_contain_text(re.compile(r"attempt 2 on \S+ and 1 on \S+ differ in \d+ rows and \d+ epochs?"))
        self.picture("disagreement")


class OverTls(BrowserTest):
    def open_site(self):
        self.state = self.folder / "state"
        self.coordinator = self.serve(self.state, "--bind", "127.0.0.2", "--tls", "on")

    def test_the_page_lives_on_a_certificate_that_the_browser_asks_about(self):
        with self.assertRaisesRegex(Exception, "ERR_CERT_AUTHORITY_INVALID"):
            self.page.goto(self.address())
        self.submit()
        page = self.open(page=self.new_page(ignore_https_errors=True))  # whoever has compared the fingerprint
        self.assertTrue(page.url.startswith("https://"))
        expect(page.get_by_role("button", name="waiting")).to_be_visible()
        self.work("--until-drained")
        expect(page.get_by_text("finished")).to_be_visible(timeout=30_000)


class Names(BrowserTest):
    NAME = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'&"

    def test_names_are_text_and_never_code(self):
        said = []
        self.page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        self.finish_sweep(name=self.NAME, variants=[{"name": "<b onclick=alert(3)>C9"}],
                          tables=["II", "variants"])
        page = self.open()
        expect(page.get_by_role("heading", name=self.NAME)).to_be_visible()
        page.get_by_role("link", name="Tables").click()
        expect(page.get_by_text("<b onclick=alert(3)>C9").first).to_be_visible()
        self.picture("names")
        self.assertEqual(page.locator("#main img, #main script, #main b[onclick]").count(), 0)
        self.assertEqual(said, [])

    def test_every_payload_is_text_in_the_list_and_in_its_view(self):
        names = [text for text in payloads() if is_plain(text) and text == text.strip() and any(sign in text for sign in "<&\"'=")][:24]
        self.assertEqual(len(names), 24)
        self.page.on("dialog", lambda dialog: (self.faults.append(dialog.message), dialog.dismiss()))
        for name in names:
            self.submit(name=name)
        page = self.open()
        shown = page.get_by_role("option").evaluate_all("options => options.map(option => option.textContent)")
        self.assertLessEqual({f"{number} · {name}" for number, name in enumerate(names, 1)}, set(shown))
        for number in (13, 15, 24):
            page.get_by_role("combobox").first.select_option(label=f"{number} · {names[number - 1]}")
            expect(page.get_by_role("heading", name=names[number - 1])).to_be_visible()
        self.assertIsNone(page.evaluate("window.planted ?? null"))
        self.assertEqual(page.locator("#main img, #main script, #main iframe, #main style, #main svg[onload]").count(), 0)
