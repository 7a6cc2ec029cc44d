"""What a user's own program for the platform comes down to."""

import http.client
import json
import urllib.parse
import urllib.request

MANAGER = "9876543210"
CREDENTIALS = {
    "grant_type": "refresh_token",
    "client_id": "sample-client.apps.googleusercontent.com",
    "client_secret": "sample-secret",
    "refresh_token": "1//sample-refresh"}


def find_key(value, key):
    """Returns the first value of a key in a document, None without one."""
    if isinstance(value, dict):
        if key in value:
            return value[key]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            found = find_key(item, key)
            if found is not None:
                return found
    return None


def escape(value):
    """A value as COPY reads it in its text format."""
    if value is None:
        return "\\N"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace(
        "\n", "\\n").replace("\r", "\\r")


def copy_lines(body, paths):
    """Makes the lines of COPY from a page."""
    for row in json.loads(body)["results"]:
        values = []
        for parent, name in paths:
            values.append(escape(row.get(parent, {}).get(name)))
        yield "\t".join(values) + "\n"


class Client:
    """Fetches the pages of one query."""

    def __init__(self, url, query, token_url):
        self.url = url
        self.query = query
        self.tokens = []        # of all pages, None for the first
        data = urllib.parse.urlencode(CREDENTIALS).encode()
        with urllib.request.urlopen(token_url, data) as answer:
            access = json.load(answer)["access_token"]
        self.headers = {"Authorization": "Bearer " + access,
                        "Content-Type": "application/json",
                        "login-customer-id": MANAGER}

    def body(self, token):
        """The body of a request for a page."""
        body = {"query": self.query}
        if token:
            body["pageToken"] = token
        return json.dumps(body)

    def pages(self):
        """Yields the bodies of all pages."""
        parts = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.netloc)
        token, self.tokens = None, []
        while True:
            self.tokens.append(token)
            connection.request("POST", parts.path, self.body(token),
                               self.headers)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError("%d %s" % (answer.status, body[:2000]))
            yield body
            # The token stands ahead of or behind the rows; no need to parse.
            at = body.rfind(b'"nextPageToken"')
            if at < 0:
                break
            token = body[at:].split(b'"', 4)[3].decode()
        connection.close()

    def curl_request(self, token, output):
        """A page's request in the form of curl's configuration file."""
        lines = ["url = %s" % json.dumps(self.url), "compressed",
                 "data-binary = %s" % json.dumps(self.body(token)),
                 "output = %s" % json.dumps(output)]
        lines += ["header = %s" % json.dumps("%s: %s" % header)
                  for header in self.headers.items()]
        return "\n".join(lines)
