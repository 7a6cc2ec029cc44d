"""Mutations of reports that are tables of comma-separated values."""

import csv
import io

DAYS = ("Date", "Event Time", "Install Time")
NUMBERS = ("Impressions", "Clicks", "Installs", "Sessions", "Total Cost", "Total Revenue")


def read(body):
    """Returns a body's rows."""
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def write(rows, **form):
    """Returns rows as text."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **form).writerows(rows)
    return out.getvalue().encode("utf-8")


def tabular(change):
    """A mutation from a change of the rows, the first of which has the names."""
    def mutation(rng, answer):
        rows = read(answer.body)
        if len(rows) < 2 or not change(rng, rows):
            return False
        answer.body = write(rows)
        return True
    mutation.__name__ = change.__name__
    mutation.__doc__ = change.__doc__
    return mutation


def cell(rng, rows, names):
    """Returns (row, column) of a random cell under one of some names."""
    columns = [at for at, name in enumerate(rows[0]) if name in names]
    if not columns:
        return None, None
    return rng.randrange(1, len(rows)), rng.choice(columns)


@tabular
def other_order_of_columns(rng, rows):
    """Columns in another order: says the same."""
    order = list(range(len(rows[0])))
    rng.shuffle(order)
    if any(len(row) != len(order) for row in rows):
        return False
    rows[:] = [[row[at] for at in order] for row in rows]
    return True


@tabular
def unknown_column(rng, rows):
    """A column that no report has: says the same."""
    at = rng.randrange(len(rows[0]) + 1)
    for number, row in enumerate(rows):
        row.insert(at, "x, \"y\"\n" if number else "Unknown Column")
    return True


def all_quoted(rng, answer):
    """Quotes around every cell: says the same."""
    answer.body = rng.choice((b"", b"\xef\xbb\xbf")) + write(read(answer.body), quoting=csv.QUOTE_ALL)
    return True


@tabular
def column_twice(rng, rows):
    """Two columns of one name."""
    at = rng.randrange(len(rows[0]))
    for number, row in enumerate(rows):
        row.append("7" if number else row[at])
    return True


@tabular
def cells_more_or_less(rng, rows):
    """A row with another number of cells."""
    row = rng.choice(rows[1:])
    if rng.random() < 0.5:
        row.insert(rng.randrange(len(row) + 1), "1")
    elif len(row) > 2:
        row.pop(rng.randrange(len(row)))
    return len(row) != len(rows[0])


@tabular
def no_number(rng, rows):
    """A number that is none."""
    row, column = cell(rng, rows, NUMBERS)
    if row is None:
        return False
    rows[row][column] = rng.choice(("x", "12abc", "NaN", "Infinity", "-inf", "--1", "0x10", "1e", "1_000", "1 2"))
    return True


@tabular
def other_day(rng, rows):
    """A row of a day that was not asked for, or of none."""
    row, column = cell(rng, rows, DAYS[:1])
    if row is None:
        return False
    rows[row][column] = rng.choice(("1999-01-01", "2026-02-30", "", "yesterday", "infinity", "N/A"))
    return True


def open_quote(rng, answer):
    """A quote that is never closed."""
    answer.body = answer.body.rstrip(b"\n") + rng.choice((b',"', b'\n"a', b'\n"a","'))
    return True


def bad_bytes(rng, answer):
    """Bytes that no text may hold."""
    at = rng.randrange(len(answer.body) + 1)
    answer.body = answer.body[:at] + rng.choice((b"\0", b"\xff", b"\xc3(", b"\xed\xa0\x80", b"\xf5")) + answer.body[at:]
    return True


ALL = (other_order_of_columns, unknown_column, all_quoted, column_twice, cells_more_or_less,
       no_number, other_day, open_quote, bad_bytes)
