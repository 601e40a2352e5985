"""What a person sees on a terminal while a sweep runs: one line that is drawn over, with a bar."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
import unittest

from harness import HONE, QUICK, TRIALS, HoneTest

COLUMNS = 60


class Terminal(HoneTest):
    def seen(self, *words):
        """All that the command draws on a terminal of COLUMNS columns."""
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
        process = subprocess.Popen([HONE, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=slave,
                                   cwd=self.folder, env=self.environment, start_new_session=True)
        os.close(slave)
        self.started.append(process)
        drawn, end = b"", time.monotonic() + 60
        while time.monotonic() < end:
            if not select.select([master], [], [], 0.1)[0]:
                continue
            try:
                drawn += os.read(master, 4096)
            except OSError:  # its end
                break
        self.assertEqual(process.wait(timeout=10), 0)
        return drawn.decode()

    def test_a_bar_fills_and_no_line_is_longer_than_the_terminal(self):
        self.environment["HONE_QUICK_MILLISECONDS"] = "200"
        drawn = self.seen("run", self.tiny(), "--trainer", QUICK)
        lines = [line for line in re.split(r"\r\x1b\[K|\r?\n", drawn) if line.startswith("[")]
        bars = [re.match(r"\[(#*)(\.*)\] (\d+)/(\d+) trials", line) for line in lines]
        self.assertGreater(len(bars), 2)
        for line, bar in zip(lines, bars, strict=True):
            self.assertLessEqual(len(line), COLUMNS - 1)
            self.assertEqual(len(bar[1]), (len(bar[1]) + len(bar[2])) * int(bar[3]) // TRIALS, line)
        self.assertEqual(bars[-1][3], bars[-1][4])
        self.assertEqual(bars[-1][2], "")
        self.assertLess(int(bars[0][3]), TRIALS)


if __name__ == "__main__":
    unittest.main()
