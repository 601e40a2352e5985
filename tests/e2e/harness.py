"""What the end-to-end tests stand on: a folder and processes that are gone when a test is over.

Environment: HONE_BIN, the folder of the programs; HONE_DATA, the folder of real data sets.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

BIN = pathlib.Path(os.environ["HONE_BIN"])
DATA = pathlib.Path(os.environ.get("HONE_DATA", "/nonexistent"))
SOURCE = pathlib.Path(__file__).resolve().parents[2]
HONE = BIN / "hone"
WORKER = BIN / "hone-worker"
QUICK = BIN / "quick-trainer"

MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none"]
LOOK = 0.02  # seconds between two looks at a condition
TRIALS, TRAINED = 15, 12  # of HoneTest.tiny()

RESULTS = """SELECT role, dataset, rotation, fold, seed, mode, lambda, split, image, iteration, metric,
    value FROM result ORDER BY role, dataset, rotation, fold, seed, mode, lambda, split, image,
    iteration, metric"""


class HoneTest(unittest.TestCase):
    """Each test has an empty folder `self.folder`. When it ends, however it ends, every process that
    names the folder is killed; assert_no_orphan() is what fails when one has outlived its end."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hone-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.started = []
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith(("HONE_STATE", "HONE_ACCESS", "HONE_QUICK"))}
        self.environment |= {"XDG_CACHE_HOME": str(self.folder / "cache"), "OMP_NUM_THREADS": "1",
                             "HONE_E2E_FOLDER": str(self.folder)}
        self.addCleanup(self.end_all)

    def lacks(self, why):
        """Skips for want of something that the test needs; fails where HONE_EVERY_FAULT says that all is there."""
        if os.environ.get("HONE_EVERY_FAULT"):
            self.fail(f"nothing was tried: {why}")
        self.skipTest(why)

    def end_all(self):
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(process, signal.SIGKILL)

    def processes(self, program=""):
        """Living processes that name the folder in their words or environment, `program` among
        their words."""
        mark, found = os.fsencode(self.folder), []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                words = (entry / "cmdline").read_bytes()
                if mark not in words and mark not in (entry / "environ").read_bytes():
                    continue
            except OSError:
                continue  # it has just ended, or belongs to another
            if words and program in os.fsdecode(words):
                found.append(int(entry.name))
        return sorted(found)

    def assert_no_orphan(self):
        try:
            self.wait_until("every process has ended", lambda: not self.processes(), 10)
        except AssertionError:
            left = subprocess.run(["ps", "-o", "pid,stat,wchan:20,args", "-p",
                                   ",".join(map(str, self.processes())) or "0"],
                                  capture_output=True, text=True, check=False).stdout
            raise AssertionError(f"left over:\n{left}\n{self.logs()}") from None

    def wait_until(self, what, condition, seconds=60):
        """Returns what the condition returned when it was first true; fails after the deadline."""
        end = time.monotonic() + seconds
        while not (value := condition()):
            if time.monotonic() > end:
                self.fail(f"not within {seconds} s: {what}\n{self.logs()}")
            time.sleep(LOOK)
        return value

    def logs(self):
        """The ends of all logs, for a failure's message."""
        return "\n".join(f"--- {file.relative_to(self.folder)}\n{file.read_text()[-3000:]}"
                         for file in sorted(self.folder.rglob("*.log")))

    def run_program(self, *words, code=0, seconds=300):
        """Runs a program to its end and checks its exit code, unless that is None."""
        done = subprocess.run([str(word) for word in words], env=self.environment, text=True,
                              cwd=self.folder, capture_output=True, timeout=seconds,
                              stdin=subprocess.DEVNULL, check=False)
        if code is not None and done.returncode != code:
            self.fail(f"{words} ended with {done.returncode}, not {code}\n{done.stdout}\n"
                      f"{done.stderr}\n{self.logs()}")
        return done

    def hone(self, *words, code=0, seconds=300):
        return self.run_program(HONE, *words, code=code, seconds=seconds)

    def start(self, *words, name="process"):
        """Starts a program in a process group of its own, its output going to NAME.log."""
        with open(self.folder / f"{name}.log", "ab") as log:
            process = subprocess.Popen([str(word) for word in words], env=self.environment,
                                       cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=log, start_new_session=True)
        self.started.append(process)
        return process

    def served(self, log):
        """How many coordinators have said in the log that they listen."""
        return log.read_text().count("hone: serving") if log.exists() else 0

    def serve(self, state, *words):
        """Starts a coordinator and waits until it answers."""
        log = self.folder / "serve.log"
        before = self.served(log)
        process = self.start(HONE, "serve", "--state", state, "--port", 0, *words, name="serve")
        # Without a coordinator the command reads the file, and says nothing of one that only begins.
        self.wait_until("the coordinator answers", lambda: process.poll() is not None or
                        self.served(log) > before and
                        subprocess.run([HONE, "status", "--state", state], env=self.environment,
                                       capture_output=True, check=False).returncode == 0)
        if process.poll() is not None:
            self.fail(f"the coordinator ended with {process.returncode}\n{self.logs()}")
        return process

    def findings(self, *words, code=0):
        """{what hone doctor looked at: what it found}, without measuring."""
        said = json.loads(self.hone("doctor", "--quick", *words, "--json", code=code).stdout)
        self.assertEqual(said["schema"], "hone.doctor.v1")
        return {check["about"]: check for check in said["checks"]}

    def tiny(self, **changes):
        """Writes an experiment of a few seconds and returns its file. Of its TRIALS trials TRAINED
        run: two base nets, six refinements, four evaluations; three are choices."""
        spec = {"name": "Tiny", "profile": "smoke",
                "datasets": [{"name": "Lesions", "layout": "lesions", "count": 20}],
                "network": {"filters": 4, "norm": "group", "quality_width": 16},
                "training": {"epochs": 6, "batch": 4, "learning_rate": 0.01,
                             "loss": "dice+bce"},
                "refine": {"iterations": 2}}
        file = self.folder / "tiny.json"
        file.write_text(json.dumps(spec | changes))
        return file


def query(state, sql, *values):
    """Rows of a query on the state's database."""
    database = sqlite3.connect(f"file:{state}/hone.sqlite?mode=ro", uri=True)
    try:
        return database.execute(sql, values).fetchall()
    finally:
        database.close()


def count(state, sql, *values):
    """The number that a query has for an answer; 0 while there is no database or no table."""
    try:
        return query(state, sql, *values)[0][0]
    except sqlite3.OperationalError:
        return 0


def trials_done(state):
    return count(state, "SELECT count(*) FROM trial WHERE accepted IS NOT NULL")


def attempts(state):
    return count(state, "SELECT count(*) FROM attempt")


def results(state):
    """Every result that counts, in an order and a form that a run cannot change."""
    return "\n".join(repr(row) for row in query(state, RESULTS))


def tables(text):
    """The tables that `hone run --format json` printed."""
    return json.loads(text)["tables"]


def violations(state):
    return query(state, "SELECT rule, trial FROM violation")
