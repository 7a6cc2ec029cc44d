/*
 * master_file.c
 *	  Reads the file of a master report.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "platform/naver_searchad/master_file.h"

/* Lines between two checks for interrupts. */
#define LINES_PER_CHECK 512

/* Where a line is, for errors, and who takes its cells. */
typedef struct Reading
{
	const char *item;
	const char *account;
	int ncolumns;
	const char *(*take)(void *arg, char **cells);
	void *arg;
	int64 number;
} Reading;

/*
 * Splits a line at its tabs, in place; returns the number of its cells, of which
 * the first ADP_NAVER_MASTER_COLUMNS are stored.
 */
static int
split(char *line, char **cells)
{
	int n = 0;

	for (;;)
	{
		char *tab = strchr(line, '\t');

		if (n < ADP_NAVER_MASTER_COLUMNS)
			cells[n] = line;
		n++;
		if (tab == NULL)
			return n;
		*tab = '\0';
		line = tab + 1;
	}
}

/*
 * Checks a line and hands it on; returns what is wrong with it, or NULL.
 */
static const char *
take_line(const Reading *reading, char *line)
{
	char *cells[ADP_NAVER_MASTER_COLUMNS];
	int ncells = split(line, cells);

	if (ncells < reading->ncolumns)
		return psprintf("has %d columns in place of %d", ncells,
						reading->ncolumns);
	if (strcmp(cells[0], reading->account) != 0)
		return "is of another account";
	return reading->take(reading->arg, cells);
}

/*
 * Reads all lines; returns what is wrong with the last one that was read, or NULL.
 */
static const char *
read_lines(Reading *reading, const char *file, const char *end)
{
	const char *why = NULL;

	while (file < end && why == NULL)
	{
		const char *stop = memchr(file, '\n', end - file);
		char *line;

		if (++reading->number % LINES_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (stop == NULL)
			return "does not end";
		line = pnstrdup(file, stop - file);
		if (strlen(line) != (Size) (stop - file))
			return "has a zero byte";
		if (stop > file && stop[-1] == '\r')
			line[stop - file - 1] = '\0';
		why = take_line(reading, line);
		pfree(line);
		file = stop + 1;
	}
	return why;
}

/*
 * Reads a file.
 */
bool
adp_naver_master_file_read(const char *item, const char *account, int ncolumns,
						   const char *file, Size len,
						   const char *(*take)(void *arg, char **cells),
						   void *arg, AdpError *error)
{
	Reading reading = {.item = item,
					   .account = account,
					   .ncolumns = ncolumns,
					   .take = take,
					   .arg = arg};
	const char *why = read_lines(&reading, file, file + len);

	if (why == NULL)
		return true;
	adp_error_set(error, ADP_ERR_FORMAT,
				  psprintf("the file of master report %s is not as promised",
						   item),
				  psprintf("Line " INT64_FORMAT " %s.", reading.number, why),
				  NULL);
	return false;
}
