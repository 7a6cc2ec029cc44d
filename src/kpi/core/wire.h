/*
 * wire.h
 *		Parts that the text and binary forms of the stored types share.
 */
#ifndef ADP_KPI_CORE_WIRE_H
#define ADP_KPI_CORE_WIRE_H

#include "lib/stringinfo.h"

/*
 * The next field of a text whose fields are separated by colons, cut out in
 * place; *rest advances.  Returns an empty string if no field is left.
 */
extern char *adp_wire_next_field(char **rest);

/* Writes the units of a fixed-point number in network order. */
extern void adp_wire_send_units(StringInfo message, int128 units);

/* Reads what adp_wire_send_units wrote. */
extern int128 adp_wire_receive_units(StringInfo message);

#endif /* ADP_KPI_CORE_WIRE_H */
