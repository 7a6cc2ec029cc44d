/*
 * json.c
 *	  Small documents: a read-only interface to the parser library.
 *
 * AdpJson is an opaque name for the library's own value.  The library's error
 * texts quote the document, which may be a credential.  So errors use only its
 * error code and position.
 */
#include "postgres.h"

#include <errno.h>
#include <math.h>

#include "common/hashfn.h"
#include "miscadmin.h"

#include <jansson.h>

#include "base/json.h"
#include "base/owner.h"

/*
 * Levels of objects and arrays.  The library's own limit, 2048, protects its
 * stack; ours defines a small document.
 */
#define MAX_DEPTH 64

/*
 * Bytes and values of a small document.  The library needs some 200 bytes for a
 * value and cannot be interrupted: this many values take it some tenths of a
 * second.
 */
#define MAX_BYTES ((Size) 16 * 1024 * 1024)
#define MAX_VALUES 500000

/* Elements between two checks for interrupts. */
#define ELEMENTS_PER_CHECK 512

/* Beyond this, a double cannot represent every whole number. */
#define MAX_WHOLE_REAL 9007199254740992.0

/*
 * Returns the library's value.
 */
static const json_t *
value_of(const AdpJson *cursor)
{
	return (const json_t *) cursor;
}

/*
 * Returns the library's value under its opaque name.
 */
static const AdpJson *
cursor_on(const json_t *value)
{
	return (const AdpJson *) value;
}

/*
 * Releases a document.
 */
static void
release_document(void *document)
{
	json_decref((json_t *) document);
}

/*
 * Whether value has more than this many levels of objects and arrays.
 */
