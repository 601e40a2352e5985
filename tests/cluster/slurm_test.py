"""scripts/launch/slurm on a real Slurm of two nodes: a job over nodes, and a job array."""

import time
import unittest

import netns
import slurm_host
from hosts_test import LAUNCH, HostsTest
from harness import BIN, HONE, QUICK, TRAINED, WORKER, query, trials_done

TRAINER = BIN / "hone-trainer"


class SlurmOfTwoNodes(HostsTest):
    """The coordinator and slurmctld are on h1; h2 and h3 are nodes."""

    def setUp(self):
        if why := slurm_host.why_not() or netns.why_not():
            self.lacks(why)
        super().setUp()
        self.slurm = slurm_host.Slurm(self.hosts, self.folder,
                                      lambda words, name: self.start(*words, name=name))
        self.addCleanup(self.slurm.down)
        self.environment |= {"SLURM_CONF": str(self.slurm.conf), "HONE_WORKER": str(WORKER)}
        self.wait_until("both nodes are up", lambda: len(self.slurm.idle()) == 2, 30)

    def launch(self, *options, count=1000, trainer=TRAINER):
        """Submits a job and returns its number."""
        return self.on_login_node(LAUNCH / "slurm", *options, "--output", self.folder / "job-%j.log", "--",
                           "--access", self.state / "access.json", "--slots", 1, "--cache",
                           self.folder / "cache", "--trainer", trainer, "--until-drained",
                           "--count", count).stdout.split()[-1]

    def finish(self, *options):
        self.on_login_node(HONE, "submit", self.tiny(), "--state", self.state)
        self.launch(*options)
        done = "SELECT count(*) = 15 FROM trial WHERE state = 'done'"
        self.wait_until("all is done", lambda: query(self.state, done)[0][0], 120)
        self.wait_until("the jobs are over", lambda: not self.on_login_node("squeue", "-h").stdout, 60)
        self.assert_same_as_one_machine()

    def test_a_job_over_nodes_gives_the_table_of_one_machine(self):
        self.finish("--nodes", 2, "--exclusive", "--time", 5)

    def test_a_job_array_gives_the_table_of_one_machine(self):
        self.finish("--array", "0-1", "--nodes", 1, "--exclusive", "--time", 5)

    def test_a_job_that_ends_with_trials_left_is_queued_again(self):
        self.on_login_node(HONE, "submit", self.tiny(), "--state", self.state)
        job = self.launch("--nodes", 2, "--exclusive", "--time", 5, count=2)
        log = self.folder / f"job-{job}.log"
        self.wait_until("it is queued again", lambda: log.exists() and "trials are left, queued again" in
                        log.read_text(), 60)
        self.wait_until("Slurm has it", lambda: self.on_login_node(
            "squeue", "-h", "-j", job, "-o", "%T").stdout.strip() == "PENDING", 30)
        self.assertEqual(trials_done(self.state), 4)
        self.runs, self.ended = 0, 0  # of the job, and when the last of them was over
        self.wait_until("its further runs have done the rest", lambda: self.hurry(job, log), 180)
        self.assertEqual(query(self.state, "SELECT count(*) FROM worker"), [(6,)])  # two of each of three runs
        self.assert_same_as_one_machine()

    def hurry(self, job, log):
        """A job that is queued again need not wait for the minutes that Slurm lets pass. Returns whether all is done."""
        pending = self.on_login_node("squeue", "-h", "-j", job, "-o", "%T", code=None).stdout.strip() == "PENDING"
        runs = log.read_text().count("queued again")  # after that: a run may end between the two
        if runs > self.runs:
            self.runs, self.ended = runs, time.monotonic()
        # A node takes a job that starts in the second of its last end for one that was killed.
        if pending and time.monotonic() > self.ended + 3:
            self.on_login_node("scontrol", "update", f"JobId={job}", "StartTime=now", code=None)
        return query(self.state, "SELECT count(*) FROM trial WHERE state IN ('waiting', 'leased')") == [(0,)]

    def test_trials_that_will_never_be_done_do_not_queue_a_job_again(self):
        spec = self.tiny(tables=["I"], inner_folds=4, hyperparameters={
            "search": "one-factor", "halving": 2, "grid": {"training.l2": [0, 0.01, 0.02]}})
        self.on_login_node(HONE, "submit", spec, "--state", self.state)
        self.launch("--nodes", 2, "--exclusive", "--time", 5, "--wait", trainer=QUICK)
        self.assertGreater(query(self.state, "SELECT count(*) FROM trial WHERE state = 'pruned'")[0][0], 0)
        self.assertEqual(query(self.state, "SELECT count(*) FROM trial WHERE state = 'waiting'"), [(0,)])

    def expect_warned(self, job):
        """The workers of a job have heard of its end: what ran is done, the rest is queued again."""
        log = self.folder / f"job-{job}.log"
        self.wait_until("it is queued again", lambda: log.exists() and "trials are left, queued again" in
                        log.read_text(), 120)
        self.assertEqual(log.read_text().count("signal number=10 draining"), 2)
        self.assertEqual(query(self.state, "SELECT DISTINCT state FROM attempt"), [("done",)])
        self.assertLess(trials_done(self.state), TRAINED)
        self.on_login_node("scancel", job)

    def launch_slowly(self, seconds, *options):
        """Starts two workers whose trials take so long each."""
        self.environment["HONE_QUICK_MILLISECONDS"] = str(1000 * seconds)
        self.on_login_node(HONE, "submit", self.tiny(), "--state", self.state)
        return self.launch("--nodes", 2, "--exclusive", *options, trainer=QUICK)

    def test_slurms_warning_before_the_end_lets_trials_end_and_queues_the_job_again(self):
        # Slurm looks every 30 seconds: it warns 15 to 45 seconds after the start.
        self.expect_warned(self.launch_slowly(12, "--time", 2, "--signal", "USR1@75"))

    def test_a_warning_of_the_batch_shell_alone_reaches_the_workers(self):
        job = self.launch_slowly(4, "--time", 5)
        self.wait_until("trials are done", lambda: trials_done(self.state) >= 2)
        self.on_login_node("scancel", "--batch", "--signal", "USR1", job)
        self.expect_warned(job)

    def test_a_missing_separator_is_refused(self):
        said = self.run_program(LAUNCH / "slurm", "--nodes", 2, code=2).stderr
        self.assertIn("put '--' between the options of sbatch and those of hone-worker", said)


if __name__ == "__main__":
    unittest.main()
