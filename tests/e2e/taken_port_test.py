"""Another program at a coordinator's port, and another coordinator at its folder."""

import json
import socketserver
import threading
import unittest

from harness import QUICK, WORKER, HoneTest, trials_done

FAILED = 1


class Listener(socketserver.BaseRequestHandler):
    """Keeps what it is sent, and answers as a web server that knows nothing of Hone."""

    def handle(self):
        try:
            self.server.heard.append(self.request.recv(65536))
            self.request.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        except OSError:  # whoever asked has gone, without a word
            self.server.heard.append(b"")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True

    def __init__(self, *place):
        self.heard = []
        super().__init__(place, Listener)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class TakenPort(HoneTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.server = self.serve(self.state)
        self.hone("submit", self.tiny(), "--state", self.state)
        self.access = json.loads((self.state / "access.json").read_text())

    def kill_and_take_port(self):
        """The other program, at the port of the coordinator that was killed."""
        self.server.kill()
        self.server.wait()
        other = Server(self.access["host"], self.access["port"])
        self.addCleanup(other.server_close)
        self.addCleanup(other.shutdown)
        return other

    def refused(self, *words):
        done = self.hone("submit", self.tiny(), *words, code=FAILED)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, r"\Ahone: error: [^\n]+\n\Z")
        return done.stderr

    def test_whoever_took_the_port_is_sent_no_token(self):
        other = self.kill_and_take_port()
        worker = self.start(WORKER, "--access", self.state / "worker.json", "--trainer", QUICK, name="worker")
        self.assertIn("no token was sent; start a coordinator with 'hone serve'", self.refused("--state", self.state))
        self.assertIn("no coordinator runs on this state folder", self.hone("trials", 1, "--state", self.state).stderr)
        met = "no token was sent"
        self.wait_until("the worker has met it too", lambda: (self.folder / "worker.log").read_text().count(met) > 1)
        other.shutdown()
        other.server_close()  # waits for those who are still being heard
        self.assertEqual(set(other.heard), {b""})
        self.serve(self.state)
        self.wait_until("the worker has found its coordinator", lambda: trials_done(self.state))
        worker.terminate()
        worker.wait()

    def test_by_a_copied_access_file_the_other_program_is_asked_and_told_of(self):
        """Nothing beside it says whether the coordinator is there."""
        other = self.kill_and_take_port()
        copied = self.folder / "copied.json"
        copied.touch(0o600)
        copied.write_text(json.dumps(self.access))
        said = self.refused("--access", copied)
        self.assertIn("what answers there is no coordinator of Hone (HTTP status 404)", said)
        self.assertIn("Start 'hone serve' again", said)
        other.shutdown()
        other.server_close()
        self.assertIn(self.access["token"].encode(), b"".join(other.heard))

    def test_without_the_lock_file_the_folder_is_still_the_first_coordinators(self):
        (self.state / "lock").unlink()
        done = self.hone("serve", "--state", self.state, "--port", 0, code=FAILED)
        self.assertIn("another coordinator is using", done.stderr)
        self.assertEqual(self.hone("status", "--state", self.state).stderr, "")
        self.assertFalse((self.state / "lock").exists())

    def test_another_file_in_the_place_of_the_lock_is_taken_by_the_coordinator(self):
        (self.state / "lock").unlink()
        (self.state / "lock").touch(0o600)
        self.wait_until("it has locked that one", lambda: self.hone("status", "--state", self.state).stderr == "", 5)
        self.assertIn("another coordinator", self.hone("serve", "--state", self.state, "--port", 0, code=FAILED).stderr)


if __name__ == "__main__":
    unittest.main()
