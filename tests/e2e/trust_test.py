"""What stands behind a number: hone query, explain, verify and export, on a sweep that was trained."""

import csv
import hashlib
import io
import json
import pathlib
import shutil
import signal
import sqlite3
import unittest

from harness import HONE, HoneTest, query


class Trust(HoneTest):
    """One sweep of Tables II and III, trained once for all tests."""

    @classmethod
    def setUpClass(cls):
        cls.trained = None

    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        if Trust.trained is None:
            spec = self.tiny(tables=["II", "III"])
            self.hone("run", spec, "--state", self.state, "--data", self.folder)
            Trust.trained = self.folder.with_name(self.folder.name + "-trained")
            shutil.copytree(self.state, Trust.trained)
            self.addClassCleanup(shutil.rmtree, Trust.trained, ignore_errors=True)
        else:
            shutil.copytree(Trust.trained, self.state)

    def ask(self, *words, **how):
        return self.hone(*words, "--state", self.state, **how)

    def asked(self, *words, **how):
        return json.loads(self.ask(*words, "--json", **how).stdout)

    # ---- query

    def test_a_query_answers_as_text_csv_and_json(self):
        sql = "SELECT column_name, dice FROM table_cell WHERE tab = 'II' ORDER BY position"
        expected = [list(row) for row in query(self.state, sql)]
        answer = self.asked("query", sql)
        self.assertEqual(answer["schema"], "hone.query.v1")
        self.assertEqual(answer["columns"], ["column_name", "dice"])
        self.assertEqual(answer["rows"], expected)
        rows = list(csv.reader(io.StringIO(self.ask("query", sql, "--format", "csv").stdout)))
        self.assertEqual([row[0] for row in rows], ["column_name"] + [row[0] for row in expected])
        text = self.ask("query", sql).stdout.splitlines()
        self.assertEqual(len(text), len(expected) + 1)

    def test_a_query_stops_at_its_limit_and_says_so(self):
        done = self.ask("query", "SELECT * FROM result")
        self.assertEqual(len(done.stdout.splitlines()), 101)
        self.assertIn("--limit 0", done.stderr)
        answer = self.asked("query", "VALUES (1), (2), (3)", "--limit", 2)
        self.assertEqual(answer["rows"], [[1], [2]])
        self.assertTrue(answer["more"])

    def test_a_query_changes_nothing_and_says_what_is_wrong(self):
        for sql, words in (("DELETE FROM trial", "begins with SELECT"),
                           ("SELECT 1; SELECT 2", "one statement"),
                           ("SELECT * FROM nowhere", "no such table: nowhere"),
                           ("PRAGMA user_version = 0", "begins with SELECT")):
            error = self.ask("query", sql, code=2).stderr
            self.assertIn(words, error)
            self.assertEqual(error.count("\n"), 1)

    def test_ctrl_c_ends_a_query(self):
        process = self.start(HONE, "query", "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT "
                             "i + 1 FROM n) SELECT max(i) FROM n", "--state", self.state,
                             name="query")
        blocked = 1 << (signal.SIGINT - 1)

        def waits():
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            for line in status.splitlines():
                if line.startswith("SigBlk:"):
                    return int(line.split()[1], 16) & blocked
            return False

        self.wait_until("it waits for signals", waits)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(30), 130)

    # ---- explain

    def cells(self):
        return [":".join(row) for row in query(
            self.state, "SELECT DISTINCT tab, dataset, column_name FROM cell ORDER BY 1, 2, 3")]

    def test_every_cell_is_explained_down_to_rows_that_give_its_number(self):
        self.assertEqual(len(self.cells()), 10)
        for cell in self.cells():
            evidence = self.asked("explain", cell)
            self.assertEqual(evidence["schema"], "hone.cell.v1")
            dice, rows = self.asked("query", evidence["sql"])["rows"][0]
            self.assertAlmostEqual(dice, evidence["dice"], places=9)
            self.assertEqual(rows, sum(part["rows"] for part in evidence["parts"]))
            known = {trial["trial"] for trial in evidence["trials"]}
            for trial in evidence["trials"]:
                self.assertIsInstance(trial["trainer_version"], int)
                self.assertEqual([a["accepted"] for a in trial["attempts"]].count(True), 1)
                for file in trial["inputs"]:
                    self.assertTrue((self.state / "artifacts" / file["sha256"]).exists())
                    self.assertIn(file["trial"], known | {None})

    def test_the_choices_behind_a_cell_are_those_that_decided_it(self):
        names = lambda cell: sorted(c["name"] for c in self.asked("explain", cell)["choices"])
        self.assertEqual(names("II:Lesions:0x"), [])
        self.assertEqual(names("II:Lesions:no-quality-1x"), [])
        self.assertEqual(names("II:Lesions:quality-2x"), ["lambda"])
        warm = names("III:Lesions:warm-validation")
        self.assertEqual([name.split("/")[0] for name in warm], ["iteration", "lambda", "steps"])
        self.assertNotIn("iteration", [n.split("/")[0] for n in names("III:Lesions:warm-best")])

    def test_table_explain_is_explain(self):
        cell = "II:Lesions:quality-1x"
        text = self.ask("explain", cell).stdout
        self.assertIn(f'" --state {self.state}\n', text)  # its query, as it must be asked here
        self.assertEqual(self.ask("table", "--explain", cell).stdout, text)
        self.assertEqual(self.ask("table", "II", 1, "--explain", cell).stdout, text)
        self.assertIn("II:Lesions:quality-1x", self.ask("explain", "II:Lesions:1x", code=2).stderr)
        self.ask("table", code=2)

    # ---- verify

    def temporaries(self):
        return {path.name for path in self.folder.joinpath("tmp").iterdir()}

    def test_a_cell_that_is_computed_again_is_bit_identical(self):
        self.folder.joinpath("tmp").mkdir()
        self.environment["TMPDIR"] = str(self.folder / "tmp")
        verdict = self.asked("verify", "II:Lesions:quality-1x")
        self.assertEqual(verdict["schema"], "hone.verify.v1")
        self.assertEqual(verdict["answer"], "bit-identical", verdict)
        self.assertEqual(verdict["other_trials"], [])
        self.assertEqual(verdict["trials"], 3)
        again = self.asked("verify", "III:Lesions:warm-best", "--scope", "evaluate")
        self.assertEqual((again["answer"], again["trials"]), ("bit-identical", 1), again)
        self.ask("verify", "II:Lesions:0x", "--scope", "evaluate", code=2)
        self.assertEqual(self.temporaries(), set())
        self.assert_no_orphan()

    def change_rows(self, sql):
        database = sqlite3.connect(self.state / "hone.sqlite")
        database.execute("UPDATE measurement SET value = " + sql + " WHERE metric = 0 AND trial = "
                         "(SELECT trial FROM cell WHERE column_name = 'quality-1x')")
        database.commit()
        database.close()

    def test_rows_that_were_changed_are_found(self):
        self.change_rows("value * 0.99999")
        words = ("verify", "II:Lesions:quality-1x", "--scope", "evaluate")
        verdict = self.asked(*words)
        self.assertEqual(verdict["answer"], "within interval", verdict)
        self.assertLess(verdict["equal_rows"], verdict["rows"])
        self.change_rows("value / 2")
        self.assertEqual(self.asked(*words, code=1)["answer"], "different")

    def test_a_verification_that_is_stopped_leaves_nothing(self):
        self.folder.joinpath("tmp").mkdir()
        self.environment["TMPDIR"] = str(self.folder / "tmp")
        process = self.start(HONE, "verify", "II:Lesions:quality-1x", "--state", self.state,
                             name="verify")
        self.wait_until("its worker runs", lambda: self.processes("hone-worker"))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(60), 130)
        self.assertEqual(self.temporaries(), set())
        self.assert_no_orphan()

    # ---- export

    def tables_by_sql(self, folder):
        database = sqlite3.connect(folder / "hone.sqlite")
        tables = {}
        for statement in (folder / "tables.sql").read_text().split(";\n"):
            if not statement.strip():
                continue
            rows = database.execute(statement).fetchall()
            tables[statement.split("-- Table ")[-1].split("\n")[0]] = rows
        database.close()
        return tables

    def test_an_export_reproduces_the_tables_without_hone(self):
        folder = self.folder / "results"
        self.assertEqual(self.asked("export", folder)["schema"], "hone.export.v1")
        tables = self.tables_by_sql(folder)
        for name in ("II", "III"):
            printed = list(csv.reader(io.StringIO(
                self.ask("table", name, "--format", "csv").stdout)))
            ours = [[cell.replace(" (synthetic)", "") for cell in row[:1] + row[2:]]
                    for row in printed if row[1] == "Hone"]
            self.assertEqual([list(row) for row in tables[name]], ours)
        database = sqlite3.connect(folder / "hone.sqlite")
        self.assertEqual(database.execute("SELECT count(*) FROM violation").fetchone(), (0,))
        self.assertEqual(database.execute("PRAGMA foreign_key_check").fetchall(), [])
        database.close()

    def test_an_export_has_the_sums_of_its_files_and_rows_of_every_cell(self):
        folder = self.folder / "results"
        self.ask("export", f"{folder}/")
        sums = dict(reversed(line.split("  ")) for line in
                    (folder / "SHA256SUMS").read_text().splitlines())
        self.assertEqual(set(sums), {file.name for file in folder.iterdir()} - {"SHA256SUMS"})
        for name, digest in sums.items():
            self.assertEqual(hashlib.sha256((folder / name).read_bytes()).hexdigest(), digest)
        read = lambda name: list(csv.DictReader(io.StringIO((folder / name).read_text())))
        rows = read("cell_images.csv")
        for cell in read("cells.csv"):
            values = [float(row["value"]) for row in rows if row["metric"] == "dice" and
                      (row["tab"], row["column_name"]) == (cell["tab"], cell["column_name"])]
            self.assertEqual(len(values), int(cell["images"]))
            self.assertAlmostEqual(100 * sum(values) / len(values), float(cell["dice"]), places=9)
        self.assertEqual(json.loads((folder / "experiment.json").read_text())["name"], "Tiny")

    def test_an_export_never_touches_a_folder_with_something_in_it(self):
        folder = self.folder / "results"
        folder.mkdir()
        self.ask("export", folder)
        before = sorted(file.name for file in self.folder.iterdir())
        self.assertIn("not empty", self.ask("export", folder, code=2).stderr)
        self.ask("export", self.folder / "other", 7, code=2)
        self.assertEqual(sorted(file.name for file in self.folder.iterdir()), before)


if __name__ == "__main__":
    unittest.main()
