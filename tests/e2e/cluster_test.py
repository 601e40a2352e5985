"""The way of a cluster: hone serve, mpirun hone-worker, hone submit, hone status, hone table."""

import json
import time
import unittest

from harness import HONE, MPIRUN, QUICK, TRAINED, TRIALS, WORKER, HoneTest, attempts, query, results, trials_done, violations


class ClusterTest(HoneTest):
    """A coordinator, and workers that come and go."""

    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.coordinator = self.serve(self.state)

    def start_workers(self, *words):
        return self.start(*MPIRUN, "-n", 2, WORKER, "--access", self.state / "worker.json",
                          "--slots", 1, "--until-drained", *words, name="workers")

    def run_sweep(self, *words):
        sweep = self.hone("submit", self.tiny(), "--state", self.state).stdout.strip()
        self.assertEqual(sweep, "1")
        workers = self.start_workers(*words)
        again = self.hone("submit", self.tiny(), "--state", self.state, "--wait").stdout.strip()
        self.assertEqual(again, sweep)  # the same experiment again is the same sweep
        self.assertEqual(workers.wait(timeout=60), 0)

    def check_answers(self):
        self.assertIn(f"sweep 1  Tiny: {TRIALS}/{TRIALS} trials done",
                      self.hone("status", "--state", self.state).stdout)
        self.assertIn(f"{TRIALS}/{TRIALS} trials", self.hone("status", 1, "--state", self.state).stdout)
        status = json.loads(self.hone("status", 1, "--state", self.state, "--json").stdout)
        self.assertTrue(status["finished"])
        self.assertEqual(status["states"]["done"], TRIALS)
        local = self.hone("table", "II", "--state", self.state).stdout
        self.assertIn("Lesions (synthetic)", local)
        remote = ["table", "II", "--access", self.state / "access.json"]
        self.assertEqual(self.hone(*remote).stdout, local)
        remote += ["--format", "json"]
        self.assertTrue(json.loads(self.hone(*remote).stdout)["complete"])
        local = ["table", "II", "--state", self.state, "--format", "json"]
        self.assertEqual(self.hone(*remote).stdout, self.hone(*local).stdout)
        self.assertEqual(attempts(self.state), TRAINED)
        self.assertEqual(violations(self.state), [])

    def stop_coordinator(self):
        self.coordinator.terminate()
        self.assertEqual(self.coordinator.wait(timeout=10), 0)
        self.assert_no_orphan()


