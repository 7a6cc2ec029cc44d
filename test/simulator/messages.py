"""The two values that pass between the HTTP server and a platform.

A platform receives a Request and answers with a Response.  It never sees a
socket, so everything that goes wrong on the wire is the server's business.
"""

import json
import urllib.parse


class Request:
    """One HTTP request, read completely; header names are lower case."""

    def __init__(self, method, target, headers, body, base_url):
        self.method = method
        self.target = target
        self.path, _, query_string = target.partition("?")
        self.params = dict(
            urllib.parse.parse_qsl(query_string, keep_blank_values=True))
        self.headers = headers
        self.body = body
        self.base_url = base_url

    def header(self, name):
        """Returns a header's value, or None when it was not sent."""
        return self.headers.get(name)

    def json(self):
        """Returns the body as JSON; raises ValueError if it is none."""
        return json.loads(self.body.decode("utf-8"))


class Response:
    """What a platform answers: status, headers, body and, for the log, the
    number of report rows in the body.

    `finished` holds a complete HTTP response (head and body) that was
    rendered before; when it is set nothing else of the object is looked at
    except `rows` and `status`.
    """

    def __init__(self, status, body=b"", content_type="application/json; "
                 "charset=UTF-8", headers=(), rows=0, finished=None):
        self.status = status
        self.body = body.encode("utf-8") if isinstance(body, str) else body
        self.content_type = content_type
        self.headers = list(headers)
        self.rows = rows
        self.finished = finished


def json_response(status, value, headers=()):
    """Returns a Response whose body is `value` as JSON."""
    return Response(status, json.dumps(value, ensure_ascii=False),
                    headers=headers)


def html_response(status, title, text):
    """Returns the kind of HTML page a front-end server answers with."""
    page = ("<!DOCTYPE html>\n<html lang=en>\n<title>%s</title>\n"
            "<p><b>%d.</b> %s</p>\n</html>\n" % (title, status, text))
    return Response(status, page, "text/html; charset=UTF-8")
