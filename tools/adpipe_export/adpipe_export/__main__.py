"""adpipe-export COPY ADDRESS: the command."""

import argparse
import sys

import adbc_driver_manager

from . import ExportError
from .local_copy import Copy
from .ddl import ENGINES, ddl
from .export import KEEP_H, Export
from .lake import Lake


def _scale(text):
    name, _, digits = text.rpartition("=")
    if not name or not digits.isdigit() or int(digits) > 38:
        raise argparse.ArgumentTypeError("%r is not COLUMN=DECIMALS, with at most 38 decimals" % text)
    return name, int(digits)


def _arguments(arguments):
    parser = argparse.ArgumentParser(prog="adpipe-export", description="Writes what changed in a copy of adpipe into a lake of Parquet files.")
    parser.add_argument("copy", help="the copy, as adpipe.targets names it")
    parser.add_argument("address", help="a folder, or an address that fsspec knows: s3://bucket/lake")
    parser.add_argument("--dsn", default="postgresql://", help="where the database is; by default as PGHOST, PGSERVICE, PGPASSFILE and the like say")
    parser.add_argument("--full", action="store_true", help="write all files anew; days that retention dropped from the copy go")
    parser.add_argument("--require-complete", action="store_true", help="fail, and write nothing, while a day of the copy that is over is not complete")
    parser.add_argument("--keep", type=float, default=KEEP_H, metavar="HOURS", help="how long superseded files stay (%(default)s)")
    parser.add_argument("--scale", type=_scale, action="append", default=[], metavar="COLUMN=DECIMALS", help="decimals of a numeric column (18)")
    parser.add_argument("--ddl", choices=sorted(ENGINES), help="write nothing; print the statement that makes the lake's copy a table")
    return parser.parse_args(arguments)


def _run(given):
    copy = Copy(given.dsn, given.copy, dict(given.scale))
    try:
        lake = Lake(given.address, copy.name)
        if given.ddl:
            print(ddl(given.ddl, copy, lake), end="")
            return
        if given.require_complete and (gaps := copy.not_complete(is_over=True)):
            raise ExportError("%d days of %s are not complete, the first of account %s, %s: %s. CALL adpipe.refresh('%s'); or see adpipe.health." % (
                len(gaps), copy.name, gaps[0][0], gaps[0][1], gaps[0][2], copy.name))
        copy.lock(lake.address)
        export = Export(copy, lake, given.full)
        manifest = export.run(given.keep)
        print("%s: version %d, %d rows in %d files, %d of them written now; %d days are not complete" % (
            copy.name, manifest["version"], sum(file["rows"] for file in manifest["files"]), len(manifest["files"]),
            export.written, len(manifest["not_complete"])))
    finally:
        copy.close()


def main(arguments=None):
    """The command; returns its exit status."""
    given = _arguments(arguments)
    try:
        _run(given)
    except (ExportError, adbc_driver_manager.Error, OSError) as error:
        print("adpipe-export: %s" % error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
