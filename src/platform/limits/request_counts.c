/*
 * request_counts.c
 *	  What each role has requested through each server.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/shared_memory.h"
#include "platform/limits/request_counts.h"

/* Pairs of server and role; the one that was idle for longest makes room. */
#define PAIRS 256

typedef struct Table
{
	AdpSharedHead head;
	AdpRequestCounts pairs[PAIRS]; /* unused ones have no serverid */
} Table;

static int64 own_requests = 0; /* of this process */

static AdpSharedPart part = {"adpipe requests", sizeof(Table)};

/*
 * Announces the memory.
 */
void
adp_request_counts_init(void)
{
	adp_shared_memory_add(&part);
}

/*
 * Returns the place of a server and a role.
 */
static AdpRequestCounts *
find_pair(Table *table, const AdpRequestCounts *like)
{
	AdpRequestCounts *place = &table->pairs[0];

	for (int i = 0; i < PAIRS; i++)
	{
		AdpRequestCounts *pair = &table->pairs[i];

		if (pair->database == like->database &&
			pair->serverid == like->serverid && pair->userid == like->userid)
			return pair;
		if (pair->last_request_at < place->last_request_at)
			place = pair;
	}
	MemSet(place, 0, sizeof(AdpRequestCounts));
	place->database = like->database;
	place->serverid = like->serverid;
	place->userid = like->userid;
	return place;
}

/*
 * Adds counts.
 */
void
adp_request_counts_add(const AdpRequestCounts *more)
{
	bool is_shared;
	Table *table = adp_shared_or_own_memory(&part, &is_shared);
	AdpRequestCounts *pair;

	own_requests += more->requests;
	adp_shared_lock(&table->head, LW_EXCLUSIVE);
	pair = find_pair(table, more);
	pair->requests += more->requests;
	pair->retries += more->retries;
	pair->throttled_ms += more->throttled_ms;
	pair->bytes += more->bytes;
	pair->rows += more->rows;
	pair->errors += more->errors;
	if (more->last_request_at != 0)
		pair->last_request_at = more->last_request_at;
	if (more->last_error[0] != '\0')
		memcpy(pair->last_error, more->last_error, ADP_LAST_ERROR_SIZE);
	adp_shared_unlock(&table->head);
}

int64
adp_request_counts_own(void)
{
	return own_requests;
}

/*
 * Copies the counts of this database.
 */
AdpRequestCounts *
adp_request_counts_list(int *n)
{
	bool is_shared;
	Table *table = adp_shared_or_own_memory(&part, &is_shared);
	AdpRequestCounts *list = palloc(sizeof(table->pairs));

	*n = 0;
	adp_shared_lock(&table->head, LW_SHARED);
	for (int i = 0; i < PAIRS; i++)
	{
		if (OidIsValid(table->pairs[i].serverid) &&
			table->pairs[i].database == MyDatabaseId)
			list[(*n)++] = table->pairs[i];
	}
	adp_shared_unlock(&table->head);
	return list;
}
