"""replay.py HOST PORT ROLE: runs statements from standard input through psycopg.

A line is a statement and its parameters, "type value", with tabs between; the
answer is lines of types, rows, and "done", or one of an error.
"""
import datetime
import sys

import psycopg

READ = {
    "date": datetime.date.fromisoformat,
    "timestamp": datetime.datetime.fromisoformat,
    "text": str,
}


def escape(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def unescape(text):
    parts = text.split("\\\\")
    return "\\".join(p.replace("\\n", "\n").replace("\\t", "\t") for p in parts)


def parameter(text):
    kind, value = text.split(" ", 1)
    return READ[kind](value)


def answer(*fields):
    line = "\t".join("\\N" if f is None else escape(str(f)) for f in fields)
    sys.stdout.buffer.write(line.encode() + b"\n")


def run(cursor, sql, parameters):
    cursor.execute(sql, parameters or None)
    if cursor.description:
        answer("types", *(column.type_code for column in cursor.description))
        result = cursor.pgresult
        for row in range(result.ntuples):
            values = (result.get_value(row, i) for i in range(result.nfields))
            answer("row", *(v if v is None else bytes(v).decode() for v in values))
    answer("done")


def main():
    host, port, role = sys.argv[1:]
    connection = psycopg.connect(
        host=host, port=port, user=role, dbname="postgres", autocommit=True)
    cursor = psycopg.RawCursor(connection)
    for line in sys.stdin:
        sql, *parameters = map(unescape, line.rstrip("\n").split("\t"))
        try:
            run(cursor, sql, [parameter(p) for p in parameters])
        except psycopg.Error as error:
            answer("error", error.sqlstate, error.diag.message_primary,
                   error.diag.message_hint or "")
        sys.stdout.buffer.flush()


main()
