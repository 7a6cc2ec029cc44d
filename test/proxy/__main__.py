"""A proxy before the simulator that damages answers: `python3 test/proxy --to URL`.

Each answer is damaged with a probability, in a way that is drawn from a seed, the
request and how often it came, so that the order in which requests arrive changes
nothing.  Prints its own URL in a line of JSON and serves, with --until-eof, until its
standard input ends.

    PUT /_proxy {"seed": 7, "rate": 0.5}   a new seed; forgets what was done
    GET /_proxy                            what was done: [[path, mutation], ...]
"""

import argparse
import collections
import http.client
import http.server
import json
import random
import signal
import sys
import threading
import urllib.parse

import other_requests
from mutations import Answer, mutate

# How often an answer is another one's, of those that are damaged.
OTHER = 0.1

HOP_BY_HOP = ("connection", "transfer-encoding", "content-length", "keep-alive", "date", "server")


class State:
    """What all connections share."""

    def __init__(self, target):
        self.target = urllib.parse.urlsplit(target)
        self.lock = threading.Lock()
        self.start(0, 0)

    def start(self, seed, rate):
        """Begins anew with a seed."""
        with self.lock:
            self.seed, self.rate = seed, rate
            self.seen = collections.Counter()
            self.done = []

    def generator(self, request):
        """Returns the random generator of a request, which depends on what it asks
        and how often it came."""
        with self.lock:
            self.seen[request] += 1
            return random.Random("%s %s %s" % (self.seed, self.seen[request], request))


class Handler(http.server.BaseHTTPRequestHandler):
    """Hands a request on, and its answer back."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format, *args):
        pass

    def handle_any(self):
        """Answers a request."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/_proxy":
            self.send(self.control(body))
            return
        answer = self.ask(self.path, body)
        if not self.path.startswith("/_control"):
            answer = self.damage(body, answer)
        self.send(answer)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def damage(self, body, answer):
        """Returns the answer, damaged if it is its turn; writes down what was done."""
        state = self.server.state
        rng = state.generator("%s %s %s" % (self.command, self.path, body.decode("latin-1")))
        if rng.random() >= state.rate:
            return answer
        name = None
        if rng.random() < OTHER:
            name, answer = self.of_another(rng, body, answer)
        name = name or mutate(rng, answer)
        with state.lock:
            state.done.append([self.path.partition("?")[0], name, answer.status,
                               answer.body[:2000].decode("latin-1")])
        return answer

    def of_another(self, rng, body, answer):
        """Returns the answer of another request and what that is; without one, None and
        the answer."""
        kind = rng.choice(other_requests.ALL)
        asked = kind(rng, self.path, body, self.accounts)
        if asked:
            other = self.ask(*asked)
            if other_requests.has_rows(other):
                return kind.__name__, other
        return None, answer

    def accounts(self, platform):
        """Returns the accounts of a platform that the token may read."""
        listed = json.loads(self.ask("/_control/accounts?platform=" + platform, b"").body)
        return sorted(account["id"] for account in listed)

    def control(self, body):
        """Sets the seed, or returns what was done."""
        state = self.server.state
        if self.command == "PUT":
            wanted = json.loads(body)
            state.start(wanted["seed"], wanted["rate"])
        with state.lock:
            return Answer(200, [], json.dumps(state.done).encode())

    def ask(self, path, body):
        """Returns the simulator's own answer."""
        target = self.server.state.target
        connection = http.client.HTTPConnection(target.hostname, target.port, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in (
            "accept-encoding", "connection", "host", "content-length")}
        host = (self.headers.get("Host") or "127.0.0.1").partition(":")[0]
        headers["Host"] = "%s:%d" % (host, target.port)
        command = "GET" if path.startswith("/_control/accounts") else self.command
        connection.request(command, path, body or None, headers)
        response = connection.getresponse()
        here = [(self.at_home(value) if name.lower() == "location" else value, name) for name, value in
                response.getheaders() if name.lower() not in HOP_BY_HOP]
        answer = Answer(response.status, [(name, value) for value, name in here],
                        self.at_home(response.read().decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape"))
        connection.close()
        return answer

    def at_home(self, text):
        """Returns a text with the simulator's addresses replaced by ours."""
        theirs, ours = self.server.state.target.port, self.server.server_address[1]
        for host in ("127.0.0.1", "localhost"):
            for colon in (":", "%3A"):
                text = text.replace("%s%s%d" % (host, colon, theirs), "%s%s%d" % (host, colon, ours))
        return text

    def send(self, answer):
        """Puts an answer on the connection, whole or not."""
        self.close_connection = answer.declared is not None or answer.breaks_off is not None or not answer.ends
        head = ["HTTP/1.1 %d X" % answer.status] + ["%s: %s" % pair for pair in answer.headers]
        if answer.chunks:
            head.append("Transfer-Encoding: chunked")
        elif not any(name == "Content-Length" for name, _ in answer.headers):
            head.append("Content-Length: %d" % (len(answer.body) if answer.declared is None else answer.declared))
        else:
            self.close_connection = True
        body = answer.body[:answer.breaks_off]
        if answer.chunks:
            body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (
                body[at:at + answer.chunks] for at in range(0, len(body), answer.chunks)))
            body += b"0\r\n\r\n" if answer.ends else b""
        self.connection.sendall(("\r\n".join(head) + "\r\n\r\n").encode("latin-1", "replace") + body)


class Server(http.server.ThreadingHTTPServer):
    """The proxy's socket."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """Says nothing of clients that have gone away."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def main():
    """Runs the proxy to its end."""
    parser = argparse.ArgumentParser(prog="proxy")
    parser.add_argument("--to", required=True, metavar="URL", help="the simulator")
    parser.add_argument("--until-eof", action="store_true")
    arguments = parser.parse_args()
    server = Server(("127.0.0.1", 0), Handler)
    server.state = State(arguments.to)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"http": "http://127.0.0.1:%d" % server.server_address[1]}), flush=True)
    if not arguments.until_eof:
        signal.pause()
    while sys.stdin.buffer.read(4096):
        pass


if __name__ == "__main__":
    main()
