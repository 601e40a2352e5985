"""Five hundred texts that have hurt other programs, made of some stems in our own words: paths, SQL, HTML, formulas,
control characters, directions of writing, lengths, and bytes that are no UTF-8."""

STEMS = [
    # Paths
    "../../../../etc/passwd", "..\\..\\boot.ini", "/etc/shadow", "~/.ssh/id_rsa", "....//....//x", "%2e%2e%2fx", "file:///etc/hosts",
    "CON", "nul.txt", ".", "..", "-rf", "--help", "a/b/c", "x.sqlite-wal", "$(touch planted)", "`touch planted`", "; touch planted",
    "| touch planted", "> planted", "${HOME}", "{{7*7}}", "%s%s%n%n", "%(name)s", "\\\\host\\share",
    # SQL
    "'; DROP TABLE trial;--", "\" OR \"1\"=\"1", "1 UNION SELECT token FROM access", "') OR 1=1--", "x'; ATTACH 'planted' AS p;--",
    "/* */ SELECT load_extension('planted')", "[trial]", "?1", ":sweep", "%' OR name LIKE '%",
    # HTML and scripts
    "<script>window.planted = true</script>", "<img src=x onerror='window.planted = true'>", "<svg/onload=alert(1)>",
    "javascript:window.planted=true", "\" onmouseover=\"window.planted = true", "</title><script>alert(1)</script>",
    "<iframe src=/>", "&lt;b&gt;", "&#x3c;script&#x3e;", "<!--", "]]>", "<b>bold</b>", "![x](http://127.0.0.1:1/x.png)",
    "[x](javascript:alert(1))", "```", "<style>*{display:none}</style>",
    # Formulas and LaTeX
    "=1+1", "=cmd|' /C calc'!A0", "@SUM(1)", "\\input{/etc/passwd}", "\\write18{touch planted}", "a & b % c # d _ e ^ f ~ g", "x|y|z",
    # JSON
    "null", "true", "{}", "[1]", "1e999", "-0", "NaN", "\\u0000", "\\ud800", "\"", "a,b\"c", "__proto__", "constructor",
]

WRAPS = [
    lambda text: text,
    lambda text: f" {text} ",
    lambda text: text + "\u00e9\u03bb\U0001f600",       # beyond ASCII
    lambda text: text + "\n" + text,                     # another line
    lambda text: f"\u202e{text}\u202c",                  # written from right to left
    lambda text: f"\x1b[2J\x1b]0;{text}\x07",            # speaks to a terminal
    lambda text: text + "\x7f\u009b31m\r\b\t",
]

ODD = ["", " ", "\t", "\n", "\r\n", "\x00", "a\x00b", "\ufeff", "\ufffd", "\ufffe", "\u2028", "\u2029", "\u2066x\u2069", "\u200b",
       "e\u0301" * 30, "\U000e0041", "x" * 255, "x" * 1024, "x" * 1025, "\u03bb" * 512, "x" * 100_000, "(" * 2000, "\\" * 500,
       "'" * 500, "%" * 500]

# As a file's or a frame's bytes; JSON has no place for them.
NO_UTF8 = [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"a\xf8b", b"\xe2\x82", b"\x80\x81", b"\xf4\x90\x80\x80", b"caf\xe9"]


def payloads():
    """All of them, each once."""
    return list(dict.fromkeys([wrap(stem) for stem in STEMS for wrap in WRAPS] + ODD))


def is_plain(text):
    """Whether experiments take it for a name: on one line, without controls, at most 1024 bytes."""
    def control(character):
        number = ord(character)
        return (number < 0x20 or 0x7f <= number <= 0x9f or 0x2028 <= number <= 0x202e or 0x2066 <= number <= 0x2069)
    return len(text.encode()) <= 1024 and not any(map(control, text))
