"""The dashboard as somebody sees it: a real coordinator, real rows, a real browser."""

import re

from browser_harness import PATIENCE, BrowserTest, expect


class Door(BrowserTest):
    def test_the_token_opens_and_a_wrong_one_is_told(self):
        page = self.page
        page.goto(self.address(with_token=False))
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
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

    def test_nothing_planted_runs_in_the_page(self):
        page = self.open()
        planted = page.evaluate("""() => {
            const script = document.createElement('script')
            script.textContent = 'window.planted = true'
            document.head.append(script)
            return String(window.planted)
        }""")
        self.assertEqual(planted, "undefined")
        refusals = [fault for fault in self.faults if "Content Security Policy" in fault]
        self.assertEqual(len(refusals), 1, self.faults)
        self.faults.clear()

    def test_another_sites_page_neither_frames_nor_asks_it(self):
        address, token = self.address(with_token=False), self.access()["token"]
        stranger = self.new_page()
        stranger.route("http://stranger.test/", lambda route: route.fulfill(
            content_type="text/html", body=f'<h1>Look</h1><iframe src="{address}"></iframe>'))
        stranger.goto("http://stranger.test/")
        for _ in range(100):
            if len(stranger.frames) > 1 and stranger.frames[1].url.startswith("chrome-error:"):
                break
            stranger.wait_for_timeout(50)
        self.assertIn("chrome-error:", stranger.frames[1].url)
        said = stranger.evaluate("""([address, token]) =>
            fetch(address + 'api/v1/status', {headers: {Authorization: 'Bearer ' + token}})
                .then(() => 'answered', () => 'refused')""", [address, token])
        self.assertEqual(said, "refused")
        self.faults.clear()  # Chromium writes each refusal into the console


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


class Views(BrowserTest):
    """Every view of a finished sweep: something is there, axe finds nothing, in both themes and on a phone."""

    VIEWS = {"Sweep": "Every trial", "Tables": "Table II", "λ": "Lesions", "Iterations": "Stopping rules",
             "Images": "→", "Quality": "Bland–Altman", "Training": "Training loss", "Workers": "Time line",
             "Search": "searches no hyperparameters"}

    def is_expected(self, text):
        return "404 (Not Found)" in text or super().is_expected(text)  # quick-trainer's masks are no pictures

    def look(self, page, suffix):
        for name, text in self.VIEWS.items():
            page.get_by_role("navigation", name="Views").get_by_role("link", name=name, exact=True).click()
            expect(page.get_by_text(text).first).to_be_visible()
            expect(page.get_by_text("Reading …")).to_have_count(0)
            if name == "Images":
                self.assert_drawn(page.get_by_role("img", name="truth").first)
                expect(page.get_by_text(re.compile("hone retry 1 --film-strips"))).to_be_visible()
            self.assert_accessible(page)
            self.assertFalse(page.evaluate("document.documentElement.scrollWidth > innerWidth"),
                             f"{name} is wider than the window")
            self.picture(f"{name.replace('λ', 'lambda').lower()}-{suffix}", page)

    def test_light(self):
        self.finish_sweep(seeds=[1, 2], lambdas=[0.03, 0.1, 0.3, 1, 3], refine={"iterations": 8},
                          inner_folds=4)
        self.look(self.open(), "light")

    def test_dark_and_on_a_phone(self):
        self.finish_sweep()
        page = self.new_page(color_scheme="dark", viewport={"width": 390, "height": 844})
        self.look(self.open(page=page), "phone")
        page.get_by_role("button", name="Light").click()
        self.assertEqual(page.evaluate("document.documentElement.dataset.theme"), "light")
        page.reload()
        self.assertEqual(page.evaluate("document.documentElement.dataset.theme"), "light")

    def test_rules_are_fitted_when_asked_for(self):
        self.finish_sweep()
        page = self.open("Iterations")
        page.get_by_role("button", name="Fit ten rules").click()
        expect(page.get_by_role("row", name="S1").first).to_be_visible()
        self.assert_accessible()

    def test_a_search_is_drawn(self):
        self.finish_sweep(tables=["I"], hyperparameters={
            "search": "grid", "grid": {"network.filters": [4, 8], "training.learning_rate": [0.01, 0.003]}})
        page = self.open("Search")
        expect(page.get_by_role("heading", name="What matters")).to_be_visible()
        self.assert_accessible()
        self.picture("search-grid")

    def test_the_keyboard_leads_through_the_matrix(self):
        self.finish_sweep()
        page = self.open()
        matrix = page.get_by_role("group", name=re.compile("arrow keys move"))
        matrix.focus()
        for key in ("ArrowDown", "ArrowRight"):
            page.keyboard.press(key)
        expect(page.get_by_text(re.compile("r0 s1 f0, refine/lambda=0: done, trial"))).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
