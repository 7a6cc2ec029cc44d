"""read.py pyarrow|duckdb FOLDER OUT

Reads a copy's lake as a stranger would, by its list of files or its manifest, and
writes the rows as CSV, in which a NULL is nothing and an empty text is quoted.
OUT.sql is the statement for DuckDB.
"""

import json
import os
import sys

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq


def by_pyarrow(folder):
    """All files that the manifest names."""
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    return pa.concat_tables([pq.ParquetFile(os.path.join(folder, entry["path"])).read() for entry in manifest["files"]])


def by_duckdb(folder, statement):
    """All files of the list, by the statement that the command prints for it."""
    with open(statement, encoding="utf-8") as file:
        statement = file.read()
    session = duckdb.connect()
    session.execute(statement)
    name = os.path.basename(folder).rpartition(".")[2]
    return session.sql('SELECT * FROM "%s"' % name).to_arrow_table()


def main(engine, folder, out):
    """Prints types, too, so that decimals are seen to be decimals."""
    table = by_duckdb(folder, out + ".sql") if engine == "duckdb" else by_pyarrow(folder)
    print(" ".join("%s:%s" % (field.name, field.type) for field in table.schema))
    pyarrow.csv.write_csv(table, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
