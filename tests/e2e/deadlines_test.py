"""Connections that stop in the middle: each is closed when its time is over, and not before."""

import concurrent.futures
import contextlib
import hashlib
import http.client
import json
import random
import socket
import time
import unittest

from harness import HoneTest

BODY, IDLE, MORE = 30, 60, 10  # seconds; what a busy machine adds
ASK = "{} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\n{}\r\n"


class Deadlines(HoneTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.serve(self.state)
        self.access = json.loads((self.state / "access.json").read_text())

    def seconds_until_closed(self, *pieces, pause=0):
        """After the last of the pieces was sent."""
        with socket.create_connection(("127.0.0.1", self.access["port"])) as line:
            line.settimeout(IDLE + 3 * MORE)
            for piece in pieces:
                line.sendall(piece.encode())
                time.sleep(pause)
            begin = time.monotonic()
            while line.recv(65536):
                pass
            return time.monotonic() - begin

    def ask(self, what, more=""):
        return ASK.format(what, self.access["port"], self.access["token"], more)

    def bytes_read_late(self, digest):
        """Of an artifact, by somebody who begins to read when a reader's time is over."""
        with socket.create_connection(("127.0.0.1", self.access["port"])) as line:
            line.sendall(self.ask(f"GET /artifacts/{digest}").encode())
            time.sleep(BODY + MORE)
            line.settimeout(MORE)
            read = 0
            with contextlib.suppress(ConnectionResetError):
                while piece := line.recv(1 << 20):
                    read += len(piece)
            return read

    def test_of_who_does_not_read(self):
        bytes_of_it = random.Random(1).randbytes(64 << 20)
        digest = hashlib.sha256(bytes_of_it).hexdigest()
        put = http.client.HTTPConnection("127.0.0.1", self.access["port"])
        put.request("PUT", f"/artifacts/{digest}", bytes_of_it, {"Authorization": f"Bearer {self.access['token']}"})
        self.assertEqual(put.getresponse().status, 201)
        put.close()
        read = self.bytes_read_late(digest)
        print(f"closed: after {read >> 20} of 64 MiB, whose reader waited for {BODY + MORE} s")
        self.assertLess(read, len(bytes_of_it))

    def test_of_a_body_and_of_what_comes_next(self):
        post, get = "POST /api/v1/sweeps", "GET /api/v1/status"
        with concurrent.futures.ThreadPoolExecutor() as lines:
            half = lines.submit(self.seconds_until_closed, self.ask(post, "Content-Length: 1000\r\n"), "{")
            silent = lines.submit(self.seconds_until_closed, self.ask(get))
            again = lines.submit(self.seconds_until_closed, *[self.ask(get)] * 4, pause=5)
            took = {"half a body": half.result(), "after one request": silent.result(), "after four": again.result()}
        print("closed: " + ", ".join(f"{what} after {seconds:.1f} s" for what, seconds in took.items()))
        self.assertTrue(BODY - 1 < took["half a body"] < BODY + MORE, took)
        for what in ("after one request", "after four"):  # which begins anew with each
            self.assertTrue(IDLE - 1 < took[what] + (5 if what == "after four" else 0) < IDLE + MORE, took)


if __name__ == "__main__":
    unittest.main()
