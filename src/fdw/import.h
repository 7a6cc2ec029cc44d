/*
 * import.h
 *	  IMPORT FOREIGN SCHEMA.
 */
#ifndef ADP_FDW_IMPORT_H
#define ADP_FDW_IMPORT_H

#include "foreign/fdwapi.h"

/* Commands that make the tables of a remote schema; sends nothing. */
extern List *adpipeImportForeignSchema(ImportForeignSchemaStmt *stmt,
									   Oid serverid);

#endif /* ADP_FDW_IMPORT_H */
