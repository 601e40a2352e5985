"""What a coordinator answers to wrong requests, word for word: tests/golden/api_errors.txt, which HONE_BLESS=1 writes
anew."""

import http.client
import json
import os
import re
import unittest

from harness import HONE, QUICK, SOURCE, WORKER, HoneTest, query

GOLDEN = SOURCE / "tests" / "golden" / "api_errors.txt"
NOBODY, MISNAMED = "0" * 64, "not-a-digest"
EXPERIMENT = {"name": "Tiny", "profile": "smoke", "image_size": 16, "datasets": [{"name": "Lesions", "layout": "lesions"}]}

# (method, path, body, headers). A body that is no text is sent as JSON.
OF_ANYBODY = [
    ("GET", "/api/v1/status", None, {"Authorization": ""}),
    ("GET", "/api/v1/status", None, {"Authorization": "Bearer wrong"}),
    ("GET", "/api/v1/status", None, {"Host": "elsewhere.example"}),
    ("GET", "/api/v1/status", None, {"Origin": "https://elsewhere.example"}),
    ("GET", "/api/v1/status", None, {"Sec-Fetch-Site": "cross-site"}),
    ("GET", "/nowhere", None, {}),
    ("POST", "/nowhere", {}, {}),
    ("DELETE", "/api/v1/status", None, {}),
    ("GET", "/live", None, {}),
]
READING = [
    ("GET", "/api/v1/sweeps/9", None, {}),
    ("GET", "/api/v1/sweeps/nine", None, {}),
    ("GET", "/api/v1/sweeps/1/trials?state=doen", None, {}),
    ("GET", "/api/v1/sweeps/1/trials?limit=many", None, {}),
    ("GET", "/api/v1/sweeps/1/trials?limit=0", None, {}),
    ("GET", "/api/v1/sweeps/1/trials?text=%zz", None, {}),
    ("GET", "/api/v1/sweeps/1/tables/IV", None, {}),
    ("GET", "/api/v1/sweeps/1/tables/II?format=word", None, {}),
    ("GET", "/api/v1/sweeps/1/cell?name=II", None, {}),
    ("GET", "/api/v1/sweeps/1/cell?name=II:Lesions:other", None, {}),
    ("GET", "/api/v1/sweeps/1/cell", None, {}),
    ("GET", "/api/v1/trials/999", None, {}),
    ("GET", "/api/v1/trials/999/why", None, {}),
    ("GET", "/api/v1/trials/999/images", None, {}),
    ("GET", f"/api/v1/pictures/{MISNAMED}?index=0", None, {}),
    ("GET", f"/api/v1/pictures/{NOBODY}?index=0", None, {}),
    ("GET", f"/api/v1/film-strips/{NOBODY}", None, {}),
]
CHANGING = [
    ("POST", "/api/v1/sweeps", "{", {}),
    ("POST", "/api/v1/sweeps", [], {}),
    ("POST", "/api/v1/sweeps", {}, {}),
    ("POST", "/api/v1/sweeps", {"experiment": {"name": 3}, "packs": {}}, {}),
    ("POST", "/api/v1/sweeps", {"experiment": EXPERIMENT, "packs": {}}, {}),
    ("POST", "/api/v1/sweeps", {"experiment": EXPERIMENT, "packs": {"Lesions": MISNAMED}}, {}),
    ("POST", "/api/v1/sweeps", {"experiment": EXPERIMENT, "packs": {"Lesions": NOBODY}}, {}),
    ("POST", "/api/v1/sweeps", {"experiment": EXPERIMENT, "packs": {"Lesions": "PACK"}}, {}),
    ("POST", "/api/v1/sweeps", {"experiment": EXPERIMENT | {"numerics": "auto"}, "packs": {"Lesions": "PACK"}}, {}),
    ("POST", "/api/v1/packs", {"digest": NOBODY}, {}),
    ("POST", "/api/v1/packs", {"digest": 3}, {}),
    ("POST", "/api/v1/sweeps/9/state", {"state": "paused"}, {}),
    ("POST", "/api/v1/sweeps/2/state", {"state": "asleep"}, {}),
    ("POST", "/api/v1/sweeps/2/state", {}, {}),
    ("POST", "/api/v1/sweeps/1/state", {"state": "paused"}, {}),
    ("POST", "/api/v1/sweeps/3/state", {"state": "active"}, {}),
    ("POST", "/api/v1/sweeps/2/priority", {"priority": 1.5}, {}),
    ("POST", "/api/v1/sweeps/2/priority", {"priority": 1e9}, {}),
    ("POST", "/api/v1/sweeps/2/priority", {"priority": "high"}, {}),
    ("POST", "/api/v1/sweeps/9/retry", {}, {}),
    ("POST", "/api/v1/sweeps/3/retry", {}, {}),
    ("POST", "/api/v1/trials/999/retry", {}, {}),
    ("POST", "/api/v1/trials/1/retry", {}, {}),
    ("POST", "/api/v1/trials/1/retry", {"also": [2.9]}, {}),
    ("POST", "/api/v1/trials/1/retry", {"also": ["two"]}, {}),
    ("POST", "/api/v1/gc", {"grace_seconds": -1}, {}),
    ("POST", "/api/v1/tokens", {"role": "everybody"}, {}),
    ("POST", "/api/v1/tokens", {"role": "worker", "grace_seconds": 1e9}, {}),
    ("POST", "/api/v1/tokens", {}, {}),
    ("POST", "/api/v1/gc", {}, {"Content-Length": "2000000"}),
]
ARTIFACTS = [
    ("GET", f"/artifacts/{MISNAMED}", None, {}),
    ("GET", f"/artifacts/{NOBODY}", None, {}),
    ("GET", "/artifacts/PACK", None, {"Range": "bytes=99999999-"}),
    ("PUT", f"/artifacts/{MISNAMED}", "bytes", {}),
    ("PUT", f"/artifacts/{NOBODY}", "bytes", {}),
    ("PUT", f"/artifacts/{NOBODY}", "bytes", {"Content-Range": "bytes 0-1/9"}),
    ("PUT", f"/artifacts/{NOBODY}", "bytes", {"Content-Range": "bytes 4-8/9"}),
]
SHOWN = [
    ("GET", "/metrics", None, {}),
    ("POST", "/api/v1/gc", {}, {}),
]


