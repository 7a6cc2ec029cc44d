/*
 * secret.c
 *	  Removes credentials from texts that are shown or logged.
 *
 * Platforms and proxies echo requests: the sentence that rejects a token may
 * quote it, possibly encoded.  So every foreign text passes here before it
 * becomes part of an error.  The text is decoded step by step, and each byte
 * keeps its position in the original.  The secrets are searched after every
 * step.  So the search does not depend on which characters were encoded, how,
 * or how often.
 */
#include "postgres.h"

#include <ctype.h>

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "base/base64url.h"
#include "base/secret.h"

/* Decoding steps; a text encoded more often is not decoded fully. */
#define DECODINGS_MAX 3

/*
 * What a step decodes: one encoding, so that a secret which itself looks encoded
 * is found as it is, or both, for texts that mix them.
 */
#define DECODES_PERCENT 0x01
#define DECODES_BACKSLASH 0x02
#define DECODES_BOTH (DECODES_PERCENT | DECODES_BACKSLASH)

/* Longest remainder of a truncated encoding: \u00f */
#define CUT_ENCODING_MAX 5

/* Fewer base64 characters could occur in any text. */
#define BASE64_MIN 12

/* A word of this length may be a credential. */
#define LIKELY_MIN 12
#define LIKELY_DIGITS_MIN 4

/* A decoded text, and the position of its bytes in the text that is shown. */
typedef struct Decoded
{
	char *text;
	int len;
	int *from; /* where the encoding of each byte begins */
	int *to;   /* and where it ends */
} Decoded;

/*
 * Allocates a decoded text of at most len bytes.
 */
static Decoded
make_decoded(int len)
{
	Decoded out = {palloc(len + 1), 0, palloc((len + 1) * sizeof(int)),
				   palloc((len + 1) * sizeof(int))};

	return out;
}

/*
 * Reads a hexadecimal number of count digits; -1 for other characters.
 */
static int
read_hex(const char *digits, int count)
{
	int number = 0;

	for (int i = 0; i < count; i++)
	{
		char c = (char) tolower((unsigned char) digits[i]);

		if (c >= '0' && c <= '9')
			number = number * 16 + c - '0';
		else if (c >= 'a' && c <= 'f')
			number = number * 16 + c - 'a' + 10;
		else
			return -1;
	}
	return number;
}

/*
 * Reads an encoded character at the beginning of a NUL-terminated text: %2F,
 * \u002f, \x2f, \/. Sets *used to the length of the encoding.  Returns -1 if
 * the text begins with a plain character.
 */
static int
read_encoded(const char *at, int *used)
{
	static const char letters[] = "btnfr";
	static const char meant[] = "\b\t\n\f\r";
	const char *letter;

	*used = at[0] == '%' ? 3
		: at[0] != '\\'	 ? 0
		: at[1] == 'u'	 ? 6
		: at[1] == 'x'	 ? 4
						 : 2;
	if (*used == 0 || at[1] == '\0')
		return -1;
	if (*used > 2)
		return read_hex(at + (at[0] == '%' ? 1 : 2), *used == 6 ? 4 : 2);
	letter = strchr(letters, at[1]);
	if (letter != NULL)
		return meant[letter - letters];
	return strchr("/\"\\'", at[1]) != NULL ? at[1] : -1;
}

/*
 * Appends a character that represents bytes from..to of the shown text.
 */
static void
append_char(Decoded *out, int code, int from, int to)
{
	unsigned char bytes[MAX_MULTIBYTE_CHAR_LEN + 1] = {0};
	int len = 1;

	/* below this it is a byte, possibly part of a character */
	if (code < 0x100)
		bytes[0] = code == 0 ? 0x01 : (unsigned char) code;
	else
		len = pg_utf_mblen(unicode_to_utf8((pg_wchar) code, bytes));
	for (int i = 0; i < len; i++)
	{
		out->text[out->len] = (char) bytes[i];
		out->from[out->len] = from;
		out->to[out->len++] = to;
	}
	out->text[out->len] = '\0';
}

