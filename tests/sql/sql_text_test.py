"""Every text that reaches SQLite is a constant of ours: no value, and nothing that anybody sent, is put into one.

Looks at each call of prepare and execute below sql/ and coordinator/. Its argument is string literals and nothing
else, or stands in ALLOWED with the reason why it may not be.
"""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CALL = re.compile(r"\b(?:prepare|execute|sqlite3_exec|sqlite3_prepare_v[23]?|prepare_query)\(")
LITERAL = re.compile(r'(?:u8)?R"(\w*)\((?:.*?)\)\1"|"(?:[^"\\\n]|\\.)*"', re.S)
COMMENT = re.compile(r"//[^\n]*")
# Declarations and definitions of the functions themselves.
DECLARATION = re.compile(r"(?:std::string_view|const std::string&) sql$")

CONSTANT = re.compile(r"constexpr (?:const char\*|std::string_view)(?: const)? (\w+)(?:\[\])? =|#define (HONE_\w+)")
# Words of an argument that are no value.
PLAIN = {"std", "string", "sql_text"}

# (file, argument): why nothing that somebody sent is in it. Literals are written "".
ALLOWED = {
    ("sql/database.cpp", "connection_.get(), sql.c_str(), nullptr, nullptr, nullptr"): "Database::execute itself",
    ("sql/database.cpp", "connection_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, "
                         "nullptr"): "Database::prepare itself",
    ("sql/opening.cpp", 'connection, "", nullptr, nullptr, nullptr'): "a literal, to SQLite itself",
    ("sql/query.cpp", "connection_.get(), sql.c_str(), -1, &raw, &rest"): "a person's query, held against authorize()",
    ("sql/copy.cpp", "connection, pragma, -1, &raw, nullptr"): "answer(), which is given two literals in that file",
    ("sql/schema.cpp", '"" + quoted_name(name)'): "a view's name out of the file, quoted",
    ("sql/schema.cpp", "each.text"): "the migrations, constants of sql_text",
    ("sql/schema.cpp", '"" + std::to_string(schema_version)'): "a constant number, which a pragma takes no other way",
    ("sql/schema.cpp", "text"): "the views, constants of sql_text",
    ("sql/schema.cpp", "temporary"): "the same with TEMP in each",
    ("coordinator/report/query.cpp", "sql"): "a person's query, by way of prepare_query",
    ("coordinator/report/sweep_export.cpp", 'closure + ("" + values + "" + table + "") + what.second'):
        "columns out of the file, quoted; tables and conditions of a constant list",
    ("coordinator/report/sweep_export.cpp", '"" + table + "" + columns + "" + marks + ""'): "likewise",
    ("coordinator/report/sweep_export.cpp", "query"): "Python, in the text that goes with an export",
    ("coordinator/server/http_session.cpp", "header_limit"): "a buffer's prepare, not a database's",
    ("coordinator/server/api_trial.cpp", "sql"): "neighbours(), which is given literals in that file",
    ("coordinator/server/api_trials.cpp", "select"): "bound(), which is given constants in that file",
    ("coordinator/state/store_deferred.cpp", '"" + which + "" "" ""'): "a condition or none",
    ("coordinator/state/store_leases.cpp", '"" + now_text() + ""'): "an expression for the time, a literal",
    ("coordinator/state/store_queues.cpp", 'enqueue_where("")'): "a statement around a literal",
}


def argument_at(text, start):
    """What stands between the parenthesis that ends before `start` and its partner, without comments."""
    depth, at = 1, start
    while depth:
        literal = LITERAL.match(text, at)
        if literal:
            at = literal.end()
            continue
        if text.startswith("//", at):
            at = text.index("\n", at)
            continue
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return text[start:at - 1]


def computed(text):
    """The arguments of calls that are more than literals, each literal shortened to ""."""
    for call in CALL.finditer(text):
        if text[:call.start()].rsplit("\n", 1)[-1].lstrip().startswith("//"):
            continue
        shortened = " ".join(COMMENT.sub("", LITERAL.sub('""', argument_at(text, call.end()))).split())
        if shortened.replace('""', "").strip() and not DECLARATION.search(shortened):
            yield shortened


def is_constant(argument, constants):
    """Whether each name in it is one of a constexpr text's or a macro's."""
    return set(re.findall(r"\w+", argument.replace('""', ""))) <= constants | PLAIN


def sources():
    for folder in ("sql", "coordinator"):
        for file in sorted((ROOT / folder).rglob("*.[ch]pp")):
            yield file.relative_to(ROOT).as_posix(), file.read_text()


class SqlText(unittest.TestCase):
    def faults(self, found, constants):
        return {(file, each) for file, text in found for each in computed(text) if not is_constant(each, constants)}

    def test_is_a_constant_of_ours(self):
        found = list(sources())
        self.assertGreater(len(found), 200)
        calls = sum(len(CALL.findall(text)) for _, text in found)
        self.assertGreater(calls, 200)
        constants = {name for _, text in found for match in CONSTANT.findall(text) for name in match if name}
        constants |= {file.stem for file in (ROOT / "sql").rglob("*.sql")}
        faults = self.faults(found, constants)
        self.assertEqual(faults - ALLOWED.keys(), set(), "bind values; if it is safe say in ALLOWED why")
        self.assertEqual(ALLOWED.keys() - faults, set(), "no longer there: take it out of ALLOWED")
        print(f"{calls} calls, {len(ALLOWED)} of them with more than literals and constants")

    def test_that_has_a_value_in_it_is_found(self):
        for planted in ('database.prepare("SELECT * FROM trial WHERE name = \'" + name + "\'");',
                        'database_.execute(std::format("DELETE FROM {}", table));',
                        'database.prepare(\n      // why\n      sql);', 'auto q = db.prepare(text.c_str());'):
            self.assertEqual(len(self.faults([("x.cpp", planted)], {"constant"})), 1, planted)
        for plain in ('database.prepare("SELECT (1)" " + name");', "// database.prepare(sql)",
                      'database.execute(constant);', 'database.prepare(R"(SELECT ")")");'):
            self.assertEqual(self.faults([("x.cpp", plain)], {"constant"}), set(), plain)


if __name__ == "__main__":
    unittest.main()
