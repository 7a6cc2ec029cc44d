/*
 * fuzz.c
 *	  Runs fuzz targets in a server process, by way of SQL.
 *
 * fuzz_input() runs one input, and throws what it found; 192_fuzz_corpora.pl
 * runs all that are kept.  fuzz_run() makes libFuzzer search for inputs, which
 * never returns; test/long/fuzz builds the extension for it and preloads it.
 */
#include "postgres.h"

#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "fuzz.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "platform/platform.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(fuzz_input);
PG_FUNCTION_INFO_V1(fuzz_run);
PG_FUNCTION_INFO_V1(fuzz_names);

static void misbehave(FuzzInput input);

/* The first one is for the test of this file. */
static const FuzzTarget targets[] = {
	{"misbehaviour", misbehave}, {"assertion", fuzz_assertion},
	{"cells", fuzz_cells},		 {"csv", fuzz_csv},
	{"failures", fuzz_failures}, {"headers", fuzz_headers},
	{"inflate", fuzz_inflate},	 {"messages", fuzz_messages},
	{"options", fuzz_options},	 {"pages", fuzz_pages},
	{"queries", fuzz_queries},	 {"rows", fuzz_rows},
	{"secrets", fuzz_secrets},	 {"texts", fuzz_texts},
	{"urls", fuzz_urls},
};

typedef int (*InputCallback)(const uint8 *data, size_t size);
typedef int (*Driver)(int *argc, char ***argv, InputCallback callback);

/* What libFuzzer calls the callback for. */
static const FuzzTarget *target;
static MemoryContext input_context;
static bool is_searching;

/*
 * Reports what must not happen.  libFuzzer keeps the input of a process that
 * ends so.
 */
void
fuzz_finding(const char *format, ...)
{
	char message[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (is_searching)
	{
		fprintf(stderr, "finding: %s\n", message);
		abort();
	}
	ereport(ERROR,
			(errcode(ERRCODE_ASSERT_FAILURE), errmsg_internal("%s", message)));
}

/*
 * Takes a byte.
 */
int
fuzz_take_byte(FuzzInput *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return (unsigned char) *input->data++;
}

/*
 * Picks a platform.
 */
const AdpPlatform *
fuzz_platform(int byte)
{
	const AdpPlatform *const *all = adp_platforms();
	int pick = (byte & 3) | (byte >> 2 & 4);
	int count = 0;

	while (all[count] != NULL)
		count++;
	return all[pick % count];
}

/*
 * Takes so many bytes, and one more that is dropped if there is one.
 */
static char *
take_text(FuzzInput *input, size_t size)
{
	int valid = pg_encoding_verifymbstr(PG_UTF8, input->data, size);
	char *text = pnstrdup(input->data, valid);

	size = Min(size + 1, input->size);
	input->data += size;
	input->size -= size;
	return text;
}

/*
 * Takes a line.
 */
char *
fuzz_take_line(FuzzInput *input)
{
	const char *end =
		input->size > 0 ? memchr(input->data, '\n', input->size) : NULL;

	return take_text(input, end ? end - input->data : input->size);
}

/*
 * Takes the rest.
 */
char *
fuzz_take_text(FuzzInput *input)
{
	return take_text(input, input->size);
}

/*
 * Compares texts.
 */
void
fuzz_check_same(const char *what, const char *one, const char *other)
{
	if (one == NULL && other == NULL)
		return;
	if (one == NULL || other == NULL || strcmp(one, other) != 0)
		fuzz_finding("%s: \"%s\" and \"%s\"", what, one ? one : "(none)",
					 other ? other : "(none)");
}

/*
 * Finds a target.
 */
static const FuzzTarget *
find_target(const char *name)
{
	for (int i = 0; i < lengthof(targets); i++)
	{
		if (strcmp(targets[i].name, name) == 0)
			return &targets[i];
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("there is no fuzz target \"%s\"", name)));
}

/*
 * Judges the error that ended an input.
 */
static void
judge_error(void)
{
	ErrorData *error;

	MemoryContextSwitchTo(input_context);
	error = CopyErrorData();
	FlushErrorState();
	if (error->sqlerrcode == ERRCODE_ASSERT_FAILURE)
		ReThrowError(error);
	if (error->sqlerrcode == ERRCODE_INTERNAL_ERROR)
		fuzz_finding("internal error: %s", error->message);
	if (error->elevel != ERROR)
		fuzz_finding("error of level %d: %s", error->elevel, error->message);
}

/*
 * Runs the target with an input; libFuzzer's callback.
 */
static int
run_input(const uint8 *data, size_t size)
{
	MemoryContext caller = MemoryContextSwitchTo(input_context);
	FuzzInput input = {.size = size};

	PG_TRY();
	{
		/* a block of its own, so that the sanitizer sees who reads past it */
		input.data = size > 0 ? memcpy(palloc(size), data, size) : "";
		target->run(input);
	}
	PG_CATCH();
	{
		judge_error();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	MemoryContextReset(input_context);
	return 0;
}

/*
 * Makes ready for inputs to a target.
 */
static void
set_up(const char *name)
{
	target = find_target(name);
	if (input_context == NULL)
		input_context = AllocSetContextCreate(TopMemoryContext, "fuzz input",
											  ALLOCSET_DEFAULT_SIZES);
}

/*
 * Does what its input says.
 */
static void
misbehave(FuzzInput input)
{
	const char *what = fuzz_take_text(&input);

	if (strcmp(what, "finding") == 0)
		fuzz_finding("this is a finding");
	if (strcmp(what, "internal error") == 0)
		elog(ERROR, "this cannot happen");
	if (strcmp(what, "error") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("this is refused")));
}

/*
 * fuzz_names() returns text[]: the targets.
 */
Datum
fuzz_names(PG_FUNCTION_ARGS)
{
	Datum names[lengthof(targets) - 1];

	for (int i = 0; i < lengthof(names); i++)
		names[i] = CStringGetTextDatum(targets[i + 1].name);
	PG_RETURN_ARRAYTYPE_P(construct_array(names, lengthof(names), TEXTOID, -1,
										  false, TYPALIGN_INT));
}

/*
 * fuzz_input(target text, input bytea): throws what the input found.
 */
Datum
fuzz_input(PG_FUNCTION_ARGS)
{
	bytea *input = PG_GETARG_BYTEA_PP(1);

	set_up(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	is_searching = false;
	(void) run_input((const uint8 *) VARDATA_ANY(input),
					 VARSIZE_ANY_EXHDR(input));
	PG_RETURN_VOID();
}

/*
 * Returns the elements of a text array as argc and argv want them.
 */
static char **
read_arguments(ArrayType *array, int *argc)
{
	Datum *items;
	char **argv;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &items, NULL,
					  argc);
	argv = palloc0((*argc + 1) * sizeof(char *));
	for (int i = 0; i < *argc; i++)
		argv[i] = TextDatumGetCString(items[i]);
	return argv;
}

/*
 * fuzz_run(target text, arguments text[]): searches with libFuzzer, whose
 * command line the arguments are, program first.  Ends the process.
 */
Datum
fuzz_run(PG_FUNCTION_ARGS)
{
	int argc;
	char **argv = read_arguments(PG_GETARG_ARRAYTYPE_P(1), &argc);
	Driver run = (Driver) dlsym(RTLD_DEFAULT, "LLVMFuzzerRunDriver");

	if (run == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("libFuzzer is not loaded")));
	set_up(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	is_searching = true;
	/* libFuzzer sets its own time limit, unless there is a handler already */
	signal(SIGALRM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	exit(run(&argc, &argv, run_input));
}
