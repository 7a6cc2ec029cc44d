"""Copies of adpipe as a lake of Parquet files.

A lake holds the rows that a copy holds, in one file per account and month.  A
manifest names the files that count.  Each run asks adpipe.changed_slices() what
changed since the manifest was written, writes the months that hold a changed day
anew, and replaces the manifest, so that a reader sees all of a run or nothing.
"""


class ExportError(Exception):
    """What ends an export; its text says where, and the way out."""
