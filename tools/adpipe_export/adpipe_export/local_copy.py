"""What an export reads of a copy, all of it from one snapshot.

The versions of changed_slices(), the ledger's days and the rows belong together only
within one snapshot: a refresh that commits meanwhile has a higher version, and is
exported by the next run.
"""

import collections

import adbc_driver_postgresql.dbapi
import pyarrow as pa

from . import ExportError
from .columns import column_of, identifier, literal

# Days in these states do not hold what the platform has.
NOT_COMPLETE = ("missing", "failed", "changed", "open")

# A file's account, and its month; None for a list of entities, which has no days.
Part = collections.namedtuple("Part", "account month")


class Copy:
    """A copy, as of one snapshot."""

    def __init__(self, dsn, name, scales):
        self.connection = adbc_driver_postgresql.dbapi.connect(dsn)
        self._run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found = self._rows(
            "SELECT t.target::oid::bigint, n.nspname::text, c.relname::text, current_database()::text, w.fdwname::text"
            "  FROM adpipe.targets t JOIN pg_class c ON c.oid = t.target JOIN pg_namespace n ON n.oid = c.relnamespace"
            "  LEFT JOIN pg_foreign_table f ON f.ftrelid = t.source LEFT JOIN pg_foreign_server s ON s.oid = f.ftserver"
            "  LEFT JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw"
            " WHERE t.target = to_regclass(%s)" % literal(name))
        if not found:
            raise ExportError("%s is no copy of adpipe that this role can read. SELECT target FROM adpipe.targets; lists them." % name)
        self.oid, schema, table, self.database, self.platform = found[0]
        self.name = "%s.%s" % (schema, table)
        self.relation = "%s.%s" % (identifier(schema), identifier(table))
        if self.platform is None:
            raise ExportError("%s has lost the foreign table that it is a copy of." % self.name)
        self.target = "%s::oid::regclass" % self.oid
        self._read_columns(scales)

    def _read_columns(self, scales):
        kinds = self._rows(
            "SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum" % self.target)
        names = [name for name, _ in kinds]
        self.day = next((name for name in ("date_day", "period_start") if name in names), None)
        self.columns = [column_of(name, kind, scales) for name, kind in kinds]
        known = {column.name for column in self.columns if column.is_decimal}
        if set(scales) - known:
            raise ExportError("%s has no column %s of numbers with decimals." % (self.name, ", ".join(sorted(set(scales) - known))))
        self.schema = pa.schema([(column.name, column.arrow) for column in self.columns])

    def close(self):
        """Ends the snapshot and the session."""
        self.connection.close()

    def lock(self, address):
        """Keeps other exports of this copy to the same place away until close()."""
        key = literal("adpipe-export %s %s" % (self.oid, address))
        if not self._rows("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))" % key)[0][0]:
            raise ExportError("another export of %s to %s is at work. Wait for its end." % (self.name, address))

    def changed(self, since):
        """The parts that changed after a version, with the newest version of each."""
        month = "to_char(date_day, 'YYYY-MM')" if self.day else "NULL::text"
        return {Part(*row[:2]): row[2] for row in self._rows(
            "SELECT account_id, %s, max(version) FROM adpipe.changed_slices(%s, %d) GROUP BY 1, 2" % (
                month, self.target, since))}

    def version(self):
        """The newest version of the copy; 0 if it was never read."""
        return self._rows("SELECT coalesce(max(version), 0) FROM adpipe.changed_slices(%s)" % self.target)[0][0]

    def slices(self, part):
        """Days of a part that the ledger knows: their number of rows and content."""
        found = self._rows(
            "SELECT date_day::text, coalesce(rows, 0), coalesce(content_hash, ''), state FROM adpipe.slices"
            " WHERE target = %s AND account_id = %s%s ORDER BY 1" % (
                self.target, literal(part.account), self._within(part, "date_day")))
        changed = next((day for day, _, _, state in found if state == "changed"), part)
        if changed is not part:
            raise ExportError(
                "account %s of %s has rows%s that are not known to be those that a refresh stored. CALL adpipe.refresh('%s'); compares them, and reads again what differs." % (
                    part.account, self.name, " for " + changed if changed else "", self.name))
        return {day: (rows, content) for day, rows, content, _ in found}

    def rows(self, part):
        """The rows of a part, in the order of days."""
        day = self.day and "t." + identifier(self.day)
        table = self._table("SELECT %s FROM %s t WHERE t.account_id = %s%s%s" % (
            ", ".join(column.select() for column in self.columns), self.relation,
            literal(part.account), self._within(part, day), " ORDER BY " + day if day else ""))
        return pa.Table.from_arrays([column.convert(table.column(i)) for i, column in enumerate(self.columns)],
                                    schema=self.schema)

    def not_complete(self, is_over=False):
        """Days that are not what the platform has: account, day and state; of those
        that are over, or of all."""
        return [list(row) for row in self._rows(
            "SELECT c.account_id, c.date_day::text, c.state FROM adpipe.coverage c"
            "  LEFT JOIN adpipe.kept_accounts k ON k.target = c.target AND k.account_id = c.account_id"
            " WHERE c.target = %s AND c.state IN (%s)%s ORDER BY 1, 2" % (
                self.target, ", ".join(literal(state) for state in NOT_COMPLETE),
                " AND (k.today IS NULL OR c.date_day < k.today)" if is_over else ""))]

    def complete_until(self):
        """The latest complete day of each account, before which days may be missing."""
        return {row[0]: row[1] for row in self._rows(
            "SELECT account_id, latest_complete_day::text FROM adpipe.freshness WHERE target = %s AND account_id IS NOT NULL ORDER BY 1" % self.target)}

    @staticmethod
    def _within(part, day):
        if part.month is None:
            return ""
        first = literal(part.month + "-01") + "::date"
        return " AND %s >= %s AND %s < %s + interval '1 month'" % (day, first, day, first)

    def _table(self, text):
        with self.connection.cursor() as cursor:
            cursor.execute(text)
            return cursor.fetch_arrow_table()

    def _rows(self, text):
        return list(zip(*(column.to_pylist() for column in self._table(text).columns)))

    def _run(self, text):
        with self.connection.cursor() as cursor:
            cursor.execute(text)
