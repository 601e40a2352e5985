"""hone dashboard: the address of a coordinator's page, and a finished file without one."""

import json
import stat
import urllib.error
import urllib.request

from harness import HONE, QUICK, WORKER, HoneTest


def ask(address, path, method="GET", token=True):
    """Status and text of the answer at an address that `hone dashboard` printed."""
    base, _, secret = address.partition("#token=")
    request = urllib.request.Request(base + path, method=method, data=b"{}" if method != "GET" else None)
    if token:
        request.add_header("Authorization", "Bearer " + secret)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class DashboardCommand(HoneTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.coordinator = self.serve(self.state)

    def finish_and_stop(self):
        self.hone("submit", self.tiny(), "--state", self.state)
        worker = self.start(WORKER, "--access", self.state / "access.json", "--until-drained",
                            "--trainer", QUICK, name="worker")
        self.assertEqual(worker.wait(timeout=60), 0)
        self.coordinator.terminate()
        self.coordinator.wait(timeout=10)

    def shown(self, *words):
        """The address that a dashboard of a file prints, once it has."""
        self.start(HONE, "dashboard", "--no-open", *words, name="dashboard")
        log = self.folder / "dashboard.log"
        return self.wait_until("it says where", lambda: next(
            (line for line in log.read_text().splitlines() if line.startswith("http://")), None))

    def test_of_a_running_coordinator_it_is_an_address_and_the_command_ends(self):
        address = self.hone("dashboard", self.state, "--no-open").stdout.strip()
        access = json.loads((self.state / "access.json").read_text())
        self.assertEqual(address, f"http://127.0.0.1:{access['port']}/#token={access['token']}")
        self.assertEqual(ask(address, "")[0], 200)
        self.assertEqual(ask(address, "api/v1/sweeps")[0], 200)

    def test_a_browser_gets_a_private_file_and_no_token_among_its_words(self):
        said = self.folder / "said"
        (self.folder / "xdg-open").write_text(f"#!/bin/sh\necho \"$@\" > {said}\n")
        (self.folder / "xdg-open").chmod(0o755)
        self.environment |= {"DISPLAY": ":99", "PATH": f"{self.folder}:{self.environment['PATH']}"}
        address = self.hone("dashboard", self.state).stdout.strip()
        self.wait_until("the browser was started", lambda: said.exists() and said.read_text())
        file = self.state / "open-dashboard.html"
        self.assertEqual(said.read_text().strip(), str(file))
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        self.assertIn(address, file.read_text())

    def test_a_run_can_be_looked_on(self):
        files = self.folder / "files"
        (self.folder / "xdg-open").write_text(f"#!/bin/sh\nls -l /proc/$$/fd > {files}.part\nmv {files}.part {files}\n")
        (self.folder / "xdg-open").chmod(0o755)
        self.environment |= {"HONE_QUICK_MILLISECONDS": "500", "DISPLAY": ":99",
                             "PATH": f"{self.folder}:{self.environment['PATH']}"}
        self.start(HONE, "run", self.tiny(), "--state", self.folder / "own", "--trainer", QUICK, "--open",
                   name="run")
        log = self.folder / "run.log"
        line = self.wait_until("it says where", lambda: next(
            (line for line in log.read_text().splitlines() if line.startswith("look on: ")), None))
        address = line.removeprefix("look on: ")
        self.assertEqual(ask(address, "")[0], 200)
        self.assertEqual(json.loads(ask(address, "api/v1/sweeps/1")[1])["name"], "Tiny")
        self.wait_until("the browser was started", files.exists)
        self.assertIn("/dev/null", files.read_text())
        self.assertNotIn("socket:", files.read_text(), "in a browser the port would outlive the run")

    def test_a_finished_file_is_shown_and_nothing_changes_it(self):
        self.finish_and_stop()
        for words in ([self.state], [self.state / "hone.sqlite"]):
            before = (self.state / "hone.sqlite").read_bytes()
            address = self.shown(*words)
            self.assertEqual(json.loads(ask(address, "api/v1/sweeps")[1])["sweeps"][0]["name"], "Tiny")
            self.assertEqual(json.loads(ask(address, "api/v1/sweeps/1/tables/II")[1])["complete"], True)
            self.assertEqual(ask(address, "api/v1/sweeps", token=False)[0], 401)
            self.assertEqual(ask(address, "api/v1/sweeps/1/state", "POST")[0], 405)
            self.assertEqual(ask(address, "artifacts/" + "0" * 64, "PUT")[0], 405)
            self.assertIn("has no metrics", ask(address, "metrics")[1])
            self.assertEqual(json.loads(ask(address, "openapi.json")[1])["openapi"], "3.1.0")
            self.assertEqual((self.state / "hone.sqlite").read_bytes(), before)
            self.started[-1].terminate()
            self.assertEqual(self.started[-1].wait(timeout=10), 0)
            (self.folder / "dashboard.log").unlink()

    def test_an_exported_file_is_shown(self):
        self.finish_and_stop()
        self.hone("export", self.folder / "out", "--state", self.state)
        file = next((self.folder / "out").glob("*.sqlite*"))
        address = self.shown(file)
        self.assertEqual(json.loads(ask(address, "api/v1/sweeps/1")[1])["finished"], True)
        self.assertEqual(json.loads(ask(address, "api/v1/sweeps/1/tables/II")[1])["complete"], True)

    def test_what_is_no_file_of_results_is_told(self):
        error = self.hone("dashboard", self.folder / "nothing", code=2).stderr
        self.assertIn("there is no", error)
        (self.folder / "text").write_text("not a database at all, but long enough to look like one" * 99)
        error = self.hone("dashboard", self.folder / "text", code=1).stderr
        self.assertIn("no SQLite database", error)
        self.assertEqual(error.count("\n"), 1)
        (self.folder / "empty").mkdir()
        error = self.hone("dashboard", self.folder / "empty", code=1).stderr
        self.assertIn("there are no results in", error)