class Cluster(ClusterTest):
    def test_two_workers_of_mpirun_finish_a_sweep(self):
        self.run_sweep("--trainer", QUICK)
        self.check_answers()
        self.stop_coordinator()

    def cached(self, *cache):
        folder = self.folder.joinpath("cache", *cache)
        return [file for file in folder.iterdir() if len(file.name) == 64]

    def test_two_workers_share_a_cache_that_is_too_small(self):
        self.run_sweep("--trainer", QUICK, "--cache-limit", "1")
        self.check_answers()
        files = len(list((self.state / "artifacts").iterdir()))
        self.assertLess(len(self.cached("hone", "artifacts")), files - 3)
        self.stop_coordinator()

    def test_workers_that_see_the_coordinators_folder_move_no_bytes(self):
        folder = self.state / "artifacts"
        self.run_sweep("--trainer", QUICK, "--artifacts", folder)
        self.check_answers()
        # Inputs were read where they are; what was made is one file with two names.
        made = self.cached("hone", "artifacts")
        self.assertTrue(made)
        for file in made:
            self.assertTrue(file.samefile(folder / file.name))
        self.assertEqual(len(made) + 1, len(list(folder.iterdir())))  # and the pack
        self.stop_coordinator()

    def test_a_disk_without_room_costs_no_result(self):
        self.hone("submit", self.tiny(), "--state", self.state)
        self.environment["HONE_QUICK_MILLISECONDS"] = "2000"
        workers = self.start_workers("--trainer", QUICK)
        self.wait_until("two trials run", lambda: query(
            self.state, "SELECT count(*) FROM trial WHERE state = 'leased'") == [(2,)])
        self.coordinator.terminate()  # which begins no trial again below the reserve
        self.coordinator.wait(timeout=10)
        self.coordinator = self.serve(self.state, "--reserve", "1000000G")
        self.wait_until("uploads are refused", lambda:
                        (self.folder / "workers.log").read_text().count("answered 507") > 3)
        self.assertEqual((self.folder / "serve.log").read_text().count("event=disk_full"), 1)
        self.coordinator.terminate()
        self.coordinator.wait(timeout=10)
        self.coordinator = self.serve(self.state)
        self.assertEqual(workers.wait(timeout=90), 0)
        self.check_answers()  # no trial was done twice
        self.stop_coordinator()

    def test_submit_may_follow_serve_at_once(self):
        state = self.folder / "other"
        self.start(HONE, "serve", "--state", state, "--port", 0, name="other")
        self.hone("submit", self.tiny(), "--state", state)

    def test_a_worker_that_is_drained_at_once_says_what_to_do(self):
        workers = self.start(WORKER, "--access", self.state / "access.json", "--until-drained",
                             "--trainer", QUICK, name="worker")
        self.assertEqual(workers.wait(timeout=10), 0)
        log = (self.folder / "worker.log").read_text()
        self.assertEqual(log.count("submit first, or leave out --until-drained"), 1, log)
        self.stop_coordinator()

    def test_a_worker_gives_up_a_coordinator_that_is_gone(self):
        self.hone("submit", self.tiny(), "--state", self.state)
        worker = self.start(WORKER, "--access", self.state / "access.json", "--until-drained",
                            "--give-up", "2", "--trainer", QUICK, name="worker")
        self.wait_until("it is connected", lambda: "welcome" in (
            self.folder / "worker.log").read_text())
        self.coordinator.kill()
        self.assertEqual(worker.wait(timeout=20), 0)
        log = (self.folder / "worker.log").read_text()
        self.assertIn("coordinator-gone: out of reach for 2 s; see --give-up", log)
        early = self.start(WORKER, "--access", self.folder / "none.json", "--give-up", "1",
                           name="early")
        self.assertEqual(early.wait(timeout=10), 0)
        self.assertIn("coordinator-gone: no access file", (self.folder / "early.log").read_text())

    def test_a_poisoned_trial_fails_after_the_crash_limit_and_the_rest_goes_on(self):
        state = self.folder / "poisoned"
        coordinator = self.serve(state, "--crash-limit", 2)
        self.environment["HONE_QUICK_CRASH"] = "evaluate"
        self.hone("submit", self.tiny(), "--state", state)
        worker = self.start(WORKER, "--access", state / "access.json", "--until-drained", "--cache",
                            self.folder / "poisoned-cache", "--trainer", QUICK, name="worker")
        self.assertEqual(worker.wait(timeout=60), 0)
        crashed = query(state, "SELECT trial, count(*), min(reason) FROM attempt WHERE state = 'failed' GROUP BY 1")
        self.assertEqual({times for _, times, _ in crashed}, {2})
        self.assertRegex(crashed[0][2], r"signal \d+ \(SIG\w+\); it had \d+ MiB at most")
        self.assertEqual(query(state, "SELECT DISTINCT state FROM trial WHERE role = 'evaluate' "
                                      "AND state <> 'resolved'"), [("failed",)])
        self.assertEqual(query(state, "SELECT count(*) FROM trial WHERE role IN ('segment', 'refine') "
                                      "AND state <> 'done' AND state <> 'resolved'"), [(0,)])
        coordinator.terminate()
        self.assertEqual(coordinator.wait(timeout=10), 0)

    def test_a_host_on_which_every_trial_crashes_fails_none(self):
        """It is free at once each time, and would draw all of them to itself."""
        self.hone("submit", self.tiny(seeds=list(range(4))), "--state", self.state)
        workers = []
        for name, crash, milliseconds in (("bad", "any", "0"), ("good", "", "300")):
            self.environment |= {"HONE_QUICK_CRASH": crash, "HONE_QUICK_MILLISECONDS": milliseconds}
            workers.append(self.start(WORKER, "--access", self.state / "worker.json", "--until-drained", "--slots", 1,
                                      "--cache", self.folder / name, "--trainer", QUICK, name=name))
        resting = self.wait_until("it rests", lambda: [each for each in json.loads(self.hone(
            "doctor", "--quick", "--state", self.state, "--json").stdout)["checks"] if "crash one after the other" in
            each["found"]])
        self.assertEqual(resting[0]["about"], "workers")
        self.assertIn(" rests ", self.hone("top", "--once", "--state", self.state).stdout)
        self.assertEqual([worker.wait(timeout=120) for worker in workers], [0, 0])
        self.assertEqual(query(self.state, "SELECT DISTINCT state FROM trial WHERE state NOT IN ('done', 'resolved')"), [])
        crashes = query(self.state, "SELECT count(*) FROM attempt WHERE state = 'failed'")[0][0]
        print(f"took effect: {crashes} crashes on one host, {attempts(self.state)} attempts")
        self.assertTrue(3 <= crashes <= 4, crashes)  # a lease is 30 s, a first rest a minute
        self.stop_coordinator()

    def test_one_trial_of_64_that_always_crashes_costs_itself_alone(self):
        self.hone("submit", self.tiny(seeds=list(range(5))), "--state", self.state)
        # The first whose spec waits for no choice, and whose end no other waits for.
        poison = query(self.state, "SELECT min(id) FROM trial WHERE role IN ('evaluate', 'refine') AND id NOT IN "
                       "(SELECT needs FROM need) AND id NOT IN (SELECT trial FROM need WHERE needs IN "
                       "(SELECT id FROM trial WHERE role = 'select'))")[0][0]
        self.environment["HONE_QUICK_CRASH"] = str(poison)
        self.assertEqual(self.start_workers("--trainer", QUICK).wait(timeout=60), 0)
        self.assertEqual(query(self.state, "SELECT trial, count(*) FROM attempt WHERE state != 'done' GROUP BY 1"),
                         [(poison, 3)])
        self.assertEqual(query(self.state, "SELECT id, state FROM trial WHERE state NOT IN ('done', 'resolved')"),
                         [(poison, "failed")])
        rest, trials = query(self.state, "SELECT count(*), count(DISTINCT trial) FROM attempt WHERE state = 'done'")[0]
        self.assertEqual(rest, trials)
        self.assertEqual(rest, 63)
        self.assertIn("signal 9 (SIGKILL)", self.hone("why", poison, "--state", self.state).stdout)
        print(f"took effect: 3 crashes of one trial; {rest} others done")
        self.stop_coordinator()

    def test_workers_may_come_before_the_coordinator_has_work(self):
        workers = self.start(WORKER, "--access", self.state / "access.json", "--slots", 2,
                             "--trainer", QUICK, name="worker")
        self.wait_until("it is connected", lambda: "1 worker connected" in self.hone(
            "status", "--state", self.state).stdout)
        self.hone("submit", self.tiny(), "--state", self.state, "--wait")
        self.check_answers()
        workers.terminate()
        self.assertEqual(workers.wait(timeout=10), 0)
        self.stop_coordinator()


