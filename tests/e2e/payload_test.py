"""Five hundred hostile texts in every place that takes a text: shown as they are, or refused with one sentence."""

import base64
import csv
import http.client
import io
import json
import os
import re
import socket
import tempfile
import unittest
import urllib.parse

from harness import HoneTest, query, violations
from payloads import NO_UTF8, is_plain, payloads

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class WorkerLine:
    """A worker's WebSocket, which can send what no encoder would."""

    def __init__(self, access):
        self.line = socket.create_connection((access["host"], access["port"]), timeout=30)
        key = base64.b64encode(b"0123456789abcdef").decode()
        self.line.sendall((f"GET /worker HTTP/1.1\r\nHost: {access['host']}:{access['port']}\r\nConnection: Upgrade\r\n"
                           f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                           f"Authorization: Bearer {access['token']}\r\n\r\n").encode())
        self.bytes = self.line.makefile("rb")
        assert b" 101 " in self.bytes.readline()
        while self.bytes.readline() != b"\r\n":
            pass

    def close(self):
        self.bytes.close()
        self.line.close()

    def send(self, message):
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        size = bytes([0x80 | len(body)]) if len(body) < 126 else (
            b"\xfe" + len(body).to_bytes(2, "big") if len(body) < 1 << 16 else b"\xff" + len(body).to_bytes(8, "big"))
        self.line.sendall(b"\x81" + size + bytes(4) + body)

    def hear(self):
        """The next message; None when the line is closed."""
        while True:
            head = self.bytes.read(2)
            if len(head) < 2 or head[0] & 15 == 8:
                return None
            size = head[1] & 127
            if size > 125:
                size = int.from_bytes(self.bytes.read(2 if size == 126 else 8), "big")
            body = self.bytes.read(size)
            if head[0] & 15 == 1:
                return json.loads(body)


class Payloads(HoneTest):
    @classmethod
    def setUpClass(cls):
        cls.texts = payloads()

    def setUp(self):
        super().setUp()
        self.assertGreaterEqual(len(self.texts), 500)
        # A folder of its own for everything that could be written beside the state folder.
        self.around = self.folder / "around"
        self.state = self.around / "state"
        self.around.mkdir()
        self.environment |= {"TMPDIR": str(self.around / "tmp"), "HOME": str(self.around / "home")}
        for name in ("tmp", "home", "work"):
            (self.around / name).mkdir()
        self.serve(self.state)
        self.packs = None
        self.before = self.listing()

    def listing(self):
        """All files that the state folder does not hold, but for those of the test itself."""
        beside = {entry for entry in os.listdir(tempfile.gettempdir()) if "planted" in entry}
        return beside | {os.path.join(folder, name) for folder, _, names in os.walk(self.folder) for name in names
                         if not folder.startswith((str(self.state), str(self.folder / "cache")))
                         and not name.endswith(".log") and name != "tiny.json"}

    def assert_untouched(self):
        self.assertEqual(self.listing(), self.before)
        self.assertEqual({entry for entry in os.listdir(self.state) if "planted" in entry}, set())
        self.assertEqual(violations(self.state), [])
        self.assertEqual(query(self.state, "SELECT count(*) FROM sqlite_schema WHERE name = 'trial'"), [(1,)])

    def access(self, role="access"):
        return json.loads((self.state / f"{role}.json").read_text())

    def ask(self, method, target, body=None):
        """(status, text) of the coordinator's answer; never a 500."""
        access = self.access()
        connection = http.client.HTTPConnection(access["host"], access["port"], timeout=60)
        headers = {"Authorization": f"Bearer {access['token']}"}
        connection.request(method, target, None if body is None else json.dumps(body).encode(), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        self.assertLess(answer.status, 500, (target, text[:300]))
        return answer.status, text

    def get(self, target):
        status, text = self.ask("GET", "/api/v1" + target)
        self.assertEqual(status, 200, text[:300])
        return json.loads(text)

    def first_sweep(self, **changes):
        """Submits one, whose packs others name."""
        file = self.tiny(**changes, tables=["II", "variants"], variants=[{"name": "V", "training": {"loss": "dice"}}])
        self.hone("submit", file, "--state", self.state)
        self.packs = query(self.state, "SELECT dataset, pack FROM sweep_pack")
        return json.loads(file.read_text())

    def submit(self, spec):
        """(sweep, refusal), one of them None."""
        pack = self.packs[0][1]
        pack = pack.hex() if isinstance(pack, bytes) else pack
        body = {"experiment": spec, "packs": {spec["datasets"][0]["name"]: pack}}
        status, text = self.ask("POST", "/api/v1/sweeps", body)
        answer = json.loads(text)
        return (answer["sweep"], None) if status in (200, 201) else (None, answer["error"])

    def assert_one_sentence(self, refusal):
        self.assertRegex(refusal, r"\A[^\n]{10,}\Z")
        self.assertIsNone(CONTROL.search(refusal), refusal)
        self.assertLess(len(refusal), 1500)

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
        for text in self.texts[::3]:
            named = spec | {"name": "D", "datasets": [spec["datasets"][0] | {"name": text}]}
            sweep, refusal = self.submit(named)
            if refusal is None:
                taken.append((sweep, text))
            else:
                self.assert_one_sentence(refusal)
        self.assertGreater(len(taken), 50)
        for sweep, text in taken:
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
                 "holding": []}
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
        for line in lines:
            try:
                line.send({"type": "ask", "slots": 1, "trials": 1})
                answer = line.hear()
            except OSError:
                continue
            if not answer or answer["type"] != "assign":
                break
            for lease in answer["leases"]:
                text = next(texts)
                line.send({"type": "failed", "ticket": lease["ticket"], "failure": "impossible", "reason": text})
                line.hear()
                failed.append((lease["ticket"]["trial"] if isinstance(lease["ticket"], dict) else lease["ticket"][0], text))
        return failed

    def test_paths_and_parameters(self):
        self.first_sweep()
        for text in self.texts:
            quoted = urllib.parse.quote(text[:1500], safe="")
            for target in (f"/api/v1/sweeps/1/trials?text={quoted}", f"/api/v1/sweeps/1/trials?dataset={quoted}",
                           f"/api/v1/sweeps/1/tables/{quoted}", f"/api/v1/{quoted}", f"/assets/{quoted}",
                           f"/artifacts/{quoted}", f"/api/v1/sweeps/1/iterations?dataset={quoted}&seed={quoted}"):
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
