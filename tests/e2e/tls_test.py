"""The wire within TLS: nothing of it in the clear, one certificate and no other, and nobody who waits for ever."""

import contextlib
import http.client
import json
import pathlib
import shutil
import socket
import ssl
import time
import unittest

from harness import TRAINED, attempts, results, trials_done, violations
from tls_harness import HERE, Impostor, Recorder, TlsTest, client, spelled

WAITING = 256  # connections without a token, of one address
SHORT = 8  # seconds: the handshake's five, and what a busy machine adds


class Tls(TlsTest):
    def run_sweep(self, recorder):
        access = self.copy(port=recorder.port)
        worker_access = self.copy("worker", "worker-copy.json", port=recorder.port)
        self.hone("submit", self.tiny(), "--access", access)
        worker = self.start_worker(worker_access, "--until-drained")
        self.assertEqual(worker.wait(timeout=60), 0, self.logs())
        table = self.hone("table", "II", "--access", access, "--format", "json").stdout
        self.assertTrue(json.loads(table)["complete"])
        self.assertEqual(attempts(self.state), TRAINED)
        self.assertEqual(violations(self.state), [])
        return table

    def test_a_sweep_is_done_to_its_table_and_none_of_it_is_seen_on_the_wire(self):
        seen, tables, rows = {}, {}, {}
        for mode in ("on", "off"):
            coordinator = self.serve(self.state, "--bind", HERE, "--tls", mode)
            recorder = Recorder(self.access()["port"])
            tables[mode] = self.run_sweep(recorder)
            recorder.close()
            seen[mode], rows[mode] = bytes(recorder.seen), results(self.state)
            secrets = [self.access(role)["token"].encode() for role in ("access", "worker")]
            for word in (*secrets, b"HTTP/1.1", b"Bearer", b"lambda", b"Lesions"):
                self.assertEqual(word in seen[mode], mode == "off", (mode, word))  # off: that the recorder hears
            self.stop(coordinator)
            shutil.rmtree(self.state)
            shutil.rmtree(self.folder / "worker")
        self.assertEqual(tables["on"], tables["off"])
        self.assertEqual(rows["on"], rows["off"])
        print(f"sweep over TLS: {len(seen['on'])} bytes on the wire, in the clear {len(seen['off'])}")

    def test_a_restart_keeps_certificate_and_workers(self):
        self.environment["HONE_QUICK_MILLISECONDS"] = "100"
        coordinator = self.serve_tls()
        files = [self.state / "tls-certificate.pem", self.state / "tls-key.pem"]
        before, access = [file.read_bytes() for file in files], self.access()
        self.assertEqual(access["certificate_sha256"], self.fingerprint(files[0]))
        self.assertEqual(self.access("worker")["certificate_sha256"], access["certificate_sha256"])
        self.assertIn(spelled(access["certificate_sha256"]), self.logs())
        self.assertEqual([file.stat().st_mode & 0o777 for file in files], [0o600, 0o600])
        self.hone("submit", self.tiny(), "--state", self.state)
        worker = self.start_worker(self.copy("worker"), "--until-drained")
        self.wait_until("a trial is done", lambda: trials_done(self.state) > 1)
        coordinator.kill()
        coordinator.wait()
        self.serve_tls()
        self.assertEqual([file.read_bytes() for file in files], before)
        self.assertEqual(self.access(), access)
        self.assertEqual(worker.wait(timeout=60), 0, self.logs())
        self.assertEqual(violations(self.state), [])

    def test_new_tokens_leave_the_certificate_in_the_file(self):
        coordinator = self.serve_tls()
        pin = self.access()["certificate_sha256"]
        self.hone("rotate-token", "worker", "--state", self.state)
        self.stop(coordinator)
        self.hone("rotate-token", "admin", "--state", self.state)
        for role in ("access", "worker"):
            self.assertEqual(self.access(role)["certificate_sha256"], pin)

    def test_a_replaced_certificate_is_followed_by_who_reads_the_file_and_refused_by_others(self):
        self.environment["HONE_QUICK_MILLISECONDS"] = "100"
        coordinator = self.serve_tls("--lease", 2)
        old, stale = self.access()["certificate_sha256"], self.copy("worker")
        self.hone("submit", self.tiny(), "--state", self.state)
        follows = self.start_worker(self.state / "worker.json", "--until-drained", name="follows")
        stays = self.start_worker(stale, name="stays")
        self.wait_until("a trial is done", lambda: trials_done(self.state) > 1)
        self.stop(coordinator)
        for name in ("tls-certificate.pem", "tls-key.pem"):
            (self.state / name).unlink()
        self.serve_tls("--lease", 2)
        new = self.access()["certificate_sha256"]
        self.assertNotEqual(new, old)
        self.assertEqual(stays.wait(timeout=30), 1)
        said = (self.folder / "stays.log").read_text()
        for word in ("another certificate", spelled(old), spelled(new), "take the access file"):
            self.assertIn(word, said)
        self.assertEqual(follows.wait(timeout=60), 0, self.logs())
        self.assertEqual(violations(self.state), [])

    def test_an_impostor_is_told_nothing(self):
        self.serve_tls()
        impostor = Impostor(*self.own_certificate())
        self.addCleanup(impostor.close)
        access = self.copy(port=impostor.port)
        wanted, came = self.access()["certificate_sha256"], self.fingerprint(self.folder / "own.pem")
        for command in (["status"], ["submit", self.tiny()], ["dashboard", "--no-open"], ["table", "II"]):
            said = self.hone(*command, "--access", access, code=1).stderr
            self.assertEqual(said.count("\n"), 1, said)
            for word in ("another certificate", spelled(wanted), spelled(came), "No token was sent"):
                self.assertIn(word, said)
        worker = self.start_worker(self.copy("worker", port=impostor.port))
        self.assertEqual(worker.wait(timeout=30), 1)
        self.assertIn(spelled(came), (self.folder / "worker.log").read_text())
        self.wait_until("all have gone", lambda: len(impostor.told) >= 5, 10)
        self.assertEqual(set(impostor.told), {b""})

    def test_old_versions_are_refused(self):
        self.serve_tls()
        place = (HERE, self.access()["port"])
        old = client(ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1)
        willing = Impostor(*self.own_certificate(), versions=(ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1))
        self.addCleanup(willing.close)
        with socket.create_connection((HERE, willing.port)) as line, old.wrap_socket(line) as tls:
            self.assertEqual(tls.version(), "TLSv1.1")  # this client could
        with socket.create_connection(place) as line, self.assertRaisesRegex(ssl.SSLError, "protocol|version"):
            old.wrap_socket(line)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with socket.create_connection(place) as line, client(version, version).wrap_socket(line) as tls:
                self.assertRegex(tls.cipher()[0], "GCM|CHACHA20")
        # And the other way round: a client of ours does not go down to what this one offers.
        said = self.hone("status", "--access", self.copy(port=willing.port), code=1).stderr
        self.assertIn("no coordinator answers", said)
        self.assertEqual(willing.agreed, ["TLSv1.1"])

    def wait_for_end(self, line, limit):
        with contextlib.suppress(ConnectionResetError):
            line.settimeout(max(0.1, limit - time.monotonic()))
            while line.recv(4096):  # a ServerHello; what matters is the end
                line.settimeout(max(0.1, limit - time.monotonic()))

    def test_handshakes_that_never_end_are_cut_off_and_hold_nobody_up(self):
        self.serve_tls()
        place = (HERE, self.access()["port"])
        hello = ssl.MemoryBIO()
        with contextlib.suppress(ssl.SSLWantReadError):
            client().wrap_bio(ssl.MemoryBIO(), hello).do_handshake()
        hello, lines, begin = hello.read(), [], time.monotonic()
        for number in range(WAITING + 50):
            line = socket.create_connection(place)
            self.addCleanup(line.close)
            line.sendall(hello[:(0, 1, 8, len(hello) // 2, len(hello))[number % 5]])
            lines.append(line)
        for line in lines[:50]:
            self.wait_for_end(line, begin + 4)  # there was no room for them
        self.hone("status", "--state", self.state)
        self.assertLess(time.monotonic() - begin, 5)  # it was answered while the others waited
        for line in lines[50:]:
            self.wait_for_end(line, begin + SHORT)
        self.assertGreater(time.monotonic() - begin, 4)
        print(f"{len(lines)} unfinished handshakes were over after {time.monotonic() - begin:.1f} s")

    def test_floods_of_strangers_leave_no_descriptor_behind(self):
        coordinator = self.serve_tls()
        place, folder = (HERE, self.access()["port"]), pathlib.Path(f"/proc/{coordinator.pid}/fd")
        before = len(list(folder.iterdir()))
        for number in range(300):
            with socket.create_connection(place) as line:
                line.sendall((b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05\x01\0\0\0\0", b"\x16\x03\x01", b"\0" * 64)[number % 4])
        self.wait_until("all are closed", lambda: len(list(folder.iterdir())) <= before, 10)
        self.hone("status", "--state", self.state)

    def test_who_is_refused_in_the_middle_of_a_body_hears_why_and_no_reset(self):
        for tls in ("on", "off"):
            coordinator = self.serve(self.state, "--bind", HERE, "--tls", tls)
            with contextlib.ExitStack() as open_until_then:
                line = open_until_then.enter_context(socket.create_connection((HERE, self.access()["port"]), timeout=10))
                if tls == "on":
                    line = open_until_then.enter_context(client().wrap_socket(line))
                line.sendall(f"POST /api/v1/sweeps HTTP/1.1\r\nHost: {HERE}:{self.access()['port']}\r\n"
                             "Authorization: Bearer wrong\r\nContent-Length: 200000\r\n\r\n".encode() + bytes(100_000))
                answer = line.recv(65536)
                self.assertIn(b" 401 ", answer)
                time.sleep(0.2)  # whoever closes has closed
                line.sendall(bytes(100_000))
                while line.recv(65536):  # to the end, which is none by force
                    pass
            self.stop(coordinator)


class WrongLanguage(TlsTest):
    def ask(self, connection, **headers):
        connection.request("GET", "/api/v1/status", headers=headers)
        return connection.getresponse()

    def test_who_speaks_no_tls_where_it_is_spoken_is_told_so(self):
        self.serve_tls()
        place = (HERE, self.access()["port"])
        answer = self.ask(http.client.HTTPConnection(*place, timeout=10))
        self.assertEqual((answer.status, answer.headers["Connection"]), (400, "close"))
        self.assertIn("speaks TLS", json.loads(answer.read())["error"])
        said = self.hone("status", "--access", self.copy(certificate_sha256=None), code=2).stderr
        self.assertIn("this port speaks TLS, and the access file names no certificate", said)
        self.assertIn("rotate-token", said)
        worker = self.start_worker(self.copy("worker", certificate_sha256=None))
        self.assertEqual(worker.wait(timeout=30), 1)
        self.assertIn("this port speaks TLS", (self.folder / "worker.log").read_text())
        self.assertIn("event=no_tls_on_tls_port address=127.0.0.", self.logs())

    def test_who_speaks_tls_where_it_is_not_is_told_so(self):
        self.serve(self.state, "--bind", HERE)  # auto: not on the loopback
        self.assertNotIn("certificate_sha256", self.access())
        self.assertFalse((self.state / "tls-key.pem").exists())
        with socket.create_connection((HERE, self.access()["port"]), timeout=10) as line:
            with self.assertRaisesRegex(ssl.SSLError, "WRONG_VERSION_NUMBER"):
                client().wrap_socket(line)
        said = self.hone("status", "--access", self.copy(certificate_sha256="0" * 64), code=1).stderr
        self.assertIn("speaks no TLS", said)
        self.assertIn("No token was sent", said)
        worker = self.start_worker(self.copy("worker", certificate_sha256="0" * 64))
        self.assertEqual(worker.wait(timeout=30), 1)
        self.assertIn("speaks no TLS", (self.folder / "worker.log").read_text())
        self.assertIn("event=tls_on_plain_port", self.logs())

    def test_a_file_with_a_fingerprint_that_is_none_is_refused(self):
        self.serve_tls()
        said = self.hone("status", "--access", self.copy(certificate_sha256="AB:CD"), code=1).stderr
        self.assertIn("'certificate_sha256' is not 64 hexadecimal digits", said)


if __name__ == "__main__":
    unittest.main()
