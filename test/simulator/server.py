"""The HTTP core: threads, keep-alive, TLS, and one path for every request.

A request is read whole, logged, answered by the platform that owns its path
(or by a fault in its stead), held back, compressed and sent.  HTTP and HTTPS
listeners share everything behind the socket.
"""

import http.server
import socket
import ssl
import sys
import threading
import time
import traceback

import faults
import wire
from messages import Request, Response, html_response

MAX_BODY_BYTES = 64 << 20


class Simulator:
    """All state behind the listeners.

    `platforms` is a list of objects with
        owns(path)                   -> bool
        describe(request)            -> dict for log and fault matching
        handle(request, info, fault) -> Response
        error_response(info, fault)  -> Response for an "error" fault
    and, for the control endpoints,
        name, list_accounts(), expected_rows(params), reset(),
        revoke_tokens(), start_bench(pages, rows, accounts),
        change(account, setting, value), restate(number)
    Which platform a request is for is told by its path alone.
    `control` answers everything under /_control.
    """

    def __init__(self, clock, settings, log, fault_book):
        self.clock = clock
        self.settings = settings
        self.log = log
        self.faults = fault_book
        self.platforms = []
        self.tls = None         # contexts of secure listeners
        self.control = None
        self.verbose = False

    def open_port(self, secure):
        """Opens another port, which a fault may close for a while or give a
        strange certificate; returns its address."""
        listener = Listener(0, self, self.tls if secure else None)
        listener.start()
        return listener.base_url

    def platform_of(self, path):
        """Returns the platform that owns a path, or None."""
        for platform in self.platforms:
            if platform.owns(path):
                return platform
        return None


class Handler(http.server.BaseHTTPRequestHandler):
    """Reads requests off one connection and answers them in order."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        if self.server.tls is not None:
            self.request.settimeout(20)
            self.request = self.server.take_tls().wrap_socket(
                self.request, server_side=True)
            self.request.settimeout(None)
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self):
        self.server.connections.discard(self.connection)
        super().finish()
        if self.server.tls is not None:
            # The listener only knows the socket under the TLS one, which
            # wrapping emptied.
            self.connection.close()

    def log_message(self, format, *args):
        if self.server.simulator.verbose:
            sys.stderr.write("%s\n" % (format % args))

    def read_request(self):
        """Returns the request as a value, body included, or None if it is
        too large to be one of ours."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_BYTES:
            return None
        body = self.rfile.read(length) if length else b""
        # A header that was sent twice shows both values.
        headers = {name.lower(): ", ".join(self.headers.get_all(name))
                   for name in self.headers.keys()}
        return Request(self.command, self.path, headers, body,
                       self.server.base_url)

    def answer(self):
        """Answers one request; closes the connection after a wire fault."""
        request = self.read_request()
        try:
            if request is None:
                raise wire.ConnectionSpent()
            if request.path.startswith("/_control"):
                response = self.server.simulator.control.handle(request)
                wire.send(self.connection, response, {})
            else:
                self.answer_platform(request)
        except (wire.ConnectionSpent, OSError):
            self.close_connection = True
        except Exception:
            # A defect of the simulator itself must be seen in the test.
            traceback.print_exc()
            wire.send(self.connection, Response(
                500, "simulator defect: " + traceback.format_exc(),
                "text/plain; charset=UTF-8"), {})

    def answer_platform(self, request):
        """Answers a platform request and keeps its log entry up to date."""
        simulator = self.server.simulator
        platform = simulator.platform_of(request.path)
        info = dict(method=request.method, path=request.path)
        if platform is not None:
            info.update(platform.describe(request))
        action = simulator.faults.pick(info)
        entry = simulator.log.begin(
            user_agent=request.header("user-agent"),
            accept_encoding=request.header("accept-encoding"), **info)
        entry["fault"] = action or None
        ready_at = time.monotonic() + simulator.settings["delay_ms"] / 1000.0
        try:
            response = self.make_response(platform, request, info, action)
            # What making it took counts: the delay is the platform's latency.
            time.sleep(max(0.0, ready_at - time.monotonic()))
            entry["status"], entry["rows"] = response.status, response.rows
            if response.finished is not None and not action:
                entry["wire_bytes"] = entry["bytes"] = len(response.body)
                wire.send(self.connection, response, action)
                return
            entry["bytes"] = len(response.body)
            wire.compress(response, request.header("accept-encoding"),
                          simulator.settings)
            entry["wire_bytes"] = len(response.body)
            self.turn_away(action)
            wire.send(self.connection, response, action,
                      simulator.settings["chunked"])
        finally:
            entry["done"] = True

    def turn_away(self, action):
        """Changes what becomes of the port's next connections: for a while
        nobody listens, or they meet a strange certificate.  None of those
        that are open goes on after the answer."""
        if "deaf_ms" not in action and "strange_certificates" not in action:
            return
        self.server.strange += action.get("strange_certificates", 0)
        if "deaf_ms" in action:
            self.server.pause(action["deaf_ms"] / 1000.0)
        self.server.drop_connections(but=self.connection)
        self.close_connection = True

    def make_response(self, platform, request, info, action):
        """Returns the platform's answer, or the fault's in its place."""
        response = None
        if "echo" in action:
            response = faults.echoing_response(action, request)
        response = response or faults.replacing_response(action)
        if response is None and platform is None:
            response = html_response(404, "Error 404 (Not Found)!!1",
                                     "That's an error. The requested URL was "
                                     "not found on this server.")
        if response is None and "error" in action:
            response = platform.error_response(info, action)
        if response is None:
            response = platform.handle(request, info, action)
            if action:
                response.body = faults.change_body(bytes(response.body),
                                                   action)
        return response

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer


class Listener(http.server.ThreadingHTTPServer):
    """A listening socket on 127.0.0.1; TLS when contexts are given, of which
    the second has a certificate that nobody trusts."""

    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, port, simulator, tls=None):
        super().__init__(("127.0.0.1", port), Handler)
        self.simulator = simulator
        self.tls = tls
        self.strange = 0        # connections that meet the second certificate
        self.connections = set()
        self.base_url = "%s://127.0.0.1:%d" % (
            "https" if tls else "http", self.server_address[1])

    def handle_error(self, request, client_address):
        """Prints a defect of the simulator; stays silent about clients that
        went away or failed the handshake."""
        error = sys.exc_info()[1]
        if isinstance(error, (ssl.SSLError, OSError)):
            return
        super().handle_error(request, client_address)

    def take_tls(self):
        """Returns the context of a new connection."""
        if self.strange <= 0:
            return self.tls[0]
        self.strange -= 1
        return self.tls[1]

    def drop_connections(self, but):
        """Ends all connections but one."""
        for connection in list(self.connections):
            if connection is not but:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def pause(self, seconds):
        """Stops listening for a while; returns when it has begun."""
        self.shutdown()
        self.socket.close()
        timer = threading.Timer(seconds, self.resume)
        timer.daemon = True
        timer.start()

    def resume(self):
        """Listens again, on the same port."""
        self.socket = socket.socket(self.address_family, self.socket_type)
        self.server_bind()
        self.server_activate()
        self.start()

    def start(self):
        """Serves in a thread of its own."""
        threading.Thread(target=self.serve_forever, daemon=True,
                         kwargs={"poll_interval": 0.2}).start()


class StallListener:
    """A port that accepts connections and never says a word: a TLS
    handshake or a first byte waited for there never comes."""

    def __init__(self):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(256)
        self.port = self._socket.getsockname()[1]
        self._held = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            # The reference keeps the connection open.
            self._held.append(self._socket.accept()[0])
