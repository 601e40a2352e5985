"""A run that is stopped in the middle goes on where it was, to the same table."""

import json
import os
import pathlib
import signal
import unittest

from harness import HONE, HoneTest, query, results, trials_done, violations


class StoppedRun(HoneTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.words = [HONE, "run", self.tiny(), "--slots", 1]

    def start_and_wait_for_the_middle(self):
        process = self.start(*self.words, "--state", self.state, name="run")
        self.wait_until("two trials are done", lambda: trials_done(self.state) >= 2)
        self.assertIsNone(process.poll())
        return process

    def attempts_of_done_trials(self):
        return dict(query(self.state, "SELECT id, attempt FROM trial WHERE state = 'done'"))

    def holders_of_port(self, port):
        """The processes of this test that have the listening socket of the port open."""
        rows = [row.split() for row in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
        sockets = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"}
        self.assertEqual(len(sockets), 1)
        return [pid for pid in self.processes() if sockets & set(open_files(pid))]

    def test_its_port_is_nobody_elses(self):  # or it would take connections when the run is dead
        process = self.start_and_wait_for_the_middle()
        port = json.loads((self.state / "access.json").read_text())["port"]
        self.assertGreater(len(self.processes()), 1)
        self.assertEqual(self.holders_of_port(port), [process.pid])

    def assert_goes_on_to_the_same_end(self, done_before):
        table = self.run_program(*self.words, "--state", self.state).stdout
        undisturbed = self.run_program(*self.words, "--state", self.folder / "other").stdout
        self.assertEqual(table, undisturbed)
        self.assertEqual(results(self.state), results(self.folder / "other"))
        for state in (self.state, self.folder / "other"):
            self.assertEqual(violations(state), [])
        after = self.attempts_of_done_trials()
        self.assertEqual({trial: after[trial] for trial in done_before}, done_before)
        self.assert_no_orphan()

    def test_ctrl_c_ends_it_with_130_and_the_same_command_goes_on(self):
        process = self.start_and_wait_for_the_middle()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=10), 130)
        self.assert_no_orphan()
        self.assert_goes_on_to_the_same_end(self.attempts_of_done_trials())

    def test_kill_9_of_the_run_ends_its_worker_and_the_same_command_goes_on(self):
        process = self.start_and_wait_for_the_middle()
        os.kill(process.pid, signal.SIGKILL)  # the process alone, not its group
        process.wait()
        self.assert_no_orphan()
        self.assert_goes_on_to_the_same_end(self.attempts_of_done_trials())


def open_files(pid):
    files = []
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            files.append(os.readlink(entry))
        except OSError:
            pass  # closed meanwhile
    return files


if __name__ == "__main__":
    unittest.main()
