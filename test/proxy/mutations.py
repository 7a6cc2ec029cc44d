"""Damages answers: each mutation takes a random generator and an Answer, changes the
answer, and returns whether it could.

What comes of it either says the same as before, or is something that a receiver can
notice.  A digit that is flipped within a number, a row that is missing between two
others: nobody can tell these from the truth, so no mutation makes them.
"""

import gzip
import json

import csv_mutations
import json_mutations


class Answer:
    """An answer of the platform.  `declared` is the length that its header says,
    None for the true one; `breaks_off` ends the connection after so many bytes;
    `chunks` sends pieces of that size, and `ends` is false if the last one does not
    come."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body
        self.declared = None
        self.breaks_off = None
        self.chunks = None
        self.ends = True

    def is_json(self):
        """Returns whether the body is a JSON document."""
        return parses(self.body)

    def is_csv(self):
        """Returns whether the body is a report as comma-separated values."""
        return b"," in self.body.split(b"\n")[0] and self.body[:1] not in (b"{", b"[", b"<")


def parses(body):
    """Returns whether bytes are JSON to a reader who minds the rules."""
    def refuse(name):
        raise ValueError(name)
    try:
        json.loads(body.decode("utf-8"), parse_constant=refuse)
        return b"\0" not in body
    except (ValueError, RecursionError):
        return False


# On the wire.

def cut(rng, answer):
    """The connection ends early."""
    answer.breaks_off = rng.randrange(len(answer.body)) if answer.body else None
    return bool(answer.body)


def last_chunk_missing(rng, answer):
    """Chunks without the last one, and perhaps without some before it."""
    answer.chunks = rng.choice((1, 100, 4000)) if len(answer.body) < 20000 else 4000
    answer.ends = False
    answer.breaks_off = rng.choice((None, len(answer.body) // 2))
    return bool(answer.body)


def chunked(rng, answer):
    """Chunks in place of a length."""
    answer.chunks = rng.choice((7, 1000, 1 << 20)) if len(answer.body) < 20000 else 1 << 14
    return True


def wrong_length(rng, answer):
    """A length beyond the body's, after which the connection ends; in JSON, below
    it, too: a table that is cut after a row is a table."""
    size = len(answer.body)
    if size < 2:
        return False
    if answer.is_json() and rng.random() < 0.5:
        answer.declared = rng.randrange(1, size)
        return not parses(answer.body[:answer.declared])
    answer.declared = size + rng.randrange(1, 1000)
    return True


def bad_gzip(rng, answer):
    """A compressed body with a byte changed, cut off, or none at all."""
    packed = bytearray(gzip.compress(answer.body, 1))
    kind = rng.randrange(3)
    if kind == 0:
        # Not in the header, whose time and system mean nothing.
        packed[rng.randrange(10, len(packed))] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del packed[rng.randrange(10, len(packed)):]
    else:
        packed = bytearray(answer.body or b"x")
    answer.body = bytes(packed)
    answer.headers.append(("Content-Encoding", "gzip"))
    return True


def good_gzip(rng, answer):
    """A compressed body, in one member or two."""
    at = rng.randrange(len(answer.body) + 1)
    answer.body = gzip.compress(answer.body, 1) if rng.random() < 0.8 else (
        gzip.compress(answer.body[:at], 1) + gzip.compress(answer.body[at:], 1))
    answer.headers.append(("Content-Encoding", "gzip"))
    return True


# The head.

def other_status(rng, answer):
    """Another status over the same body."""
    answer.status = rng.choice((201, 202, 203, 206, 226, 300, 304, 400, 401, 403, 404,
                                409, 410, 416, 418, 429, 499, 500, 502, 503, 504, 520,
                                599, 600, 999))
    return True


def no_content(rng, answer):
    """No body under a status that needs none."""
    answer.status, answer.body = rng.choice((200, 204, 205)), b""
    return True


def odd_header(rng, answer):
    """A header more that no client asked for."""
    answer.headers.append(rng.choice((
        ("Retry-After", "soon"), ("Retry-After", "-5"), ("x-app-usage", "{]"),
        ("x-business-use-case-usage", '{"1":[{"type":7}]}'), ("request-id", "\xff\xfe" * 20),
        ("Content-Type", "image/png"), ("Set-Cookie", "a" * 5000), ("X-Long", "b" * 20000),
        ("Connection", "close"), ("Content-Length", "nonsense"), ("Content-Length", "-1"),
        ("Content-Encoding", "br"), ("Content-Encoding", "x-unknown, gzip"),
        ("Transfer-Encoding", "identity, nonsense"), ("Location", "http://127.0.0.1:9/"),
        ("", "no name"), ("A b\x01", "\x02"))))
    return True


def no_headers(rng, answer):
    """None of the platform's own headers."""
    answer.headers[:] = []
    return answer.status == 200


# The body as bytes.

def _kept_if_broken(answer, body):
    # A change that leaves JSON may be one that nobody could notice.
    if not answer.is_json() or parses(body):
        return False
    answer.body = body
    return True


def flipped_bytes(rng, answer):
    """Bits of some bytes are flipped, so that it is JSON no more."""
    body = bytearray(answer.body)
    for _ in range(rng.choice((1, 1, 2, 20))):
        if body:
            body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
    return _kept_if_broken(answer, bytes(body))


def piece_twice(rng, answer):
    """A piece comes twice, or not at all, or elsewhere."""
    body = answer.body
    start = rng.randrange(len(body) + 1)
    end = min(len(body), start + rng.choice((1, 3, 50, 1000)))
    other = rng.randrange(len(body) + 1)
    return _kept_if_broken(answer, rng.choice((
        body[:end] + body[start:], body[:start] + body[end:],
        body[:other] + body[start:end] + body[other:])))


def foreign_body(rng, answer):
    """Another document in the body's place."""
    answer.body = rng.choice((
        b"", b" ", b"{}", b"[]", b"null", b"5", b'"text"', b"<html><body>busy</body></html>",
        b"\xef\xbb\xbf", b"\xff\xfe{\0}\0", b"{" * 5000, b"[" * 100000, b'{"a":' * 3000,
        b'{"error":', b'{"error":{}}', b'{"error":"no"}', b'{"message":"no"}', b"\0" * 100,
        b"Service Unavailable"))
    return True


def garbage_behind(rng, answer):
    """Something stands behind the document."""
    return _kept_if_broken(answer, answer.body + rng.choice((
        b"}", b"]", b"x", b"\0", b"\xff", answer.body, b"{}", b",")))


ANY = (cut, last_chunk_missing, chunked, wrong_length, bad_gzip, good_gzip, other_status,
       no_content, odd_header, no_headers, flipped_bytes, piece_twice, foreign_body,
       garbage_behind)


def mutate(rng, answer):
    """Damages an answer in one way; returns its name, or None if none was found."""
    for _ in range(20):
        kinds = ANY
        if answer.status == 200 and rng.random() < 0.6:
            if answer.is_json():
                kinds = json_mutations.ALL
            elif answer.is_csv():
                kinds = csv_mutations.ALL
        kind = rng.choice(kinds)
        trial = Answer(answer.status, list(answer.headers), answer.body)
        if kind(rng, trial):
            answer.__dict__.update(trial.__dict__)
            return kind.__name__
    return None