/*
 * Decodes a text by one step.  Returns which of the given encodings it had.
 */
static int
decode(const Decoded *in, int encodings, Decoded *out)
{
	int found = 0;

	*out = make_decoded(in->len);
	out->text[0] = '\0';
	for (int i = 0; i < in->len;)
	{
		int kind = in->text[i] == '%' ? DECODES_PERCENT : DECODES_BACKSLASH;
		int used;
		int code = kind & encodings ? read_encoded(in->text + i, &used) : -1;

		if (code >= 0)
			found |= kind;
		else
		{
			used = 1;
			code = (unsigned char) in->text[i];
		}
		append_char(out, code, in->from[i], in->to[i + used - 1]);
		i += used;
	}
	return found;
}

/*
 * Frees a decoded text.
 */
static void
free_decoded(Decoded *decoded)
{
	pfree(decoded->text);
	pfree(decoded->from);
	pfree(decoded->to);
}

/*
 * Marks each occurrence of a secret, including truncated ones.
 */
static void
mark_literal(const Decoded *in, const char *secret, bool *marks)
{
	const char *head = pnstrdup(secret, ADP_SECRET_HEAD);
	const char *hit = strstr(in->text, head);

	while (hit != NULL)
	{
		int at = (int) (hit - in->text);
		int len = 0;

		while (secret[len] != '\0' && hit[len] == secret[len])
			len++;
		for (int i = in->from[at]; i < in->to[at + len - 1]; i++)
			marks[i] = true;
		hit = strstr(hit + len, head);
	}
}

/*
 * Marks the beginning of a secret that ends at a position of a text, apart from
 * a truncated encoding.
 */
static void
mark_cut_at(const Decoded *in, int end, const char *secret, bool *marks)
{
	int most = Min(ADP_SECRET_HEAD - 1, (int) strlen(secret) - 1);

	for (int rest = 0; rest <= CUT_ENCODING_MAX && rest < end; rest++)
	{
		for (int len = Min(most, end - rest); len >= ADP_SECRET_MIN; len--)
		{
			int at = end - rest - len;

			/* most positions end here, and a hostile text has many */
			if (in->text[at] != secret[0] ||
				strncmp(in->text + at, secret, len) != 0)
				continue;
			for (int i = in->from[at]; i < in->to[end - 1]; i++)
				marks[i] = true;
			return;
		}
	}
}

/*
 * Marks the rest of a secret where a text was truncated: at its end, and before
 * three dots.
 */
static void
mark_cut(const Decoded *in, const char *secret, bool *marks)
{
	const char *dots = strstr(in->text, "...");

	mark_cut_at(in, in->len, secret, marks);
	while (dots != NULL)
	{
		mark_cut_at(in, (int) (dots - in->text), secret, marks);
		dots = strstr(dots + 3, "...");
	}
}

/*
 * Marks a secret within base64 data.  The text before the secret decides how
 * its bytes form groups.  At both ends, up to two bytes share characters with
 * their neighbours and are left out.
 */
static void
mark_base64(const Decoded *in, const char *secret, bool *marks)
{
	int len = (int) strlen(secret);

	for (int skip = 0; skip < 3; skip++)
	{
		int ngroups = (len - skip) / 3;
		StringInfoData text;

		if (ngroups * 4 < BASE64_MIN)
			continue;
		initStringInfo(&text);
		adp_base64url_append(&text, (const unsigned char *) secret + skip,
							 ngroups * 3);
		mark_literal(in, text.data, marks);
		for (char *c = text.data; *c != '\0'; c++)
			*c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
		mark_literal(in, text.data, marks);
	}
}

/*
 * Returns the text with each marked part replaced, or text itself if nothing is
 * marked.
 */
