"""A trap for every Python process that finds this folder on PYTHONPATH.

A look-up of a name, a connection or a packet to anything but this machine is written to
the file named by PMF_TEST_TRAP, one line each, and refused before it is made. The trap
listens to the interpreter's own audit events, so code that keeps its own reference to a
function of ``socket`` is caught as well. Each process leaves a line in ``<file>.armed``: an
empty trap is worth something only where it was set.
"""

from __future__ import annotations

import _socket
import ipaddress
import os
import sys

TRAP = os.environ.get("PMF_TEST_TRAP", "")
LOCAL_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"}
LOCAL_FAMILIES = {
    getattr(_socket, name) for name in ("AF_UNIX", "AF_NETLINK") if hasattr(_socket, name)
}
LOOKUPS = {
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
}
SENDING = {"socket.connect", "socket.sendto", "socket.sendmsg"}


def watch(event: str, arguments: tuple) -> None:
    """Catch an event that names an address elsewhere."""
    if event in LOOKUPS:
        address = arguments[0]
    elif event in SENDING and arguments[0].family not in LOCAL_FAMILIES:
        address = arguments[1]
    else:
        return
    if not is_local(address[0] if isinstance(address, tuple) else address):
        write_line(TRAP, f"{event} {address!r}")
        raise ConnectionRefusedError(f"{event} {address!r}: nothing may look outside here")


def is_local(host: str | bytes | None) -> bool:
    """Whether a host's name or number means this machine."""
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    # none at all: the address of a connection that was let through, or of a server of ours
    if text is None or text in LOCAL_NAMES:
        return True
    try:
        number = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return number.is_loopback or number.is_unspecified


def write_line(path: str, line: str) -> None:
    """Add a line in one write, so that lines of several processes never mix."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, f"{line}\n".encode())
    finally:
        os.close(handle)


if TRAP:
    write_line(f"{TRAP}.armed", " ".join(sys.orig_argv[1:]))
    sys.addaudithook(watch)
