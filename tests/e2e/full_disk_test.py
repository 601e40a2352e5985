"""A coordinator whose disk fills up, or a worker whose cache does: it stops beginning trials, loses
nothing, and goes on by itself."""

import json
import os
import subprocess
import time
import unittest

from harness import BIN, HONE, QUICK, WORKER, HoneTest, attempts, count, query, results, trials_done, violations

MIB = 1 << 20
DISK, RESERVE = 24 * MIB, 6 * MIB  # no trial begins below 7.5 MiB


class SmallDisk(HoneTest):
    """With a file system of its own, of 24 MiB."""

    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(self.disk)],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode:
            self.lacks(f"no file system can be mounted here: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "--lazy", str(self.disk)], check=False)
        self.filler = self.disk / "filler"
        self.environment["HONE_QUICK_MILLISECONDS"] = "150"

    def fill(self, left):
        """Somebody else's file grows until `left` bytes are free."""
        space = os.statvfs(self.disk)
        with open(self.filler, "ab") as file:
            os.posix_fallocate(file.fileno(), file.tell(), space.f_bavail * space.f_frsize - left)

    def fill_whole(self):
        """Also what is freed for a moment, as by the log when it begins anew."""
        with open(self.filler, "ab", buffering=0) as file:
            while True:
                try:
                    file.write(b"x" * 4096)
                except OSError:
                    return

    def log_has(self, text, name="serve"):
        return text in (self.folder / f"{name}.log").read_text()

    def wait_for_more_trials(self):
        done = trials_done(self.state)
        self.wait_until("more trials are done", lambda: trials_done(self.state) > done + 3, 30)


class FullDisk(SmallDisk):
    """The state folder lies on the small disk."""

    def setUp(self):
        super().setUp()
        self.state = self.disk / "state"

    def test_holds_leases_survives_and_goes_on_by_itself(self):
        coordinator = self.serve(self.state, "--lease", 2, "--reserve", RESERVE)
        spec = self.tiny(seeds=list(range(8)))
        self.hone("submit", spec, "--state", self.state)
        self.start(WORKER, "--access", self.state / "worker.json", "--slots", 2, "--cache", self.folder / "cache",
                   "--trainer", QUICK, name="worker")
        self.wait_for_more_trials()

        # Below the floor: what runs ends, nothing begins, and whoever asks is told why.
        self.fill(RESERVE + MIB)
        self.wait_until("no trial runs", lambda: self.log_has("event=leases_held") and count(
            self.state, "SELECT count(*) FROM trial WHERE state = 'leased'") == 0, 30)
        done = trials_done(self.state)
        self.assertGreater(count(self.state, "SELECT count(*) FROM trial WHERE state = 'waiting'"), 0)
        self.assertTrue(json.loads(self.hone("status", 1, "--state", self.state, "--json").stdout)["disk_full"])
        self.assertIn("disk is full", self.hone("status", 1, "--state", self.state).stdout)
        found = self.findings("--state", self.state, code=1)["disk"]
        self.assertEqual((found["verdict"], found["found"]), ("fault", "0.0 GiB free"))
        self.assertIn("free some", found["advice"])
        time.sleep(1)
        self.assertEqual(trials_done(self.state), done)
        self.filler.unlink()
        self.wait_for_more_trials()

        # Not a byte left, while trials report.
        self.fill_whole()
        deadline = time.monotonic() + 60
        while not self.log_has("event=disk_full") and time.monotonic() < deadline:
            self.fill_whole()
            time.sleep(0.05)
        self.assertTrue(self.log_has("the coordinator goes on when 4 MiB are free"), self.logs())
        self.assertIsNone(coordinator.poll())
        self.fill_whole()  # also what its end has freed
        self.assert_waits_with_its_folder()
        self.filler.unlink()
        freed = time.monotonic()
        self.wait_for_more_trials()
        seconds = time.monotonic() - freed
        self.assertLess(seconds, 5, "from the room to the fourth trial done after it")

        self.hone("submit", spec, "--state", self.state, "--wait")
        self.environment["HONE_QUICK_MILLISECONDS"] = "0"
        self.hone("run", spec, "--state", self.folder / "undisturbed", "--trainer", QUICK)
        self.assertEqual(results(self.state), results(self.folder / "undisturbed"))
        self.assertEqual(violations(self.state), [])
        self.assertEqual(query(self.state, "PRAGMA integrity_check"), [("ok",)])
        print(f"disk full twice, the second time to the last byte; the fourth trial {seconds:.1f} s after room came",
              flush=True)

    def assert_waits_with_its_folder(self):
        waits = "the coordinator of this state folder does not answer (it starts, or waits for room on its disk)"
        self.assertIn(waits, self.hone("status", "--state", self.state).stderr)
        trial = query(self.state, "SELECT max(id) FROM trial WHERE state IN ('waiting', 'leased')")[0][0]
        why = json.loads(self.hone("why", trial, "--state", self.state, "--json").stdout)
        self.assertIsNone(why["next"])
        self.assertIn("waits for room on its disk", why["reasons"][0]["text"])
        for words in (["serve", "--port", 0], ["pause", 1]):
            self.assertIn("another coordinator is using", self.hone(*words, "--state", self.state, code=1).stderr)

    def test_a_start_on_a_full_disk_waits_and_results_can_be_read(self):
        self.hone("run", self.tiny(), "--state", self.state, "--trainer", QUICK, "--reserve", MIB)
        table = self.hone("table", "II", "--state", self.state).stdout
        log = self.state / "hone.sqlite-wal"
        self.assertEqual(log.stat().st_size, 0, "it was closed as it should be")
        log.unlink()
        (self.state / "hone.sqlite-shm").unlink()
        self.fill_whole()
        self.assertEqual(self.hone("table", "II", "--state", self.state).stdout, table)
        self.start(HONE, "serve", "--state", self.state, "--port", 0, name="serve")
        self.wait_until("it waits", lambda: self.log_has("event=disk_full"), 10)
        self.assertIn("does not answer (it starts, or waits", self.hone("status", "--state", self.state).stderr)
        with open(self.filler, "r+b") as file:
            file.truncate(file.seek(0, os.SEEK_END) - 5 * MIB)  # less than is to stay free
        self.wait_until("it serves", lambda: self.log_has("hone: serving"), 10)
        self.assertEqual(self.hone("status", "--state", self.state).stderr, "")

    def test_a_change_without_room_ends_the_coordinator_and_it_comes_back(self):
        """What a commit left on a disk that failed is known only to who opens the file anew."""
        coordinator = self.serve(self.state, "--reserve", MIB)
        self.hone("submit", self.tiny(), "--state", self.state)  # which uploads the images
        trials = count(self.state, "SELECT count(*) FROM trial")
        self.fill(MIB // 2)
        more = [{"name": "Lesions", "layout": "lesions", "count": 30}]
        self.assertIn("is too full: free some, as with 'hone gc', or lower --reserve",
                      self.hone("submit", self.tiny(datasets=more), "--state", self.state, code=1).stderr)
        self.fill_whole()
        refused = self.hone("submit", self.tiny(seeds=list(range(60))), "--state", self.state, code=1)
        self.assertIn("hone: error: ", refused.stderr)
        self.wait_until("it says so", lambda: self.log_has("event=disk_full"), 10)
        self.assertIsNone(coordinator.poll())
        self.filler.unlink()
        self.wait_until("it serves again", lambda: self.served(self.folder / "serve.log") == 2, 10)
        self.assertEqual(count(self.state, "SELECT count(*) FROM trial"), trials)
        self.hone("submit", self.tiny(seeds=list(range(60))), "--state", self.state)
        self.assertGreater(count(self.state, "SELECT count(*) FROM trial"), trials)
        self.assertEqual(violations(self.state), [])


class NetworkDisk(HoneTest):
    """No network file system can be mounted here: statfs(2) is made to say that there is one."""

    def test_is_refused_with_a_sentence_unless_told(self):
        shared = self.folder / "shared"
        shared.mkdir()
        self.environment |= {"LD_PRELOAD": str(BIN / "looks_like_nfs.so"), "LOOKS_LIKE_NFS": str(shared)}
        for words in (["serve", "--port", "0"], ["run", self.tiny(), "--trainer", QUICK]):
            said = self.hone(*words, "--state", shared / "state", code=1).stderr
            self.assertRegex(said, r"/shared/state lies on NFS, where a crash can damage the database: .* --state")
            self.assertEqual(list(shared.iterdir()), [], "nothing was made there")
        self.hone("run", self.tiny(), "--trainer", QUICK, "--state", shared / "state", "--network-disk")
        self.assertEqual(violations(shared / "state"), [])
        found = self.findings("--state", shared / "state", code=1)["state folder"]
        self.assertEqual(found["verdict"], "fault")
        self.assertRegex(found["found"], "/shared/state on NFS$")


class FullCache(SmallDisk):
    """A worker's cache lies on the small disk."""

    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.spec = self.tiny(tables=["folds"], inner_folds=2,
                              datasets=[{"name": "Lesions", "layout": "lesions", "count": 500}])

    def start_and_fill(self, milliseconds):
        """Two trials of so long train when the disk is filled; a report is the first to find no room."""
        self.environment["HONE_QUICK_MILLISECONDS"] = str(milliseconds)
        self.serve(self.state, "--lease", 2)
        self.hone("submit", self.spec, "--state", self.state)
        self.worker = self.start(WORKER, "--access", self.state / "worker.json", "--slots", 2,
                                 "--cache", self.disk / "cache", "--trainer", QUICK, name="worker")
        self.wait_until("two trials train", lambda: (self.folder / "worker.log").read_text().count(": training ") == 2)
        self.before = self.processes()
        self.fill_whole()
        filled = time.monotonic()
        self.wait_until("something finds no room", lambda: self.log_has("spool-waits", "worker"))
        print(f"found no room {time.monotonic() - filled:.1f} s after there was none", flush=True)

    def ends(self, state):
        return count(self.state, "SELECT count(*) FROM attempt WHERE state = ?", state)

    def free_and_finish(self):
        self.assertEqual(self.processes(), self.before, "nobody died, and nobody was started")
        self.assertEqual((attempts(self.state), self.ends("failed")), (2, 0))
        self.filler.unlink()
        self.environment["HONE_QUICK_MILLISECONDS"] = "0"
        self.hone("submit", self.spec, "--state", self.state, "--wait")
        self.assertIsNone(self.worker.poll())
        self.hone("run", self.spec, "--state", self.folder / "undisturbed", "--trainer", QUICK)
        self.assertEqual(results(self.state), results(self.folder / "undisturbed"))
        self.assertEqual(self.ends("failed"), 0)
        self.assertEqual(violations(self.state), [])

    def test_what_trains_goes_on_and_is_told_when_there_is_room(self):
        self.start_and_fill(10000)
        time.sleep(3)  # a lease and a half
        self.free_and_finish()
        self.assertEqual(attempts(self.state), trials_done(self.state), query(
            self.state, "SELECT trial, attempt, state, reason FROM attempt"))

    def test_what_ends_meanwhile_for_want_of_room_is_given_back(self):
        self.start_and_fill(4000)
        self.wait_until("both have ended", lambda: (self.folder / "worker.log").read_text().count(
            "trial-failed") == 2, 30)
        time.sleep(3)  # a lease and a half
        self.free_and_finish()
        self.assertEqual(self.ends("lost"), 2)


if __name__ == "__main__":
    unittest.main()
