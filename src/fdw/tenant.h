/*
 * tenant.h
 *	  What keeps the owners of local copies apart.
 */
#ifndef ADP_FDW_TENANT_H
#define ADP_FDW_TENANT_H

/*
 * Returns the owner of a relation; InvalidOid if the relation does not exist.
 */
extern Oid adp_relation_owner(Oid relid);

/*
 * Returns those of some accounts, an array of text, that the current user was
 * granted of a copy.
 */
extern Datum adp_granted_accounts(Oid relid, Datum accounts);

#endif /* ADP_FDW_TENANT_H */