static bool
is_deeper(const json_t *value, int levels)
{
	int nmembers = 0;

	if (!json_is_object(value) && !json_is_array(value))
		return false;
	if (levels == 0)
		return true;
	if (json_is_array(value))
	{
		for (size_t i = 0; i < json_array_size(value); i++)
		{
			if (i % ELEMENTS_PER_CHECK == 0)
				CHECK_FOR_INTERRUPTS();
			if (is_deeper(json_array_get(value, i), levels - 1))
				return true;
		}
		return false;
	}
	for (void *iter = json_object_iter(unconstify(json_t *, value));
		 iter != NULL;
		 iter = json_object_iter_next(unconstify(json_t *, value), iter))
	{
		if (++nmembers % ELEMENTS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (is_deeper(json_object_iter_value(iter), levels - 1))
			return true;
	}
	return false;
}

/*
 * Fills error, unless NULL, from the library's report.  When an allocation
 * fails, the library usually reports no error.  While it copies a token it
 * reports an invalid token instead, which looks like wrong syntax.
 */
static void
set_parse_error(AdpError *error, const json_error_t *report)
{
	enum json_error_code code = json_error_code(report);
	const char *detail;

	if (error == NULL)
		return;
	if (report->text[0] == '\0')
		code = json_error_out_of_memory;
	switch (code)
	{
		case json_error_out_of_memory:
			adp_error_set(error, ADP_ERR_MEMORY, "out of memory",
						  "The JSON library could not allocate memory.", NULL);
			return;
		case json_error_stack_overflow:
			adp_error_set(error, ADP_ERR_LIMIT,
						  "JSON document is nested too deeply", NULL, NULL);
			return;
		case json_error_premature_end_of_input:
			detail = "The document is cut short at line %d, column %d.";
			break;
		case json_error_end_of_input_expected:
			detail = "Something follows the document at line %d, column %d.";
			break;
		case json_error_invalid_utf8:
			detail =
				"There is an invalid UTF-8 sequence at line %d, column %d.";
			break;
		case json_error_null_character:
		case json_error_null_byte_in_key:
			detail = "There is a NUL character before line %d, column %d.";
			break;
		case json_error_numeric_overflow:
			detail =
				"There is a number out of range before line %d, column %d.";
			break;
		default:
			detail = "The syntax is wrong at line %d, column %d.";
			break;
	}
	adp_error_set(error, ADP_ERR_FORMAT, "JSON document is not valid",
				  psprintf(detail, report->line, report->column), NULL);
}

/*
 * Fails unless text is small enough for a document.  Each value but the first
 * follows one of these characters; characters inside strings do not count.
 */
static bool
check_size(const char *text, Size len, AdpError *error)
{
	bool in_string = false;
	int nvalues = 1;

	for (Size i = 0; i < len && len <= MAX_BYTES; i++)
	{
		if (text[i] == '"')
			in_string = !in_string;
		else if (text[i] == '\\' && in_string)
			i++;
		else if (!in_string &&
				 (text[i] == ',' || text[i] == '[' || text[i] == '{'))
			nvalues++;
	}
	if (len <= MAX_BYTES && nvalues <= MAX_VALUES)
		return true;
	if (error != NULL)
		adp_error_set(error, ADP_ERR_LIMIT, "JSON document is too large",
					  psprintf("No more than %d MB and %d values are read.",
							   (int) (MAX_BYTES / (1024 * 1024)), MAX_VALUES),
					  NULL);
	return false;
}

/*
 * Parses text into a document.  The library rejects NUL characters, so every
 * text in the document ends at its terminating zero byte.
 */
const AdpJson *
adp_json_parse(MemoryContext cxt, const char *text, Size len, AdpError *error)
{
	AdpOwner *owner;
	json_error_t report = {0};
	json_t *document;

	if (!check_size(text, len, error))
		return NULL;
	owner = adp_owner_create(cxt, release_document);
	document = json_loadb(len > 0 ? text : "", len, JSON_DECODE_ANY, &report);
	owner->resource = document;
	if (document == NULL)
	{
		set_parse_error(error, &report);
		return NULL;
	}
	if (is_deeper(document, MAX_DEPTH))
	{
		adp_owner_release(owner);
		if (error != NULL)
			adp_error_set(error, ADP_ERR_LIMIT,
						  "JSON document is nested too deeply",
						  "More than " CppAsString2(
							  MAX_DEPTH) " levels are not read.",
						  NULL);
		return NULL;
	}
	return cursor_on(document);
}

/*
 * Returns a member of an object by key.
 */
const AdpJson *
adp_json_get(const AdpJson *object, const char *key)
{
	return cursor_on(json_object_get(value_of(object), key));
}

/*
 * Follows a dotted path of keys.
 */
const AdpJson *
adp_json_path(const AdpJson *object, const char *path)
{
	const char *dot;

	while (object != NULL && (dot = strchr(path, '.')) != NULL)
	{
		char *key = pnstrdup(path, dot - path);

		object = adp_json_get(object, key);
		pfree(key);
		path = dot + 1;
	}
	return adp_json_get(object, path);
}

/*
 * Returns an element of an array.
 */
const AdpJson *
adp_json_at(const AdpJson *array, int index)
{
	if (index < 0)
		return NULL;
	return cursor_on(json_array_get(value_of(array), index));
}

/*
 * Returns the number of elements of an array; 0 for other values.
 */
int
adp_json_count(const AdpJson *array)
{
	return (int) json_array_size(value_of(array));
}

/*
 * Whether a value is missing or null.
 */
bool
adp_json_is_null(const AdpJson *value)
{
	return value == NULL || json_is_null(value_of(value));
}

/*
 * Whether a value is an array, or an object.
 */
bool
adp_json_is_array(const AdpJson *value)
{
	return json_is_array(value_of(value));
}

bool
adp_json_is_object(const AdpJson *value)
{
	return json_is_object(value_of(value));
}

/*
 * Adds a piece of a value's text to a hash; called by the library.
 */
static int
hash_piece(const char *text, size_t len, void *arg)
{
	uint64 *hash = arg;

	*hash = DatumGetUInt64(
		hash_any_extended((const unsigned char *) text, (int) len, *hash));
	return 0;
}

/*
 * Returns a hash of a value.
 */
uint64
adp_json_hash(const AdpJson *value)
{
	uint64 hash = 0;

	(void) json_dump_callback(value_of(value), hash_piece, &hash,
							  JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	return hash;
}

/*
 * Returns the value of an object's first member; stores its key in *key.
 */
const AdpJson *
adp_json_first(const AdpJson *object, const char **key)
{
	json_t *value = unconstify(json_t *, value_of(object));
	void *iter = json_object_iter(value);

	if (iter == NULL)
		return NULL;
	*key = json_object_iter_key(iter);
	return cursor_on(json_object_iter_value(iter));
}

/*
 * Returns the value of the member after the one with key *key.
 */
const AdpJson *
adp_json_next(const AdpJson *object, const char **key)
{
	json_t *value = unconstify(json_t *, value_of(object));
	void *iter;

	if (*key == NULL)
		return adp_json_first(object, key);
	iter = json_object_iter_next(value, json_object_iter_at(value, *key));
	if (iter == NULL)
		return NULL;
	*key = json_object_iter_key(iter);
	return cursor_on(json_object_iter_value(iter));
}

/*
 * Returns a string's text, NUL-terminated and owned by the document.
 */
const char *
adp_json_text(const AdpJson *value)
{
	return json_string_value(value_of(value));
}

/*
 * Returns the text of a string, whole number or boolean.
 */
const char *
adp_json_scalar(const AdpJson *value)
{
	switch (value_of(value) ? json_typeof(value_of(value)) : JSON_NULL)
	{
		case JSON_TRUE:
			return "true";
		case JSON_FALSE:
			return "false";
		case JSON_INTEGER:
			return psprintf("%lld",
							(long long) json_integer_value(value_of(value)));
		default:
			return adp_json_text(value);
	}
}

/*
 * Reads a string of digits, with an optional minus sign, as a number.
 */
static int64
read_digits(const char *text, int64 fallback)
{
	const char *digits = text + (*text == '-');
	long long number;

	if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits))
		return fallback;
	errno = 0;
	number = strtoll(text, NULL, 10);
	return errno == 0 ? number : fallback;
}

/*
 * Returns a whole number, written as a number or as a string of digits.
 */
int64
adp_json_int(const AdpJson *value, int64 fallback)
{
	const json_t *json = value_of(value);
	double real;

	if (json_is_integer(json))
		return json_integer_value(json);
	if (json_is_string(json))
		return read_digits(json_string_value(json), fallback);
	if (!json_is_real(json))
		return fallback;
	real = json_real_value(json);
	if (real < -MAX_WHOLE_REAL || real > MAX_WHOLE_REAL ||
		real != (double) (int64) real)
		return fallback;
	return (int64) real;
}

/*
 * Returns a number, written as a number or as a string.
 */
double
adp_json_number(const AdpJson *value, double fallback)
{
	const json_t *json = value_of(value);
	const char *text = json_string_value(json);
	char *end;
	double number;

	if (json_is_number(json))
		return json_number_value(json);
	if (text == NULL || *text == '\0')
		return fallback;
	number = strtod(text, &end);
	return *end == '\0' && !isnan(number) ? number : fallback;
}

/*
 * True only for the JSON literal true.
 */
bool
adp_json_true(const AdpJson *value)
{
	return json_is_true(value_of(value));
}
