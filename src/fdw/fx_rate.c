/*
 * fx_rate.c
 *	  Rates of exchange, for queries that convert row by row.
 *
 * Many rows share few currencies and days, so a query looks up each rate once.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datum.h"
#include "utils/hsearch.h"
#include "utils/numeric.h"

#include "fdw/query_cache.h"

PG_FUNCTION_INFO_V1(adpipe_fx_rate);

/* The letters of a currency's code. */
#define CODE_LENGTH 3

/* Rates for which there is room at first. */
#define FIRST_RATES 64

typedef struct RateKey
{
	NameData owner;
	DateADT day;
	char currency[CODE_LENGTH + 1];
	char to_currency[CODE_LENGTH + 1];
} RateKey;

typedef struct RateEntry
{
	RateKey key;
	Datum rate;
} RateEntry;

/*
 * Reads a currency's code.  Returns false for what cannot be one.
 */
static bool
read_code(Datum value, char *code)
{
	text *text_value = DatumGetTextPP(value);

	if (VARSIZE_ANY_EXHDR(text_value) != CODE_LENGTH)
		return false;
	memcpy(code, VARDATA_ANY(text_value), CODE_LENGTH);
	return true;
}

/*
 * Makes the key of a rate.  Returns false for arguments that have none.
 */
static bool
make_key(FunctionCallInfo fcinfo, RateKey *key)
{
	for (int i = 0; i < 4; i++)
		if (PG_ARGISNULL(i))
			return false;
	MemSet(key, 0, sizeof(*key));
	key->day = PG_GETARG_DATEADT(1);
	namestrcpy(&key->owner, NameStr(*PG_GETARG_NAME(3)));
	return read_code(PG_GETARG_DATUM(0), key->currency) &&
		read_code(PG_GETARG_DATUM(2), key->to_currency);
}

/*
 * Looks up the rate.  Throws if there is none.
 */
static Datum
look_up(FunctionCallInfo fcinfo, MemoryContext memory)
{
	Oid types[4] = {TEXTOID, DATEOID, TEXTOID, NAMEOID};
	Datum values[4];
	char nulls[4];
	Datum rate;
	bool is_null;
	MemoryContext old;

	for (int i = 0; i < 4; i++)
	{
		values[i] = PG_GETARG_DATUM(i);
		nulls[i] = PG_ARGISNULL(i) ? 'n' : ' ';
	}
	if (SPI_connect() != SPI_OK_CONNECT ||
		SPI_execute_with_args("SELECT adpipe_internal.find_fx_rate($1, $2, $3, $4)",
							  4, types, values, nulls, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look up a rate");
	rate = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
						 &is_null);
	if (is_null)
		elog(ERROR, "a rate is NULL");
	old = MemoryContextSwitchTo(memory);
	rate = datumCopy(rate, false, -1);
	MemoryContextSwitchTo(old);
	SPI_finish();
	return rate;
}

/*
 * Returns the rates that this place of the query has looked up.
 */
static HTAB *
find_rates(AdpQueryCache *cache)
{
	if (cache->kept == NULL)
	{
		HASHCTL settings = {.keysize = sizeof(RateKey),
							.entrysize = sizeof(RateEntry),
							.hcxt = cache->memory};

		cache->kept = hash_create("adpipe rates", FIRST_RATES, &settings,
								  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	return cache->kept;
}

/*
 * fx_rate(currency, day, to_currency, owner): units of to_currency for one unit of
 * currency.
 */
Datum
adpipe_fx_rate(PG_FUNCTION_ARGS)
{
	AdpQueryCache *cache = adp_query_cache(fcinfo->flinfo);
	HTAB *rates = find_rates(cache);
	RateKey key;
	RateEntry *entry;
	Datum rate;

	if (!make_key(fcinfo, &key))
		return look_up(fcinfo, CurrentMemoryContext);
	entry = hash_search(rates, &key, HASH_FIND, NULL);
	if (entry != NULL)
		return entry->rate;
	rate = look_up(fcinfo, cache->memory);
	entry = hash_search(rates, &key, HASH_ENTER, NULL);
	entry->rate = rate;
	return rate;
}
