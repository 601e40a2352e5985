"""What tests of the wire need: who listens on it, who answers in the coordinator's place, a client, certificates."""

import contextlib
import json
import socket
import ssl
import subprocess
import threading

from harness import QUICK, WORKER, HoneTest

HERE = "127.0.0.2"  # of this machine alone, and not the usual address of the loopback


class Recorder:
    """A line in between that passes everything on and keeps it."""

    def __init__(self, port):
        self.target, self.seen, self.lock = (HERE, port), bytearray(), threading.Lock()
        self.listener = socket.create_server((HERE, 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                near = self.listener.accept()[0]
                threading.Thread(target=self.join, args=(near,), daemon=True).start()

    def join(self, near):
        with near, socket.create_connection(self.target) as far:
            back = threading.Thread(target=self.pass_on, args=(far, near), daemon=True)
            back.start()
            self.pass_on(near, far)
            back.join()

    def pass_on(self, source, sink):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                with self.lock:
                    self.seen += piece
                sink.sendall(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def close(self):
        self.listener.close()


class Impostor:
    """A server with a certificate of its own, that keeps what it is told."""

    def __init__(self, certificate, key, versions=(None, None)):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(certificate, key)
        if versions[0]:
            context.minimum_version, context.maximum_version = versions
        self.told, self.agreed = [], []
        self.listener = socket.create_server((HERE, 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(context,), daemon=True).start()

    def accept(self, context):
        while True:
            try:
                line = self.listener.accept()[0]
            except OSError:
                return
            with contextlib.suppress(OSError), context.wrap_socket(line, server_side=True) as tls:
                self.agreed.append(tls.version())
                told = b""
                with contextlib.suppress(OSError):  # it may hang up before it has read what all servers send
                    told = tls.recv(4096)
                self.told.append(told)

    def close(self):
        self.listener.close()


def client(oldest=ssl.TLSVersion.TLSv1_2, newest=ssl.TLSVersion.TLSv1_3):
    """Trusts everybody, and is ready for the oldest versions and ciphers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = oldest, newest
    return context


def spelled(fingerprint):
    return ":".join(fingerprint[i:i + 2].upper() for i in range(0, len(fingerprint), 2))


class TlsTest(HoneTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"

    def serve_tls(self, *words):
        return self.serve(self.state, "--bind", HERE, "--tls", "on", *words)

    def stop(self, coordinator):
        coordinator.terminate()
        self.assertEqual(coordinator.wait(timeout=10), 0)

    def access(self, role="access"):
        return json.loads((self.state / f"{role}.json").read_text())

    def copy(self, role="access", name="copy.json", **changes):
        """An access file as it was copied to another host, with changes; None leaves a key out."""
        file = self.folder / name
        file.touch(mode=0o600)
        given = {key: value for key, value in (self.access(role) | changes).items() if value is not None}
        file.write_text(json.dumps(given))
        return file

    def start_worker(self, access, *words, name="worker"):
        return self.start(WORKER, "--access", access, "--slots", 1, "--trainer", QUICK, "--cache", self.folder / name,
                          *words, name=name)

    def openssl(self, *words):
        subprocess.run(["openssl", *map(str, words)], cwd=self.folder, check=True, capture_output=True)

    def own_certificate(self, name="own", kind=("-newkey", "rsa:2048")):
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}-key.pem"
        self.openssl("req", "-x509", *kind, "-nodes", "-days", 2, "-subj", f"/CN={name}", "-keyout", key, "-out", certificate)
        key.chmod(0o600)
        return certificate, key

    def fingerprint(self, certificate):
        said = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha256"], check=True,
                              capture_output=True, text=True).stdout
        return said.split("=")[1].strip().replace(":", "").lower()
