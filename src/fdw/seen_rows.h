/*
 * seen_rows.h
 *	  How many rows earlier scans of a table saw, for the planner.
 *
 * The numbers are of a grain of a table, as a user mapping shows it: sessions
 * share them, but no role learns from EXPLAIN what other credentials reach.  A
 * changed definition of the table leads to another key.  Without shared memory
 * each session remembers what it saw itself.
 */
#ifndef ADP_FDW_SEEN_ROWS_H
#define ADP_FDW_SEEN_ROWS_H

#include "base/shared_memory.h"

typedef struct AdpSeenKey
{
	Oid relid;
	Oid umid;
	uint64 definition; /* hash of all that decides which rows there are */
	uint64 grain;	   /* hash of what is left out */
	int segments; /* by which rows of the grain are split, beside the day */
} AdpSeenKey;

/* What was seen, newer scans counting more. */
typedef struct AdpSeenRows
{
	int segments;		/* of the grain that was seen */
	double rows;		/* per unit: an account and day, week or month */
	double accounts;	/* of scans of all accounts; 0: there was none */
	double page_factor; /* pages per page of rows that lie evenly */
} AdpSeenRows;

/* Announces the memory; called once when the library is loaded. */
extern void adp_seen_rows_init(void);

/*
 * Finds what was seen of a grain, or else of another grain of the table.  Returns
 * false if no scan has been seen.
 */
extern bool adp_seen_rows_find(const AdpSeenKey *key, AdpSeenRows *seen);

/* A scan that has read its table to the end. */
typedef struct AdpSeenScan
{
	double units; /* accounts times days, weeks or months */
	double rows;
	double pages;
	double even_pages; /* that the rows would take if they lay evenly */
	int accounts;	   /* 0: not all accounts */
} AdpSeenScan;

/* Adds what a scan saw. */
extern void adp_seen_rows_add(const AdpSeenKey *key, const AdpSeenScan *scan);

#endif /* ADP_FDW_SEEN_ROWS_H */