class Launchers(ClusterTest):
    """What starts workers may die or start them twice; it means nothing."""

    def setUp(self):
        super().setUp()
        self.environment["HONE_QUICK_MILLISECONDS"] = "300"
        self.hone("submit", self.tiny(), "--state", self.state)

    def test_a_killed_mpirun_changes_no_number_and_leaves_nobody(self):
        workers = self.start_workers("--trainer", QUICK)
        self.wait_until("trials are done", lambda: trials_done(self.state) >= 2)
        workers.kill()
        workers.wait()
        again = self.start_workers("--trainer", QUICK)
        self.assertEqual(again.wait(timeout=60), 0)
        self.check_numbers()

    def test_the_same_batch_script_run_twice_leases_no_trial_twice(self):
        both = [self.start_workers("--trainer", QUICK) for _ in range(2)]
        self.assertEqual([workers.wait(timeout=60) for workers in both], [0, 0])
        self.assertEqual(attempts(self.state), TRAINED)
        self.assertEqual(query(self.state, "SELECT count(DISTINCT instance) FROM worker"), [(4,)])  # none came too late
        self.check_numbers()

    def check_numbers(self):
        other = self.folder / "undisturbed"
        self.hone("run", self.tiny(), "--state", other, "--trainer", QUICK)
        self.assertEqual(results(self.state), results(other))
        self.assertEqual(violations(self.state), [])
        self.stop_coordinator()

    def test_a_second_coordinator_is_refused_at_once(self):
        took = []
        for _ in range(3):
            begun = time.monotonic()
            said = self.hone("serve", "--state", self.state, "--port", 0, code=1).stderr
            took.append(time.monotonic() - begun)
            self.assertIn(str(self.state), said)
        print(f"refused after {min(took):.2f} to {max(took):.2f} s")
        self.assertLess(min(took), 1)  # the others may have waited for this machine
        self.assertIn("sweep 1", self.hone("status", "--state", self.state).stdout)
        self.stop_coordinator()


class TrainingCluster(ClusterTest):
    def test_two_workers_of_mpirun_train_a_sweep(self):
        self.run_sweep()
        self.check_answers()
        self.stop_coordinator()


if __name__ == "__main__":
    unittest.main()
