#!/usr/bin/env python3
"""A loopback server that answers well, badly or not at all.

    net_server.py [CERTIFICATE KEY]

Prints one line of JSON with its ports when it is ready:
    http     plain
    https    with the certificate, if one is given
    deaf     takes connections, never says a word (a TLS handshake hangs here)
    rude     takes connections and hangs up at once
    full     listens, but its queue is full: connecting hangs
Ends when standard input does.

The path picks the behaviour, see ANSWERS.  /seen/NAME on the plain port says
how many requests for /NAME have arrived so far.
"""
import collections
import gzip
import json
import socket
import ssl
import sys
import threading
import time
import zlib

seen = collections.Counter()
connections = 0
lock = threading.Lock()


class Request:
    """One request, and the connection it came on."""

    def __init__(self, sock, number, served, line, headers, body):
        self.sock = sock
        self.connection = number
        self.served = served
        self.method, self.target, _ = line.split(" ", 2)
        self.path, _, self.query = self.target.partition("?")
        self.headers = headers
        self.body = body

    def send(self, data):
        self.sock.sendall(data)

    def answer(self, body, status="200 OK", headers=()):
        """Sends a whole answer."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def head(self, *headers):
        """Sends the head of an answer only."""
        self.send("\r\n".join(["HTTP/1.1 200 OK", *headers]).encode() + b"\r\n\r\n")

    def linger(self):
        """Keeps the connection open, silently, until the client closes it."""
        while self.sock.recv(4096):
            pass


def compressed(data):
    return gzip.compress(data, mtime=0)


def echo(r):
    body = {"method": r.method, "target": r.target, "headers": r.headers}
    body["body"] = r.body.decode("latin-1")
    r.answer(json.dumps(body).encode(), headers=["X-Answer: echo"])


def stall_body(r):
    r.head("Content-Length: 1000")
    r.send(b"x" * 500)
    r.linger()


def cut(r):
    r.head("Content-Length: 1000")
    r.send(b"x" * 500)
    return False


def cut_chunked(r):
    r.head("Transfer-Encoding: chunked")
    r.send(b"5\r\nhello\r\n")
    return False


def drip(r):
    r.head("Transfer-Encoding: chunked")
    while True:
        r.send(b"1\r\nx\r\n")
        time.sleep(0.01)


def drip_head(r):
    r.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        r.send(b"X-More: of the same\r\n")
        time.sleep(0.01)


def pour(r):
    """More than anybody wants, as fast as it goes."""
    block = b"x" * 1000000
    r.head(f"Content-Length: {10**12}")
    while True:
        r.send(block)


def big(r):
    """As many bytes as the query says, each telling its place."""
    left = int(r.query)
    block = bytes(range(1, 252)) * 1000
    r.head(f"Content-Length: {left}")
    while left > 0:
        r.send(block[:left])
        left -= len(block[:left])


def big_gzip(r):
    body = bytes(range(1, 252)) * (int(r.query) // 251 + 1)
    r.answer(compressed(body[: int(r.query)]), headers=["Content-Encoding: gzip"])


def two_members(r):
    body = compressed(b"first,") + compressed(b"second")
    r.answer(body, headers=["Content-Encoding: gzip"])


def head_cut(r):
    """The connection ends in the middle of a header."""
    r.send(b"HTTP/1.1 200 OK\r\nContent-Le")
    return False


def gzip_cut(r):
    """The promised length arrives, but it is half a stream."""
    body = compressed(b"1,2,3\n" * 10000)
    r.answer(body[: len(body) // 2], headers=["Content-Encoding: gzip"])


def gzip_bad(r):
    body = bytearray(compressed(b"a,b,c\n" * 100))
    body[len(body) // 2] ^= 0xFF
    r.answer(bytes(body), headers=["Content-Encoding: gzip"])


def gzip_slow(r):
    """A stream in pieces of one byte."""
    body = compressed(b"slowly")
    r.head("Content-Encoding: gzip", f"Content-Length: {len(body)}")
    for i in range(len(body)):
        r.send(body[i : i + 1])


def bomb(r):
    """As many mebibytes of nothing as the query says, in a thousandth, and at
    once: the same compressed block over and over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    mebibyte = bytes(1 << 20)
    start = packer.compress(mebibyte) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(mebibyte) + packer.flush(zlib.Z_FULL_FLUSH)
    blocks = block * 1000
    left = int(r.query)
    r.head("Content-Encoding: gzip", f"Content-Length: {left * len(block)}")
    r.send(start)
    while left > 0:
        r.send(blocks)
        left -= 1000


