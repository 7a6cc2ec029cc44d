"""One export: what changed since the last one, written anew."""

import hashlib
import json

import pyarrow as pa
import pyarrow.compute as pc

from . import ExportError
from .local_copy import Part
from .lake import FORMAT, superseded

# Hours for which a file stays that is no longer named.
KEEP_H = 24


class Export:
    """A copy on its way into a lake."""

    def __init__(self, copy, lake, is_full=False):
        self.copy = copy
        self.lake = lake
        self.columns = [[field.name, str(field.type)] for field in copy.schema]
        self.before = lake.manifest()
        self.is_full = is_full or self.before is None
        self.may_reuse = not is_full
        if self.before is not None:
            self._require_same()
        self.before = self.before or {"version": 0, "files": [], "superseded": []}
        self.written = 0

    def run(self, keep_h=KEEP_H):
        """Writes what changed, then the manifest; returns that."""
        since = 0 if self.is_full else self.before["version"]
        changed = self.copy.changed(since)
        earlier = {} if self.is_full else {Part(file["account_id"], file["month"]): file for file in self.before["files"]}
        files = dict(earlier)
        for part, version in sorted(changed.items(), key=lambda item: (item[0].account, item[0].month or "")):
            files[part] = self._export(part, version, earlier.get(part))
        counting = [file for file in files.values() if file is not None]
        manifest = {
            "format": FORMAT, "copy": self.copy.name, "database": self.copy.database, "oid": self.copy.oid,
            "platform": self.copy.platform, "version": max(changed.values(), default=since),
            "columns": self.columns, "files": counting,
            "superseded": superseded(self.before, counting, keep_h * 3600),
            "complete_until": self.copy.complete_until(), "not_complete": self.copy.not_complete(),
        }
        self.lake.commit(manifest)
        self.lake.sweep(manifest)
        return manifest

    def _require_same(self):
        """Versions count within one table, and a file has the columns of its time."""
        before, copy = self.before, self.copy
        if (before["database"], before["copy"]) != (copy.database, copy.name):
            raise ExportError("%s holds %s of database %s. Choose another address for %s of database %s." % (
                self.lake.address, before["copy"], before["database"], copy.name, copy.database))
        if self.is_full:
            return
        way_out = "Export with --full: the lake then holds what the copy holds now, and nothing else."
        if before["columns"] != self.columns:
            raise ExportError("the columns of %s are not those of the lake. %s" % (copy.name, way_out))
        if before["oid"] != copy.oid or copy.version() < before["version"]:
            raise ExportError("%s was made anew or restored since it was exported. %s" % (copy.name, way_out))

    def _export(self, part, version, earlier):
        """Writes a part unless a killed export has; returns its line of the manifest,
        None where it has no rows."""
        slices = self.copy.slices(part)
        dropped = self._dropped(earlier, slices)
        path = self.lake.path_of(self.copy.platform, part, self._content(slices, version, dropped and earlier["path"]))
        table = self.lake.read(path) if self.may_reuse and self.lake.has(path) else None
        if table is None:
            table = self.copy.rows(part)
            self._compare(part, table, slices)
            if dropped:
                table = pa.concat_tables([dropped, table])
            if len(table) == 0:
                return None
            self.lake.write(path, table)
            self.written += 1
        first_day = pc.min(table.column(self.copy.day)).as_py().isoformat() if self.copy.day else None
        return {"path": path, "account_id": part.account, "month": part.month, "rows": len(table), "first_day": first_day}

    def _content(self, slices, version, dropped):
        """A name for what a file holds.  The ledger's hash of a day stands for its
        rows; a list of entities keeps earlier rows, which only its version stands for."""
        content = sorted(slices.items()) if self.copy.day else [self.copy.oid, version]
        return hashlib.sha256(json.dumps([self.columns, content, dropped]).encode()).hexdigest()[:24]

    def _dropped(self, earlier, slices):
        """Rows of days that retention dropped from the copy, oldest first, and that the
        lake keeps; None where there are none."""
        if earlier is None or self.copy.day is None or earlier["first_day"] in slices:
            return None
        table = self.lake.read(earlier["path"])
        days = table.column(self.copy.day).cast(pa.string())
        kept = table.filter(pc.invert(pc.is_in(days, pa.array(list(slices), pa.string()))))
        return kept if len(kept) else None

    def _compare(self, part, table, slices):
        """An error unless each day has as many rows as a refresh stored."""
        if self.copy.day is None:
            return
        counts = table.column(self.copy.day).cast(pa.string()).value_counts().to_pylist()
        found = {count["values"]: count["counts"] for count in counts}
        stored = {day: rows for day, (rows, _) in slices.items() if rows}
        for day in sorted(found.keys() | stored.keys()):
            if found.get(day, 0) != stored.get(day, 0):
                raise ExportError("account %s of %s has %d rows for %s where a refresh stored %d. CALL adpipe.refresh('%s'); reads them again." % (
                    part.account, self.copy.name, found.get(day, 0), day, stored.get(day, 0), self.copy.name))
