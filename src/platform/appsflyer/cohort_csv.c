/*
 * cohort_csv.c
 *	  The Cohort API: writes rows, one per cohort and cohort day, as the CSV
 *	  that the platform's other reports are.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "platform/appsflyer/cohort.h"

/*
 * Appends a text as a quoted cell.
 */
static void
append_quoted(StringInfo out, const char *text, int len)
{
	appendStringInfoChar(out, '"');
	for (int i = 0; i < len; i++)
	{
		if (text[i] == '"')
			appendStringInfoChar(out, '"');
		appendStringInfoChar(out, text[i]);
	}
	appendStringInfoChar(out, '"');
}

/*
 * Appends the value of a grouping; nothing for NULL.
 */
static void
append_grouping(StringInfo out, const AdpCell *cell)
{
	int len;
	const char *text;

	if (cell->kind == ADP_CELL_NULL)
		return;
	text = adp_cell_text(cell, &len);
	Assert(text != NULL);
	append_quoted(out, text, len);
}

/*
 * Appends a number; nothing for NULL.
 */
static void
append_number(StringInfo out, const AdpCell *cell)
{
	if (cell->kind != ADP_CELL_NULL && cell->kind != ADP_CELL_ABSENT)
		appendBinaryStringInfo(out, cell->data, (int) cell->len);
}

/*
 * Returns a number that is not NULL.
 */
static Datum
number_of(const AdpCell *cell)
{
	return DirectFunctionCall3(numeric_in,
							   CStringGetDatum(pnstrdup(cell->data, cell->len)),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/*
 * Appends what a cohort day adds to the day before; nothing if either sum is
 * NULL.
 */
static void
append_difference(StringInfo out, const AdpCell *values, int n)
{
	if (n == 0)
		append_number(out, &values[0]);
	else if (values[n].kind != ADP_CELL_NULL &&
			 values[n].kind != ADP_CELL_ABSENT &&
			 values[n - 1].kind != ADP_CELL_NULL &&
			 values[n - 1].kind != ADP_CELL_ABSENT)
		appendStringInfoString(out,
							   DatumGetCString(
								   DirectFunctionCall1(numeric_out,
													   DirectFunctionCall2(numeric_sub,
																		   number_of(
																			   &values
																				   [n]),
																		   number_of(
																			   &values
																				   [n -
																					1])))));
}

/*
 * Appends the cell of a column.
 */
static void
append_cell(StringInfo out, const AdpCohortColumn *column,
			const AdpCohort *cohort, int n)
{
	const AdpCell *values = NULL;

	switch (column->origin)
	{
		case ADP_COHORT_NOT_OURS:
			break;
		case ADP_COHORT_GROUPING:
			append_grouping(out, &cohort->groupings[column->index]);
			break;
		case ADP_COHORT_N:
			appendStringInfo(out, "%d", n);
			break;
		case ADP_COHORT_SIZE:
			append_number(out, &cohort->size);
			break;
		case ADP_COHORT_COST:
			append_number(out, &cohort->cost);
			break;
		case ADP_COHORT_UNTIL:
			values = cohort->values[column->index];
			if (values != NULL)
				append_number(out, &values[n]);
			break;
		case ADP_COHORT_ON:
			values = cohort->values[column->index];
			if (values != NULL)
				append_difference(out, values, n);
			break;
	}
}

/*
 * Appends the rows of a cohort.
 */
static void
append_rows(StringInfo out, const AdpCohortQuery *query,
			const AdpCohort *cohort, DateADT last_over)
{
	MemoryContext row =
		AllocSetContextCreate(CurrentMemoryContext, "adpipe cohort row",
							  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(row);
	int last = Min(last_over - cohort->day, ADP_COHORT_LAST);

	for (int n = 0; n <= last; n++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < query->ncolumns; i++)
		{
			if (i > 0)
				appendStringInfoChar(out, ',');
			append_cell(out, &query->columns[i], cohort, n);
		}
		appendStringInfoChar(out, '\n');
		MemoryContextReset(row);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(row);
}

/*
 * Writes the header and all rows.  The rows of one cohort are at most
 * ADP_COHORT_LAST + 1, so the size is checked after each cohort.
 */
bool
adp_cohort_write(StringInfo out, const AdpCohortQuery *query,
				 const AdpCohorts *cohorts, DateADT last_over, Size most_bytes)
{
	for (int i = 0; i < query->ncolumns; i++)
	{
		const char *name = query->columns[i].field;

		if (i > 0)
			appendStringInfoChar(out, ',');
		append_quoted(out, name, (int) strlen(name));
	}
	appendStringInfoChar(out, '\n');
	for (int i = 0; i < adp_cohorts_count(cohorts); i++)
	{
		append_rows(out, query, adp_cohorts_get(cohorts, i), last_over);
		if ((Size) out->len > most_bytes)
			return false;
	}
	return true;
}
