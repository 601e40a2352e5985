"""A worker by hand, for tests."""

import base64
import contextlib
import json
import socket


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
        with contextlib.suppress(OSError):  # the other side was first
            self.line.shutdown(socket.SHUT_RDWR)  # whoever hears hears the end
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
            if head[0] & 15 == 9:
                self.line.sendall(bytes([0x8a, 0x80 | size]) + bytes(4) + body)  # a ping's answer
            if head[0] & 15 == 1:
                return json.loads(body)
