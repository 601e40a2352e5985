"""hone doctor measures a machine once, and "numerics": "auto" takes the best of it for good."""

import contextlib
import json
import os
import sqlite3
import threading
import time
import unittest
import urllib.request

from harness import HONE, QUICK, WORKER, HoneTest, query
from worker_line import WorkerLine


class Doctor(HoneTest):
    def calibration(self):
        return self.folder / "cache" / "hone" / "calibration.json"

    def test_measures_once_and_an_experiment_keeps_what_it_took(self):
        told = json.loads(self.hone("doctor", "--json").stdout)
        self.assertEqual({check["verdict"] for check in told["checks"]} - {"warning"}, {"good"})
        said = told["speed"]
        best = said["candidates"][said["best"]]
        self.assertGreater(best["images_per_second"], 0)
        self.assertIn("LibTorch", said["library"])
        first = self.calibration().read_text()
        shown = self.hone("doctor").stdout
        self.assertIn("* ", shown)
        self.assertEqual(self.calibration().read_text(), first)  # it was not measured again

        state = self.folder / "state"
        run = ["run", self.tiny(numerics="auto"), "--state", state]
        self.hone(*run)
        taken = {json.dumps(json.loads(row[0])["numerics"], sort_keys=True)
                 for row in query(state, "SELECT spec FROM trial WHERE role = 'segment'")}
        expected = {key: value for key, value in best["numerics"].items()
                    if key not in ("ranks", "device")}  # which have their defaults
        self.assertEqual(taken, {json.dumps(expected, sort_keys=True)})

        # Another best of the machine trains nothing anew here.
        other = json.loads(first)
        for candidate in other["candidates"]:
            candidate["images_per_second"] = 1e6 if candidate["numerics"]["threads"] > 1 else 1
            candidate["fault"] = ""
        self.calibration().write_text(json.dumps(other))
        trials = query(state, "SELECT count(*) FROM attempt")
        self.hone(*run)
        self.assertEqual(query(state, "SELECT count(*) FROM attempt"), trials)

    @unittest.skipIf(os.path.exists("/dev/nvidiactl"), "there is a GPU")
    def test_a_run_for_a_gpu_is_refused_where_there_is_none(self):
        state = self.folder / "state"
        said = self.hone("run", self.tiny(numerics={"device": "cuda"}), "--state", state, code=2)
        self.assertIn("no GPU can be used here: this hone-trainer is built without CUDA", said.stderr)
        self.assertFalse(state.exists())

    @unittest.skipIf(os.path.exists("/dev/nvidiactl"), "there is a GPU")
    def test_trials_for_a_gpu_wait_for_a_worker_with_one_and_say_so(self):
        state = self.folder / "state"
        self.serve(state)
        self.start(WORKER, "--access", state / "access.json", "--slots", 1, name="worker")
        watch = self.start(HONE, "submit", self.tiny(numerics={"device": "cuda"}), "--state", state,
                           "--wait", name="watch")
        log = self.folder / "watch.log"
        self.wait_until("it says what is missing",
                        lambda: "wait for a worker with a GPU" in log.read_text())
        watch.terminate()

    def test_looks_at_a_state_folder_and_its_coordinator(self):
        state = self.folder / "state"
        self.serve(state)
        self.start(WORKER, "--access", state / "worker.json", "--slots", 3, "--trainer", QUICK, name="worker")
        self.hone("submit", self.tiny(), "--state", state, "--wait")
        found = self.findings("--state", state)
        self.assertIn("LibTorch", found["trainer"]["found"])
        self.assertRegex(found["SQLite"]["found"], r"^3\.")
        self.assertIn("in order", found["database"]["found"])
        self.assertEqual(found["results"]["found"], "break no rule")
        self.assertIn("GiB free", found["disk"]["found"])
        self.assertEqual(found["workers"]["found"], "1 worker on 1 host, 3 slots")
        self.assertIn("127.0.0.1:", found["wire"]["found"])
        self.assertEqual(found["clock"]["verdict"], "good")
        self.assertEqual(found["leases"]["found"], "are given")
        self.assertRegex(found["workers' clocks"]["found"], "^at most [01] s from the coordinator's$")
        self.assertRegex(found["workers' software"]["found"], r"^Hone 0\.\S+( \(.*\))?, quick$")
        self.assertIn("break no rule", self.hone("doctor", "--quick", "--state", state).stdout)
        self.assertRegex(found["artifacts"]["found"], r"^\d+ files, all there$")
        for lost in query(state, "SELECT digest FROM output LIMIT 2"):
            (state / "artifacts" / lost[0]).unlink()
        found = self.findings("--state", state, code=1)
        self.assertRegex(found["artifacts"]["found"], r"^2 of \d+ files are not in .*/artifacts, as [0-9a-f]{16}\.\.\.$")

    def worker_of(self, name, clock, **software):
        """A worker that says so of itself; it lasts as long as its connection. A busy machine lets its words
        wait, which the coordinator takes for a clock that is behind by as much."""
        status = self.ask("/api/v1/status")
        line = WorkerLine(json.loads((self.folder / "state" / "worker.json").read_text()))
        self.addCleanup(line.close)
        about = {"clock_ms": int(1000 * (time.time() + clock)), "code": "", "library": "", "mpi": "", "nccl": "", "driver": ""}
        line.send({"type": "hello", "protocol": status["protocol"], "trainer": status["trainer"], "instance": name, "host": name,
                   "slots": 1, "threads": 1, "ranks": 1, "device": "cpu", "precisions": ["fp32"], "memory_mib": 0,
                   "holding": [], "about": about | software})
        self.assertEqual(line.hear()["type"], "welcome")
        threading.Thread(target=line.hear, daemon=True).start()  # answers pings, so that it stays

    def ask(self, path):
        access = json.loads((self.folder / "state" / "access.json").read_text())
        request = urllib.request.Request(f"http://{access['host']}:{access['port']}{path}",
                                         headers={"Authorization": f"Bearer {access['token']}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def test_says_whose_clock_is_wrong_and_who_trains_with_something_else(self):
        state = self.folder / "state"
        self.serve(state)
        self.assertNotIn("workers' clocks", self.findings("--state", state))
        self.worker_of("h1", 2, code="0.5", library="LibTorch 2.13.0 (AVX2)", mpi="Open MPI v4.1.4")
        self.worker_of("h2", -3, code="0.5", library="LibTorch 2.13.0 (AVX512)", nccl="2.21.5", driver="535.104.05")
        self.worker_of("young", 0)  # none of its trainers has said anything yet
        found = self.findings("--state", state)
        self.assertEqual(found["workers' clocks"]["verdict"], "good")
        self.assertEqual(found["workers' software"]["verdict"], "good")  # of one LibTorch
        self.assertIn("NCCL 2.21.5, driver 535.104.05 on h2", found["workers' software"]["found"])
        self.worker_of("h3", -3600, code="0.5", library="LibTorch 2.14.1 (AVX2)")
        found = self.findings("--state", state)
        self.assertEqual(found["workers' clocks"]["verdict"], "warning")
        self.assertRegex(found["workers' clocks"]["found"],
                         "^that of h3 is 360[0-4] s behind the coordinator's; more than 5 s off: h3$")
        self.assertEqual(found["workers' software"]["verdict"], "warning")
        self.assertIn("LibTorch 2.14.1 (AVX2) on h3", found["workers' software"]["found"])
        self.worker_of("h4", 86400)
        self.assertRegex(self.findings("--state", state)["workers' clocks"]["found"],
                         "^that of h4 is 86(400|39[6-9]) s ahead of the coordinator's; more than 5 s off: h3, h4$")

    def test_says_what_is_at_fault_and_what_to_do(self):
        state = self.folder / "state"
        self.hone("run", self.tiny(), "--state", state, "--trainer", QUICK)
        found = self.findings("--state", state)
        self.assertEqual(found["coordinator"]["found"], "none answers")
        with contextlib.closing(sqlite3.connect(state / "hone.sqlite")) as database, database:
            database.execute("UPDATE attempt SET rows = rows + 1 WHERE state = 'done' AND trial = "
                             "(SELECT min(trial) FROM attempt WHERE rows > 0)")
        found = self.findings("--state", state, code=1)
        self.assertEqual(found["results"]["verdict"], "fault")
        self.assertIn("1 result break", found["results"]["found"])
        (state / "worker.json").chmod(0o644)
        self.assertIn("rotate-token", self.findings("--state", state, code=1)["tokens"]["advice"])
        said = self.hone("doctor", "--quick", "--state", state, code=1)
        self.assertIn("-> chmod 600", said.stdout)
        with open(state / "hone.sqlite", "r+b") as file:
            file.seek(0)
            file.write(b"no SQLite database")
        self.assertIn("no SQLite database", self.findings("--state", state, code=1)["database"]["found"])
        self.assertEqual(self.findings("--access", self.folder / "nowhere.json", code=1)["coordinator"]["verdict"],
                         "fault")

    def test_says_whose_rights_are_missing(self):
        state = self.folder / "state"
        self.hone("run", self.tiny(), "--state", state, "--trainer", QUICK)
        for what, mode, usual in ((state, 0o000, 0o700), (state, 0o500, 0o700), (state / "hone.sqlite", 0o000, 0o600),
                                  (state / "artifacts", 0o500, 0o700)):
            what.chmod(mode)
            said = self.run_program("setpriv", "--inh-caps=-all", "--bounding-set=-all", HONE, "doctor", "--quick", "--state",
                                    state, "--trainer", QUICK, "--json", code=1).stdout
            what.chmod(usual)
            found = {check["about"]: check for check in json.loads(said)["checks"]}
            self.assertEqual(found["permissions"]["found"], f"{what} cannot be read and written by this user: Permission denied")
            self.assertIn("run Hone as the folder's owner", found["permissions"]["advice"])
        self.assertFalse({"permissions", "mode"} & self.findings("--state", state).keys())
        for mode, verdict, code in ((0o755, "warning", 0), (0o777, "fault", 1)):
            state.chmod(mode)
            self.assertEqual(self.findings("--state", state, code=code)["mode"]["verdict"], verdict)

    def test_says_what_does_not_run(self):
        trainer = self.folder / "trainer"
        trainer.write_text("#!/bin/sh\necho no such library >&2\nexit 1\n")
        trainer.chmod(0o755)
        found = self.findings("--trainer", trainer, code=1)["trainer"]
        self.assertIn("no such library", found["found"])
        self.assertIn("--trainer", found["advice"])

        said = self.hone("doctor", "--trainer", self.folder / "nothing", code=2).stderr
        self.assertIn("there is no such program", said)


if __name__ == "__main__":
    unittest.main()
