"""Conditions: checks an operand against a field's type and turns the pair
into a predicate over values.  Used for report rows and for field metadata.
"""

import datetime
import re

from google_ads.gaql import QueryError, Value

COMPARISONS = ("=", "!=", "<", ">", "<=", ">=")
LISTS = ("IN", "NOT IN")

# The operator table of the platform.  IS [NOT] NULL goes with every type.
OPERATORS = {
    "BOOLEAN": ("=", "!="),
    "DATE": ("=", "<", ">", "<=", ">=", "BETWEEN", "DURING", "IN"),
    "DATETIME": ("=", "<", ">", "<=", ">=", "BETWEEN", "DURING"),
    "DOUBLE": ("=", "!=", "<", ">") + LISTS,
    "FLOAT": ("=", "!=", "<", ">") + LISTS,
    "ENUM": ("=", "!=") + LISTS,
    "INT32": COMPARISONS + ("BETWEEN",) + LISTS,
    "INT64": COMPARISONS + ("BETWEEN",) + LISTS,
    "UINT64": COMPARISONS + ("BETWEEN",) + LISTS,
    "STRING": ("=", "!=", "LIKE", "NOT LIKE", "REGEXP_MATCH",
               "NOT REGEXP_MATCH") + LISTS,
    "MESSAGE": (),
    "RESOURCE_NAME": ("=", "IN"),
}
CONTAINS = ("CONTAINS ANY", "CONTAINS ALL", "CONTAINS NONE")
MAX_LIST_ITEMS = 20000


def check_operator(field, op):
    """Refuses an operator that does not go with the field's type."""
    if op in ("IS NULL", "IS NOT NULL"):
        return
    allowed = CONTAINS if field.repeated else OPERATORS[field.data_type]
    if op not in allowed or field.data_type == "MESSAGE":
        raise QueryError("OPERATOR_FIELD_MISMATCH", "Operator %s is not "
                         "compatible with field '%s' of type %s." % (
                             op, field.name, field.data_type))


def parse_date(text):
    """Returns the day that one of the two accepted spellings stands for."""
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", text) or re.match(
            r"[0-9]{8}\Z", text):
        digits = text.replace("-", "")
        try:
            return datetime.date(int(digits[:4]), int(digits[4:6]),
                                 int(digits[6:]))
        except ValueError:
            pass
    raise QueryError("INVALID_DATE_FORMAT", "Invalid date '%s': dates must "
                     "be YYYY-MM-DD or YYYYMMDD." % text)


def parse_moment(text):
    """Returns a date or a date and time in the one spelling in which values
    of such fields are told, so that they compare as texts."""
    found = re.match(r"([0-9-]{10})( [0-9:]{8})?(\.[0-9]{1,6})?\Z", text)
    if found and (found[2] or not found[3]):
        time = (found[2] or " 00:00:00") + (found[3] or ".").ljust(7, "0")
        return parse_date(found[1]).isoformat() + time
    return parse_date(text).isoformat() + " 00:00:00.000000"


def convert(field, value):
    """Returns a Value as what values of the field are compared with."""
    kind = field.data_type
    if kind == "DATE":
        if value.kind != "string":
            raise QueryError("INVALID_DATE_FORMAT", "Invalid date %s for "
                             "field '%s'." % (value.text, field.name))
        return parse_date(value.text)
    if kind == "DATETIME" and value.kind == "string":
        return parse_moment(value.text)
    if kind == "ENUM":
        if value.kind == "number" or value.text not in field.enum_values:
            raise QueryError("BAD_ENUM_CONSTANT", "Invalid enum value '%s' "
                             "for field '%s'." % (value.text, field.name))
        return value.text
    if kind == "BOOLEAN" and value.kind == "literal" and (
            value.text.upper() in ("TRUE", "FALSE")):
        return value.text.upper() == "TRUE"
    if kind in ("INT32", "INT64", "UINT64") and value.kind == "number" and (
            "." not in value.text):
        number = int(value.text)
        if -2 ** 63 <= number < 2 ** 63:
            return number
    if kind in ("DOUBLE", "FLOAT") and value.kind == "number":
        return float(value.text)
    if kind in ("STRING", "RESOURCE_NAME") and value.kind == "string":
        return value.text
    raise QueryError("BAD_VALUE", "Invalid value '%s' for field '%s' of type "
                     "%s." % (value.text, field.name, kind))


