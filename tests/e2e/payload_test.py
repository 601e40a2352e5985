"""Five hundred hostile texts in every place that takes a text: shown as they are, or refused with one sentence."""

import csv
import io
import json
import unittest
import urllib.parse

from harness import query
from payload_harness import CONTROL, PayloadTest
from payloads import NO_UTF8, is_plain
from worker_line import WorkerLine


class Payloads(PayloadTest):
    def test_names_of_sweeps_and_rows(self):
        spec, taken, refused, rows = self.first_sweep(), 0, 0, 0
        for text in self.texts:
            sweep, refusal = self.submit(spec | {"name": text})
            if refusal is None:
                taken += 1
                self.assertTrue(is_plain(text), text)
                self.assertEqual(self.get(f"/sweeps/{sweep}")["name"], text)
                self.assertEqual(query(self.state, "SELECT name FROM sweep WHERE id = ?", sweep), [(text,)])
            else:
                refused += 1
                self.assertFalse(is_plain(text) and text.strip(), (text, refusal))
                self.assert_one_sentence(refusal)
            row, no_row = self.submit(spec | {"name": "V", "variants": [{"name": text, "training": {"loss": "dice"}}]})
            rows += row is not None
            if no_row is not None:
                self.assert_one_sentence(no_row)
        print(f"seed 0: took effect: {taken} names taken, {refused} refused; {rows} names of rows taken")
        self.assertGreater(taken, 150)
        self.assertGreater(refused, 150)
        self.assertGreater(rows, 50)
        names = [each["name"] for each in self.get("/sweeps")["sweeps"]]
        self.assertEqual(len(names), taken + rows + 1)
        for words in (["status"], ["status", "all"], ["query", "SELECT name FROM sweep", "--limit", 0]):
            said = self.hone(*words, "--state", self.state).stdout
            self.assertIsNone(CONTROL.search(said))
            self.assertIn("<script>window.planted = true</script>", said)
            self.assertIn("'; DROP TABLE trial;--", said)
        self.assert_untouched()

    def test_names_of_data_sets_in_tables(self):
        spec, taken = self.first_sweep(), []
        for text in self.texts:
            named = spec | {"name": "D", "datasets": [spec["datasets"][0] | {"name": text}]}
            sweep, refusal = self.submit(named)
            if refusal is None:
                taken.append((sweep, text))
            else:
                self.assert_one_sentence(refusal)
        self.assertGreater(len(taken), 150)
        for sweep, text in taken[::3]:
            table = self.get(f"/sweeps/{sweep}/tables/II")
            self.assertIn(text, json.dumps(table, ensure_ascii=False).replace("\\\\", "\\").replace('\\"', '"'))
            whole = {form: self.ask("GET", f"/api/v1/sweeps/{sweep}/tables/II?format={form}")[1]
                     for form in ("text", "markdown", "csv", "latex")}
            rows = list(csv.reader(io.StringIO(whole["csv"])))
            self.assertEqual({len(row) for row in rows}, {len(rows[0])})
            self.assertTrue(any(row[0].startswith(text) for row in rows[1:]), (text, rows))
            self.assertNotRegex(whole["markdown"], r"(?<!\\)<[a-z/!]")
            self.assertNotRegex(whole["markdown"], r"\]\(")
            self.assertNotRegex(whole["latex"], r"\\(input|write18)")
            self.assertNotRegex(whole["latex"], r"(?<!\\)[#%_&]e ")
        self.assert_untouched()

    def test_words_of_workers(self):
        self.first_sweep(seeds=list(range(1, 31)))
        status = self.get("/status")
        hello = {"type": "hello", "protocol": status["protocol"], "trainer": status["trainer"], "instance": "i", "host": "h",
                 "slots": 1, "threads": 1, "ranks": 1, "device": "cpu", "precisions": ["fp32"], "memory_mib": 0,
                 "holding": [], "about": {"clock_ms": 0, "code": "", "library": "", "mpi": "", "nccl": "", "driver": ""}}
        lines, heard = [], 0
        for number, text in enumerate(self.texts):
            line = WorkerLine(self.access("worker"))
            lines.append(line)
            self.addCleanup(line.close)
            line.send(hello | {"host": text, "instance": f"{number} {text}"})
            answer = line.hear()
            self.assertIsNotNone(answer)
            heard += answer["type"] == "welcome"
            if answer["type"] == "refuse":
                self.assert_one_sentence(answer["reason"])
        self.assertGreater(heard, 500)
        hosts = {row[0] for row in query(self.state, "SELECT host FROM worker")}
        self.assertEqual(len(hosts), heard)
        self.assertLessEqual(hosts, set(self.texts))
        self.assertLessEqual({each["host"] for each in self.get("/workers")["workers"]}, hosts)
        failed = self.fail_trials(lines)
        for number, text in failed:
            told = self.get(f"/trials/{number}")
            self.assertIn(text, [told.get("reason")] + [each.get("reason") for each in told["attempts"]], told)
            said = self.hone("why", number, "--state", self.state).stdout
            self.assertIsNone(CONTROL.search(said), said)
        self.assertGreater(len(failed), 50)
        for frame in NO_UTF8:
            line = WorkerLine(self.access("worker"))
            line.send(b'{"type": "hello", "host": "' + frame + b'"}')
            answer = line.hear()
            self.assertTrue(answer is None or answer["type"] == "refuse")
            line.close()
        print(f"seed 0: took effect: {heard} workers' hosts, {len(failed)} reasons of failures")
        self.assertIsNone(CONTROL.search((self.folder / "serve.log").read_text()))
        self.assertIsNone(CONTROL.search(self.hone("status", "--state", self.state).stdout))
        self.assertIsNone(CONTROL.search(self.hone("trials", 1, "--state", self.state).stdout))
        self.assert_untouched()

    def fail_trials(self, lines):
        """Every trial that waits fails, each with a text of its own for a reason. Returns (trial, text)."""
        failed, texts = [], iter([text for text in self.texts if CONTROL.search(text)] + self.texts)
        for line, said in zip(lines, self.texts):
            try:
                line.send({"type": "ask", "slots": 1, "trials": 1, "arithmetic": said})
                answer = line.hear()
            except OSError:
                continue
            if not answer or answer["type"] != "assign":
                break
            for lease in answer["leases"]:
                text = next(texts)
                line.send({"type": "failed", "ticket": lease["ticket"], "failure": "impossible", "reason": text,
                           "checkpoint": 0})
                line.hear()
                failed.append((lease["ticket"]["trial"] if isinstance(lease["ticket"], dict) else lease["ticket"][0], text))
        return failed

    def test_paths_and_parameters(self):
        self.first_sweep()
        for text in self.texts:
            quoted = urllib.parse.quote(text[:1500], safe="")
            for target in (f"/api/v1/sweeps/1/trials?text={quoted}", f"/api/v1/sweeps/1/trials?dataset={quoted}",
                           f"/api/v1/sweeps/1/tables/{quoted}", f"/api/v1/{quoted}", f"/assets/{quoted}",
                           f"/artifacts/{quoted}", f"/api/v1/sweeps/1/trials?role={quoted}",
                           f"/api/v1/sweeps/1/iterations?dataset={quoted}&seed={quoted}"):
                if len(target) > 7000:
                    continue  # longer than a header may be, which Flood.OfALongHeaderIsCutOff looks at
                status, answer = self.ask("GET", target)
                self.assertIn(status, (200, 400, 401, 403, 404, 405, 431), target)
                if status != 200 and answer.startswith("{"):
                    self.assertIn("error", json.loads(answer))
                self.assertNotIn("root:", answer)
        for text in self.texts[::9]:
            if "\x00" in text or len(text) > 5000:
                continue
            done = self.hone("query", f"SELECT '{text.replace(chr(39), chr(39) * 2)}' AS x", "--json", "--state", self.state)
            self.assertEqual(json.loads(done.stdout)["rows"], [[text]])
        self.assert_untouched()


if __name__ == "__main__":
    unittest.main()
