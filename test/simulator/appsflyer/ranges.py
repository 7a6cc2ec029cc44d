"""Days and times in requests."""

import datetime
import re

from appsflyer.errors import Refusal

DAY = datetime.timedelta(1)
SECOND = datetime.timedelta(seconds=1)
DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?\Z")


def bad_date():
    """The refusal of a date that is none."""
    return Refusal(400, "Unrecognized date format.")


def parse_day(text):
    """Returns a date; raises Refusal."""
    if not text or not DATE.match(text):
        raise bad_date()
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise bad_date()


def parse_time(text, is_end):
    """Returns a local date and time; a date alone is the day's first second,
    or its last one at the end of a range."""
    if text and TIME.match(text):
        try:
            return datetime.datetime.fromisoformat(text)
        except ValueError:
            raise bad_date()
    day = datetime.datetime.combine(parse_day(text), datetime.time())
    return day + DAY - SECOND if is_end else day


def time_range(params, prefix=""):
    """Returns the first and last second asked for; raises Refusal."""
    first = parse_time(params.get(prefix + "from" if not prefix else
                                  "from_" + prefix), False)
    last = parse_time(params.get("to" if not prefix else "to_" + prefix),
                      True)
    check_order(first, last)
    return first, last


def day_range(params):
    """Returns the first and last day asked for; raises Refusal."""
    first = parse_day(params.get("from"))
    last = parse_day(params.get("to"))
    check_order(first, last)
    return first, last


def check_order(first, last):
    """Refuses a range that ends before it begins."""
    if first > last:
        raise Refusal(400, "From date can't be after To date.")


def dater(app, zone_name):
    """Returns the function that dates instants: only the app's own zone is
    honoured, any other name silently means UTC."""
    if zone_name == app.zone_name:
        return app.local
    return lambda instant: instant.replace(tzinfo=None)
