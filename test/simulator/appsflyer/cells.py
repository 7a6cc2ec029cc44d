"""How AppsFlyer writes cells, and CSV around them."""

import decimal
import re

NOT_MEASURED = "N/A"
NONE = "None"
MARK = "\ufeff"

SETTINGS = {
    "appsflyer_aggregate_bom": False,   # raw data have one in any case
    "appsflyer_crlf": False,
    "appsflyer_blank_after_comma": False,   # in header lines
    "appsflyer_shuffle_columns": False,
    "appsflyer_drop_columns": "",       # header names, by |
    "appsflyer_rename_columns": {},     # header name -> other name
    "appsflyer_double_columns": "",     # header names that come twice, by |
    "appsflyer_not_measured": "N/A",    # the word in cells of aggregates
    "appsflyer_counters": "plain",      # point: 12.0, comma: 12,000,
                                        # fraction: 12.5
    "appsflyer_odd_dates": {},          # row number -> text for its date
}


def counter_style(settings):
    """Returns the function that respells the counters of aggregates."""
    style = settings["appsflyer_counters"]
    if style not in ("plain", "point", "comma", "fraction"):
        raise ValueError("unknown style of counters: " + style)

    def respell(cell):
        if style == "plain" or not cell.isdigit():
            return cell
        if style == "comma":
            return format(int(cell), ",d")
        return cell + (".0" if style == "point" else ".5")
    return respell


def odd_date(settings, number, text, length=None):
    """Returns a cell with a date; another text where that row is to have an
    odd one.  With a length only so much of the cell is the date."""
    odd = settings["appsflyer_odd_dates"].get(str(number))
    if odd is None:
        return text
    return odd + text[length:] if odd and length else odd


def ratio(numerator, denominator):
    """Returns a fraction with four digits; N/A where it has no sense."""
    if numerator is None or not denominator:
        return NOT_MEASURED
    return format(decimal.Decimal(numerator) / denominator, ".4f")


def count(number):
    """Returns a counter."""
    return NOT_MEASURED if number is None else str(number)


def money(amount, scale):
    """Returns an amount of the standard block: four digits."""
    if amount is None:
        return NOT_MEASURED
    return format(decimal.Decimal(amount) / scale, ".4f")


def sales(hundredths):
    """Returns an event's sales: as many digits as needed, one at least."""
    text = format(decimal.Decimal(hundredths) / 100, ".2f")
    return text[:-1] if text.endswith("0") else text


def plain(hundredths):
    """Returns a raw amount: no digits behind the point unless needed."""
    text = format(decimal.Decimal(hundredths) / 100, ".2f")
    return text.rstrip("0").rstrip(".")


def quote(cell):
    """Returns a cell as RFC 4180 wants it."""
    if re.search("[\",\r\n]", cell):
        return "\"%s\"" % cell.replace("\"", "\"\"")
    return cell


def render(header, rows, settings, has_mark):
    """Returns a CSV body; rows are lists in the order of the header."""
    dropped = set(settings["appsflyer_drop_columns"].split("|"))
    order = [i for i, name in enumerate(header) if name not in dropped]
    if settings["appsflyer_shuffle_columns"]:
        order = order[1::2] + order[::2]
    renamed = settings["appsflyer_rename_columns"]
    end = "\r\n" if settings["appsflyer_crlf"] else "\n"
    comma = ", " if settings["appsflyer_blank_after_comma"] else ","
    order += [header.index(name) for name in settings[
        "appsflyer_double_columns"].split("|") if name in header]
    lines = [comma.join(quote(renamed.get(header[i], header[i]))
                        for i in order)]
    lines += [",".join(quote(row[i]) for i in order) for row in rows]
    return (MARK if has_mark else "") + end.join(lines) + end
