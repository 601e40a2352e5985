"""Every command in the documents is one that the programs know, with options that they have; every file and test is there."""

import re
import shlex
import unittest

from harness import SOURCE

HELP = SOURCE / "tests" / "golden" / "help"
DOCUMENTS = [SOURCE / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "sql/README.md",
                                        "experiments/datasets/README.md")] + sorted((SOURCE / "docs").glob("*.md"))
LEAST_COMMANDS, LEAST_FILES, LEAST_TESTS, LEAST_OF_SECURITY = 150, 40, 30, 20  # or the patterns below have ceased to find them
FOLDERS = ("common", "coordinator", "docs", "examples", "experiments", "scripts", "sql", "tests", "worker", "dashboards")
PATTERN = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]+\.\w+)`|\]\(((?!http|#)[^)#]+)[^)]*\)")


def commands(text):
    """The hone and hone-worker commands of code blocks and of words in backquotes."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    lines += re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    for line in lines:
        for part in re.split(r"&&|\|\||[|;&]", re.sub(r"\s#.*", "", line)):
            found = re.search(r"(?:^|/|\s)(hone|hone-worker)(\s.*)$", part.strip())
            if found:
                yield found[1], found[2].strip()


def words_of(rest):
    try:
        return shlex.split(rest)
    except ValueError:  # a quotation that the pattern cut
        return rest.split()


def help_of(program, words):
    """The help text that the words lead to, and what is left of them."""
    name, rest = program, list(words)
    while True:
        text = (HELP / f"{name}.txt").read_text()
        full = {short: command for command, short in re.findall(r"^  ([a-z-]+), ([a-z]+)", text, re.M)}
        below = full.get(rest[0], rest[0]) if rest else ""
        if not re.fullmatch(r"[a-z][a-z-]*", below) or not (HELP / f"{name}-{below}.txt").exists():
            return text, name, rest
        name += "-" + below
        rest.pop(0)


class Documents(unittest.TestCase):
    def test_name_commands_and_options_that_there_are(self):
        seen = 0
        for document in DOCUMENTS:
            for program, rest in commands(document.read_text()):
                words = words_of(rest)
                text, name, left = help_of(program, words)
                with self.subTest(document=document.name, command=f"{program} {rest}"):
                    if "\nSubcommands:" in text and left and re.fullmatch(r"[a-z][a-z-]*", left[0]):
                        self.fail(f"there is no '{name.replace('-', ' ')} {left[0]}'")
                    for option in left:
                        flag = re.match(r"(--?[A-Za-z][\w-]*)", option)
                        if flag:
                            self.assertRegex(text, rf"(?<![\w-]){flag[1]}(?![\w-])", f"{name} has no {flag[1]}")
                            seen += 1
                seen += 1
        self.assertGreater(seen, LEAST_COMMANDS)

    def test_name_files_that_there_are(self):
        seen = 0
        for document in DOCUMENTS:
            for code, link in PATTERN.findall(document.read_text()):
                if "NAME" in code or "TARGET" in code or "to_N" in code:
                    continue  # a pattern, not a file
                base = SOURCE if code else document.parent
                with self.subTest(document=document.name, file=code or link):
                    self.assertTrue((base / (code or link)).exists(), f"there is no {code or link}")
                seen += 1
        self.assertGreater(seen, LEAST_FILES)

    def test_name_tests_that_there_are(self):
        sources = "\n".join(path.read_text() for path in sorted((SOURCE / "tests").rglob("*_test.cpp")))
        there = {".".join(name) for name in re.findall(r"^TEST(?:_[FP])?\((\w+), *(\w+)", sources, re.M)}
        for path in (SOURCE / "tests").rglob("*_test.py"):
            there |= {f"{path.stem}.{name}" for name in re.findall(r"^class (\w+)\(", path.read_text(), re.M)}
        named = re.findall(r"`(?:\w+_test|test_\w+|e2e|cluster|browser)\.(?:Part/)?(\w+\.\w+)(?:/\*)?`",
                           "\n".join(document.read_text() for document in DOCUMENTS))
        self.assertGreater(len(named), LEAST_TESTS)
        self.assertEqual(sorted(set(named) - there), [])
        # Where the document is about tests, no program is named with them.
        of_security = re.findall(r"`([A-Z]\w+\.(?:[A-Z]\w+|\*))`", (SOURCE / "SECURITY.md").read_text())
        self.assertGreater(len(of_security), LEAST_OF_SECURITY)
        there |= {f"{name.split('.')[0]}.*" for name in there}
        self.assertEqual(sorted(set(of_security) - there), [])


if __name__ == "__main__":
    unittest.main()