def header_flood(r):
    r.send(b"HTTP/1.1 200 OK\r\n")
    for i in range(100000):
        r.send(b"X-Header-%d: %s\r\n" % (i, b"x" * 80))


def redirect(r):
    r.answer(b"", "302 Found", [f"Location: http://{r.headers['Host']}/ok"])


def slow(r):
    time.sleep(0.3)
    r.answer(b"slow")


ANSWERS = {
    "/ok": lambda r: r.answer(b"ok"),
    "/empty": lambda r: r.answer(b"", "204 No Content"),
    "/echo": echo,
    "/connection": lambda r: r.answer(b"%d" % r.connection),
    "/slow": slow,
    "/unavailable": lambda r: r.answer(b"later", "503 Unavailable", ["Retry-After: 7"]),
    "/redirect": redirect,
    "/stall": Request.linger,
    "/stall_body": stall_body,
    "/cut": cut,
    "/cut_chunked": cut_chunked,
    "/hang_up": lambda r: False,
    "/drip": drip,
    "/drip_head": drip_head,
    "/pour": pour,
    "/big": big,
    "/big_gzip": big_gzip,
    "/two_members": two_members,
    "/head_cut": head_cut,
    "/head_nul": lambda r: r.answer(b"", headers=["X-Note: a\0b"]),
    "/gzip_cut": gzip_cut,
    "/gzip_bad": gzip_bad,
    "/gzip_slow": gzip_slow,
    "/gzip_empty": lambda r: r.answer(b"", headers=["Content-Encoding: gzip"]),
    "/brotli": lambda r: r.answer(b"???", headers=["Content-Encoding: br"]),
    "/bomb": bomb,
    "/header_flood": header_flood,
}


def read_request(sock, stream, number, served):
    """Reads one request; None at the end of the connection."""
    line = stream.readline().decode("latin-1").strip()
    if not line:
        return None
    headers = {}
    while True:
        header = stream.readline().decode("latin-1").strip()
        if not header:
            break
        name, _, value = header.partition(":")
        headers[name] = value.strip()
    body = stream.read(int(headers.get("Content-Length", 0)))
    return Request(sock, number, served, line, headers, body)


def serve(sock, number):
    """Answers the requests of one connection."""
    stream = sock.makefile("rb")
    served = 0
    while True:
        request = read_request(sock, stream, number, served)
        if request is None:
            return
        served += 1
        with lock:
            seen[request.path] += 1
        if request.path.startswith("/seen/"):
            request.answer(b"%d" % seen[request.path[5:]])
        elif ANSWERS[request.path](request) is False:
            return


def converse(sock, context):
    """Serves one connection; whatever goes wrong on it ends it."""
    global connections
    with lock:
        connections += 1
        number = connections
    try:
        if context is not None:
            sock = context.wrap_socket(sock, server_side=True)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        serve(sock, number)
    except OSError:
        pass
    finally:
        sock.close()


def listener(backlog=128):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    sock.listen(backlog)
    return sock


def spawn(target, *args):
    threading.Thread(target=target, args=args, daemon=True).start()


def accept(sock, handle):
    """Hands each connection to a thread of its own."""
    while True:
        spawn(handle, sock.accept()[0])


def deaf(sock):
    """Counts as /deaf who speaks to it."""
    if sock.recv(4096):
        with lock:
            seen["/deaf"] += 1
    while sock.recv(4096):
        pass
    sock.close()


def fill(sock):
    """Fills a listener's queue; returns what must stay open."""
    fillers = []
    for _ in range(8):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(sock.getsockname())
        fillers.append(filler)
    return fillers


def main():
    context = None
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
    ports = {}
    handlers = {
        "http": lambda sock: converse(sock, None),
        "https": lambda sock: converse(sock, context),
        "deaf": deaf,
        "rude": lambda sock: sock.close(),
    }
    for name, handle in handlers.items():
        sock = listener()
        ports[name] = sock.getsockname()[1]
        spawn(accept, sock, handle)
    full = listener(0)
    ports["full"] = full.getsockname()[1]
    fillers = fill(full)
    print(json.dumps(ports), flush=True)
    sys.stdin.read()
    del fillers


main()
