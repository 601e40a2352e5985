"""hone doctor measures a machine once, and "numerics": "auto" takes the best of it for good."""

import json
import os
import unittest

from harness import HONE, WORKER, HoneTest, query


class Doctor(HoneTest):
    def calibration(self):
        return self.folder / "cache" / "hone" / "calibration.json"

    def test_measures_once_and_an_experiment_keeps_what_it_took(self):
        said = json.loads(self.hone("doctor", "--json").stdout)
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

    def test_says_what_does_not_run(self):
        said = self.hone("doctor", "--trainer", self.folder / "nothing", code=2).stderr
        self.assertIn("there is no such program", said)


if __name__ == "__main__":
    unittest.main()
