"""What each secret opens, that it can be replaced while a sweep runs, and that nobody gets to see it."""

import json
import os
import pathlib
import socket
import subprocess
import unittest

from harness import HONE, QUICK, TRAINED, WORKER, HoneTest, attempts, trials_done, violations


class Roles(HoneTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.serve(self.state)

    def token(self, role):
        return json.loads((self.state / f"{role}.json").read_text())["token"]

    def start_worker(self, access, *words):
        return self.start(WORKER, "--access", access, "--slots", 1, "--trainer", QUICK, *words, name="worker")

    def test_workers_cannot_be_told_from_their_file_to_change_sweeps(self):
        for command in (["submit", self.tiny()], ["cancel", 1], ["gc"], ["status"], ["dashboard", "--no-open"],
                        ["rotate-token", "worker"]):
            done = self.hone(*command, "--access", self.state / "worker.json", code=1)
            self.assertIn("worker's access file", done.stderr)

    def test_a_sweep_goes_on_while_both_tokens_are_replaced(self):
        self.environment["HONE_QUICK_MILLISECONDS"] = "200"
        self.hone("submit", self.tiny(), "--state", self.state)
        worker = self.start_worker(self.state / "worker.json", "--until-drained")
        self.wait_until("a trial is done", lambda: trials_done(self.state) > 1)
        old = {role: self.token(role) for role in ("access", "worker")}
        told = json.loads(self.hone("rotate-token", "worker", "--grace", 0, "--state", self.state, "--json").stdout)
        self.assertEqual((told["schema"], told["role"]), ("hone.tokens.v1", "worker"))
        self.assertEqual(told["file"], str(self.state / "worker.json"))
        text = self.hone("rotate-token", "admin", "--grace", "1h", "--state", self.state).stdout
        self.assertEqual(text, f"the new admin token is in {self.state}/access.json; the old one goes on for 3600 s\n")
        for role in old:
            self.assertNotEqual(self.token(role), old[role])
            self.assertNotIn(self.token(role), text + json.dumps(told))
        self.assertEqual(worker.wait(timeout=60), 0)
        self.assertTrue(json.loads(self.hone("status", 1, "--state", self.state, "--json").stdout)["finished"])
        self.assertEqual(attempts(self.state), TRAINED)  # nothing was lost, nothing twice
        self.assertEqual(violations(self.state), [])

    def test_a_rehearsal_replaces_no_token(self):
        old = self.token("worker"), self.token("access")
        told = json.loads(self.hone("rotate-token", "worker", "--dry-run", "--state", self.state, "--json").stdout)
        self.assertEqual((told["dry_run"], told["file"]), (True, str(self.state / "worker.json")))
        self.started[0].terminate()
        self.started[0].wait(timeout=10)
        text = self.hone("rotate-token", "admin", "-n", "--state", self.state).stdout
        self.assertEqual(text, f"the new admin token would be in {self.state}/access.json; the old one would go on for "
                               "86400 s\n")
        self.assertEqual((self.token("worker"), self.token("access")), old)

    def test_a_worker_with_a_replaced_token_ends_and_says_why(self):
        copy = self.folder / "worker.json"
        copy.touch(mode=0o600)
        copy.write_text((self.state / "worker.json").read_text())
        self.hone("rotate-token", "worker", "--grace", 0, "--state", self.state)
        self.assertEqual(self.start_worker(copy).wait(timeout=30), 1)
        self.assertIn("does not accept the token", (self.folder / "worker.log").read_text())

    def test_a_token_is_replaced_without_a_coordinator_too(self):
        self.started[0].terminate()
        self.started[0].wait(timeout=10)
        old = self.token("worker")
        self.hone("rotate-token", "worker", "--state", self.state)
        self.assertNotEqual(self.token("worker"), old)
        self.serve(self.state)
        missing = self.hone("rotate-token", "worker", "--state", self.folder / "none", code=1).stderr
        self.assertIn("there is no", missing)

    def secrets(self):
        return [self.token("access"), self.token("worker")]

    def seen(self, process):
        """Its words, as every user of the machine can see them."""
        try:
            return pathlib.Path(f"/proc/{process}/cmdline").read_bytes().decode()
        except OSError:
            return ""

    def test_no_token_is_in_a_log_or_among_a_programs_words(self):
        self.environment["HONE_QUICK_MILLISECONDS"] = "100"
        self.hone("submit", self.tiny(), "--state", self.state)
        worker = self.start_worker(self.state / "worker.json", "--until-drained")
        words = set()
        while worker.poll() is None:
            words |= {self.seen(process) for process in self.processes()}
            said = subprocess.run([HONE, "status", "--state", self.state], env=self.environment, capture_output=True,
                                  text=True, check=True)
            words |= {said.stdout, said.stderr}
        self.assertTrue(any("hone-worker" in each for each in words))
        self.assertTrue(any("quick-trainer" in each for each in words))
        for secret in self.secrets():
            self.assertFalse([each for each in words if secret in each])
            self.assertNotIn(secret, self.logs())
        self.assertIn("trial-done", self.logs())

    def send_frame(self, text):
        """One frame over a worker's WebSocket, and what comes back."""
        access = json.loads((self.state / "worker.json").read_text())
        line = socket.create_connection((access["host"], access["port"]), timeout=10)
        self.addCleanup(line.close)
        line.sendall((f"GET /worker HTTP/1.1\r\nHost: {access['host']}:{access['port']}\r\nConnection: Upgrade\r\n"
                      f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\n"
                      f"Authorization: Bearer {access['token']}\r\n\r\n").encode())
        self.assertIn(b" 101 ", line.recv(4096))
        self.assertLess(len(text), 126)
        line.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text.encode())  # masked with zeros
        return line.recv(4096)

    def test_what_a_worker_says_forges_no_line_of_the_log(self):
        self.assertIn(b"unknown type", self.send_frame(json.dumps({"type": "x\n2026 info event=forged \u001b[31m"})))
        log = self.folder / "serve.log"
        self.wait_until("it is in the log", lambda: "event=bad_message" in log.read_text(), 10)
        self.assertIn("x\\n2026 info event=forged \\x1b[31m", log.read_text())
        self.assertFalse([line for line in log.read_text().splitlines() if line.startswith("2026 info")])
        self.assertNotIn("\x1b", log.read_text())