def convert_operand(field, op, operand):
    """Returns the typed operand of a condition, lists as lists."""
    if operand is None or op == "DURING":
        return operand
    if isinstance(operand, list):
        if len(operand) > MAX_LIST_ITEMS:
            raise QueryError("FILTER_HAS_TOO_MANY_VALUES", "The list for "
                             "field '%s' has more than %d values." % (
                                 field.name, MAX_LIST_ITEMS))
        return [convert(field, value) for value in operand]
    if not isinstance(operand, Value):
        low, high = (convert(field, value) for value in operand)
        if field.data_type not in ("DATE", "DATETIME") and low > high:
            raise QueryError("INVALID_VALUE_WITH_BETWEEN_OPERATOR", "Lower "
                             "bound above upper bound for field '%s'."
                             % field.name)
        return low, high
    if op in ("LIKE", "NOT LIKE"):
        if operand.kind != "string":
            raise QueryError("INVALID_VALUE_WITH_LIKE_OPERATOR", "LIKE needs "
                             "a string for field '%s'." % field.name)
        return like_pattern(operand.text)
    if op.endswith("REGEXP_MATCH"):
        return regexp_pattern(field, operand)
    return convert(field, operand)


def regexp_pattern(field, operand):
    """Returns the compiled pattern of REGEXP_MATCH."""
    try:
        return re.compile(convert(field, operand))
    except re.error:
        raise QueryError("BAD_VALUE", "Invalid regular expression for field "
                         "'%s'." % field.name)


def like_pattern(text):
    """Returns a LIKE pattern as a compiled expression, case-insensitive."""
    parts = []
    position = 0
    while position < len(text):
        char = text[position]
        if char == "[":
            literal = text[position + 1:position + 2]
            if literal not in ("[", "]", "%", "_") or (
                    text[position + 2:position + 3] != "]"):
                raise QueryError("INVALID_VALUE_WITH_LIKE_OPERATOR",
                                 "Invalid bracket expression in LIKE "
                                 "pattern '%s'." % text)
            parts.append(re.escape(literal))
            position += 3
            continue
        parts.append({"%": ".*", "_": "."}.get(char, re.escape(char)))
        position += 1
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def scalar_tests():
    """Returns {operator: test(value, operand)} for values that are set."""
    return {
        "=": lambda v, x: v == x,
        "!=": lambda v, x: v != x,
        "<": lambda v, x: v < x,
        ">": lambda v, x: v > x,
        "<=": lambda v, x: v <= x,
        ">=": lambda v, x: v >= x,
        "BETWEEN": lambda v, x: x[0] <= v <= x[1],
        "IN": lambda v, x: v in x,
        "NOT IN": lambda v, x: v not in x,
        "LIKE": lambda v, x: bool(x.fullmatch(v)),
        "NOT LIKE": lambda v, x: not x.fullmatch(v),
        "REGEXP_MATCH": lambda v, x: bool(x.fullmatch(v)),
        "NOT REGEXP_MATCH": lambda v, x: not x.fullmatch(v),
        "CONTAINS ANY": lambda v, x: bool(set(v) & set(x)),
        "CONTAINS ALL": lambda v, x: set(x) <= set(v),
        "CONTAINS NONE": lambda v, x: not set(v) & set(x),
    }


TESTS = scalar_tests()
# What holds for a value that is not set.
TRUE_IF_UNSET = ("!=", "NOT IN", "NOT LIKE", "NOT REGEXP_MATCH",
                 "CONTAINS NONE", "IS NULL")


class Predicate:
    """A checked condition on one field.  `operand` is typed."""

    def __init__(self, field, condition):
        check_operator(field, condition.op)
        self.field = field
        self.op = condition.op
        self.operand = convert_operand(field, condition.op,
                                       condition.operand)
        if isinstance(self.operand, list) and not field.repeated:
            self.operand = frozenset(self.operand)

    def __call__(self, value):
        """Returns whether a value (None: not set) meets the condition."""
        if value is None or self.op in ("IS NULL", "IS NOT NULL"):
            if self.op == "IS NOT NULL":
                return value is not None
            return value is None and self.op in TRUE_IF_UNSET
        return TESTS[self.op](value, self.operand)
