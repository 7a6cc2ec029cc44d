"""Puts a Response on a connection, whole or damaged as a fault demands."""

import gzip
import os
import select
import socket
import struct
import time

from http.client import responses as REASONS

from faults import GATE_MS


class ConnectionSpent(Exception):
    """The connection was closed or left broken on purpose."""


def render_head(response, body_bytes, chunked=False):
    """Returns the status line and headers as bytes; without a length if
    body_bytes is None, so that the end of the connection ends the body."""
    lines = ["HTTP/1.1 %d %s" % (response.status,
                                 REASONS.get(response.status, "Unknown")),
             "Content-Type: %s" % response.content_type]
    lines += ["%s: %s" % pair for pair in response.headers]
    if chunked:
        lines.append("Transfer-Encoding: chunked")
    elif body_bytes is None:
        lines.append("Connection: close")
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


def damage(response, action):
    """Changes headers and packed body the way a fault demands."""
    if "add_headers" in action:
        response.headers += action["add_headers"].items()
    if "pad_headers" in action:
        response.headers.append(("X-Padding", "x" * action["pad_headers"]))
    if action.get("bad_gzip"):
        packed = response.body
        if not any(name == "Content-Encoding" for name, _ in response.headers):
            packed = gzip.compress(packed, 1)
            response.headers.append(("Content-Encoding", "gzip"))
        half = len(packed) // 2
        response.body = (packed[:half] + bytes([packed[half] ^ 0xff])
                         + packed[half + 1:])


def announced_length(body, action):
    """Returns the length that an answer's head tells, None for none."""
    if action.get("no_length"):
        return None
    return max(0, len(body) + action.get("length_off", 0))


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


def reset(connection):
    """Drops a connection so that the peer sees a reset, not an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))
    # closing by number: files of the handler still refer to the object
    os.close(connection.detach())


def send_damaged(connection, head, body, action):
    """Sends head and body the way a wire fault demands.  Returns if the
    answer was sent completely, else raises ConnectionSpent."""
    if "cut_head" in action:
        connection.sendall(head[:action["cut_head"]])
        raise ConnectionSpent()
    if action.get("close") == "after_headers":
        connection.sendall(head)
        raise ConnectionSpent()
    if "cut" in action:
        connection.sendall(head + body[:action["cut"]])
        raise ConnectionSpent()
    if "cut_lines" in action:
        lines = body.splitlines(keepends=True)[:action["cut_lines"]]
        connection.sendall(head + b"".join(lines))
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
    else:
        connection.sendall(head + body)
    if "no_length" in action or "length_off" in action:
        raise ConnectionSpent()


def send(connection, response, action, chunked=False):
    """Sends a response; `action` is the fault to apply, or an empty dict.
    Raises ConnectionSpent when the connection cannot be used again."""
    if "delay_ms" in action:
        time.sleep(action["delay_ms"] / 1000.0)
    if "gate" in action and not action["gate"].enter(
            action.get("gate_ms", GATE_MS)):
        raise ConnectionSpent()
    if response.finished is not None and not action:
        connection.sendall(response.finished)
        return
    damage(response, action)
    chunked = chunked and not ("no_length" in action or "length_off" in action)
    head = render_head(response, announced_length(response.body, action),
                       chunked)
    body = chunk(response.body) if chunked else response.body
    try:
        if action.get("close") == "before_headers":
            raise ConnectionSpent()
        send_damaged(connection, head, body, action)
    except ConnectionSpent:
        if action.get("reset"):
            reset(connection)
        raise
