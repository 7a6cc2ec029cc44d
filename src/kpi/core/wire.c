/*
 * wire.c
 *		Parts that the text and binary forms of the stored types share.
 */
#include "postgres.h"

#include "libpq/pqformat.h"

#include "kpi/core/wire.h"

char *
adp_wire_next_field(char **rest)
{
	char *field = *rest;
	char *end = field + strcspn(field, ":");

	*rest = end;
	if (*end != '\0')
	{
		*end = '\0';
		(*rest)++;
	}
	return field;
}

void
adp_wire_send_units(StringInfo message, int128 units)
{
	pq_sendint64(message, (uint64) ((uint128) units >> 64));
	pq_sendint64(message, (uint64) units);
}

int128
adp_wire_receive_units(StringInfo message)
{
	uint64 high = (uint64) pq_getmsgint64(message);
	uint64 low = (uint64) pq_getmsgint64(message);

	return (int128) (((uint128) high << 64) | low);
}
