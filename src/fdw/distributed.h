/*
 * distributed.h
 *	  Tables whose rows lie on other servers, kept there by Citus.
 */
#ifndef ADP_FDW_DISTRIBUTED_H
#define ADP_FDW_DISTRIBUTED_H

/*
 * Whether Citus keeps the rows of a table elsewhere than in the table: a
 * distributed or a reference table, or a partition of one.
 */
extern bool adp_is_distributed(Oid relid);

#endif /* ADP_FDW_DISTRIBUTED_H */
