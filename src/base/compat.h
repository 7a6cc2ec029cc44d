/*
 * compat.h
 *	  Differences between PostgreSQL 14 to 18 and between library versions.
 *
 * This is the only file that tests PG_VERSION_NUM or LIBCURL_VERSION_NUM.
 * Callers use one spelling for all versions.  A macro replaces a function whose
 * header not every caller includes; it costs nothing unless used.
 */
#ifndef ADP_BASE_COMPAT_H
#define ADP_BASE_COMPAT_H

#if PG_VERSION_NUM < 140000 || PG_VERSION_NUM >= 190000
#error "adpipe supports PostgreSQL 14 to 18"
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* A lexer over len bytes that leaves escapes alone (common/jsonapi.h). */
#if PG_VERSION_NUM >= 170000
#define adp_make_json_lexer(text, len) \
	makeJsonLexContextCstringLen(NULL, (text), (len), PG_UTF8, false)
#else
#define adp_make_json_lexer(text, len) \
	makeJsonLexContextCstringLen(unconstify(char *, (text)), (int) (len), \
								 PG_UTF8, false)
#endif

/* A foreign path of a base relation (optimizer/pathnode.h). */
#if PG_VERSION_NUM >= 180000
#define adp_create_foreignscan_path(root, rel, rows, disabled, startup, total, \
									required_outer, fdw_private) \
	create_foreignscan_path(root, rel, NULL, rows, disabled, startup, total, \
							NIL, required_outer, NULL, NIL, fdw_private)
#elif PG_VERSION_NUM >= 170000
#define adp_create_foreignscan_path(root, rel, rows, disabled, startup, total, \
									required_outer, fdw_private) \
	create_foreignscan_path(root, rel, NULL, rows, \
							(startup) + (disabled) *disable_cost, \
							(total) + (disabled) *disable_cost, NIL, \
							required_outer, NULL, NIL, fdw_private)
#else
#define adp_create_foreignscan_path(root, rel, rows, disabled, startup, total, \
									required_outer, fdw_private) \
	create_foreignscan_path(root, rel, NULL, rows, \
							(startup) + (disabled) *disable_cost, \
							(total) + (disabled) *disable_cost, NIL, \
							required_outer, NULL, fdw_private)
#endif

/* A range that is not empty (utils/rangetypes.h). */
#if PG_VERSION_NUM >= 160000
#define adp_make_range(type, lower, upper) \
	make_range(type, lower, upper, false, NULL)
#else
#define adp_make_range(type, lower, upper) make_range(type, lower, upper, false)
#endif

/*
 * PostgreSQL 18 has Vars that represent grouping expressions.  Also a walk over
 * queries that does not descend into the expressions behind Vars
 * (optimizer/optimizer.h, nodes/nodeFuncs.h).
 */
#if PG_VERSION_NUM >= 180000
#define adp_has_group_rte(query) ((query)->hasGroupRTE)
#define adp_flatten_groups(query, node) \
	flatten_group_exprs(NULL, (query), (Node *) (node))
#define ADP_QTW_AS_WRITTEN (QTW_IGNORE_JOINALIASES | QTW_IGNORE_GROUPEXPRS)
#else
#define adp_has_group_rte(query) false
#define adp_flatten_groups(query, node) ((Node *) (node))
#define ADP_QTW_AS_WRITTEN QTW_IGNORE_JOINALIASES
#endif

/* Whether an operator compares by an order (utils/lsyscache.h). */
#if PG_VERSION_NUM >= 180000
#define adp_compares_by_order(opno) (get_op_index_interpretation(opno) != NIL)
#else
#define adp_compares_by_order(opno) (get_op_btree_interpretation(opno) != NIL)
#endif

/* The role that a foreign scan acts as. */
#if PG_VERSION_NUM >= 160000
#define adp_scan_userid(fsplan, rte) \
	(OidIsValid((fsplan)->checkAsUser) ? (fsplan)->checkAsUser : GetUserId())
#else
#define adp_scan_userid(fsplan, rte) \
	(OidIsValid((rte)->checkAsUser) ? (rte)->checkAsUser : GetUserId())
#endif

/*
 * Whether a role has a privilege on a foreign server (utils/acl.h,
 * catalog/pg_foreign_server.h).
 */
#if PG_VERSION_NUM >= 160000
#define adp_server_aclcheck(server, role, mode) \
	object_aclcheck(ForeignServerRelationId, (server), (role), (mode))
#else
#define adp_server_aclcheck(server, role, mode) \
	pg_foreign_server_aclcheck((server), (role), (mode))
#endif

/*
 * Reports invalid type input as a soft error where the server supports it.
 */
