/*
 * fuzz.h
 *	  What the fuzz targets share.
 *
 * A target takes any bytes and hands them to the extension's own functions, in
 * a server process.  Beside memory errors and undefined behaviour, which the
 * sanitizers find, it checks what must hold for every input, and reports with
 * fuzz_finding() what does not.
 *
 * An ERROR with a proper SQLSTATE is a way to refuse an input; an internal
 * error is a finding.  The harness (fuzz.c) catches both, and frees what the
 * target has allocated in CurrentMemoryContext.
 */
#ifndef ADP_TEST_FUZZ_H
#define ADP_TEST_FUZZ_H

#include "base/compat.h"

/* Without an ending zero; the byte behind the input is the sanitizer's. */
typedef struct FuzzInput
{
	const char *data;
	size_t size;
} FuzzInput;

typedef struct FuzzTarget
{
	const char *name;
	void (*run)(FuzzInput input);
} FuzzTarget;

/* Reports what must not happen; an errmsg. */
pg_noreturn extern void fuzz_finding(const char *format, ...)
	pg_attribute_printf(1, 2);

/* Takes the first byte of the input; 0 at its end. */
extern int fuzz_take_byte(FuzzInput *input);

/*
 * The platform that bits 0, 1 and 4 of a byte pick, of all that are registered.
 * Those that are registered later change no earlier pick.
 */
extern const struct AdpPlatform *fuzz_platform(int byte);

/*
 * Takes the input up to its next line end, or all of it, as a palloc'd text in
 * a block of its own length.  The text ends at a zero byte, if there is one,
 * and is valid UTF-8, as every text in the server is: it ends before what is
 * not.
 */
extern char *fuzz_take_line(FuzzInput *input);
extern char *fuzz_take_text(FuzzInput *input);

/* Calls fuzz_finding() unless two texts, which may be NULL, are equal. */
extern void fuzz_check_same(const char *what, const char *one,
							const char *other);

extern void fuzz_assertion(FuzzInput input);
extern void fuzz_cells(FuzzInput input);
extern void fuzz_csv(FuzzInput input);
extern void fuzz_failures(FuzzInput input);
extern void fuzz_headers(FuzzInput input);
extern void fuzz_inflate(FuzzInput input);
extern void fuzz_messages(FuzzInput input);
extern void fuzz_options(FuzzInput input);
extern void fuzz_pages(FuzzInput input);
extern void fuzz_queries(FuzzInput input);
extern void fuzz_rows(FuzzInput input);
extern void fuzz_secrets(FuzzInput input);
extern void fuzz_texts(FuzzInput input);
extern void fuzz_urls(FuzzInput input);

#endif /* ADP_TEST_FUZZ_H */
