"""Statements that make a lake's copy a table of a query engine.

Each reads the list of files of the manifest, so that files of an export that is
being written, or that were superseded, are not seen.
"""

import pyarrow as pa

from . import ExportError


def _names(decimal, **others):
    """Names of types: of a decimal, and of what others has by Arrow's name."""
    def name(arrow):
        if pa.types.is_decimal(arrow):
            return decimal % (arrow.precision, arrow.scale) if "%" in decimal else decimal
        return others.get(str(arrow).replace("[us]", "").replace("[us, tz=UTC]", "_tz").replace("[day]", ""), others["string"])
    return name


HIVE = _names("decimal(%d,%d)", bool="boolean", int16="smallint", int32="int", int64="bigint", float="float",
              double="double", string="string", date32="date", timestamp="timestamp", timestamp_tz="timestamp")
REDSHIFT = _names("decimal(%d,%d)", bool="boolean", int16="smallint", int32="integer", int64="bigint", float="real",
                  double="double precision", string="varchar(65535)", date32="date", timestamp="timestamp", timestamp_tz="timestamp")
BIGQUERY = _names("BIGNUMERIC", bool="BOOL", int16="INT64", int32="INT64", int64="INT64", float="FLOAT64",
                  double="FLOAT64", string="STRING", date32="DATE", timestamp="TIMESTAMP", timestamp_tz="TIMESTAMP")

SYMLINKS = """ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'
STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION '%(address)s/files/';
"""

ENGINES = {
    "athena": (HIVE, "`", "CREATE EXTERNAL TABLE %(table)s (\n%(columns)s\n)\n" + SYMLINKS),
    "spectrum": (REDSHIFT, '"', "CREATE EXTERNAL TABLE adpipe_lake.%(table)s (\n%(columns)s\n)\n" + SYMLINKS),
    "bigquery": (BIGQUERY, "`", "CREATE OR REPLACE EXTERNAL TABLE adpipe_lake.%(table)s (\n%(columns)s\n)\n"
                 "OPTIONS (format = 'PARQUET', uris = ['%(address)s/files/manifest'],\n"
                 "         file_set_spec_type = 'NEW_LINE_DELIMITED_MANIFEST',\n"
                 "         decimal_target_types = ['BIGNUMERIC']);\n"),
    "duckdb": (HIVE, '"', "SET VARIABLE files = (SELECT list(f) FROM (SELECT unnest(string_split(trim(content, chr(10)), chr(10))) AS f\n"
               "    FROM read_text('%(address)s/files/manifest')));\n"
               "CREATE OR REPLACE VIEW %(table)s AS\n"
               "SELECT * FROM read_parquet(getvariable('files'), hive_partitioning = false);\n"),
}


def ddl(engine, copy, lake):
    """The statement for one engine."""
    if engine not in ENGINES:
        raise ExportError("no statements for %s are known; there are those for %s." % (engine, ", ".join(sorted(ENGINES))))
    type_name, quote, statement = ENGINES[engine]
    columns = ",\n".join("    %s%s%s %s" % (quote, column.name, quote, type_name(column.arrow)) for column in copy.columns)
    return statement % {"table": copy.name.rpartition(".")[2], "columns": columns, "address": lake.address}
