/*
 * entity_rows.c
 *	  Naver SearchAd: pages of a list of campaigns or ad groups.
 *
 * The platform answers with a bare array.  A page of adpipe has it as a member,
 * and beside it the id of its last row, which the next page begins after.
 */
#include "postgres.h"

#include "utils/json.h"

#include "platform/naver_searchad/entity_walk.h"
#include "platform/naver_searchad/naver_searchad.h"

/*
 * Returns the list of a source; NULL for another source.
 */
static const AdpNaverList *
list_of(const AdpSource *source)
{
	return strcmp(source->name, adp_naver_ad_groups.source) == 0
		? &adp_naver_ad_groups
		: &adp_naver_campaigns;
}

/*
 * Returns the id of a row.
 */
static const char *
id_of(const AdpNaverList *list, const AdpJson *rows, int i)
{
	return adp_json_text(adp_json_get(adp_json_at(rows, i), list->id));
}

/*
 * Whether the page begins with its base row, which the page before ended with.
 */
static bool
repeats_base(const AdpAssembly *assembly, const AdpNaverList *list,
			 const AdpJson *rows)
{
	return assembly->token != NULL && adp_json_count(rows) > 0 &&
		strcmp(id_of(list, rows, 0), assembly->token) == 0;
}

/*
 * Appends the array of an answer without the base row at its beginning.
 */
static void
append_without_base(StringInfo body, const AdpAssemblyAnswer *answer)
{
	AdpCell array = {.data = answer->body,
					 .len = (uint32) answer->len,
					 .kind = ADP_CELL_ARRAY};
	AdpCell *objects;

	if (adp_cell_objects(&array, &objects) < 2)
		elog(ERROR, "list of objects has lost some");
	appendStringInfoChar(body, '[');
	appendBinaryStringInfo(body, objects[1].data,
						   (int) (answer->body + answer->len - objects[1].data));
}

/*
 * Writes the page.
 */
static AdpAssemblyStep
finish(AdpAssembly *assembly, const AdpNaverList *list, const AdpJson *rows,
	   const AdpAssemblyAnswer *answer)
{
	StringInfo body = &assembly->body;
	int count = adp_json_count(rows);
	bool repeats = repeats_base(assembly, list, rows);

	initStringInfo(body);
	appendStringInfoString(body, "{\"rows\":");
	if (count == (repeats ? 1 : 0))
		appendStringInfoString(body, "[]}");
	else
	{
		if (repeats)
			append_without_base(body, answer);
		else
			appendBinaryStringInfo(body, answer->body, (int) answer->len);
		appendStringInfoString(body, ",\"next\":");
		escape_json(body, id_of(list, rows, count - 1));
		appendStringInfoChar(body, '}');
	}
	return ADP_ASSEMBLY_DONE;
}

/*
 * Asks for the page, and makes it of the answer.
 */
static AdpAssemblyStep
next_step(AdpAssembly *assembly, const AdpAssemblyAnswer *answer)
{
	const AdpNaverList *list = list_of(assembly->ask.query->source);
	const AdpJson *rows;

	if (answer == NULL)
	{
		adp_naver_list_ask(list, assembly->token, &assembly->request);
		return ADP_ASSEMBLY_ASK;
	}
	if (answer->failure != NULL)
		return ADP_ASSEMBLY_FAILED;
	rows =
		adp_naver_list_read(list, answer->body, answer->len, &assembly->error);
	if (rows == NULL)
		return ADP_ASSEMBLY_RETRY;
	return finish(assembly, list, rows, answer);
}

const AdpAssembler adp_naver_searchad_list = {sizeof(AdpAssembly), next_step};
