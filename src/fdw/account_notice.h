/*
 * account_notice.h
 *	  Notices about accounts that a statement names and its tables do not have.
 */
#ifndef ADP_FDW_ACCOUNT_NOTICE_H
#define ADP_FDW_ACCOUNT_NOTICE_H

#include "nodes/execnodes.h"

#include "fdw/table.h"
#include "platform/accounts/account_scope.h"

/* A scan begins; so the statement's notices wait for it to leave. */
extern void adp_account_notice_join(EState *estate);

/* Adds what the constants in one scan's conditions are. */
extern void adp_account_notice_add(EState *estate, const AdpTable *table,
								   const AdpAccountVerdict *verdicts, int n);

/* A scan ends; the last one sends the notices. */
extern void adp_account_notice_leave(EState *estate);

#endif /* ADP_FDW_ACCOUNT_NOTICE_H */
