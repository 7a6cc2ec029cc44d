/*
 * body.c
 *	  Checks a JSON body before the lexer reads it.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/body.h"

/* Bytes verified between two checks for interrupts. */
#define VERIFY_CHUNK ((Size) 1024 * 1024)

/* Most bytes of a character that can remain at the end of a chunk. */
#define MAX_CUT_BYTES 3

/* Length of the sample that an error shows of a malformed body. */
#define SAMPLE_LEN 60

/*
 * Returns the beginning of a body in printable characters, cut at SAMPLE_LEN.
 */
static char *
show_beginning(const char *body, Size body_len)
{
	StringInfoData text;
	Size i;

	initStringInfo(&text);
	for (i = 0; i < body_len; i++)
	{
		unsigned char c = body[i];
		bool is_plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';

		if (text.len + (is_plain ? 1 : 4) > SAMPLE_LEN)
			break;
		if (is_plain)
			appendStringInfoChar(&text, c);
		else
			appendStringInfo(&text, "\\x%02x", c);
	}
	if (i < body_len)
		appendStringInfoString(&text, "...");
	return text.data;
}

/*
 * Fails unless the body begins with an object.  Other bodies are often the web
 * page of a proxy, so the error shows the beginning.
 */
static bool
check_beginning(const char *body, Size body_len, AdpError *error)
{
	Size start = 0;
	const char *detail = "The page is empty.";

	while (start < body_len &&
		   (body[start] == ' ' || body[start] == '\t' || body[start] == '\r' ||
			body[start] == '\n'))
		start++;
	if (start < body_len && body[start] == '{')
		return true;
	if (start < body_len)
		detail = psprintf("The page begins with \"%s\".",
						  show_beginning(body + start, body_len - start));
	adp_error_set(error, ADP_ERR_FORMAT, "page of rows is not a JSON object",
				  detail, NULL);
	return false;
}

/*
 * Fails unless the whole body is UTF-8 without NUL.
 */
static bool
check_encoding(const char *body, Size body_len, AdpError *error)
{
	Size pos = 0;

	while (pos < body_len)
	{
		Size rest = body_len - pos;
		Size len = Min(rest, VERIFY_CHUNK);
		Size valid;

		valid = pg_encoding_verifymbstr(PG_UTF8, body + pos, (int) len);
		pos += valid;
		if (valid < len && (len == rest || len - valid > MAX_CUT_BYTES))
		{
			adp_error_set(error, ADP_ERR_FORMAT,
						  "page of rows is not valid UTF-8",
						  psprintf("A NUL or an invalid sequence begins at byte %zu.",
								   pos),
						  NULL);
			return false;
		}
		if (pos < body_len)
			CHECK_FOR_INTERRUPTS();
	}
	return true;
}

/*
 * Fails unless the lexer can read the body.  The lexer takes the length as an
 * int, and a text as long as the body must still fit into an allocation.
 */
bool
adp_body_check(const char *body, Size body_len, AdpError *error)
{
	if (!check_beginning(body, body_len, error))
		return false;
	if (body_len >= MaxAllocSize)
	{
		adp_error_set(error, ADP_ERR_LIMIT, "page of rows is too large",
					  psprintf("The page has %zu bytes; less than 1 GB can be read.",
							   body_len),
					  NULL);
		return false;
	}
	return check_encoding(body, body_len, error);
}
