"""Puts a Response on a connection, whole or damaged as a fault demands."""

import gzip
import select
import socket
import time

from http.client import responses as REASONS

from faults import GATE_MS


class ConnectionSpent(Exception):
    """The connection was closed or left broken on purpose."""


def render_head(response, body_bytes, chunked=False):
    """Returns the status line and headers as bytes."""
    lines = ["HTTP/1.1 %d %s" % (response.status,
                                 REASONS.get(response.status, "Unknown")),
             "Content-Type: %s" % response.content_type]
    lines += ["%s: %s" % pair for pair in response.headers]
    if chunked:
        lines.append("Transfer-Encoding: chunked")
    else:
        lines.append("Content-Length: %d" % body_bytes)
    # Latin-1, so that a fault can send any byte.
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def compress(response, accept_encoding, settings):
    """Compresses the body in place if the client takes gzip and the settings
    allow it."""
    encoded = any(name == "Content-Encoding" for name, _ in response.headers)
    if (encoded or not settings["gzip"]
            or "gzip" not in (accept_encoding or "")
            or len(response.body) < settings["gzip_min_bytes"]):
        return
    response.body = gzip.compress(response.body, 1)
    response.headers += [("Content-Encoding", "gzip"),
                         ("Vary", "Accept-Encoding")]


def chunk(body, size=16000):
    """Returns the body in the chunked transfer coding, last chunk included.
    The size is no power of two so that chunk borders fall anywhere."""
    parts = []
    for start in range(0, len(body), size):
        piece = body[start:start + size]
        parts += [b"%x\r\n" % len(piece), piece, b"\r\n"]
    parts.append(b"0\r\n\r\n")
    return b"".join(parts)


def hold_open(connection):
    """Says nothing until the peer closes the connection."""
    connection.settimeout(None)
    try:
        while True:
            select.select([connection], [], [], 1.0)
            connection.settimeout(0.1)
            try:
                if not connection.recv(4096):
                    break
            except socket.timeout:
                continue
    except (OSError, ValueError):
        pass
    raise ConnectionSpent()


def send_damaged(connection, head, body, action):
    """Sends head and body the way a wire fault demands.  Returns if the
    answer was sent completely, else raises ConnectionSpent."""
    if action.get("close") == "after_headers":
        connection.sendall(head)
        raise ConnectionSpent()
    if "cut" in action:
        connection.sendall(head + body[:action["cut"]])
        raise ConnectionSpent()
    if "stall_after" in action:
        connection.sendall(head + body[:action["stall_after"]])
        hold_open(connection)
    if "drip" in action:
        size, pause_ms = action["drip"]
        connection.sendall(head)
        for start in range(0, len(body), size):
            connection.sendall(body[start:start + size])
            time.sleep(pause_ms / 1000.0)
        return
    connection.sendall(head + body)


def send(connection, response, action, chunked=False):
    """Sends a response; `action` is the fault to apply, or an empty dict.
    Raises ConnectionSpent when the connection cannot be used again."""
    if "delay_ms" in action:
        time.sleep(action["delay_ms"] / 1000.0)
    if "gate" in action and not action["gate"].enter(
            action.get("gate_ms", GATE_MS)):
        raise ConnectionSpent()
    if action.get("close") == "before_headers":
        raise ConnectionSpent()
    if response.finished is not None and not action:
        connection.sendall(response.finished)
        return
    head = render_head(response, len(response.body), chunked)
    body = chunk(response.body) if chunked else response.body
    send_damaged(connection, head, body, action)