class ApiErrors(HoneTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.serve(self.state)
        self.hone("submit", self.tiny(), "--state", self.state)
        worker = self.start(WORKER, "--access", self.state / "worker.json", "--trainer", QUICK, "--until-drained",
                            name="worker")
        self.assertEqual(worker.wait(timeout=60), 0)
        for seed in (2, 3):
            self.hone("submit", self.tiny(seeds=[seed]), "--state", self.state)
        self.hone("cancel", 3, "--state", self.state)
        ((self.pack,),) = query(self.state, "SELECT digest FROM pack")

    def said(self, method, path, body, headers):
        """The request and its answer, without what differs by run."""
        payload = body if isinstance(body, str) or body is None else json.dumps(body)
        given = {"Authorization": f"Bearer {self.access['token']}"} | headers
        connection = http.client.HTTPConnection(self.access["host"], self.access["port"], timeout=10)
        connection.request(method, path.replace("PACK", self.pack), payload and payload.replace("PACK", self.pack),
                           {name: value for name, value in given.items() if value})
        answer = connection.getresponse()
        text = json.loads(answer.read() or "{}").get("error", "and no error")
        connection.close()
        shown = [f"{name}: {value}" for name, value in headers.items()] + ([payload] if payload else [])
        return f"{method} {path}\n" + "".join(f"  {line}\n" for line in shown) + f"{answer.status} {text}\n"

    def answers(self, title, requests):
        return f"# {title}\n\n" + "\n".join(self.said(*request) for request in requests)

    def test_are_worded_as_they_were(self):
        self.access = json.loads((self.state / "access.json").read_text())
        text = "\n".join(self.answers(*each) for each in (
            ("Of anybody", OF_ANYBODY), ("Reading", READING), ("Changing", CHANGING), ("Artifacts", ARTIFACTS)))
        self.access["token"] = json.loads((self.state / "worker.json").read_text())["token"]
        text += "\n" + self.answers("With the token of workers", [("GET", "/api/v1/status", None, {})])
        text += "\n" + self.answers("A finished file", self.of_a_file())
        text = text.replace(self.pack, "PACK").replace(str(self.folder), "FOLDER")
        self.assertNotIn("and no error", text)
        if os.environ.get("HONE_BLESS"):
            GOLDEN.write_text(text)
        self.assertEqual(text, GOLDEN.read_text())

    def of_a_file(self):
        """Of `hone dashboard` on a file that nothing changes any more."""
        self.hone("backup", "copy.sqlite", "--state", self.state)
        self.start(HONE, "dashboard", "copy.sqlite", "--no-open", name="dashboard")
        log = self.folder / "dashboard.log"
        port, token = self.wait_until("it says where", lambda: re.search(
            r"http://127\.0\.0\.1:(\d+)/#token=(\S+)", log.read_text())).groups()
        self.access = {"host": "127.0.0.1", "port": int(port), "token": token}
        return SHOWN


if __name__ == "__main__":
    unittest.main()
