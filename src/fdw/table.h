/*
 * table.h
 *	  A foreign table as its options define it: columns with their fields.
 */
#ifndef ADP_FDW_TABLE_H
#define ADP_FDW_TABLE_H

#include "access/tupdesc.h"
#include "foreign/foreign.h"

#include "fdw/option.h"

typedef struct AdpTableColumn
{
	AttrNumber attno;
	const char *name;
	Oid type;
	int32 typmod;
	const char *field_name; /* option "field"; the column's name without */
	const AdpField *field;	/* NULL: not in the platform's catalogue */
	AdpFieldKind kind;		/* of the field, listed or not */
	const char *split;		/* what rows are split by for it; NULL: nothing */
	bool is_grain;			/* always asked for, so that they are split */
} AdpTableColumn;

typedef struct AdpTable
{
	Oid relid;
	const char *name; /* with its schema, quoted, for messages */
	ForeignServer *server;
	const AdpPlatform *platform;
	AdpSettings *settings;
	int ncolumns; /* without dropped ones */
	AdpTableColumn *columns;
	const AdpTableColumn *day; /* column of the platform's day, or NULL */
	bool has_segments;		   /* its rows are split by a column */
	bool needs_settings;	   /* a column shows the account's settings */
} AdpTable;

/*
 * Reads the definition of a table, on which the caller holds a lock, in
 * CurrentMemoryContext.  with_secrets as in adp_option_settings().  Throws if
 * the option that names the source is missing, or a column's type cannot hold
 * its field.
 */
extern AdpTable *adp_table_load(Oid relid, Oid userid, bool with_secrets);

/* The column of an attribute; NULL for system columns and whole rows. */
extern const AdpTableColumn *adp_table_column(const AdpTable *table,
											  AttrNumber attno);

/* Whether the column's value is known without asking for it. */
extern bool adp_column_is_known(const AdpTableColumn *column);

/*
 * Whether the column shows units of the currency for a field in its smallest
 * ones, which takes the account's currency.
 */
extern bool adp_column_is_minor(const AdpTableColumn *column);

/*
 * The platform fields that a scan asks for, as Strings: those that make the
 * grain, the presence metrics, and the fields of the attributes in attrs_used
 * (numbered as in pull_varattnos()).  The set of rows that comes back does not
 * depend on attrs_used.
 */
extern List *adp_table_fields(const AdpTable *table, Bitmapset *attrs_used);

/*
 * The metrics of the table that decide which of its rows exist, as Strings; NIL
 * where the platform's rows do not depend on what is asked for.
 */
extern List *adp_table_presence(const AdpTable *table);

/*
 * The columns that show a field, quoted and with commas; NULL if there are none.
 */
extern char *adp_table_columns_of(const AdpTable *table, const char *field);

#endif /* ADP_FDW_TABLE_H */
