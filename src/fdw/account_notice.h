/*
 * account_notice.h
 *	  Notices about accounts in conditions that no table of the statement has.
 */
#ifndef ADP_FDW_ACCOUNT_NOTICE_H
#define ADP_FDW_ACCOUNT_NOTICE_H

#include "nodes/execnodes.h"

#include "fdw/table.h"
#include "platform/accounts/account_scope.h"

/* A scan begins.  The statement's notices wait until it has left. */
extern void adp_account_notice_join(EState *estate);

/* Adds the verdicts on the constants in a scan's conditions. */
extern void adp_account_notice_add(EState *estate, const AdpTable *table,
								   const AdpAccountVerdict *verdicts, int n);

/* A scan ends; the last one sends the notices. */
extern void adp_account_notice_leave(EState *estate);

#endif /* ADP_FDW_ACCOUNT_NOTICE_H */
