/*
 * skan.c
 *	  The SKAdNetwork APIs: their columns.
 */
#include "postgres.h"

#include "platform/appsflyer/skan.h"

/*
 * Returns the names of a field's column.  Documentation cuts this one off.
 */
const char *
adp_skan_names(const char *field)
{
	return strcmp(field, "skad_coarse_conversion_value") == 0
		? "skad_coarse_conversion_value|skad_coarse_conversion"
		: NULL;
}

/*
 * In raw reports these describe an install.
 */
bool
adp_skan_splits(const char *field)
{
	return strcmp(field, "Campaign ID") == 0 || strcmp(field, "Site ID") == 0;
}
