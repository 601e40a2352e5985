"""hone init and hone backup: files that a person asks for."""

import contextlib
import json
import os
import pty
import select
import shutil
import sqlite3
import subprocess
import time
import unittest

from harness import HONE, QUICK, WORKER, HoneTest, query
from pictures import write_disc


class Init(HoneTest):
    """From a folder that no test knew to a plan."""

    def setUp(self):
        super().setUp()
        self.data = self.folder / "my_polyps"
        for side in ("photos", "truth"):
            (self.data / side).mkdir(parents=True)
        for number in range(12):
            name = f"p{number % 6}_{number}"
            write_disc(self.data / "photos" / f"{name}.png", self.data / "truth" / f"{name}_mask.png", 40, number)

    def test_what_it_writes_is_planned(self):
        done = self.hone("init", self.data, "--profile", "smoke", "--group", "^(p[0-9])")
        self.assertEqual(done.stdout.strip(), "my-polyps.json")
        self.assertIn("12 images with a mask each", done.stderr)
        self.assertIn("next: hone plan my-polyps.json", done.stderr)
        experiment = json.loads((self.folder / "my-polyps.json").read_text())
        self.assertEqual(experiment["name"], "My polyps")
        self.assertEqual(experiment["datasets"][0]["mask_suffix"], "_mask")
        plan = json.loads(self.hone("plan", "my-polyps.json", "--json", "-S", "inner_folds=1").stdout)
        self.assertGreater(plan["trainings"], 0)

    def test_below_data_the_path_is_short(self):
        self.data.rename(self.folder / "data")
        (self.folder / "data").rename(self.folder / "moved")
        (self.folder / "data").mkdir()
        (self.folder / "moved").rename(self.folder / "data" / "polyps")
        shown = json.loads(self.hone("init", "data/polyps", "--dry-run").stdout)
        self.assertEqual(shown["datasets"][0]["path"], "polyps")
        self.assertEqual(list(self.folder.glob("*.json")), [])

    def test_it_writes_over_nothing_unless_told(self):
        file = self.folder / "my-polyps.json"
        file.write_text("mine")
        self.assertIn("--force writes over it", self.hone("init", self.data, code=2).stderr)
        self.assertEqual(file.read_text(), "mine")
        self.hone("init", self.data, "--force")
        self.assertEqual(json.loads(file.read_text())["profile"], "desk")
        told = json.loads(self.hone("init", self.data, "--force", "--json").stdout)
        self.assertEqual((told["schema"], told["images"]), ("hone.init.v1", 12))

    def test_one_clear_error(self):
        (self.folder / "empty").mkdir()
        for words, says in ((["none"], "there is no such folder"), (["empty"], "0 image files"),
                            ([self.data / "photos"], "none that is the mask of another"),
                            ([self.data, "--profile", "quick"], "paper, rigor, desk and smoke"),
                            ([], "DIR is required")):
            done = self.hone("init", *words, code=2)
            self.assertIn(says, done.stderr)
            self.assertEqual(done.stderr.count("hone: error:"), 1)
        (self.data / "truth" / "p0_0_mask.png").unlink()
        self.assertIn("p0_0.png: has no mask", self.hone("init", self.data, code=2).stderr)
        self.assertEqual(list(self.folder.glob("*.json")), [])

    def test_on_a_terminal_it_asks(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        process = subprocess.Popen([HONE, "init", self.data], stdin=slave, stdout=slave, stderr=slave,
                                   cwd=self.folder, env=self.environment, start_new_session=True)
        os.close(slave)
        self.started.append(process)
        for question, answer in ((b"Name of the data set", b"Polyps!\n"), (b"Profile", b"\n")):
            seen, end = b"", time.monotonic() + 20
            while question not in seen:
                self.assertLess(time.monotonic(), end, seen)
                if select.select([master], [], [], 0.1)[0]:
                    seen += os.read(master, 4096)
            os.write(master, answer)
        self.assertEqual(process.wait(timeout=20), 0)
        experiment = json.loads((self.folder / "polyps.json").read_text())
        self.assertEqual((experiment["name"], experiment["profile"]), ("Polyps!", "desk"))

    def test_on_a_terminal_that_ends_it_writes_nothing(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        log = open(self.folder / "log", "wb")
        self.addCleanup(log.close)
        process = subprocess.Popen([HONE, "init", self.data], stdin=slave, stdout=log, stderr=slave, cwd=self.folder,
                                   env=self.environment, start_new_session=True)
        os.close(slave)
        self.started.append(process)
        os.write(master, b"\x04")  # Ctrl-D
        self.assertEqual(process.wait(timeout=20), 1)
        self.assertIn(b"nothing was written: no answer came", os.read(master, 65536))
        self.assertEqual(list(self.folder.glob("*.json")), [])


class Backup(HoneTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.hone("run", self.tiny(), "--state", self.state, "--trainer", QUICK)
        self.rows = query(self.state, "SELECT count(*) FROM measurement")

    def check(self, file):
        """One file that is whole, has what the state has, and prints its tables."""
        self.assertEqual([name for name in os.listdir(file.parent) if name.startswith(file.name)], [file.name])
        database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        self.assertEqual(database.execute("SELECT count(*) FROM measurement").fetchall(), self.rows)
        database.close()
        restored = self.folder / "restored"
        restored.mkdir(exist_ok=True)
        (restored / "hone.sqlite").write_bytes(file.read_bytes())
        self.assertEqual(self.hone("table", "II", "--state", restored).stdout,
                         self.hone("table", "II", "--state", self.state).stdout)

    def test_of_a_folder_and_beside_a_coordinator(self):
        file = self.folder / "kept.sqlite"
        self.assertEqual(self.hone("backup", file, "--state", self.state).stdout.strip(), str(file))
        self.check(file)
        self.serve(self.state)
        told = json.loads(self.hone("backup", file, "--state", self.state, "--force", "--json").stdout)
        self.assertEqual((told["schema"], told["bytes"]), ("hone.backup.v1", file.stat().st_size))
        self.check(file)

    def test_what_is_not_in_the_write_ahead_log_s_file_alone_is_there_too(self):
        self.serve(self.state)
        self.hone("submit", self.tiny(seeds=[7]), "--state", self.state)  # still in hone.sqlite-wal
        file = self.folder / "kept.sqlite"
        self.hone("backup", file, "--state", self.state)
        database = sqlite3.connect(file)
        self.addCleanup(database.close)
        self.assertEqual(database.execute("SELECT count(*) FROM sweep").fetchone(), (2,))

    def test_in_the_place_of_a_file_that_left_its_log_it_is_what_it_was(self):
        """A coordinator that was killed leaves hone.sqlite-wal, which says nothing of the copy."""
        kept = self.folder / "kept.sqlite"
        self.hone("backup", kept, "--state", self.state)
        table = self.hone("table", "II", "--state", self.state).stdout
        coordinator = self.serve(self.state)
        for seed in (7, 8):
            self.hone("submit", self.tiny(seeds=[seed]), "--state", self.state)
        coordinator.kill()
        coordinator.wait()
        log = self.state / "hone.sqlite-wal"
        self.assertGreater(log.stat().st_size, 0)
        shutil.copyfile(kept, self.state / "hone.sqlite")
        for _ in range(2):  # before and after a coordinator has opened it
            self.assertEqual(self.hone("table", "II", "--state", self.state).stdout, table)
            self.assertEqual(self.hone("status", "--state", self.state).stdout.count("submitted"), 1)
            self.serve(self.state).terminate()
        self.assertTrue(log.with_name(log.name + ".of-another").exists())
        self.assertEqual(query(self.state, "PRAGMA integrity_check"), [("ok",)])

    def test_while_workers_report_each_copy_is_of_one_moment(self):
        self.serve(self.state)
        self.hone("submit", self.tiny(seeds=list(range(1, 9))), "--state", self.state)
        self.environment["HONE_QUICK_MILLISECONDS"] = "100"
        worker = self.start(WORKER, "--access", self.state / "worker.json", "--slots", 2, "--trainer", QUICK,
                            "--until-drained", name="worker")
        file, moments = self.folder / "kept.sqlite", set()
        while worker.poll() is None:
            self.hone("backup", file, "--state", self.state, "--force")
            database = sqlite3.connect(file)
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))
            self.assertEqual(database.execute("SELECT rule, trial FROM violation").fetchall(), [])
            moments.add(database.execute("SELECT count(*) FROM measurement").fetchone())
            database.close()
        self.assertEqual(worker.returncode, 0)
        print(f"took effect: {len(moments)} copies with other rows")
        self.assertGreater(len(moments), 5)

    def test_an_earlier_copy_is_whole_until_the_new_one_is(self):
        file = self.folder / "kept.sqlite"
        yesterday = b"SQLite format 3\0 of yesterday"
        file.write_bytes(yesterday)
        self.assertIn("--force replaces it", self.hone("backup", file, "--state", self.state, code=2).stderr)
        damaged = self.folder / "damaged"
        damaged.mkdir()
        bytes_of_it = bytearray((self.state / "hone.sqlite").read_bytes())
        for at in range(3 * 4096, len(bytes_of_it) - 4096, 2 * 4096):
            bytes_of_it[at:at + 64] = b"\xff" * 64
        (damaged / "hone.sqlite").write_bytes(bytes_of_it)
        self.hone("backup", file, "--state", damaged, "--force", code=1)
        self.assertEqual(file.read_bytes(), yesterday)
        self.assertEqual([each.name for each in self.folder.glob("kept*")], ["kept.sqlite"])

    def test_nothing_but_a_copy_is_replaced(self):
        os.mkfifo(self.folder / "pipe")
        with contextlib.closing(sqlite3.connect(self.state / "hone.sqlite")) as reader:
            reader.execute("SELECT count(*) FROM sweep").fetchone()  # so that there is a log
            there = sorted(each for each in self.state.iterdir() if each.is_file() and each.name != "hone.sqlite")
            self.assertIn("hone.sqlite-wal", [each.name for each in there])
            before = [each.read_bytes() for each in there]
            for each in [*there, self.folder / "pipe"]:
                self.assertIn("and no database: --force replaces a copy, and nothing else",
                              self.hone("backup", each, "--state", self.state, "--force", code=2).stderr)
            self.assertEqual([each.read_bytes() for each in there], before)

    def test_a_folder_that_has_lost_its_database_is_not_begun_anew(self):
        for lose in (lambda file: file.write_bytes(b""), lambda file: file.unlink()):
            lost = self.folder / "lost"
            shutil.copytree(self.state, lost)
            (lost / "artifacts" / ("0" * 64)).touch()
            for each in ("hone.sqlite-wal", "hone.sqlite-shm"):
                (lost / each).unlink(missing_ok=True)
            lose(lost / "hone.sqlite")
            said = self.hone("serve", "--state", lost, code=1, seconds=20).stderr
            self.assertIn("has artifacts, but its database is gone or empty: put a copy of 'hone backup' there", said)
            shutil.rmtree(lost)

    def test_one_clear_error(self):
        for words, says in ((["x.sqlite", "--state", self.folder / "none"], "there are no results"),
                            ([self.state / "hone.sqlite", "--state", self.state, "--force"], "the database itself"),
                            ([self.folder, "--state", self.state], "is a folder"),
                            (["none/x.sqlite", "--state", self.state], "there is no folder")):
            done = self.hone("backup", *words, code=1 if "none" == str(words[-1])[-4:] else 2)
            self.assertIn(says, done.stderr)

    def test_a_folder_that_may_not_be_written_is_told_as_that(self):
        closed = self.folder / "closed"
        closed.mkdir(mode=0o500)
        done = self.run_program("setpriv", "--inh-caps=-all", "--bounding-set=-all", HONE, "backup", closed / "x.sqlite",
                                "--state", self.state, code=2)
        self.assertEqual(done.stderr, f"hone: error: '{closed}' cannot be written to: Permission denied\n")

    def test_another_program_s_database_is_not_copied(self):
        other = self.folder / "other"
        other.mkdir()
        with contextlib.closing(sqlite3.connect(other / "hone.sqlite")) as database, database:
            database.execute("CREATE TABLE notes (text)")
            database.execute("PRAGMA user_version = 3")
        said = self.hone("backup", self.folder / "copy.sqlite", "--state", other, code=1).stderr
        self.assertIn("the database is empty or another program's", said)
        self.assertFalse((self.folder / "copy.sqlite").exists())


if __name__ == "__main__":
    unittest.main()
