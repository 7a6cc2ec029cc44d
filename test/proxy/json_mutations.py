"""Mutations of JSON documents by their structure."""

import json


class Members(list):
    """An object as a list of [name, value], so that a name may come twice."""


# What each row of a platform has, and what its value may not be.
NUMBERS = ("impressions", "clicks", "costMicros", "conversions", "spend", "interactions")
DAYS = ("date", "date_start")


def read(body):
    """Returns a body's document."""
    return json.loads(body.decode("utf-8"), parse_int=Number, parse_float=Number,
                      object_pairs_hook=lambda pairs: Members(map(list, pairs)))


class Number(str):
    """A number as it was written."""


def write(value):
    """Returns a document as text."""
    if isinstance(value, Members):
        return "{%s}" % ",".join("%s:%s" % (
            name if isinstance(name, Number) else json.dumps(name, ensure_ascii=False),
            write(member)) for name, member in value)
    if isinstance(value, list):
        return "[%s]" % ",".join(map(write, value))
    return value if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def objects(value, found=None):
    """Returns all objects of a document."""
    found = [] if found is None else found
    if isinstance(value, Members):
        found.append(value)
    for item in [member for _, member in value] if isinstance(value, Members) else (
            value if isinstance(value, list) else ()):
        objects(item, found)
    return found


def rows(document):
    """Returns the rows of a page."""
    lists = [value for name, value in document if name in ("results", "data")] if (
        isinstance(document, Members)) else []
    return [row for value in lists if isinstance(value, list) for row in value]


def members(document, names=None):
    """Returns all (object, member) of a document, or those of some names."""
    return [(obj, member) for obj in objects(document) for member in obj
            if names is None or member[0] in names]


def structural(change):
    """A mutation from a change of the document."""
    def mutation(rng, answer):
        document = read(answer.body)
        if not change(rng, document):
            return False
        answer.body = write(document).encode("utf-8", "surrogatepass")
        return True
    mutation.__name__ = change.__name__
    mutation.__doc__ = change.__doc__
    return mutation


def pick(rng, found):
    """Returns one of a list, or a pair of None."""
    return rng.choice(found) if found else (None, None)


@structural
def unknown_member(rng, document):
    """A member that no report has: says the same.  Not deep in a row, where it may
    be part of a value."""
    found = [obj for obj in [document] + rows(document) if isinstance(obj, Members)]
    if not found:
        return False
    value = rng.choice((Number("1"), None, True, "x" * 3000, Members(), [[]],
                        Members([["results", []], ["data", [Members()]]])))
    obj = rng.choice(found)
    obj.insert(rng.randrange(len(obj) + 1), ["unknown_member", value])
    return True


@structural
def other_order(rng, document):
    """Members in another order: says the same."""
    for obj in objects(document):
        rng.shuffle(obj)
    return True


@structural
def escaped_name(rng, document):
    """A name with its letters escaped: says the same."""
    _, member = pick(rng, [(obj, m) for obj, m in members(document) if m[0]])
    if member is None:
        return False
    at = rng.randrange(len(member[0]))
    member[0] = Number('"%s"' % "".join(
        "\\u%04x" % ord(c) if i >= at and ord(c) < 0x10000 else json.dumps(c)[1:-1]
        for i, c in enumerate(member[0])))
    return True


@structural
def member_twice(rng, document):
    """A member twice, with the same value: says the same."""
    obj, member = pick(rng, members(document))
    if member is None:
        return False
    obj.insert(rng.randrange(len(obj) + 1), list(member))
    return True


@structural
def member_twice_differently(rng, document):
    """A number or a day twice, with two values."""
    obj, member = pick(rng, members(document, NUMBERS + DAYS))
    if member is None:
        return False
    obj.insert(rng.randrange(len(obj) + 1), [member[0], "1999-01-01" if member[0] in DAYS else "987654321"])
    return True


@structural
def other_type(rng, document):
    """A number or a day of a type that it never has."""
    _, member = pick(rng, members(document, NUMBERS + DAYS))
    if member is None:
        return False
    member[1] = rng.choice((True, False, Members(), [], [Number("1")], Members([["value", Number("1")]])))
    return True


@structural
def no_number(rng, document):
    """A number that is none."""
    _, member = pick(rng, members(document, NUMBERS))
    if member is None:
        return False
    member[1] = rng.choice(("", " ", "x", "12abc", "NaN", "Infinity", "-Infinity", "inf", "--1", "1,000",
                            "0x10", "1e", "1_000", "１２", "1\n2", "\ud800"))
    return True


@structural
def beyond_range(rng, document):
    """A count beyond what its type can hold."""
    _, member = pick(rng, members(document, ("impressions", "clicks", "interactions")))
    if member is None:
        return False
    member[1] = rng.choice(("9223372036854775808", "-9223372036854775809", "1" * 400, Number("1e30")))
    return True


@structural
def other_day(rng, document):
    """A row of a day that was not asked for, of none, or of no day."""
    obj, member = pick(rng, members(document, DAYS))
    if member is None:
        return False
    if rng.random() < 0.3:
        obj.remove(member)
    else:
        member[1] = rng.choice(("1999-01-01", "2026-02-30", "", "yesterday", "infinity",
                                "20261110", None, "\ud800"))
    return True


@structural
def broken_text(rng, document):
    """A text with what no text may hold, in place of another."""
    found = [(obj, m) for obj, m in members(document) if isinstance(m[1], str) and not isinstance(m[1], Number)]
    _, member = pick(rng, found)
    if member is None:
        return False
    member[1] = Number('"%s"' % rng.choice(("\\ud800", "a\\u0000b", "\\udc00\\ud800", "\\x41", "\\", "\x01")))
    return True


@structural
def rows_are_none(rng, document):
    """The list of rows is no list of objects."""
    _, member = pick(rng, [(document, m) for m in document if m[0] in ("results", "data")]
                     if isinstance(document, Members) else [])
    if member is None or not member[1]:
        return False
    member[1] = rng.choice((Members(), "x", Number("1"), True, [Number("1")], [None], ["a"],
                            [[]], list(member[1]) + [None], [member[1]]))
    return True


@structural
def odd_next_page(rng, document):
    """A page token that is none, or none that was ever given out."""
    if not isinstance(document, Members) or not any(m[0] in ("results", "data") for m in document):
        return False
    document[:] = [m for m in document if m[0] not in ("nextPageToken", "paging")]
    value = rng.choice((True, Number("5"), Members(), "never given", [Number("1")]))
    document.append(["nextPageToken", value])
    document.append(["paging", Members([["cursors", Members([["after", value]])], ["next", value]])])
    return True


def white_space(rng, answer):
    """Blanks between tokens and escapes in texts: says the same."""
    document = json.loads(answer.body.decode("utf-8"), parse_int=Number, parse_float=Number)
    if any(isinstance(item, Number) for item in _scalars(document)):
        return False
    answer.body = json.dumps(document, indent=rng.choice((1, "\t", 17)), ensure_ascii=rng.random() < 0.5).encode(
        "utf-8", "surrogatepass")
    return True


def _scalars(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _scalars(item)
    else:
        yield value


ALL = (unknown_member, other_order, escaped_name, member_twice, member_twice_differently,
       other_type, no_number, beyond_range, other_day, broken_text, rows_are_none,
       odd_next_page, white_space)
