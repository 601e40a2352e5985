"""The dashboard as somebody sees it: a real coordinator, real rows, a real browser."""

import re

from browser_harness import PATIENCE, BrowserTest, expect


class Door(BrowserTest):
    def test_the_token_opens_and_a_wrong_one_is_told(self):
        page = self.page
        page.goto(self.address(with_token=False))
        expect(page.get_by_role("heading", name="Which coordinator is this?")).to_be_visible()
        self.assert_accessible()
        self.picture("login")
        page.get_by_label("Token").fill("0" * 64)
        page.get_by_role("button", name="Show the sweeps").click()
        expect(page.get_by_role("alert")).to_have_text("The coordinator does not know this token.")
        page.get_by_label("Token").fill(self.access()["token"])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="No sweep yet")).to_be_visible()
        self.picture("no-sweep")
        page.reload()  # the tab keeps it
        expect(page.get_by_role("heading", name="No sweep yet")).to_be_visible()
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_label("Token")).to_be_visible()
        page.reload()
        expect(page.get_by_label("Token")).to_be_visible()

    def test_a_link_with_the_token_does_not_leave_it_in_the_address(self):
        page = self.open()
        self.assertNotIn(self.access()["token"], page.url)
        self.assertNotIn(self.access()["token"], page.content())


class Finished(BrowserTest):
    def test_sweep_and_tables_show_what_the_rows_say(self):
        self.finish_sweep()
        page = self.open()
        expect(page.get_by_role("heading", name="Tiny sweep 1")).to_be_visible()
        expect(page.get_by_text("finished")).to_be_visible()
        expect(page.get_by_role("button", name="15 done")).to_be_visible()
        expect(page.get_by_role("row", name="Lesions/r0/s1/f0/segment").first).to_be_visible()
        self.assert_accessible()
        self.picture("sweep")
        page.get_by_role("link", name="Tables").click()
        text = self.hone("table", "II", "--state", self.state, "--format", "csv").stdout
        number = re.search(r"\b\d\d\.\d\d\b", text)[0]
        expect(page.get_by_role("link", name=re.compile(re.escape(number))).first).to_be_visible()
        self.assert_accessible()
        self.picture("tables")
        page.get_by_role("group", name="Copy the table").first.get_by_role("button", name="LaTeX").click()
        expect(page.get_by_text("Copied")).to_be_visible(timeout=PATIENCE)
        self.assertEqual(page.evaluate("navigator.clipboard.readText()"),
                         self.hone("table", "II", "--state", self.state, "--format", "latex").stdout)

    def test_a_cell_leads_to_its_trials_and_back(self):
        self.finish_sweep()
        page = self.open("Tables")
        page.locator("a.cell").last.click()
        panel = page.get_by_role("dialog")
        expect(panel.get_by_text("Choices that led here")).to_be_visible()
        self.assert_accessible()
        self.picture("cell")
        panel.get_by_role("link", name="segment").first.click()
        expect(page.get_by_role("dialog").get_by_role("heading", name="Attempts")).to_be_visible()
        self.picture("trial")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
