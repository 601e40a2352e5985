"""A line between workers and their coordinator that does to them what networks do, and a little more.

TCP neither loses, doubles nor reorders what it delivers; what a network can do to it is to be slow, to fall silent and
to break at any byte; what workers then send again is what doubles a message. `FaultyWire` breaks connections at a random
byte of a message or a header, holds them up, and lets them trickle. Where it can read what passes (no TLS), it also says
whole messages twice, which no network does and somebody in the middle can.
"""

import collections
import contextlib
import json
import random
import socket
import struct
import threading
import time

PIECE = 65536
FAR = "to coordinator"
NEAR = "to worker"


class FaultyWire:
    """`chances` are of a message, or of a piece of a connection that has none: of "cut", "stall", "trickle" and "twice".
    A stall lasts up to `longest` seconds. After harmless() everything is only passed on."""

    def __init__(self, target, seed, chances, longest):
        self.target, self.choose = target, random.Random(seed)
        self.chances, self.longest = dict(chances), longest
        self.took_effect = collections.Counter()
        self.messages = collections.Counter()   # by their kind and direction
        self.said = collections.Counter()       # reports and endings, by (kind, ticket, sequence)
        self.reports = {}                       # the rows of each, by (ticket, sequence)
        self.acknowledged = collections.defaultdict(set)  # rows that a worker was told are stored, by ticket
        self.ended = set()                      # tickets whose ending a worker was told is stored
        self.unreadable = 0                     # bytes that passed and were not looked at
        self.lock = threading.Lock()
        self.listener = socket.create_server((target[0], 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                Line(self, self.listener.accept()[0])

    def harmless(self):
        self.chances = {}

    def close(self):
        self.listener.close()

    def said_again(self):
        return sum(times - 1 for times in self.said.values())

    def all_acknowledged(self):
        """Copies of what a worker was told is stored: {ticket: rows}, and the tickets that ended."""
        with self.lock:
            return {ticket: set(rows) for ticket, rows in self.acknowledged.items()}, set(self.ended)

    def strikes(self, fault, what=None):
        """Whether it happens now, and counts it as `what`."""
        with self.lock:
            struck = self.choose.random() < self.chances.get(fault, 0)
            self.took_effect[what or fault] += struck
            return struck

    def count(self, message, way):
        kind = message["type"]
        with self.lock:
            self.messages[f"{kind} {way}"] += 1
            if kind in ("report", "done", "failed"):
                self.said[kind, str(message["ticket"]), message.get("sequence")] += 1
            if kind == "report":
                self.reports[str(message["ticket"]), message["sequence"]] = {tuple(row) for row in message["rows"]}
            if kind == "ack":
                ticket = message["ticket"]
                number = ticket["trial"], ticket["attempt"]
                if message["sequence"] < 0:
                    self.ended.add(number)
                else:
                    self.acknowledged[number] |= self.reports[str(ticket), message["sequence"]]


class Broken(Exception):
    pass


class Line:
    """One connection through the wire, with a thread for each way."""

    def __init__(self, wire, near):
        self.wire, self.ends, self.carries_messages = wire, [near], False
        try:
            far = socket.create_connection(wire.target)
        except OSError:
            near.close()
            return
        self.ends.append(far)
        threading.Thread(target=self.pass_both, args=(near, far), daemon=True).start()

    def pass_both(self, near, far):
        back = threading.Thread(target=self.pass_on, args=(far, near, NEAR), daemon=True)
        back.start()
        self.pass_on(near, far, FAR)
        back.join()
        for end in self.ends:
            end.close()

    def pass_on(self, source, sink, way):
        try:
            with source.makefile("rb", buffering=PIECE) as pieces:
                self.pass_header(pieces, sink)
                while self.carries_messages:
                    self.pass_message(pieces, sink, way)
                while piece := pieces.read1(PIECE):
                    self.wire.unreadable += len(piece)
                    self.send(sink, piece, "in a transfer")
            sink.shutdown(socket.SHUT_WR)
        except (Broken, OSError, ValueError):
            self.break_off()

    def pass_header(self, pieces, sink):
        """The first header, if it can be read: it says whether messages follow."""
        head = pieces.read(1)
        if head not in (b"G", b"H", b"P"):  # of GET, HEAD, HTTP, PUT and POST: not TLS
            sink.sendall(head)
            return
        while not head.endswith(b"\r\n\r\n"):
            byte = pieces.read(1)
            if not byte:
                raise Broken
            head += byte
        if head.startswith((b"GET /worker ", b"HTTP/1.1 101 ")):
            self.carries_messages = True
        self.send(sink, head, "in a header")

    def pass_message(self, pieces, sink, way):
        """A whole message, or a control frame, which may stand between a message's frames."""
        raw, text = b"", b""
        while True:
            head, body = read_frame(pieces)
            if head[0] & 8:
                self.send(sink, head + body, "in a control frame")
                continue
            raw, text = raw + head + body, text + unmasked(head, body)
            if head[0] & 128:
                break
        self.wire.count(json.loads(text), way)
        if self.wire.strikes("twice"):
            self.send(sink, raw, "in a message")
        self.send(sink, raw, "in a message")

    def send(self, sink, piece, where):
        wire = self.wire
        if wire.strikes("stall"):
            time.sleep(wire.choose.uniform(0.1, 1) * wire.longest)
        if len(piece) > 1 and wire.strikes("cut", f"cut {where}"):
            sink.sendall(piece[:wire.choose.randrange(1, len(piece))])
            time.sleep(0.01)  # so that it arrives before the end does
            raise Broken
        step = 1 + len(piece) // 50 if wire.strikes("trickle") else len(piece)
        for at in range(0, len(piece), max(step, 1)):
            sink.sendall(piece[at:at + step])
            if step < len(piece):
                time.sleep(0.002)

    def break_off(self):
        """Half of the ends are resets, as of a host that lost its memory of the connection; half are plain."""
        reset = self.wire.choose.random() < 0.5
        for end in self.ends:
            with contextlib.suppress(OSError):
                if reset:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                # Wakes the thread that reads it; only when both have let go it is closed.
                end.shutdown(socket.SHUT_RD if reset else socket.SHUT_RDWR)


def read_frame(pieces):
    """(head, body) of a WebSocket's frame, as they are on the wire."""
    def exactly(size):
        found = pieces.read(size)
        if len(found) < size:
            raise Broken
        return found

    head = exactly(2)
    size = head[1] & 127
    if size > 125:
        more = exactly(2 if size == 126 else 8)
        head, size = head + more, int.from_bytes(more, "big")
    if head[1] & 128:
        head += exactly(4)
    return head, exactly(size)


def unmasked(head, body):
    if not head[1] & 128:
        return body
    mask = (head[-4:] * (len(body) // 4 + 1))[:len(body)]
    return (int.from_bytes(body, "big") ^ int.from_bytes(mask, "big")).to_bytes(len(body), "big")
