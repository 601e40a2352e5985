"""hone repair: what the artifact folder has lost is made again, and no number changes by it."""

import json
import os
import shutil
import unittest

from harness import HONE, QUICK, WORKER, HoneTest, count, query, results, violations

SEE = "see 'hone repair' on the coordinator's machine"
UNPRIVILEGED = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]  # root without the right to read all files


class Repair(HoneTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.artifacts = self.state / "artifacts"
        self.run_sweep(code=0)
        self.table = self.hone("table", "II", 1, "--state", self.state).stdout
        self.results = results(self.state)

    def run_sweep(self, code, iterations=2):
        """Of more iterations evaluations are new, and need the nets that there are."""
        return self.hone("run", self.tiny(refine={"iterations": iterations}), "--state", self.state, "--trainer", QUICK,
                         code=code)

    def repair(self, *words, code=0):
        return json.loads(self.hone("repair", "--state", self.state, "--json", *words, code=code).stdout)

    def artifact(self, name, role):
        return self.artifacts / query(self.state, "SELECT min(o.digest) FROM output o JOIN trial t ON t.id = o.trial "
                                      "WHERE o.name = ? AND t.role = ? AND t.fold = 0", name, role)[0][0]

    def forget_caches(self):
        """The worker's, which would stand in for what is lost for a while."""
        for each in (self.folder / "cache", self.state / "worker"):
            shutil.rmtree(each, ignore_errors=True)

    def assert_all_is_as_it_was(self):
        self.assertEqual(self.hone("table", "II", 1, "--state", self.state).stdout, self.table)
        self.assertEqual(set(self.results.splitlines()) - set(results(self.state).splitlines()), set())
        self.assertEqual(violations(self.state), [])
        self.assertEqual(self.repair()["lost"], [])

    def test_a_folder_without_its_artifacts_goes_on(self):
        """As one that came back from 'hone backup' alone."""
        shutil.rmtree(self.artifacts)
        self.forget_caches()
        said = self.run_sweep(code=3, iterations=4).stderr  # the pack is made from its images again
        self.assertIn(f"is not there any more: {SEE}", said)
        shown = self.hone("repair", "--state", self.state, "--dry-run").stdout
        self.assertRegex(shown, r"^lost: (\d+) of \d+ artifacts\n  masks of trial 1 \(.*/segment\): missing\n")
        self.assertIn("nothing was changed", shown)
        lost = self.repair("--dry-run")
        self.assertEqual({each["state"] for each in lost["lost"]}, {"missing"})
        refused = self.hone("repair", "--state", self.state, code=1)
        self.assertRegex(refused.stderr, r"^hone: error: \d+ of \d+ artifacts are missing in .*/artifacts: is its disk there\? .*--force")
        self.assertEqual(count(self.state, "SELECT count(*) FROM output WHERE discarded IS NOT NULL"), 0)
        done = self.repair("--force")
        self.assertEqual((done["lost"], lost["dry_run"], done["dry_run"]), (lost["lost"], True, False))
        self.assertGreater(done["waiting"], 0)
        self.run_sweep(code=0, iterations=4)
        self.assert_all_is_as_it_was()
        self.assertGreater(count(self.state, "SELECT count(*) FROM attempt WHERE reason LIKE 'what it left is gone%'"), 0)

    def damage(self, file):
        with open(file, "r+b") as opened:
            opened.seek(file.stat().st_size // 2)
            byte = opened.read(1)
            opened.seek(-1, os.SEEK_CUR)
            opened.write(bytes([byte[0] ^ 1]))

    def test_damaged_weights_are_found_by_their_bytes_and_trained_again_beside_a_coordinator(self):
        damaged = self.artifact("weights", "refine")
        whole = damaged.read_bytes()
        self.damage(damaged)
        self.forget_caches()
        self.serve(self.state)
        self.start(WORKER, "--access", self.state / "worker.json", "--trainer", QUICK, "--cache", self.folder / "other", name="worker")
        self.hone("submit", self.tiny(refine={"iterations": 4}), "--state", self.state, "--wait", code=3)
        self.assertIn(f"has other bytes than its SHA-256 says: {SEE}",
                      query(self.state, "SELECT group_concat(reason) FROM trial WHERE state = 'failed'")[0][0])
        done = self.repair()
        self.assertEqual([(each["digest"], each["name"], each["state"]) for each in done["lost"]],
                         [(damaged.name, "weights", "damaged")])
        self.assertEqual(len(damaged.with_name(damaged.name + ".damaged").read_bytes()), len(whole))
        self.hone("submit", self.tiny(refine={"iterations": 4}), "--state", self.state, "--wait")
        self.assert_all_is_as_it_was()
        self.assertEqual(damaged.read_bytes(), whole)

    def test_a_damaged_pack_is_made_again_by_the_same_command(self):
        pack = self.artifacts / query(self.state, "SELECT pack FROM sweep_pack")[0][0]
        good = pack.read_bytes()
        self.damage(pack)
        self.assertIn("pack of Lesions: damaged\n", self.hone("repair", "--state", self.state, "--dry-run").stdout)
        self.assertIn("'hone run' or 'hone submit' the experiment again", self.hone("repair", "--state", self.state).stdout)
        self.assertFalse(pack.exists())
        self.run_sweep(code=0, iterations=4)
        self.assertEqual(pack.read_bytes(), good)
        self.assert_all_is_as_it_was()

    def test_a_copy_of_a_folder_is_repaired_in_itself(self):
        """Its access file names the coordinator of the other one."""
        self.serve(self.state)
        copy = self.folder / "copy"
        shutil.copytree(self.state, copy)
        (copy / "artifacts" / self.artifact("weights", "refine").name).unlink()
        self.environment["HONE_ACCESS"] = str(self.state / "access.json")
        self.assertIn("1 of ", self.hone("repair", "--state", copy).stdout)
        gone = "SELECT count(*) FROM output WHERE discarded IS NOT NULL"
        self.assertEqual((count(copy, gone), count(self.state, gone)), (1, 0))

    def test_what_may_not_be_read_is_no_loss_and_the_rest_is_repaired(self):
        masks, weights = self.artifact("masks", "segment"), self.artifact("weights", "refine")
        masks.unlink()
        weights.chmod(0)
        done = self.run_program(*UNPRIVILEGED, HONE, "repair", "--state", self.state, code=1)
        self.assertRegex(done.stdout, r"masks of trial 1 \(.*\): missing\n  weights of trial \d+ \(.*\): cannot be read\n")
        self.assertIn("hone: error: some artifacts could not be read, and are as they were\n", done.stderr)
        self.assertEqual(query(self.state, "SELECT name FROM output WHERE discarded IS NOT NULL"), [("masks",)])
        weights.chmod(0o600)
        self.assertEqual(self.repair()["lost"], [])

    def test_a_trial_whose_input_cannot_be_read_says_so(self):
        weights = self.artifact("weights", "refine")
        weights.chmod(0)
        self.forget_caches()
        self.hone("run", self.tiny(), "--state", self.folder / "other", "--trainer", QUICK)  # its pack, for the cache
        self.start(*UNPRIVILEGED, HONE, "serve", "--state", self.state, "--port", 0, "--retry-pause", 0, name="serve")
        self.wait_until("it serves", lambda: self.served(self.folder / "serve.log"))
        self.start(WORKER, "--access", self.state / "worker.json", "--trainer", QUICK, "--cache", self.folder / "mine", name="worker")
        self.hone("submit", self.tiny(refine={"iterations": 4}), "--state", self.state)
        self.wait_until("it has failed", lambda: count(self.state, "SELECT count(*) FROM trial WHERE state = 'failed'"))
        trial, reason = query(self.state, "SELECT id, reason FROM trial WHERE state = 'failed' AND role = 'evaluate'")[0]
        self.assertIn(f"{weights.name} cannot be read by the coordinator: {SEE}", reason)
        self.assertIn("next: hone repair; then hone retry --trial ", self.hone("why", trial, "--state", self.state).stdout)
        self.assertIn("event=artifact_unreadable", (self.folder / "serve.log").read_text())

    def test_of_no_state_folder_says_so(self):
        self.assertIn("there are no results in", self.hone("repair", "--state", self.folder / "none", code=1).stderr)
        self.assertFalse((self.folder / "none").exists())


if __name__ == "__main__":
    unittest.main()
