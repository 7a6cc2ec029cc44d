/*
 * cursor.c
 *	  One account's way through its pages.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "platform/call.h"
#include "platform/cursor.h"

/* What is wanted of a page beside its rows. */
enum PageMember
{
	PAGE_TOKEN, /* the member where token_path begins */
	PAGE_ERROR,
	PAGE_MEMBERS
};

struct AdpCursor
{
	const AdpCursorPlan *plan;
	const AdpAccount *account;

	/* spans still to be asked for; the last one is the current */
	AdpSpan *spans;
	int nspans;
	int capacity;

	/* the current span */
	AdpQuery query;
	char *subject; /* for errors: account and days */
	bool is_begun; /* a page of it has been read */
	bool is_plain; /* enum conditions were taken out, for all spans */

	AdpCall *fetching;	  /* the page on its way, or arrived */
	char *fetching_token; /* the token it was asked with, or NULL */

	AdpCall *reading; /* holds the body that the cells point into */
	AdpPage *page;	  /* NULL: none being read */
	MemoryContext page_cxt;
	int next_row;
	int nth;			   /* rows given of the one read */
	AdpCell *cells;		   /* a row that the shaper made */
	MemoryContext row_cxt; /* what those cells point into */
};

/*
 * The first key of a dotted path.
 */
static const char *
path_head(const char *path)
{
	return pnstrdup(path, strcspn(path, "."));
}

/*
 * Compiles what is read of a page.
 */
static AdpRowShape *
compile_shape(MemoryContext cxt, const AdpPlatform *platform,
			  const AdpShaper *shaper, const AdpQuery *query)
{
	int npaths = shaper ? shaper->npaths : query->nfields;
	const char **paths = palloc(Max(npaths, 1) * sizeof(char *));
	const char *members[PAGE_MEMBERS];

	for (int i = 0; i < npaths; i++)
		paths[i] =
			shaper ? shaper->paths[i] : platform->field_path(query->fields[i]);
	members[PAGE_TOKEN] = path_head(platform->token_path);
	members[PAGE_ERROR] = "error";
	return adp_rows_compile(cxt, platform->rows_key, paths, npaths, members,
							lengthof(members));
}

/*
 * Makes the plan.
 */
AdpCursorPlan *
adp_cursor_plan(MemoryContext cxt, AdpSession *session, const AdpQuery *query,
				const AdpDays *days)
{
	const AdpPlatform *platform = session->platform;
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpCursorPlan *plan = palloc0(sizeof(AdpCursorPlan));

	adp_days_check(platform, query->source, days);
	plan->session = session;
	plan->cxt = cxt;
	plan->query = query;
	plan->days = days;
	if (platform->shaper != NULL)
		plan->shaper = platform->shaper(session->settings, query);
	plan->shape = compile_shape(cxt, platform, plan->shaper, query);
	MemoryContextSwitchTo(old);
	return plan;
}

/*
 * Adds a span to those still to be asked for.
 */
static void
push_span(AdpCursor *cursor, DateADT since, DateADT until)
{
	if (cursor->nspans == cursor->capacity)
	{
		cursor->capacity = Max(cursor->capacity * 2, 4);
		cursor->spans = cursor->spans
			? repalloc(cursor->spans, cursor->capacity * sizeof(AdpSpan))
			: palloc(cursor->capacity * sizeof(AdpSpan));
	}
	cursor->spans[cursor->nspans++] = (AdpSpan){since, until};
}

/*
 * Takes the conditions on enums out of a query.  A limit goes with them: it
 * counted rows that met them.
 */
static void
drop_enum_conditions(AdpQuery *query)
{
	AdpCondition *kept =
		palloc(Max(query->nconditions, 1) * sizeof(AdpCondition));
	int n = 0;

	for (int i = 0; i < query->nconditions; i++)
	{
		if (query->conditions[i].field->type != ADP_FIELD_ENUM)
			kept[n++] = query->conditions[i];
	}
	query->conditions = kept;
	query->nconditions = n;
	query->limit = 0;
}

/*
 * Begins the current span, if one is left: writes its query.
 */
static void
begin_span(AdpCursor *cursor)
{
	AdpSpan span;

	cursor->is_begun = false;
	if (cursor->nspans == 0)
		return;
	span = cursor->spans[cursor->nspans - 1];
	cursor->query = *cursor->plan->query;
	if (cursor->is_plain)
		drop_enum_conditions(&cursor->query);
	if (cursor->query.has_day)
	{
		cursor->query.since = adp_days_iso(span.since);
		cursor->query.until = adp_days_iso(span.until);
		cursor->subject = psprintf("account %s, %s to %s", cursor->account->id,
								   cursor->query.since, cursor->query.until);
	}
	else
		cursor->subject = psprintf("account %s", cursor->account->id);
}

/*
 * Cuts an account's days into spans that the platform takes at once; the
 * earliest ends up last, which is where they are taken from.
 */
