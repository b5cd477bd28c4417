"""TLS of our own listening socket; a renewed certificate is used from the next handshake on."""

from __future__ import annotations

import os
import ssl

import structlog

log = structlog.get_logger()


class ServerCertificate:
    """Certificate and key from files, reread when one of them has changed.

    The files are looked at during a handshake (two `stat`s), so nothing polls and no signal has
    to be sent. A pair that cannot be loaded (half written) leaves the old one in use.
    """

    def __init__(self, cert: str, key: str | None) -> None:
        self._files = (cert, key)
        self._seen = self._marks()
        self._newest = self._load()
        self.context = self._load()
        """For the listening socket. Its callback hands each handshake the newest pair."""
        self.context.sni_callback = self._handshake

    def _load(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self._files)
        return context

    def _marks(self) -> tuple[tuple[int, int, int], ...]:
        stats = [os.stat(path) for path in self._files if path]
        return tuple((s.st_mtime_ns, s.st_ino, s.st_size) for s in stats)

    def _handshake(
        self, connection: ssl.SSLObject | ssl.SSLSocket, _name: str | None, _first: ssl.SSLContext
    ) -> None:
        try:
            marks = self._marks()
            if marks != self._seen:
                self._newest = self._load()
                self._seen = marks
                log.info("tls.certificate_reread")
        except OSError as error:  # ssl.SSLError is one too
            log.warning("tls.certificate_not_reread", error=type(error).__name__)
        connection.context = self._newest
