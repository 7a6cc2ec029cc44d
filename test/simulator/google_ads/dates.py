"""Days, periods and date ranges of queries."""

import datetime

from google_ads.gaql import QueryError

DAY = datetime.timedelta(1)
FAR_PAST = datetime.date(1, 1, 1)
FAR_FUTURE = datetime.date(9999, 12, 31)


def add_months(day, months):
    """Returns the day some months later, at most the month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return datetime.date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("no such month")


def period_start(name, day):
    """Returns the first day of the week, month, quarter or year of a day."""
    if name == "week":
        return day - DAY * day.weekday()
    if name == "month":
        return day.replace(day=1)
    if name == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    if name == "year":
        return day.replace(month=1, day=1)
    return day


def period_end(name, start):
    """Returns the last day of the period that starts on a day."""
    if name == "week":
        return start + DAY * 6
    months = {"month": 1, "quarter": 3, "year": 12}.get(name)
    return start if months is None else add_months(start, months) - DAY


def during(function, today):
    """Returns first and last day of a date function."""
    monday = today - DAY * today.weekday()
    sunday = today - DAY * ((today.weekday() + 1) % 7)
    first = today.replace(day=1)
    last_month = first - DAY
    return {
        "TODAY": (today, today),
        "YESTERDAY": (today - DAY, today - DAY),
        "LAST_7_DAYS": (today - DAY * 7, today - DAY),
        "LAST_14_DAYS": (today - DAY * 14, today - DAY),
        "LAST_30_DAYS": (today - DAY * 30, today - DAY),
        "LAST_BUSINESS_WEEK": (monday - DAY * 7, monday - DAY * 3),
        "LAST_WEEK_MON_SUN": (monday - DAY * 7, monday - DAY),
        "LAST_WEEK_SUN_SAT": (sunday - DAY * 7, sunday - DAY),
        "THIS_WEEK_MON_TODAY": (monday, today),
        "THIS_WEEK_SUN_TODAY": (sunday, today),
        "THIS_MONTH": (first, today),
        "LAST_MONTH": (last_month.replace(day=1), last_month),
    }[function]


def day_before(day):
    """Returns the previous day, at the calendar's start the same one."""
    return day - DAY if day > FAR_PAST else day


def period_bounds(predicate):
    """Returns (first, last) day allowed by one condition on a core date
    field; None stands for no bound on that side."""
    name = predicate.field.path
    op, operand = predicate.op, predicate.operand

    def start_of(value):
        return datetime.date(value, 1, 1) if name == "year" else value

    if op == "=":
        return start_of(operand), period_end(name, start_of(operand))
    if op == "BETWEEN":
        return (start_of(operand[0]),
                period_end(name, start_of(operand[1])))
    if op == "IN":
        starts = sorted(start_of(value) for value in operand)
        return starts[0], period_end(name, starts[-1])
    if op in (">", ">="):
        start = start_of(operand)
        return (start if op == ">=" else period_end(name, start) + DAY), None
    if op in ("<", "<="):
        start = start_of(operand)
        return None, (period_end(name, start) if op == "<="
                      else day_before(start))
    return None, None


def check_aligned(predicate):
    """Refuses week, month and quarter dates that do not start a period."""
    name, operand = predicate.field.path, predicate.operand
    if name not in ("week", "month", "quarter") or operand is None or (
            predicate.op == "DURING"):
        return
    days = operand if isinstance(operand, (tuple, frozenset)) else (operand,)
    for day in days:
        if period_start(name, day) != day:
            raise QueryError(
                "MISALIGNED_DATE_FOR_FILTER", "Date %s does not start a %s; "
                "field '%s' is filtered by first days." % (
                    day, name, predicate.field.name))


class DateRange:
    """The days that the core date conditions of a query let through."""

    def __init__(self, predicates, today):
        self.predicates = []
        self.first = self.last = None
        for predicate in predicates:
            check_aligned(predicate)
            if predicate.op == "DURING":
                low, high = during(predicate.operand.text, today)
                low = period_start(predicate.field.path, low)
            else:
                low, high = period_bounds(predicate)
                self.predicates.append(predicate)
            if low is not None:
                self.first = max(low, self.first or low)
            if high is not None:
                self.last = min(high, self.last or high)
        if self.finite and self.first > self.last:
            raise QueryError("DATE_RANGE_TOO_NARROW", "The start date %s is "
                             "after the end date %s." % (
                                 self.first, self.last))

    @property
    def finite(self):
        """Returns whether the range is bounded on both sides."""
        return self.first is not None and self.last is not None

    def days(self, first_day, today):
        """Returns the days of the range between two others, in order."""
        day = max(self.first or first_day, first_day)
        last = min(self.last or today, today)
        found = []
        while day <= last:
            if all(p(core_value(p.field.path, day))
                   for p in self.predicates):
                found.append(day)
            day += DAY
        return found


def core_value(name, day):
    """Returns the value of a core date segment on a day."""
    return day.year if name == "year" else period_start(name, day)