static void
cut_days(AdpCursor *cursor)
{
	const AdpCursorPlan *plan = cursor->plan;
	const AdpPlatform *platform = plan->session->platform;
	AdpSpan all = {0, 0};
	int most =
		adp_platform_source(platform, plan->query->source)->days_per_request;

	if (plan->days->has_day &&
		!adp_days_settle(platform, plan->query->source, plan->days,
						 cursor->account, &all))
		return;
	while (most > 0 && all.until - all.since >= most)
	{
		push_span(cursor, all.until - most + 1, all.until);
		all.until -= most;
	}
	push_span(cursor, all.since, all.until);
}

/*
 * Makes a cursor.
 */
AdpCursor *
adp_cursor_create(const AdpCursorPlan *plan, const AdpAccount *account)
{
	MemoryContext old = MemoryContextSwitchTo(plan->cxt);
	AdpCursor *cursor = palloc0(sizeof(AdpCursor));

	cursor->plan = plan;
	cursor->account = account;
	cursor->page_cxt =
		AllocSetContextCreate(plan->cxt, "adpipe page", ALLOCSET_DEFAULT_SIZES);
	cursor->cells = palloc0(plan->query->nfields * sizeof(AdpCell));
	if (plan->shaper != NULL)
		cursor->row_cxt = AllocSetContextCreate(plan->cxt, "adpipe shaped row",
												ALLOCSET_SMALL_SIZES);
	cut_days(cursor);
	begin_span(cursor);
	MemoryContextSwitchTo(old);
	return cursor;
}

/*
 * Puts the current span's halves in its place.
 */
static void
halve_span(AdpCursor *cursor)
{
	AdpSpan span = cursor->spans[--cursor->nspans];
	DateADT middle = span.since + (span.until - span.since) / 2;

	push_span(cursor, middle + 1, span.until);
	push_span(cursor, span.since, middle);
}

/*
 * Whether the current span can be asked for in halves: it has several days,
 * and none of its rows have gone out.
 */
static bool
can_halve(const AdpCursor *cursor)
{
	const AdpSpan *span = &cursor->spans[cursor->nspans - 1];

	return cursor->query.has_day && !cursor->is_begun &&
		span->since < span->until;
}

/*
 * Asks for a page of the current span; token NULL is the first one.
 */
static void
fetch_page(AdpCursor *cursor, char *token)
{
	AdpSession *session = cursor->plan->session;
	AdpPageAsk ask = {0};
	AdpApiRequest request = {0};

	ask.settings = session->settings;
	ask.account = cursor->account;
	ask.query = &cursor->query;
	ask.token = token;
	session->platform->page_request(&ask, &request);
	cursor->fetching_token = token;
	cursor->fetching =
		adp_call_create(session, cursor->plan->cxt, &request, cursor->subject);
}

/*
 * Deals with a fetch that failed for good.  An enum value that the platform
 * does not know is taken out of the request (the condition is also checked
 * locally); days that are too much for one request are asked for in halves; all
 * else ends the scan.
 */
static void
handle_failure(AdpCursor *cursor)
{
	const AdpFailure *failure = adp_call_failure(cursor->fetching);

	if (failure->is_bad_constant && !cursor->is_begun && !cursor->is_plain)
		cursor->is_plain = true;
	else if (failure->is_too_much && can_halve(cursor))
		halve_span(cursor);
	else
		adp_call_throw(cursor->fetching);
	adp_call_release(cursor->fetching);
	cursor->fetching = NULL;
	begin_span(cursor);
	fetch_page(cursor, NULL);
}

/*
 * Takes the cursor's fetch as far as it goes.
 */
AdpCursorState
adp_cursor_advance(AdpCursor *cursor)
{
	if (cursor->fetching == NULL)
	{
		if (cursor->nspans == 0 || cursor->page != NULL)
			return ADP_CURSOR_IDLE;
		fetch_page(cursor, NULL);
	}
	switch (adp_call_advance(cursor->fetching))
	{
		case ADP_CALL_RUNNING:
			break;
		case ADP_CALL_DONE:
			return ADP_CURSOR_READY;
		case ADP_CALL_FAILED:
			handle_failure(cursor);
			adp_call_advance(cursor->fetching);
			break;
	}
	return ADP_CURSOR_BUSY;
}

/*
 * The text in the page at a dotted path that begins at the token's member; NULL
 * if there is none.
 */
static const char *
page_text(const AdpCursor *cursor, const char *path)
{
	const AdpCell *member = &cursor->page->members[PAGE_TOKEN];
	const char *rest = strchr(path, '.');
	const AdpJson *doc;

	if (rest == NULL)
		return member->kind == ADP_CELL_STRING ? adp_cell_text(member, NULL)
											   : NULL;
	if (member->kind != ADP_CELL_OBJECT)
		return NULL;
	doc = adp_json_parse(cursor->page_cxt, member->data, member->len, NULL);
	return adp_json_text(adp_json_path(doc, rest + 1));
}

/*
 * The token of the page after the one just parsed; NULL on the last.  A token
 * that comes again would make the scan read one page for ever, or twice.
 */
