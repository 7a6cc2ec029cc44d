"""reflect.py HOST PORT ROLE SCHEMA...: lists what SQLAlchemy sees in schemas.

A line for each relation: schema, name, kind, columns, columns with a comment, keys.
"""
import sys

import sqlalchemy


def lines(inspector, schema):
    kinds = {"table": inspector.get_table_names, "view": inspector.get_view_names,
             "foreign": inspector.get_foreign_table_names}
    for kind, names in kinds.items():
        for name in sorted(names(schema=schema)):
            columns = inspector.get_columns(name, schema=schema)
            comments = sum(1 for column in columns if column["comment"])
            key = inspector.get_pk_constraint(name, schema=schema)["constrained_columns"]
            inspector.get_indexes(name, schema=schema)
            yield f"{schema}.{name} {kind} {len(columns)} {comments} {len(key)}"


def main():
    host, port, role, *schemas = sys.argv[1:]
    engine = sqlalchemy.create_engine(
        f"postgresql+psycopg://{role}@{host}:{port}/postgres")
    inspector = sqlalchemy.inspect(engine)
    for schema in schemas:
        for line in lines(inspector, schema):
            print(line)


main()
