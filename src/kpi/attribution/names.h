/*
 * names.h
 *		A dictionary of names: each gets a small number.
 *
 * Names are equal if their bytes are.
 */
#ifndef ADP_KPI_ATTRIBUTION_NAMES_H
#define ADP_KPI_ATTRIBUTION_NAMES_H

typedef struct AdpName
{
	const char *bytes; /* not terminated */
	uint32 length;
} AdpName;

typedef struct AdpNames
{
	MemoryContext context; /* where everything lies */
	uint32 count;
	uint32 capacity;
	AdpName *list;				   /* by number */
	struct name_index_hash *index; /* number by name; NULL until needed */
	char *room;					   /* free bytes for further names */
	uint32 room_left;
	uint32 room_size; /* of the block that "room" is in */
} AdpNames;

extern void adp_names_init(AdpNames *names, MemoryContext context);
extern uint32 adp_names_append(AdpNames *names, AdpName name);
extern uint32 adp_names_number(AdpNames *names, AdpName name);
extern bool adp_names_find(const AdpNames *names, AdpName name, uint32 *number);
extern uint32 *adp_names_sort(AdpNames *names);
extern int adp_name_compare(AdpName a, AdpName b);

#endif /* ADP_KPI_ATTRIBUTION_NAMES_H */
