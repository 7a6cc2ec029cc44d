/*
 * file_option.h
 *	  Options of user mappings that name the file of a secret.
 *
 * Each secret "x" of a platform may be given by option "x_file", as the path of a
 * file that the server reads.
 */
#ifndef ADP_FDW_FILE_OPTION_H
#define ADP_FDW_FILE_OPTION_H

#include "nodes/parsenodes.h"

#include "platform/platform.h"

/* Returns the secret whose file an option names; NULL for any other option. */
extern const AdpOption *adp_file_option_secret(const AdpPlatform *platform,
											   const char *name);

/*
 * Throws unless the user may set the option, its value is a path, and the secret
 * itself is not among the options of the user mapping.
 */
extern void adp_file_option_check(const AdpOption *secret, DefElem *def,
								  List *options);

/* Adds the file to the settings, in CurrentMemoryContext. */
extern void adp_file_option_apply(AdpSettings *settings,
								  const AdpOption *secret, const char *path);

#endif /* ADP_FDW_FILE_OPTION_H */
