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

#endif /* ADP_FDW_TENANT_H */
