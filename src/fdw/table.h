/*
 * table.h
 *	  A foreign table as defined by its options: columns with their fields.
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
	const char *field_name; /* option "field", or else the column's name */
	const AdpField *field;	/* NULL: not in the platform's catalogue */
	AdpFieldKind kind;		/* of the field, in the catalogue or not */
	const char *split;		/* the split that the field causes, or NULL */
	bool is_grain;			/* always requested, so that rows are split */
} AdpTableColumn;

typedef struct AdpTable
{
	Oid relid;
	const char *name; /* with its schema, quoted, for messages */
	ForeignServer *server;
	const AdpPlatform *platform;
	AdpSettings *settings;
	const AdpSource *source; /* that settings->source names */
	int ncolumns;			 /* without dropped ones */
	AdpTableColumn *columns;
	AdpPeriod period;		   /* that a row covers */
	const AdpTableColumn *day; /* column of the platform's day, or of the first
								* day of the period; or NULL */
	const AdpTableColumn *last_day; /* of the period; or NULL */
	bool has_segments;				/* a column splits its rows */
	bool needs_settings;			/* a column shows the account's settings */
} AdpTable;

/*
 * Throws unless a relation is a foreign table.
 */
extern void adp_table_check_kind(Oid relid);

/*
 * Reads the definition of a table, on which the caller holds a lock, in
 * CurrentMemoryContext.  with_secrets is as in adp_option_settings().  Throws
 * if the option that names the source is missing, or a column's type cannot
 * hold its field.
 */
extern AdpTable *adp_table_load(Oid relid, Oid userid, bool with_secrets);

/* The column of an attribute; NULL for system columns and whole rows. */
extern const AdpTableColumn *adp_table_column(const AdpTable *table,
											  AttrNumber attno);

/* Whether the column's value is known without a request. */
extern bool adp_column_is_known(const AdpTableColumn *column);

/*
 * Whether the column shows currency units of a field in smallest units, so
 * reading it needs the account's currency.
 */
extern bool adp_column_is_minor(const AdpTableColumn *column);

/*
 * The platform fields that a scan requests, as Strings: the grain, the presence
 * metrics, and the fields of the attributes in attrs_used (numbered as in
 * pull_varattnos()).  The set of rows does not depend on attrs_used.
 */
extern List *adp_table_fields(const AdpTable *table, Bitmapset *attrs_used);

/*
 * The metrics of the table that decide which of its rows exist, as Strings; NIL
 * if the platform's rows do not depend on the requested fields.
 */
extern List *adp_table_presence(const AdpTable *table);

/*
 * Whether the platform returns a row only if one of the presence metrics is not
 * zero, although it is asked for this field as well.
 */
extern bool adp_table_keeps_rows(const AdpTable *table, const char *field);

/*
 * The field with the first day of each row's period, among the fields that a scan
 * requests; NULL: a row covers the days of its request.
 */
extern const char *adp_table_period_field(const AdpTable *table, List *fields);

/*
 * Whether one of the fields counts over the days of its request, and cannot be
 * requested beside what splits these days.
 */
extern bool adp_table_has_field_of_range(const AdpTable *table, List *fields);

/*
 * The columns that show a field, quoted and separated by commas; NULL if there
 * are no such columns.
 */
extern char *adp_table_columns_of(const AdpTable *table, const char *field);

#endif /* ADP_FDW_TABLE_H */
