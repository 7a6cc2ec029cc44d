/*
 * failure.c
 *	  What failed answers mean.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "base/guc.h"
#include "base/json_find.h"
#include "net/retry.h"
#include "platform/api/failure.h"

/* Longest delay that is taken for one, in seconds. */
#define DELAY_MAX_S 1e9

/* With what a rule about an HTTP status begins. */
#define STATUS "HTTP "

/* What rules go by. */
typedef struct Facts
{
	const char *code; /* NULL: none */
	const char *subcode;
	const char *message;
	int status; /* 0: none */
	int days;
} Facts;

/*
 * Whether a text holds a part, in any case of ASCII letters.
 */
static bool
holds(const char *text, const char *part)
{
	Size len = strlen(part);

	for (; text != NULL && *text != '\0'; text++)
	{
		if (pg_strncasecmp(text, part, len) == 0)
			return true;
	}
	return false;
}

/*
 * Whether a message is one that a rule is about: it holds the part, or is
 * missing if the part is empty.
 */
static bool
is_message(const char *part, const char *message)
{
	if (part[0] == '\0')
		return message == NULL || message[0] == '\0';
	return holds(message, part);
}

/*
 * Reads a whole number; false for any other text.
 */
static bool
read_number(const char *text, int64 *number)
{
	char *end;

	*number = strtoll(text, &end, 10);
	return end != text && *end == '\0';
}

/*
 * Whether a code lies in a range, either end of which may be empty.
 */
static bool
is_within(const char *code, const char *from, const char *to)
{
	int64 number;
	int64 bound;

	return read_number(code, &number) &&
		(!read_number(from, &bound) || number >= bound) &&
		(!read_number(to, &bound) || number <= bound);
}

/*
 * Whether a code is one that a rule is about.
 */
static bool
is_code(const char *wanted, const char *code, const char *subcode)
{
	Size len = strcspn(wanted, "/");
	const char *dots = strstr(wanted, "..");

	if (code == NULL)
		return false;
	if (dots != NULL)
		return is_within(code, pnstrdup(wanted, dots - wanted), dots + 2);
	return strlen(code) == len && strncmp(code, wanted, len) == 0 &&
		(wanted[len] == '\0' ||
		 strcmp(wanted + len + 1, subcode ? subcode : "0") == 0);
}

/*
 * Whether a rule is about a failure.
 */
static bool
fits(const AdpFailureRule *rule, const Facts *facts)
{
	Size len = strcspn(rule->about, "~");
	const char *code = pnstrdup(rule->about, len);

	if (rule->about[len] == '~' &&
		!is_message(rule->about + len + 1, facts->message))
		return false;
	if (rule->days > 0 && (facts->days <= 0 || facts->days > rule->days))
		return false;
	if (strncmp(code, STATUS, strlen(STATUS)) == 0)
		return is_code(code + strlen(STATUS), psprintf("%d", facts->status),
					   NULL);
	return len == 0 || is_code(code, facts->code, facts->subcode);
}

/*
 * Returns the first rule about a failure, or NULL.
 */
static const AdpFailureRule *
find_rule(const AdpFailureRule *rule, const Facts *facts)
{
	for (; rule->about != NULL; rule++)
	{
		if (fits(rule, facts))
			return rule;
	}
	return NULL;
}

/*
 * Milliseconds until 00:00 UTC.
 */
static int64
until_midnight_ms(void)
{
	int64 today = adp_now() % USECS_PER_DAY;

	if (today < 0)
		today += USECS_PER_DAY;
	return (USECS_PER_DAY - today) / 1000;
}

/*
 * Takes over what a rule says.
 */
