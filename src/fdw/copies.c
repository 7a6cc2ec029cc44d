/*
 * copies.c
 *	  The local copies of a foreign table, for messages.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "utils/builtins.h"

#include "fdw/copies.h"

/*
 * Returns the name of a local copy that the current user may read; NULL without
 * one.  Operators have their schema, since the search path is the reader's.
 */
static char *
find_copy(Oid relid)
{
	Oid type = OIDOID;
	Datum value = ObjectIdGetDatum(relid);
	MemoryContext cxt = CurrentMemoryContext;
	char *name = NULL;

	if (SPI_connect() != SPI_OK_CONNECT ||
		SPI_execute_with_args("SELECT pg_catalog.min(pg_catalog.format('%I.%I', n.nspname, c.relname)) "
							  "FROM adpipe.targets t "
							  "JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.target::pg_catalog.oid "
							  "JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace "
							  "WHERE t.source::pg_catalog.oid OPERATOR(pg_catalog.=) $1 AND t.enabled",
							  1, &type, &value, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the local copies");
	if (SPI_processed == 1)
		name = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (name != NULL)
		name = MemoryContextStrdup(cxt, name);
	SPI_finish();
	return name;
}

/*
 * Returns what to read in place of a table.
 */
const char *
adp_copies_hint(const AdpTable *table)
{
	const char *copy = find_copy(table->relid);

	if (copy != NULL)
		return psprintf("Its local copy %s answers without a request.", copy);
	return psprintf("SELECT adpipe.materialize(%s, ...) makes a local copy, which answers without a request.",
					quote_literal_cstr(table->name));
}
