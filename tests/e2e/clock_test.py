"""Clocks that jump by hours and days under a coordinator and its workers end no lease and change no number.

libfaketime (Debian's package faketime) moves the wall clock of running processes, one clock for the coordinator and
another for each worker with its trainers. The monotonic clock stays as it is, which is what a wrong NTP server, a
person with `date` or a virtual machine that is restored do to a machine.
"""

import calendar
import contextlib
import glob
import os
import re
import time
import unittest

from harness import attempts, count, query
from storm import Storm

SEED = int(os.environ.get("HONE_SEED", "1"))
LIBRARY = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), "")
HOUR, DAY = 3600, 86400
STEPS = [HOUR, -HOUR, DAY, -DAY, 90, -90, 400 * DAY, -400 * DAY]
NEAR = 30  # seconds that a time may be from the one expected; the smallest step is three times that


class ClockJumps(Storm):
    milliseconds = 300
    seeds_of_a_sweep = 4
    pause = 0.6
    lease = 5  # seconds, which is less than any step, and more than a busy machine keeps a worker waiting

    def setUp(self):
        if not LIBRARY:
            self.lacks("no clock is moved: the Debian package 'faketime' is not installed")
        self.addCleanup(remove_what_the_library_left)  # when all processes have ended
        super().setUp()
        self.offsets = {}
        self.seen = set()  # (whose, offset) that somebody wrote down

    def start(self, *words, name="process"):
        """Each process that lasts has a clock of its own, which its children share."""
        self.set_clock(name, self.offsets.get(name, 0))
        plain, self.environment = self.environment, self.environment | {
            "LD_PRELOAD": LIBRARY, "FAKETIME_TIMESTAMP_FILE": str(self.folder / f"{name}.clock"), "TZ": "UTC",
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
        try:
            return super().start(*words, name=name)
        finally:
            self.environment = plain

    def set_clock(self, name, offset):
        self.offsets[name] = offset
        new = self.folder / f"{name}.new"
        new.write_text(f"{offset:+d}\n")
        new.rename(self.folder / f"{name}.clock")

    def jump(self, choose, name, told):
        """Moves a clock and waits until its owner tells the new time."""
        self.set_clock(name, self.offsets[name] + choose.choice(STEPS))
        offset = self.offsets[name]
        self.wait_until(f"{name} tells a time of {offset:+d} s",
                        lambda: self.keep_busy() or any(abs(each - time.time() - offset) < NEAR for each in told()), 30)
        self.seen.add((name, offset))
        return True

    def jump_coordinator(self, choose):
        return self.jump(choose, "serve", lambda: [seconds_of(self.ask("/api/v1/workers")["now"])])

    def jump_worker(self, choose):
        name = choose.choice(sorted(self.workers))
        log = self.folder / f"{name}.log"
        read = log.stat().st_size

        def told():
            with open(log, "rb") as file:
                file.seek(read)
                return [seconds_of(each) for each in re.findall(r"^(\S+)\.\d+ info hone-worker\[", file.read().decode(), re.M)]
        return self.jump(choose, name, told)

    def calm_down(self):
        """At last the coordinator tells how far its workers' clocks are from its own."""
        ahead = sorted(self.offsets[name] - self.offsets["serve"] for name in self.workers)

        def told():
            workers = self.ask("/api/v1/workers")["workers"]
            seconds = sorted(each["clock_ahead_seconds"] for each in workers if each["connected"])
            return len(seconds) == len(ahead) and all(abs(a - b) < NEAR for a, b in zip(seconds, ahead))
        self.wait_until(f"clocks that are {ahead} s ahead are told", told, 30)
        said = self.hone("doctor", "--quick", "--access", self.state / "access.json").stdout
        self.assertEqual("s ahead of the coordinator's" in said or "s behind the coordinator's" in said,
                         any(abs(each) > 5 for each in ahead), said)
        super().calm_down()

    def test_on_either_side_end_no_lease_and_change_no_number(self):
        self.rage({"jump_coordinator": 11, "jump_worker": 11}, SEED)
        self.assertEqual(query(self.state, "SELECT DISTINCT state FROM attempt"), [("done",)])
        twice = "SELECT count(*) FROM (SELECT 1 FROM attempt GROUP BY trial HAVING count(*) > 1)"
        self.assertEqual(count(self.state, twice), 0)
        days = count(self.state, "SELECT count(DISTINCT date(started)) FROM attempt")
        back = count(self.state, "SELECT count(*) FROM attempt WHERE ended < started")
        self.assertGreater(days, 3, "the coordinator wrote no such times down")
        self.assertGreater(back, 0, "no attempt ended before it began")
        self.assert_same_as_undisturbed()
        self.assertGreater(len(self.seen), 15)
        print(f"seed {SEED}: took effect: {len(self.seen)} clocks told; attempts of {days} days, {back} that ended "
              f"before they began; {attempts(self.state)} attempts, none lost")


def remove_what_the_library_left():
    """A killed process cannot remove its own."""
    for file in glob.glob("/dev/shm/*faketime_*_*"):
        if not os.path.exists(f"/proc/{file.rsplit('_', 1)[1]}"):
            with contextlib.suppress(FileNotFoundError):
                os.remove(file)


def seconds_of(text):
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))


if __name__ == "__main__":
    unittest.main()
