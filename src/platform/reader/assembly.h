/*
 * assembly.h
 *	  Drives an assembler: see assembler.h.
 *
 * An assembly is advanced like a call and never blocks.  Its body is in memory
 * and is valid until it is released.
 */
#ifndef ADP_PLATFORM_READER_ASSEMBLY_H
#define ADP_PLATFORM_READER_ASSEMBLY_H

#include "platform/api/assembler.h"
#include "platform/api/call.h"

typedef struct AdpAssemblyRun AdpAssemblyRun;

/* Allocates a run in cxt; sends nothing before the first advance. */
extern AdpAssemblyRun *adp_assembly_create(AdpSession *session,
										   MemoryContext cxt,
										   const AdpAssembler *assembler,
										   const AdpPageAsk *ask,
										   const char *subject);

/* Advances the run as far as possible without waiting. */
extern AdpCallState adp_assembly_advance(AdpAssemblyRun *run);

/* After ADP_CALL_DONE: the page. */
extern const char *adp_assembly_body(const AdpAssemblyRun *run, Size *len);

/* After ADP_CALL_FAILED: the failure, or throw the error. */
extern const AdpFailure *adp_assembly_failure(const AdpAssemblyRun *run);
pg_noreturn extern void adp_assembly_throw(const AdpAssemblyRun *run);

/* Throws the error for a page that is malformed. */
pg_noreturn extern void adp_assembly_reject(const AdpAssemblyRun *run,
											const AdpError *why);

/* Frees the run in any state. */
extern void adp_assembly_release(AdpAssemblyRun *run);

#endif /* ADP_PLATFORM_READER_ASSEMBLY_H */
