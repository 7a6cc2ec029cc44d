"""Files of a lake, and the manifest that says which of them count.

A file is written once, under a name that its content decides, and is never changed.
Whoever reads the manifest therefore reads one export, whatever is being written, and
an export that was killed finds what it wrote before.  A file that no manifest names
any more stays for some hours, for readers that have the last one.
"""

import json
import os
import posixpath
import time
import urllib.parse

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.implementations.local import LocalFileSystem

from . import ExportError

MANIFEST = "manifest.json"
# One address a line, alone in its folder: what Athena, Redshift Spectrum and BigQuery read.
LIST = "files/manifest"
FORMAT = 1


class Lake:
    """The folder of one copy under an address that fsspec knows."""

    def __init__(self, address, name):
        self.fs, root = fsspec.core.url_to_fs(address)
        self.root = posixpath.join(root, urllib.parse.quote(name, safe="."))
        self.address = self.fs.unstrip_protocol(self.root)

    def manifest(self):
        """The manifest of the last export; None before the first."""
        path = posixpath.join(self.root, MANIFEST)
        if not self.fs.exists(path):
            return None
        manifest = json.loads(self.fs.cat_file(path))
        if manifest.get("format") != FORMAT:
            raise ExportError("%s has format %s; this release knows %d. Export with the release that wrote it, or to another address." % (
                self.fs.unstrip_protocol(path), manifest.get("format"), FORMAT))
        return manifest

    def path_of(self, platform, part, content):
        """Where a part with this content lies, within the folder."""
        folders = ["platform=" + platform, "account_id=" + urllib.parse.quote(part.account, safe="")]
        if part.month is not None:
            folders.append("month=" + part.month)
        return posixpath.join(*folders, content + ".parquet")

    def has(self, path):
        """Whether a file is there; one that is there is whole."""
        return self.fs.exists(posixpath.join(self.root, path))

    def read(self, path):
        """The rows of a file."""
        return pq.read_table(pa.BufferReader(self.fs.cat_file(posixpath.join(self.root, path))))

    def write(self, path, table):
        """Writes a file."""
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd")
        self._put(path, sink.getvalue().to_pybytes())

    def commit(self, manifest):
        """Makes an export the one that counts.  The list of files follows it: a reader
        of the list sees the export before until then."""
        self._put(MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
        self._put(LIST, "".join("%s/%s\n" % (self.address, file["path"]) for file in manifest["files"]).encode())

    def sweep(self, manifest):
        """Removes what no manifest names: superseded files whose time is over, and what
        exports left that were killed."""
        kept = {file["path"] for file in manifest["files"] + manifest["superseded"]} | {MANIFEST, LIST}
        for path in self.fs.find(self.root):
            if posixpath.relpath(path, self.root) not in kept:
                self.fs.rm_file(path)

    def _put(self, path, body):
        """Object stores show an object when it is whole; a file system is made to."""
        full = posixpath.join(self.root, path)
        if not isinstance(self.fs, LocalFileSystem):
            self.fs.pipe_file(full, body)
            return
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full + ".writing", "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(full + ".writing", full)


def superseded(before, files, keep_s):
    """Files of the manifest before that the new one does not name, with the time of
    their end, and those of earlier ones whose time is not over."""
    now = int(time.time())
    counting = {file["path"] for file in files}
    ended = [{"path": file["path"], "since": now} for file in before["files"]] + before["superseded"]
    return [file for file in ended if file["path"] not in counting and now - file["since"] < keep_s]