#if PG_VERSION_NUM >= 160000
#define adp_ereturn(context, value, details) ereturn(context, value, details)
#else
#define adp_ereturn(context, value, details) ereport(ERROR, details)
#endif

/* Whether a view reads with its reader's rights (utils/rel.h). */
#if PG_VERSION_NUM >= 150000
#define adp_reads_as_invoker(view) RelationHasSecurityInvoker(view)
#else
#define adp_reads_as_invoker(view) false
#endif

/* Enters a new tuple into the indexes of its table (executor/executor.h). */
#if PG_VERSION_NUM >= 160000
#define adp_insert_index_tuples(result, slot, estate) \
	ExecInsertIndexTuples((result), (slot), (estate), false, false, NULL, NIL, \
						  false)
#else
#define adp_insert_index_tuples(result, slot, estate) \
	ExecInsertIndexTuples((result), (slot), (estate), false, false, NULL, NIL)
#endif

/* A set-returning function that fills a tuplestore (funcapi.h). */
#if PG_VERSION_NUM >= 150000
#define adp_init_materialized_srf(fcinfo) InitMaterializedSRF(fcinfo, 0)
#else
#define adp_init_materialized_srf(fcinfo) SetSingleFuncCall(fcinfo, 0)
#endif

/* Before the declaration of a function that does not return. */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

/*
 * Where the postmaster asks for shared memory (storage/ipc.h, miscadmin.h): a
 * hook, which calls the one before it by adp_next_shmem_request(); 14 asks at
 * once.
 */
#if PG_VERSION_NUM >= 150000
#define ADP_SHMEM_REQUEST_HOOK \
	static shmem_request_hook_type previous_request_hook = NULL
#define adp_next_shmem_request() \
	(previous_request_hook != NULL ? previous_request_hook() : (void) 0)
#define adp_install_shmem_request(hook) \
	(previous_request_hook = shmem_request_hook, shmem_request_hook = (hook))
#else
#define ADP_SHMEM_REQUEST_HOOK struct AdpNoHook
#define adp_next_shmem_request() ((void) 0)
#define adp_install_shmem_request(hook) (hook)()
#endif

/* Shared memory by name, for a library that was not preloaded; or NULL. */
#if PG_VERSION_NUM >= 170000
#define ADP_NAMED_SEGMENT_HEADER "storage/dsm_registry.h"
#define adp_named_segment(name, size, init) \
	GetNamedDSMSegment((name), (size), (init), &(bool){false})
#else
#define ADP_NAMED_SEGMENT_HEADER "storage/ipc.h"
#define adp_named_segment(name, size, init) NULL
#endif

/* A random number in [0, 1), for jitter. */
#if PG_VERSION_NUM >= 150000
#include "common/pg_prng.h"
#define adp_random() pg_prng_double(&pg_global_prng_state)
#else
#define adp_random() ((double) random() / ((double) MAX_RANDOM_VALUE + 1))
#endif

/* EXPLAIN's helpers moved in 18. */
#if PG_VERSION_NUM >= 180000
#define ADP_EXPLAIN_HEADER "commands/explain_format.h"
#define ADP_EXPLAIN_STATE_HEADER "commands/explain_state.h"
#else
#define ADP_EXPLAIN_HEADER "commands/explain.h"
#define ADP_EXPLAIN_STATE_HEADER "commands/explain.h"
#endif

/* Rejects unknown settings under our prefix. */
#if PG_VERSION_NUM >= 150000
#define adp_reserve_guc_prefix(prefix) MarkGUCPrefixReserved(prefix)
#else
#define adp_reserve_guc_prefix(prefix) EmitWarningsOnPlaceholders(prefix)
#endif

/*
 * The oldest supported libcurl: 7.87 is the first that can abandon a hanging
 * name look-up (CURLOPT_QUICK_EXIT).  Callers include curl/curl.h.
 */
#define ADP_LIBCURL_VERSION_MIN 0x075700
#define ADP_LIBCURL_VERSION_MIN_TEXT "7.87.0"
#define ADP_CURLE_TOO_LARGE 100 /* CURLE_TOO_LARGE, since 8.6 */
/* CURLMOPT_QUICK_EXIT, since 8.20, where look-ups belong to the multi handle */
#define ADP_CURLMOPT_QUICK_EXIT ((CURLMoption) 21)
#define ADP_REQUIRE_LIBCURL() \
	StaticAssertDecl(LIBCURL_VERSION_NUM >= ADP_LIBCURL_VERSION_MIN, \
					 "adpipe needs libcurl " ADP_LIBCURL_VERSION_MIN_TEXT \
					 " or later")

#endif /* ADP_BASE_COMPAT_H */
