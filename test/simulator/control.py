"""The control endpoints: how a test steers the simulator and looks into it.
No platform has anything like them."""

import datetime

from messages import json_response


class BadControl(Exception):
    """A control request that makes no sense; its text goes to the test."""


class Control:
    """Answers everything under /_control."""

    def __init__(self, simulator, platforms):
        self.simulator = simulator
        self.platforms = platforms      # name -> platform
        self.routes = {
            ("GET", "requests"): self.requests,
            ("POST", "reset"): self.reset,
            ("GET", "settings"): self.get_settings,
            ("POST", "settings"): self.settings,
            ("GET", "clock"): self.get_clock,
            ("POST", "clock"): self.clock,
            ("GET", "faults"): self.get_faults,
            ("POST", "faults"): self.faults,
            ("POST", "port"): self.port,
            ("GET", "world"): self.world,
            ("GET", "accounts"): self.accounts,
            ("POST", "bench"): self.bench,
            ("POST", "restate"): self.restate,
            ("POST", "change"): self.change,
        }

    def handle(self, request):
        """Returns the answer to a control request."""
        name = request.path[len("/_control"):].strip("/")
        # Every change sets a state, so PUT says the same as POST.
        method = "POST" if request.method == "PUT" else request.method
        route = self.routes.get((method, name))
        if route is None:
            return json_response(404, {"error": "no such control endpoint: "
                                       "%s %s" % (request.method,
                                                  request.path)})
        try:
            return json_response(200, route(request))
        except (BadControl, ValueError, KeyError, TypeError) as error:
            return json_response(400, {"error": "%s: %s" % (
                type(error).__name__, error)})

    @staticmethod
    def body_of(request, kind):
        """Returns the JSON body, which must be of a type."""
        value = request.json() if request.body else kind()
        if not isinstance(value, kind):
            raise BadControl("the body must be a JSON %s" % kind.__name__)
        return value

    def platform(self, request):
        """Returns the platform that the request names (default: google)."""
        return self.named(request.params.get("platform", "google"))

    def named(self, name):
        """Returns a platform by its name."""
        if name not in self.platforms:
            raise BadControl("no platform \"%s\"" % name)
        return self.platforms[name]

    def requests(self, request):
        """Lists the platform requests since a sequence number."""
        return self.simulator.log.since(int(request.params.get("since", 0)))

    def reset(self, request):
        """Clears log, faults, clock and settings; tokens if asked."""
        body = self.body_of(request, dict)
        simulator = self.simulator
        simulator.log.clear()
        simulator.faults.clear()
        simulator.clock.set(None)
        simulator.settings.reset()
        for platform in self.platforms.values():
            platform.reset()
            if body.get("tokens"):
                platform.revoke_tokens()
        return {}

    def get_settings(self, request):
        """Returns all settings."""
        return self.simulator.settings.as_dict()

    def settings(self, request):
        """Changes settings; revoke_access_tokens is an act, not a state."""
        changes = dict(self.body_of(request, dict))
        revoke = changes.pop("revoke_access_tokens", False)
        self.simulator.settings.change(changes)
        if revoke:
            for platform in self.platforms.values():
                platform.revoke_tokens()
        return self.simulator.settings.as_dict()

    def get_clock(self, request):
        """Returns the simulated time."""
        return {"now": self.simulator.clock.now().isoformat()}

    def clock(self, request):
        """Sets the simulated time; null goes back to the machine's."""
        body = self.body_of(request, dict)
        now = body["now"]
        if now is not None:
            now = datetime.datetime.fromisoformat(now.replace("Z", "+00:00"))
            if now.tzinfo is None:
                raise BadControl("the time needs a zone, such as Z")
        self.simulator.clock.set(now, body.get("running", False))
        return self.get_clock(request)

    def get_faults(self, request):
        """Returns what each fault rule saw."""
        return self.simulator.faults.report()

    def faults(self, request):
        """Replaces the fault rules."""
        self.simulator.faults.install(self.body_of(request, list))
        return self.simulator.faults.report()

    def port(self, request):
        """Opens another port, plain or secure, with the same behind it."""
        secure = self.body_of(request, dict).get("secure", False)
        return {"address": self.simulator.open_port(secure)}

    def world(self, request):
        """Returns the rows that a correct reader ends up with."""
        return self.platform(request).expected_rows(request.params)

    def accounts(self, request):
        """Lists the accounts with their local day."""
        return self.platform(request).list_accounts()

    def bench(self, request):
        """Makes the bench accounts answer from pre-rendered pages."""
        body = self.body_of(request, dict)
        sizes = {name: value for name, value in body.items()
                 if name != "platform"}
        return self.named(body.get("platform", "google")).start_bench(**sizes)

    def restate(self, request):
        """Lets a platform change numbers that it has told before."""
        body = self.body_of(request, dict)
        self.named(body.get("platform", "google")).restate(
            int(body["generation"]))
        return body

    def change(self, request):
        """Changes a setting on the platform's side, as somebody there would,
        and numbers with it."""
        body = self.body_of(request, dict)
        self.named(body.get("platform", "google")).change(
            body["account"], body["setting"], body["value"])
        return body
