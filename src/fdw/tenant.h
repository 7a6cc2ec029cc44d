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
 * Whether the only policy of a relation is that of setup_roles(), by which a
 * reader sees the accounts that it was granted and all of their rows.
 */
extern bool adp_has_granted_policy(Oid relid);

/*
 * Returns those of some accounts, an array of text, that the current user was
 * granted of a copy.
 */
extern Datum adp_granted_accounts(Oid relid, Datum accounts);

/*
 * Returns all accounts of a relation, an array of text, that the current user was
 * granted.
 */
extern Datum adp_all_granted_accounts(Oid relid);

/*
 * Runs a query that has a single value as its result, with the rights of a
 * relation's owner and in a restricted operation, as PostgreSQL's own
 * maintenance commands do.  Policies that would hold for the owner are an error.
 * Returns the result in the caller's memory context.
 */
extern Datum adp_run_as_owner(Oid relid, const char *query, int count,
							  Oid *types, Datum *values, const char *nulls);

#endif /* ADP_FDW_TENANT_H */