static void
apply(const AdpFailureRule *rule, AdpFailure *failure)
{
	int says = rule->says;

	if (rule->class != ADP_OK)
		failure->class = rule->class;
	failure->hint = rule->hint;
	if (failure->message == NULL)
		failure->message = rule->message;
	failure->is_transient = (says & ADP_SAYS_AGAIN) != 0 || rule->wait_s > 0 ||
		((says & ADP_SAYS_DELAY) != 0 && failure->retry_after_ms >= 0);
	failure->is_token_expired = (says & ADP_SAYS_TOKEN) != 0;
	failure->is_permanent =
		!failure->is_transient && !failure->is_token_expired;
	failure->is_bad_constant = (says & ADP_SAYS_CONSTANT) != 0;
	failure->is_too_much = (says & ADP_SAYS_TOO_MUCH) != 0;
	failure->is_page_too_big = (says & ADP_SAYS_HEAVY) != 0;
	failure->is_not_ready = (says & ADP_SAYS_NOT_YET) != 0;
	failure->is_misfit = (says & ADP_SAYS_MISFIT) != 0;
	if (rule->wait_s > 0)
		failure->retry_after_ms =
			Max(failure->retry_after_ms, rule->wait_s * INT64CONST(1000));
	if (says & ADP_SAYS_MIDNIGHT)
		failure->retry_after_ms = until_midnight_ms();
}

/*
 * Judges by HTTP status alone.  Whether it is worth repeating is left to the
 * retry policy.
 */
static void
judge_status(int status, AdpFailure *failure)
{
	failure->is_token_expired = status == 401;
	if (status == 401 || status == 403)
		failure->class = ADP_ERR_CREDENTIALS;
	else if (status == 429)
		failure->class = ADP_ERR_QUOTA;
	else if (adp_retry_status_is_transient(status))
		failure->class = ADP_ERR_REPLY;
	else
		failure->class = status >= 500 ? ADP_ERR_REPLY : ADP_ERR_REFUSED;
}

/*
 * Returns a code: a text, a number, or the name of an object's only member; NULL
 * for anything else.
 */
static const char *
read_code(const AdpJson *value)
{
	const char *family = NULL;
	const char *code = adp_json_find_text(value, "");

	if (code != NULL)
		return code;
	code = adp_json_text(adp_json_first(value, &family));
	return code ? psprintf("%s.%s", family, code) : NULL;
}

/*
 * Returns the first code at a path, or NULL.
 */
static const char *
find_code(const AdpJson *object, const char *path)
{
	ListCell *cell;

	foreach(cell, adp_json_find(object, path))
	{
		const char *code = read_code(lfirst(cell));

		if (code != NULL)
			return code;
	}
	return NULL;
}

/*
 * Returns a code; NULL for 0, which platforms send instead of no code.
 */
static const char *
unless_zero(const char *code)
{
	return code != NULL && strcmp(code, "0") == 0 ? NULL : code;
}

/*
 * How a code is shown: a number alone would say nothing.
 */
static const char *
show_code(const char *code, const char *subcode)
{
	int64 number;

	if (code == NULL)
		return NULL;
	return psprintf("%s%s%s%s", read_number(code, &number) ? "error " : "",
					code, subcode ? "/" : "", subcode ? subcode : "");
}

/*
 * Returns the milliseconds of a delay such as "5400s" or 1.5; -1 for anything else.
 */
static int64
read_delay(const AdpJson *value)
{
	const char *text = adp_json_text(value);
	char *end;
	double seconds;

	if (text == NULL)
		seconds = adp_json_number(value, -1);
	else
	{
		seconds = strtod(text, &end);
		if (end == text || (strcmp(end, "s") != 0 && *end != '\0'))
			return -1;
	}
	if (!(seconds >= 0) || seconds > DELAY_MAX_S)
		return -1;
	return (int64) (seconds * 1000);
}

/*
 * Reads the longest delay.
 */
static void
read_delays(const AdpJson *object, const char *path, AdpFailure *failure)
{
	ListCell *cell;

	foreach(cell, adp_json_find(object, path))
		failure->retry_after_ms =
			Max(failure->retry_after_ms, read_delay(lfirst(cell)));
}

/*
 * Reads what an object says in its places; the code goes to *facts as well.
 */
static void
read_places(const AdpFailurePlaces *places, const AdpJson *object, Facts *facts,
			AdpFailure *failure)
{
	facts->code = unless_zero(find_code(object, places->code));
	facts->subcode = unless_zero(adp_json_find_text(object, places->subcode));
	failure->code = show_code(facts->code, facts->subcode);
	failure->message = adp_json_find_text(object, places->message);
	failure->request_id = adp_json_find_text(object, places->request_id);
	failure->is_transient =
		adp_json_true(adp_json_find_first(object, places->is_transient));
	read_delays(object, places->delay, failure);
}

