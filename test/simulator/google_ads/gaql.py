"""Reads the Google Ads Query Language into a Query value.

Only the grammar is judged here; what fields exist and what may be combined
is the business of rules.py.
"""

import re
from collections import namedtuple

# kind is "string", "number" or "literal"; text is unescaped.
Value = namedtuple("Value", "kind text")
# op is upper case with single blanks; operand is None, one Value, a pair of
# Values (BETWEEN) or a list of Values.
Condition = namedtuple("Condition", "field op operand")
Query = namedtuple("Query", "select resource where order_by limit parameters")
Token = namedtuple("Token", "kind text position")

DATE_FUNCTIONS = frozenset((
    "TODAY", "YESTERDAY", "LAST_7_DAYS", "LAST_14_DAYS", "LAST_30_DAYS",
    "LAST_BUSINESS_WEEK", "LAST_WEEK_MON_SUN", "LAST_WEEK_SUN_SAT",
    "THIS_WEEK_MON_TODAY", "THIS_WEEK_SUN_TODAY", "THIS_MONTH", "LAST_MONTH"))

ESCAPES = {"\\": "\\", "'": "'", '"': '"', "n": "\n", "r": "\r", "t": "\t"}
FIELD = re.compile(r"[a-z][A-Za-z0-9._]*\Z")
LITERAL = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
WORD = re.compile(r"[A-Za-z][A-Za-z0-9._]*")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
SYMBOL = re.compile(r"!=|>=|<=|[=<>(),]")
BLANKS = re.compile(r"[ \t\r\n]+")


class QueryError(Exception):
    """A refused query: the code of its error family and a message."""

    def __init__(self, code, message, family="queryError"):
        super().__init__(message)
        self.code = code
        self.message = message
        self.family = family


def read_string(text, start):
    """Reads the string that opens at `start`.  Returns its value and the
    position behind the closing quote."""
    quote = text[start]
    parts = []
    position = start + 1
    while position < len(text):
        char = text[position]
        if char == quote:
            return "".join(parts), position + 1
        if char in "\r\n":
            raise QueryError("PROHIBITED_NEWLINE_IN_STRING",
                             "Error in query: newline in a string.")
        if char == "\\":
            position += 1
            escaped = text[position:position + 1]
            if escaped not in ESCAPES or not escaped:
                raise QueryError(
                    "BAD_ESCAPE_SEQUENCE", "Error in query: invalid escape "
                    "sequence \\%s." % escaped)
            char = ESCAPES[escaped]
        parts.append(char)
        position += 1
    raise QueryError("STRING_NOT_TERMINATED",
                     "Error in query: string is not terminated.")


def read_number(text, start):
    """Returns the number token at `start`."""
    match = NUMBER.match(text, start)
    if not match or text[match.end():match.end() + 1].isalnum() or (
            text[match.end():match.end() + 1] in ("_", ".")):
        raise QueryError("BAD_NUMBER", "Error in query: invalid number at "
                         "position %d." % start)
    return Token("number", match.group(), start)


def tokenize(text):
    """Returns the tokens of a query, an end token last."""
    tokens = []
    position = 0
    while position < len(text):
        char = text[position]
        blanks = BLANKS.match(text, position)
        if blanks:
            position = blanks.end()
            continue
        if char in "'\"":
            value, position = read_string(text, position)
            tokens.append(Token("string", value, position))
            continue
        if char == "-" or "0" <= char <= "9":
            token = read_number(text, position)
            tokens.append(token)
            position += len(token.text)
            continue
        match = WORD.match(text, position) or SYMBOL.match(text, position)
        if not match:
            raise QueryError("BAD_SYMBOL", "Error in query: unexpected "
                             "symbol '%s'." % char)
        kind = "word" if char.isalpha() else "symbol"
        tokens.append(Token(kind, match.group(), position))
        position = match.end()
    tokens.append(Token("end", "", position))
    return tokens


