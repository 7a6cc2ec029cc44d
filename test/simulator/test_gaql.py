"""The query language: what parses, and how the rest is refused."""

import unittest

from google_ads import gaql
from google_ads.gaql import Value


def where(text):
    """Returns the only condition of a WHERE clause."""
    return gaql.parse("SELECT a.b FROM x WHERE " + text).where[0]


class Parsing(unittest.TestCase):

    def test_whole_query(self):
        query = gaql.parse(
            "select campaign.id,metrics.clicks\nFROM campaign\tWHERE "
            "campaign.status = ENABLED AND segments.date BETWEEN "
            "'2026-11-01' AND \"20261102\" ORDER BY campaign.id DESC, "
            "metrics.clicks LIMIT 10 PARAMETERS include_drafts=true, "
            "omit_unselected_resource_names = false")
        self.assertEqual(query.select, ["campaign.id", "metrics.clicks"])
        self.assertEqual(query.resource, "campaign")
        self.assertEqual([c.op for c in query.where], ["=", "BETWEEN"])
        self.assertEqual(query.where[1].operand, (
            Value("string", "2026-11-01"), Value("string", "20261102")))
        self.assertEqual(query.order_by, [("campaign.id", True),
                                          ("metrics.clicks", False)])
        self.assertEqual(query.limit, 10)
        self.assertEqual(query.parameters, {
            "include_drafts": True, "omit_unselected_resource_names": False})

    def test_operators(self):
        for op, operand in (("!=", "1"), (">=", "-1.5"), ("NOT LIKE", "'a'"),
                            ("REGEXP_MATCH", "'a'"), ("like", "'a'"),
                            ("NOT REGEXP_MATCH", "'a'"), ("<", "1")):
            self.assertEqual(where("a.b %s %s" % (op, operand)).op,
                             op.upper())
        self.assertEqual(where("a.b IS NOT NULL").op, "IS NOT NULL")
        self.assertEqual(where("a.b is null").op, "IS NULL")
        for op in ("IN", "NOT IN", "CONTAINS ANY", "CONTAINS ALL",
                   "CONTAINS NONE"):
            self.assertEqual(where("a.b %s (A, B)" % op).operand, [
                Value("literal", "A"), Value("literal", "B")])
        self.assertEqual(where("a.b DURING last_7_days").operand,
                         Value("literal", "LAST_7_DAYS"))

    def test_escapes(self):
        text = r"""'it\'s \"q\" \\ \n\r\t 한글'"""
        self.assertEqual(where("a.b = " + text).operand.text,
                         "it's \"q\" \\ \n\r\t 한글")
        self.assertEqual(where("a.b = \"it's\"").operand.text, "it's")

    def test_refusals(self):
        for text, code in (
                ("", "EXPECTED_SELECT"),
                ("FROM x", "EXPECTED_SELECT"),
                ("SELECT", "UNEXPECTED_END_OF_QUERY"),
                ("SELECT a.b,", "UNEXPECTED_END_OF_QUERY"),
                ("SELECT a.b FROM x WHERE", "UNEXPECTED_END_OF_QUERY"),
                ("SELECT A.b FROM x", "BAD_FIELD_NAME"),
                ("SELECT a.b FROM x;", "BAD_SYMBOL"),
                ("SELECT 가 FROM x", "BAD_SYMBOL"),
                ("SELECT a.b FROM x WHERE a.b = 'x", "STRING_NOT_TERMINATED"),
                ("SELECT a.b FROM x WHERE a.b = 'x\n'",
                 "PROHIBITED_NEWLINE_IN_STRING"),
                ("SELECT a.b FROM x WHERE a.b = '\\x'",
                 "BAD_ESCAPE_SEQUENCE"),
                ("SELECT a.b FROM x WHERE a.b = '\\u0041'",
                 "BAD_ESCAPE_SEQUENCE"),
                ("SELECT a.b FROM x WHERE a.b = 1e5", "BAD_NUMBER"),
                ("SELECT a.b FROM x WHERE a.b = 1.", "BAD_NUMBER"),
                ("SELECT a.b FROM x WHERE a.b = +1", "BAD_SYMBOL"),
                ("SELECT a.b FROM x WHERE a.b <> 1", "BAD_VALUE"),
                ("SELECT a.b FROM x WHERE a.b IN ()",
                 "PROHIBITED_EMPTY_LIST_IN_CONDITION"),
                ("SELECT a.b FROM x WHERE a.b IN ('a', 1)",
                 "PROHIBITED_VALUE_COMBINATION_IN_LIST"),
                ("SELECT a.b FROM x WHERE a.b IN 'a'", "EXPECTED_LIST"),
                ("SELECT a.b FROM x WHERE a.b = ('a')",
                 "EXPECTED_SINGLE_VALUE"),
                ("SELECT a.b FROM x WHERE a.b SIMILAR 'a'", "BAD_OPERATOR"),
                ("SELECT a.b FROM x WHERE a.b BETWEEN 1, 2", "EXPECTED_AND"),
                ("SELECT a.b FROM x WHERE a.b = 1 OR a.b = 2",
                 "EXPECTED_AND"),
                ("SELECT a.b FROM x WHERE a.b DURING '2026-01-01'",
                 "INVALID_VALUE_WITH_DURING_OPERATOR"),
                ("SELECT a.b FROM x WHERE a.b DURING LAST_90_DAYS",
                 "INVALID_VALUE_WITH_DURING_OPERATOR"),
                ("SELECT a.b FROM x ORDER a.b", "EXPECTED_BY"),
                ("SELECT a.b FROM x LIMIT 0", "LIMIT_VALUE_TOO_LOW"),
                ("SELECT a.b FROM x LIMIT 1.5", "BAD_LIMIT_VALUE"),
                ("SELECT a.b FROM x LIMIT 1 OFFSET 2", "UNEXPECTED_INPUT"),
                ("SELECT a.b FROM x PARAMETERS nope=true",
                 "BAD_PARAMETER_NAME"),
                ("SELECT a.b FROM x PARAMETERS include_drafts=1",
                 "BAD_PARAMETER_VALUE")):
            with self.subTest(text):
                with self.assertRaises(gaql.QueryError) as caught:
                    gaql.parse(text)
                self.assertEqual(caught.exception.code, code)


if __name__ == "__main__":
    unittest.main()
