"""Columns of a copy as columns of Arrow.

PostgreSQL's numeric has any number of decimals, a Parquet file has a fixed one.  A
value with more decimals than its column is an error: a rounded sum of money would be
a wrong one.
"""

import re

import pyarrow as pa
import pyarrow.compute as pc

from . import ExportError

# Twenty digits before the point are enough for any sum in won; eighteen decimals for
# conversions, which platforms compute in floating point.
PRECISION, SCALE = 38, 18

TYPES = {
    "boolean": pa.bool_(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double precision": pa.float64(),
    "text": pa.string(),
    "jsonb": pa.string(),
    "json": pa.string(),
    "date": pa.date32(),
    "timestamp without time zone": pa.timestamp("us"),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
}


class Column:
    """A column of a file: its name, its type, and the expression that reads it."""

    def __init__(self, name, arrow, expression):
        self.name = name
        self.arrow = arrow
        self.expression = expression

    @property
    def is_decimal(self):
        """Whether the server sends it as text, which alone keeps all decimals."""
        return pa.types.is_decimal(self.arrow)

    def select(self):
        """What reads the column in a select list."""
        text = "::text" if self.is_decimal or pa.types.is_string(self.arrow) else ""
        return "%s%s AS %s" % (self.expression, text, identifier(self.name))

    def convert(self, values):
        """Values as they came, in the type of the file."""
        try:
            return values.cast(self.arrow)
        except pa.ArrowInvalid as error:
            raise ExportError(
                "column %s has a value that %s cannot hold: %s. %s" % (
                    self.name, self.arrow, error, self._way_out(values))) from None

    def _way_out(self, values):
        if not self.is_decimal:
            return "Leave the column out of the copy."
        decimals = pc.max(pc.utf8_length(pc.replace_substring_regex(
            values, r"^[^.]*\.?", ""))).as_py()
        return ("Give it more decimals by --scale %s=N, and export with --full; "
                "the longest value has %s." % (self.name, decimals))


def identifier(name):
    """A name as SQL quotes it."""
    return '"%s"' % name.replace('"', '""')


def literal(value):
    """A text as SQL quotes it, whatever standard_conforming_strings says."""
    return "E'%s'" % value.replace("\\", "\\\\").replace("'", "''")


def column_of(name, kind, scales):
    """The column of a file that holds a column of a copy, by its type in SQL."""
    quoted = "t." + identifier(name)
    if kind.startswith("numeric"):
        return Column(name, _decimal(kind, scales, name), quoted)
    if kind not in TYPES:
        raise ExportError("column %s is of type %s, which a lake cannot hold. Leave it out of the copy." % (name, kind))
    return Column(name, TYPES[kind], quoted)


def _decimal(kind, scales, name):
    declared = re.fullmatch(r"numeric\((\d+),(\d+)\)", kind)
    if name in scales:
        return pa.decimal128(PRECISION, scales[name])
    if declared and int(declared[1]) <= PRECISION:
        return pa.decimal128(int(declared[1]), int(declared[2]))
    return pa.decimal128(PRECISION, SCALE)
