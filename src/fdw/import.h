/*
 * import.h
 *	  IMPORT FOREIGN SCHEMA.
 */
#ifndef ADP_FDW_IMPORT_H
#define ADP_FDW_IMPORT_H

#include "foreign/fdwapi.h"

/*
 * Returns the commands that create the tables of a remote schema.  Sends no
 * request.
 */
extern List *adpipeImportForeignSchema(ImportForeignSchemaStmt *stmt,
									   Oid serverid);

#endif /* ADP_FDW_IMPORT_H */
