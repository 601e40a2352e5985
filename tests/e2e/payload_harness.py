"""What tests of hostile texts stand on: a coordinator that is looked at through strace, and what it may not have done."""

import http.client
import json
import os
import re
import shutil
import tempfile

from harness import HoneTest, query, violations
from payloads import payloads

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


# Which calls name files, and what they name: a folder that is open, and the rest of the path.
TRACE = ["strace", "-D", "-f", "-qq", "-y", "--seccomp-bpf", "-e", "trace=%file", "-e", "signal=none", "-o"]
NAMED = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')

# What libc and SQLite (temporary files that it removes at once) name by themselves.
LIBRARIES = r"/etc/localtime|/usr/share/zoneinfo/[\w/]+|/proc/sys/vm/overcommit_memory|{temporary}(/etilqs_[0-9a-f]+)?"


def paths_of(trace):
    """Every path that the traced program has named, whether or not there was a file."""
    found = set()
    for line in trace.read_text(errors="replace").splitlines():
        for folder, name in NAMED.findall(line):
            found.add(os.path.normpath(os.path.join(unescaped(folder), unescaped(name))))
    return found


def unescaped(text):
    return os.fsdecode(text.encode("latin-1", "replace").decode("unicode_escape").encode("latin-1", "replace"))


class PayloadTest(HoneTest):
    """Nothing that the coordinator is told may become a path outside its folder, nor a program: every path that it names
    after its start is looked at."""

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
        self.named_before = paths_of(self.trace) if self.traced else set()

    traced = shutil.which("strace") is not None

    def start(self, *words, name="process"):
        if name != "serve" or not self.traced:
            return super().start(*words, name=name)
        self.trace = self.folder / "trace.log"
        return super().start(*TRACE, self.trace, *words, name=name)

    def listing(self):
        """All files that the state folder does not hold, but for those of the test itself."""
        beside = {entry for entry in os.listdir(tempfile.gettempdir()) if "planted" in entry}
        return beside | {os.path.join(folder, name) for folder, _, names in os.walk(self.folder) for name in names
                         if not folder.startswith((str(self.state), str(self.folder / "cache")))
                         and not name.endswith(".log") and name != "tiny.json"}

    def assert_untouched(self):
        self.assertEqual(self.listing(), self.before)
        self.assert_nothing_else_named()
        self.assertEqual({entry for entry in os.listdir(self.state) if "planted" in entry}, set())
        self.assertEqual(violations(self.state), [])
        self.assertEqual(query(self.state, "SELECT count(*) FROM sqlite_schema WHERE name = 'trial'"), [(1,)])

    def assert_nothing_else_named(self):
        if not self.traced:
            self.lacks("no path is looked at: the program 'strace' is not installed")
        named = paths_of(self.trace)
        own = {path for path in named if path == str(self.state) or path.startswith(f"{self.state}/")}
        libraries = re.compile(LIBRARIES.format(temporary=self.around / "tmp"))
        self.assertEqual({path for path in named - own - self.named_before if not libraries.fullmatch(path)}, set())
        self.assertGreater(len(own), 10)
        print(f"seed 0: took effect: {len(own)} paths named in the state folder, since the start none of ours elsewhere")

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