static const char *
replace_marked(const char *text, const bool *marks, int len)
{
	char *out;
	char *to;

	if (memchr(marks, true, len) == NULL)
		return text;
	to = out = palloc(3 * len + 1);
	for (int i = 0; i < len; i++)
	{
		if (!marks[i])
			*to++ = text[i];
		else if (i == 0 || !marks[i - 1])
		{
			memcpy(to, "***", 3);
			to += 3;
		}
	}
	*to = '\0';
	return out;
}

/*
 * Returns a text as it is, before any step of decoding.
 */
static Decoded
undecoded(const char *text)
{
	int len = (int) strlen(text);
	Decoded out = make_decoded(len);

	for (int i = 0; i < len; i++)
		append_char(&out, (unsigned char) text[i], i, i + 1);
	return out;
}

/* A search for secrets in a text. */
typedef struct Search
{
	const char *const *secrets;
	int nsecrets;
	bool *marks;
} Search;

/*
 * Marks the secrets in a text.
 */
static void
mark_secrets(const Search *search, const Decoded *in)
{
	for (int i = 0; i < search->nsecrets; i++)
	{
		const char *secret = search->secrets[i];

		if (secret == NULL || strlen(secret) < ADP_SECRET_MIN)
			continue;
		mark_literal(in, secret, search->marks);
		mark_cut(in, secret, search->marks);
		mark_base64(in, secret, search->marks);
	}
}

/*
 * Marks the secrets in a text that some steps have decoded, and in what further
 * steps make of it: each by either encoding, or all of them by both, which the
 * first step chooses.  More combinations would cost more than they find.
 */
static void
mark_decoded(const Search *search, const Decoded *in, int steps, int first)
{
	int found = 0;

	mark_secrets(search, in);
	if (steps == DECODINGS_MAX)
		return;
	for (int by = DECODES_PERCENT; by <= DECODES_BOTH; by++)
	{
		Decoded next;

		if (steps > 0 && (by == DECODES_BOTH) != (first == DECODES_BOTH))
			continue;
		/* by both would be the same again unless the text has both */
		if (steps == 0 && by == DECODES_BOTH && found != DECODES_BOTH)
			continue;
		found |= decode(in, by, &next);
		if (found & by)
			mark_decoded(search, &next, steps + 1, steps > 0 ? first : by);
		free_decoded(&next);
	}
}

/*
 * Replaces each occurrence of each secret.
 */
const char *
adp_secret_redact(const char *text, const char *const *secrets, int nsecrets)
{
	int len = text ? (int) strlen(text) : 0;
	Search search = {secrets, nsecrets, NULL};
	Decoded in;

	if (len == 0)
		return text;
	search.marks = palloc0(len * sizeof(bool));
	in = undecoded(text);
	mark_decoded(&search, &in, 0, 0);
	free_decoded(&in);
	return replace_marked(text, search.marks, len);
}

/*
 * Whether a word mixes upper and lower case, or letters with many digits.
 * Names may have a few digits.
 */
static bool
is_mixed(const char *word, int len)
{
	int nlower = 0;
	int nupper = 0;
	int ndigits = 0;

	for (int i = 0; i < len; i++)
	{
		nlower += word[i] >= 'a' && word[i] <= 'z';
		nupper += word[i] >= 'A' && word[i] <= 'Z';
		ndigits += word[i] >= '0' && word[i] <= '9';
	}
	return (nlower > 0 && nupper > 0) ||
		(nlower + nupper > 0 && ndigits >= LIKELY_DIGITS_MIN);
}

/*
 * Whether a text may hold a credential.
 */
bool
adp_secret_is_likely(const char *text)
{
	if (strstr(text, "://") != NULL)
		return strpbrk(text, "@?#") != NULL;
	if (strpbrk(text, "{@") != NULL || strstr(text, "-----") != NULL)
		return true;
	while (*text != '\0')
	{
		int len = (int) strcspn(text, " ,;\t\r\n");

		if (len >= LIKELY_MIN && is_mixed(text, len))
			return true;
		text += len;
		text += strspn(text, " ,;\t\r\n");
	}
	return false;
}