/*
 * A body of plain text as a sentence, without blanks and line ends around it;
 * NULL if it is empty or a web page.
 */
static const char *
sentence(const char *text)
{
	char *copy = pstrdup(text + strspn(text, " \t\r\n"));
	Size len = strlen(copy);

	while (len > 0 && strchr(" \t\r\n", copy[len - 1]) != NULL)
		copy[--len] = '\0';
	return len == 0 || copy[0] == '<' ? NULL : copy;
}

/*
 * Applies the first rule that matches the facts; false if no rule does.
 */
static bool
judge(const AdpFailureKind *kind, Facts *facts, AdpFailure *failure)
{
	const AdpFailureRule *rule;

	facts->message = failure->message;
	rule = find_rule(kind->rules, facts);
	if (rule != NULL)
		apply(rule, failure);
	return rule != NULL;
}

/*
 * Reads a document, or what stands in for one.  What is not the platform's
 * document came from something in front of it, unless it speaks plain text as
 * well.
 */
static void
read_document(const AdpFailureKind *kind, const AdpFailurePlaces *places,
			  const AdpJson *doc, const char *text, Facts *facts,
			  AdpFailure *failure)
{
	const AdpJson *object =
		places->object ? adp_json_find_first(doc, places->object) : doc;
	const char *more = adp_json_find_text(object, places->more);

	read_places(places, object, facts, failure);
	if (doc == NULL && places->may_be_text)
		failure->message = sentence(text);
	(void) judge(kind, facts, failure);
	if (more != NULL)
		failure->message =
			failure->message && strcmp(failure->message, more) != 0
			? psprintf("%s: %s", failure->message, more)
			: more;
}

/*
 * The status that a failure was meant to have: under a good one, what the
 * document says, or that of a failure that nobody knows.
 */
static int
proper_status(const AdpFailurePlaces *places, const AdpReply *reply)
{
	const AdpJson *object = places->object
		? adp_json_find_first(reply->doc, places->object)
		: reply->doc;
	int64 status = reply->status;

	if (status >= 300)
		return reply->status;
	status = adp_json_int(adp_json_find_first(object, places->status), 0);
	return status >= 400 && status <= 599 ? (int) status : 500;
}

/*
 * Returns what a header says about missing rows, or NULL.
 */
static const char *
cut_text(const AdpFailureKind *kind, const AdpHttpTransfer *transfer)
{
	const char *header = kind->places.cut;
	const char *text = header != NULL && transfer != NULL
		? adp_http_header(transfer, header)
		: NULL;

	return text != NULL && text[0] != '\0' ? text : NULL;
}

/*
 * Whether a header says that rows are missing.
 */
bool
adp_failure_is_cut(const AdpFailureKind *kind, const AdpHttpTransfer *transfer)
{
	return cut_text(kind, transfer) != NULL;
}

/*
 * Reads a failed answer.
 */
void
adp_failure_read(const AdpFailureKind *kind, const AdpReply *reply,
				 AdpFailure *failure)
{
	Facts facts = {.status = proper_status(&kind->places, reply),
				   .days = reply->days};

	const char *cut = cut_text(kind, reply->transfer);

	failure->status = facts.status;
	judge_status(facts.status, failure);
	if (cut != NULL && reply->status == 200)
	{
		facts.code = failure->code = kind->places.cut;
		failure->message = cut;
		(void) judge(kind, &facts, failure);
		return;
	}
	read_document(kind, &kind->places, reply->doc, reply->text, &facts, failure);
}

/*
 * Reads a failure that a successful response reports.
 */
void
adp_failure_read_document(const AdpFailureKind *kind,
						  const AdpFailurePlaces *places, const AdpJson *doc,
						  AdpFailure *failure)
{
	Facts facts = {0};

	read_document(kind, places, doc, "", &facts, failure);
}

/*
 * Reads a bare sentence.
 */
bool
adp_failure_read_text(const AdpFailureKind *kind, const char *text,
					  AdpFailure *failure)
{
	Facts facts = {0};

	failure->message = text;
	return judge(kind, &facts, failure);
}
