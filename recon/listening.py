"""A socket on this computer that no other program can share: for the screens in a browser and for the Web Connector."""

from __future__ import annotations

import errno
import os
import socket
import sys
from contextlib import suppress
from typing import Final

HOST: Final = "127.0.0.1"
"""The one address that is listened on."""


def listening_socket(port: int) -> socket.socket:
    """Return a socket on loopback, and on nothing else, that no other program can share.

    Raises:
        OSError: The port is taken or may not be used.
    """
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        elif os.name == "posix":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
    except OSError:
        made.close()
        raise
    return made


def held_beside(port: int) -> socket.socket | None:
    """Return a socket that keeps others from the same port of the computer's newer address (::1); None: it has none.

    `localhost` may mean either address. Nobody listens here, so that a program which tries ::1 first is refused and goes on
    to the address that is listened on.

    Raises:
        OSError: Another program has the port there.
    """
    if not socket.has_ipv6:
        return None
    try:
        made = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    except OSError:
        return None
    try:
        with suppress(OSError, AttributeError):
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if sys.platform == "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        made.bind(("::1", port))
    except OSError as error:
        made.close()
        if is_taken(error):
            raise
        return None
    return made


def is_taken(error: OSError) -> bool:
    """Return whether somebody else has the address, as opposed to an address this computer does not know."""
    return error.errno in {errno.EADDRINUSE, errno.EACCES} or getattr(error, "winerror", 0) in {10013, 10048}