static char *
next_token(const AdpCursor *cursor)
{
	const AdpPlatform *platform = cursor->plan->session->platform;
	const char *more = page_text(cursor, platform->more_path);
	const char *token;

	if (more == NULL || more[0] == '\0')
		return NULL;
	token = page_text(cursor, platform->token_path);
	if (token == NULL ||
		(cursor->fetching_token != NULL &&
		 strcmp(token, cursor->fetching_token) == 0))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
				 errmsg("platform \"%s\" gave the same page twice",
						platform->name),
				 errdetail("%s: the token of the next page is that of the page itself.",
						   cursor->subject)));
	return pstrdup(token);
}

/*
 * Parses and checks the page that has arrived; false if that cannot be done.
 */
static bool
parse_page(AdpCursor *cursor, AdpError *error)
{
	Size len;
	const char *body = adp_call_body(cursor->fetching, &len);

	cursor->page =
		adp_rows_parse(cursor->plan->shape, body, len, cursor->page_cxt, error);
	if (cursor->page == NULL)
		return false;
	if (cursor->page->members[PAGE_ERROR].kind == ADP_CELL_ABSENT)
		return true;
	/* a failure under a good status would else read as no rows */
	adp_error_set(error, ADP_ERR_REPLY,
				  "the answer holds an error under HTTP status 200", NULL,
				  NULL);
	cursor->page = NULL;
	return false;
}

/*
 * Asks for what comes after the page just parsed: the span's next page, or the
 * next span's first.
 */
static void
fetch_after(AdpCursor *cursor)
{
	MemoryContext old = MemoryContextSwitchTo(cursor->plan->cxt);
	char *token = next_token(cursor);

	if (cursor->fetching_token != NULL)
		pfree(cursor->fetching_token);
	cursor->reading = cursor->fetching;
	cursor->fetching = NULL;
	cursor->fetching_token = NULL;
	cursor->is_begun = true;
	if (token == NULL)
	{
		cursor->nspans--;
		begin_span(cursor);
	}
	if (cursor->nspans > 0)
	{
		fetch_page(cursor, token);
		adp_call_advance(cursor->fetching);
	}
	MemoryContextSwitchTo(old);
}

/*
 * Turns to the page that has arrived.
 */
bool
adp_cursor_turn(AdpCursor *cursor)
{
	AdpStats *stats = &cursor->plan->session->stats;
	AdpError error = {0};

	if (!parse_page(cursor, &error))
	{
		adp_call_reject(cursor->fetching, &error);
		MemoryContextReset(cursor->page_cxt);
		adp_call_advance(cursor->fetching);
		return false;
	}
	adp_call_accept(cursor->fetching);
	stats->pages++;
	stats->rows += cursor->page->nrows;
	cursor->next_row = 0;
	cursor->nth = 0;
	fetch_after(cursor);
	return true;
}

/*
 * Lets go of a page that has been read.
 */
static void
drop_page(AdpCursor *cursor)
{
	adp_call_release(cursor->reading);
	cursor->reading = NULL;
	cursor->page = NULL;
	MemoryContextReset(cursor->page_cxt);
}

/*
 * The next row that the shaper makes; NULL if the page is used up.
 */
static const AdpCell *
next_shaped(AdpCursor *cursor)
{
	const AdpPage *page = cursor->page;
	AdpShaper *shaper = cursor->plan->shaper;
	MemoryContext old = MemoryContextSwitchTo(cursor->row_cxt);
	bool is_found = false;

	while (!is_found && cursor->next_row < page->nrows)
	{
		const AdpCell *read =
			page->cells + (Size) cursor->next_row * page->ncells;

		if (cursor->nth == 0)
			MemoryContextReset(cursor->row_cxt);
		is_found = shaper->unfold(shaper, read, cursor->nth++, cursor->cells);
		if (!is_found)
		{
			cursor->next_row++;
			cursor->nth = 0;
		}
	}
	MemoryContextSwitchTo(old);
	return is_found ? cursor->cells : NULL;
}

/*
 * The page's next row.
 */
const AdpCell *
adp_cursor_next(AdpCursor *cursor)
{
	const AdpPage *page = cursor->page;
	const AdpCell *cells = NULL;

	if (cursor->plan->shaper != NULL && cursor->plan->shaper->unfold != NULL)
		cells = next_shaped(cursor);
	else if (cursor->next_row < page->nrows)
		cells = page->cells + (Size) cursor->next_row++ * page->ncells;
	if (cells == NULL)
		drop_page(cursor);
	return cells;
}

/*
 * Lets go of all it holds.
 */
void
adp_cursor_close(AdpCursor *cursor)
{
	if (cursor->fetching != NULL)
		adp_call_release(cursor->fetching);
	if (cursor->reading != NULL)
		adp_call_release(cursor->reading);
	cursor->fetching = NULL;
	cursor->reading = NULL;
	cursor->page = NULL;
	cursor->nspans = 0;
}

const AdpAccount *
adp_cursor_account(const AdpCursor *cursor)
{
	return cursor->account;
}
