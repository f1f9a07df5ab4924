"""How another recon of this workspace calls the one that has the port: plainly, or over TLS with the very certificate of its note."""

from __future__ import annotations

import hmac
import ssl
from http.client import HTTPConnection
from typing import Final

from recon.listening import HOST
from recon.targets.quickbooks.endpoint.certificate import NAME
from recon.targets.quickbooks.endpoint.relay import Holder

_NOT_THE_ONE: Final = "another certificate than the one of this workspace"


class Stranger(ssl.SSLError):
    """Somebody listens there, but not with our key."""


class _Pinned(HTTPConnection):
    """Speaks to nobody but the owner of one key.

    The certificate is compared byte by byte, which is narrower than trusting it: no other certificate, name or day comes
    into it, and whoever has the same bytes without the key does not get through the handshake.
    """

    def __init__(self, host: str, port: int, certificate: str, *, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._wanted = ssl.PEM_cert_to_DER_cert(certificate)

    def connect(self) -> None:
        """Connect, and compare before anything is said.

        Raises:
            Stranger: Somebody else listens there.
        """
        super().connect()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            self.sock = context.wrap_socket(self.sock, server_hostname=NAME)
            shown = self.sock.getpeercert(binary_form=True) or b""
        except (OSError, ValueError) as error:
            self.close()
            raise Stranger(str(error)) from None
        if not hmac.compare_digest(shown, self._wanted):
            self.close()
            raise Stranger(_NOT_THE_ONE)


def connection_to(holder: Holder, host: str = HOST, *, timeout: float) -> HTTPConnection:
    """Return a connection to the process that has the port; nothing is connected yet."""
    if not holder.certificate:
        return HTTPConnection(host, holder.port, timeout=timeout)
    return _Pinned(host, holder.port, holder.certificate, timeout=timeout)
