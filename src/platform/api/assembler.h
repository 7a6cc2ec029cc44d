/*
 * assembler.h
 *	  Pages that are made of several answers.
 *
 * Most platforms answer a request for rows with rows.  Some must be asked for
 * several things that only together are rows: a report that is made in the
 * background as one file of a day, a second file whose rows are joined with it,
 * names from a list, and a request that deletes what was read.  A job of
 * job_kind.h does not fit there: it has one start request per range of days,
 * and its rows are pages like any other.
 *
 * A source of such a platform points at a const AdpAssembler.  The engine
 * drives it: it asks the assembler for the next step, sends the request, retries,
 * waits, serves interrupts and counts, and comes back with the answer.  The
 * assembler sends nothing and never waits.  What it makes in the end is the
 * body of a page in the platform's format, which is checked and read like one
 * that was received.
 */
#ifndef ADP_PLATFORM_API_ASSEMBLER_H
#define ADP_PLATFORM_API_ASSEMBLER_H

#include "lib/stringinfo.h"

#include "platform/api/api_types.h"

/* What an assembler wants next. */
typedef enum AdpAssemblyStep
{
	ADP_ASSEMBLY_ASK,	/* send request, come back with its answer */
	ADP_ASSEMBLY_WAIT,	/* come back after wait_ms, without an answer */
	ADP_ASSEMBLY_RETRY, /* the answer is malformed: see error; send it again */
	ADP_ASSEMBLY_DONE,	/* body is a page */
	ADP_ASSEMBLY_TOO_MUCH, /* failed, and may not for fewer days; without an error
							* or a refused request, by a page larger than
							* body_max */
	ADP_ASSEMBLY_FAILED	   /* with error; without one, by the refused request */
} AdpAssemblyStep;

/* A page in the making: the first member of the assembler's own struct. */
typedef struct AdpAssembly
{
	AdpPageAsk ask;	   /* what is to be assembled */
	const char *token; /* of the page; NULL for the first one */

	AdpApiRequest request;
	int64 wait_ms;
	const char *wait_reason;
	StringInfoData body;
	Size body_max; /* most bytes of a page: setting adpipe.max_answer_size */
	AdpError error;
} AdpAssembly;

/* An answer to its last request: a body, or the failure of a refused one. */
typedef struct AdpAssemblyAnswer
{
	const char *body; /* valid until the next step */
	Size len;
	const AdpFailure *failure; /* NULL: it was answered */
	bool is_lost; /* of one that creates: whether it did is not known */
} AdpAssemblyAnswer;

typedef struct AdpAssembler
{
	Size size; /* of its struct, which starts out as zero but for ask */

	/*
	 * Decides the next step, in a memory context that lives as long as the
	 * assembly.  answer is NULL the first time and after a wait.
	 */
	AdpAssemblyStep (*next)(AdpAssembly *assembly,
							const AdpAssemblyAnswer *answer);

	/*
	 * Returns the requests of an account, and of a day where rows have one, if
	 * nothing has to be asked for twice and each report has rows.  NULL: that is
	 * not known.
	 */
	int (*requests)(const AdpQuery *query);
	bool is_exact; /* no answer leads to another request */
} AdpAssembler;

#endif /* ADP_PLATFORM_API_ASSEMBLER_H */
