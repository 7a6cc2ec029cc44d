"""Parameters as the platform reads them: many are JSON in a text."""

import datetime
import json
import re

from tiktok_ads.errors import invalid

PAGE_DEFAULT = 10
PAGE_MAX = 1000


def number(params, name, default, most):
    """Returns a whole number from 1 to a limit."""
    text = params.get(name, str(default))
    if not re.match(r"[0-9]{1,9}\Z", text) or not 1 <= int(text) <= most:
        raise invalid("%s: Must be an integer from 1 to %d.", name, most)
    return int(text)


def document(params, name, kind):
    """Returns a JSON value of a type; None if the parameter is missing."""
    if name not in params:
        return None
    try:
        value = json.loads(params[name])
    except ValueError:
        value = None
    if not isinstance(value, kind):
        raise invalid("%s: Not a valid %s.", name, kind.__name__)
    return value


def texts(value, name):
    """Returns a JSON array of texts."""
    if not isinstance(value, list) or not value or not all(
            isinstance(v, str) for v in value):
        raise invalid("%s: Not a valid array of strings.", name)
    return value


def text_list(params, name):
    """Returns a parameter that is a JSON array of texts, or None."""
    value = document(params, name, list)
    return None if value is None else texts(value, name)


def day(params, name):
    """Returns a day."""
    if name not in params:
        raise invalid("%s: Missing data for required field.", name)
    if not re.match(r"\d{4}-\d\d-\d\d\Z", params[name]):
        raise invalid("%s: Not a valid date.", name)
    try:
        return datetime.date.fromisoformat(params[name])
    except ValueError:
        raise invalid("%s: Not a valid date.", name)


def check_names(params, known):
    """Refuses parameters that an address does not have."""
    for name in params:
        if name not in known:
            raise invalid("%s: Unknown field.", name)


def page_of(params):
    """Returns (number of the page, rows of a page)."""
    return (number(params, "page", 1, 10 ** 9),
            number(params, "page_size", PAGE_DEFAULT, PAGE_MAX))


def cut_page(rows, page, size, empty_pages=1):
    """Returns the rows of a page, and what it says about itself."""
    pages = -(-len(rows) // size) or empty_pages
    return rows[(page - 1) * size:page * size], {
        "page": page, "page_size": size, "total_number": len(rows),
        "total_page": pages}