class Bind(HoneTest):
    def own_address(self):
        """Of this machine, not on the loopback; nothing is sent."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.1", 9))
            except OSError:
                self.skipTest("this machine has no address but the loopback's")
            return probe.getsockname()[0]

    def test_another_address_speaks_tls_unless_told_otherwise_and_needs_private_files(self):
        state, address = self.folder / "state", self.own_address()
        self.environment["HONE_ALLOW_ROOT"] = "1"
        for words, encrypted in (([], True), (["--tls", "off"], False)):
            coordinator = self.serve(state, "--bind", address, *words)
            access = json.loads((state / "worker.json").read_text())
            self.assertEqual(access["host"], address)
            self.assertEqual("certificate_sha256" in access, encrypted)
            self.assertEqual(f"what goes over {address} is not encrypted" in self.logs(), not encrypted)
            coordinator.terminate()
            self.assertEqual(coordinator.wait(timeout=10), 0)
        for file in ("access.json", "worker.json"):
            (state / file).chmod(0o640)
            refused = self.hone("serve", "--state", state, "--bind", address, code=1).stderr
            self.assertIn("chmod 600", refused)
            self.assertIn(file, refused)
            (state / file).chmod(0o600)

    @unittest.skipUnless(os.geteuid() == 0, "these tests do not run as root; e2e.service_test.Jailed serves as somebody else")
    def test_root_listens_on_another_address_only_if_told_so(self):
        state, address = self.folder / "state", self.own_address()
        self.environment.pop("HONE_ALLOW_ROOT", None)
        said = self.hone("serve", "--state", state, "--bind", address, code=2).stderr
        self.assertIn(f"root does not listen on {address}: run 'hone serve' as a user of its own", said)
        self.assertIn("--allow-root", said)
        self.assertFalse(state.exists())
        self.environment["HONE_ALLOW_ROOT"] = "0"
        self.hone("serve", "--state", state, "--bind", address, code=2)
        for bind, words in (("127.0.0.1", []), ("127.0.0.2", []), (address, ["--allow-root"])):
            coordinator = self.serve(state, "--bind", bind, *words)
            coordinator.terminate()
            self.assertEqual(coordinator.wait(timeout=10), 0)
        self.environment["HONE_ALLOW_ROOT"] = "1"
        self.serve(state, "--bind", address)


if __name__ == "__main__":
    unittest.main()
