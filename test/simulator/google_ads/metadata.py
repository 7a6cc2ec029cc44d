"""The field service: queries over the field catalogue itself."""

from google_ads import fields, gaql, paging
from google_ads.errors import ApiError, request_id
from google_ads.fields import Field, camel
from google_ads.match import Predicate
from messages import json_response

COLUMNS = {c.name: c for c in map(Field, (
    "name STRING", "category STRING", "data_type STRING",
    "selectable BOOLEAN", "filterable BOOLEAN", "sortable BOOLEAN",
    "selectable_with STRING []", "attribute_resources STRING []",
    "metrics STRING []", "segments STRING []", "enum_values STRING []",
    "type_url STRING", "is_repeated BOOLEAN"))}
DEFAULT_PAGE_SIZE = 10000


def column(name):
    """Returns a column of the field service; raises QueryError."""
    if name not in COLUMNS:
        raise gaql.QueryError("UNRECOGNIZED_FIELD", "Unrecognized field in "
                              "the query: '%s'." % name)
    return COLUMNS[name]


def literal_as_string(condition):
    """Returns a condition on an enum-like text column with its bare words
    as strings, which is how such columns are usually asked for."""
    def fix(value):
        if isinstance(value, gaql.Value) and value.kind == "literal":
            return gaql.Value("string", value.text)
        return value
    operand = condition.operand
    if isinstance(operand, list):
        operand = [fix(value) for value in operand]
    return condition._replace(operand=fix(operand))


def as_json(record, select):
    """Returns a metadata record as the REST interface spells it."""
    found = {"resourceName": "googleAdsFields/" + record["name"]}
    for name in select:
        value = record.get(name)
        if value is not None and value != []:
            found[camel(name)] = value
    return found


def run(version, text):
    """Returns the records a metadata query finds, as JSON values."""
    query = gaql.parse(text)
    if query.resource is not None:
        raise gaql.QueryError("UNEXPECTED_FROM_CLAUSE", "The FROM clause is "
                              "not allowed here.")
    select = [column(name).name for name in query.select]
    predicates = [Predicate(column(c.field), literal_as_string(c)
                            if column(c.field).data_type == "STRING" else c)
                  for c in query.where]
    known = fields.field_set(version)
    records = [known.describe(name) for name in known.names()]
    records = [r for r in records
               if all(p(r.get(p.field.name)) for p in predicates)]
    for name, descending in reversed(query.order_by):
        records.sort(key=lambda r: str(r.get(column(name).name)),
                     reverse=descending)
    return [as_json(r, select) for r in records], query.limit


def search(book, version, body):
    """Answers googleAdsFields:search."""
    text = body.get("query") or ""
    token = body.get("pageToken")
    if token:
        results, page = book.find(token, version, None, text)
    else:
        records, limit = run(version, text)
        total = len(records)
        records = records if limit is None else records[:limit]
        size = body.get("pageSize") or DEFAULT_PAGE_SIZE
        if size < 1:
            raise ApiError("requestError", "INVALID_PAGE_SIZE",
                           "The page size must be positive.")
        results, page = paging.ResultSet(
            version, None, text, records, "", total,
            min(size, DEFAULT_PAGE_SIZE), book.clock.seconds()), 0
        book.keep(results)
    answer = {}
    if results.page(page):
        answer["results"] = results.page(page)
    if results.has_page(page + 1):
        answer["nextPageToken"] = book.token_for(results, page + 1)
    answer["totalResultsCount"] = str(results.total)
    return json_response(200, answer, [("request-id", request_id())])


def one(version, name):
    """Returns the whole record of one field as JSON, or None."""
    record = fields.field_set(version).describe(name)
    return None if record is None else as_json(record, list(COLUMNS))
