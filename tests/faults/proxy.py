"""A TCP proxy before PostgreSQL that drops, stalls and resets connections when told to."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass, field

_LINGER_NOT = struct.pack("ii", 1, 0)  # closing sends a reset


@dataclass
class Proxy:
    """Forwards to a port of this machine; `away`: nobody gets in, `stalled`: not a byte goes through."""

    target: tuple[str, int]
    port: int = 0
    away: bool = False
    _open: list[socket.socket] = field(default_factory=list)
    _flows: threading.Event = field(default_factory=threading.Event)
    _gate: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> Proxy:
        self._flows.set()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def stop(self) -> None:
        self._door.close()
        self._flows.set()
        self.reset()

    def stall(self) -> None:
        self._flows.clear()

    def flow(self) -> None:
        self._flows.set()

    def reset(self) -> int:
        """Every open connection ends with a reset, in the middle of whatever it did."""
        with self._gate:
            gone, self._open = self._open, []
        for one in gone:
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        return len(gone) // 2

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            if self.away:
                near.close()
                continue
            far = socket.create_connection(self.target)
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._gate:
                self._open += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._flows.wait()
                sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
