"""uvicorn's connection, within bounds: by itself it waits for the head of a request for ever, and keeps all of it in
memory. Imported only by what serves."""

from __future__ import annotations

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_HEAD = 32 * 1024  # bytes of request line and headers; browsers and platforms send a few thousand
HEAD_SECONDS = 20.0  # until a request's head is there


class Connection(HttpToolsProtocol):
    """One client's connection, closed when a head is too long or too slow."""

    _heading = 0  # bytes of a head that is not whole yet
    _late: TimerHandle | None = None
    _stray: TimerHandle | None = None  # bytes that belong to no request: uvicorn waits for no more then

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        self._no_longer_stray()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        head = self._late  # what is left of a body that was refused is none
        super().data_received(data)
        self._heading = self._heading + len(data) if head is not None and head is self._late else 0
        if self._heading > LONGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("The head of this request is too long.")
        over = self.cycle is not None and self.cycle.response_complete
        if over and self._late is None and self._stray is None and not self.transport.is_closing():
            self._stray = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def on_message_begin(self) -> None:
        self._no_longer_stray()
        if self._late is None:
            self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_time()
        super().on_headers_complete()

    def _wait(self) -> None:
        self._late = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _in_time(self) -> None:
        self._heading = 0
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _no_longer_stray(self) -> None:
        if self._stray is not None:
            self._stray.cancel()
            self._stray = None

    def _give_up(self) -> None:
        self._late = None
        if not self.transport.is_closing():
            self.transport.close()