class Parser:
    """Recursive descent over the tokens of one query."""

    def __init__(self, text):
        self.tokens = tokenize(text)
        self.position = 0

    @property
    def token(self):
        return self.tokens[self.position]

    def advance(self):
        """Consumes and returns the current token."""
        token = self.token
        if token.kind == "end":
            raise QueryError("UNEXPECTED_END_OF_QUERY",
                             "Error in query: unexpected end of query.")
        self.position += 1
        return token

    def at_word(self, word, ahead=0):
        """Returns whether a keyword stands here (in any case)."""
        index = min(self.position + ahead, len(self.tokens) - 1)
        token = self.tokens[index]
        return token.kind == "word" and token.text.upper() == word

    def take_word(self, word):
        """Consumes a keyword if it stands here."""
        found = self.at_word(word)
        if found:
            self.position += 1
        return found

    def take_symbol(self, symbol):
        """Consumes a symbol if it stands here."""
        found = self.token.kind == "symbol" and self.token.text == symbol
        if found:
            self.position += 1
        return found

    def unexpected(self, code="UNEXPECTED_INPUT"):
        """Returns the error about the current token."""
        if self.token.kind == "end":
            return QueryError("UNEXPECTED_END_OF_QUERY",
                              "Error in query: unexpected end of query.")
        return QueryError(code, "Error in query: unexpected input %s."
                          % self.token.text)

    def parse(self):
        """Returns the Query."""
        if not self.take_word("SELECT"):
            raise QueryError("EXPECTED_SELECT", "Error in query: expected "
                             "'SELECT'.")
        select = self.comma_list(self.field_name)
        resource = self.field_name() if self.take_word("FROM") else None
        where = []
        if self.take_word("WHERE"):
            where.append(self.condition())
            while self.take_word("AND"):
                where.append(self.condition())
            if self.at_word("OR"):
                raise self.unexpected("EXPECTED_AND")
        order_by = self.order_by() if self.take_word("ORDER") else []
        limit = self.limit() if self.take_word("LIMIT") else None
        parameters = dict(self.comma_list(self.parameter)
                          if self.take_word("PARAMETERS") else [])
        if self.token.kind != "end":
            raise self.unexpected()
        return Query(select, resource, where, order_by, limit, parameters)

    def comma_list(self, item):
        """Returns a list of one or more items between commas."""
        items = [item()]
        while self.take_symbol(","):
            items.append(item())
        return items

    def field_name(self):
        """Consumes a field or resource name."""
        token = self.advance()
        if token.kind != "word":
            raise QueryError("UNEXPECTED_INPUT", "Error in query: unexpected "
                             "input %s." % token.text)
        if not FIELD.match(token.text):
            raise QueryError("BAD_FIELD_NAME", "Error in query: invalid field "
                             "name '%s'." % token.text)
        return token.text

    def value(self):
        """Consumes one literal, number or string."""
        token = self.advance()
        if token.kind == "word" and LITERAL.match(token.text):
            return Value("literal", token.text)
        if token.kind not in ("string", "number"):
            raise QueryError("BAD_VALUE", "Error in query: invalid value %s."
                             % token.text)
        return Value(token.kind, token.text)

    def operator(self):
        """Consumes an operator and returns its name."""
        token = self.advance()
        if token.kind == "symbol" and token.text not in "(),":
            return token.text
        word = token.text.upper()
        if token.kind == "word" and word in (
                "IN", "LIKE", "BETWEEN", "DURING", "REGEXP_MATCH"):
            return word
        second = self.token.text.upper()
        allowed = {"NOT": ("IN", "LIKE", "REGEXP_MATCH"),
                   "CONTAINS": ("ANY", "ALL", "NONE"),
                   "IS": ("NULL", "NOT")}
        if token.kind == "word" and second in allowed.get(word, ()):
            self.advance()
            if second == "NOT" and not self.take_word("NULL"):
                raise self.unexpected("BAD_OPERATOR")
            return "IS NOT NULL" if second == "NOT" else "%s %s" % (
                word, second)
        raise QueryError("BAD_OPERATOR", "Error in query: invalid operator "
                         "%s." % token.text)

    def condition(self):
        """Consumes one condition."""
        field = self.field_name()
        op = self.operator()
        if op in ("IS NULL", "IS NOT NULL"):
            return Condition(field, op, None)
        if op == "BETWEEN":
            low = self.value()
            if not self.take_word("AND"):
                raise QueryError("EXPECTED_AND", "Error in query: expected "
                                 "'AND' after BETWEEN.")
            return Condition(field, op, (low, self.value()))
        if op == "DURING":
            return Condition(field, op, self.date_function())
        if op in ("IN", "NOT IN") or op.startswith("CONTAINS"):
            return Condition(field, op, self.value_list())
        if self.token.text == "(" and self.token.kind == "symbol":
            raise QueryError("EXPECTED_SINGLE_VALUE", "Error in query: "
                             "expected a single value.")
        return Condition(field, op, self.value())

    def date_function(self):
        """Consumes the operand of DURING."""
        token = self.advance()
        if token.kind != "word" or token.text.upper() not in DATE_FUNCTIONS:
            raise QueryError(
                "INVALID_VALUE_WITH_DURING_OPERATOR", "Error in query: "
                "invalid value %s with DURING operator." % token.text)
        return Value("literal", token.text.upper())

    def value_list(self):
        """Consumes a parenthesised list of values of one kind."""
        if not self.take_symbol("("):
            raise self.unexpected("EXPECTED_LIST")
        if self.take_symbol(")"):
            raise QueryError("PROHIBITED_EMPTY_LIST_IN_CONDITION",
                             "Error in query: empty list in condition.")
        values = self.comma_list(self.value)
        if not self.take_symbol(")"):
            raise self.unexpected()
        if len({v.kind for v in values}) > 1:
            raise QueryError("PROHIBITED_VALUE_COMBINATION_IN_LIST",
                             "Error in query: mixed types in a list.")
        return values

    def order_by(self):
        """Consumes the rest of ORDER BY; returns (field, descending) pairs."""
        if not self.take_word("BY"):
            raise QueryError("EXPECTED_BY", "Error in query: expected 'BY'.")

        def ordering():
            field = self.field_name()
            descending = self.take_word("DESC")
            if not descending:
                self.take_word("ASC")
            return field, descending
        return self.comma_list(ordering)

    def limit(self):
        """Consumes the number of LIMIT."""
        token = self.advance()
        if token.kind != "number" or "." in token.text or (
                int(token.text) > 2 ** 63 - 1):
            raise QueryError("BAD_LIMIT_VALUE", "Error in query: invalid "
                             "limit %s." % token.text)
        if int(token.text) < 1:
            raise QueryError("LIMIT_VALUE_TOO_LOW", "Error in query: limit "
                             "must be at least 1.")
        return int(token.text)

    def parameter(self):
        """Consumes one PARAMETERS item; returns (name, value)."""
        name = self.field_name()
        if not self.take_symbol("="):
            raise self.unexpected()
        value = self.value().text.lower()
        if name not in ("include_drafts", "omit_unselected_resource_names"):
            raise QueryError("BAD_PARAMETER_NAME", "Error in query: unknown "
                             "parameter '%s'." % name)
        if value not in ("true", "false"):
            raise QueryError("BAD_PARAMETER_VALUE", "Error in query: invalid "
                             "value '%s' for parameter '%s'." % (value, name))
        return name, value == "true"


def parse(text):
    """Returns the Query that a text stands for; raises QueryError."""
    return Parser(text).parse()
