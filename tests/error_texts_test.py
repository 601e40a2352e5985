"""Every error that a person can meet has its words in a test: in a golden file, or in what a test expects.

Read from the sources: of each message that is thrown or answered a fixed part must stand in tests/, but for those of
MACHINE, which need a machine that fails.
"""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLACES = ("coordinator/cli", "coordinator/dataset", "coordinator/plan", "coordinator/server", "worker/agent")
ERRORS = re.compile(r"\b(?:CommandError|api_error|IngestError|ExperimentError|DescriptionError|invalid_argument|"
                    r"NoCoordinator|StateInUse|refuse|fail)\(")
WINDOW, SHORTEST, LEAST = 14, 8, 200  # characters, characters, messages

# By the fixed part: why no test meets it.
MACHINE = {
    "nothing could be measured: ": "no numerics run on the machine",
    " does not run; try it by itself": "a trainer that ends before it says anything",
    "' was not written whole: is the disk full?": "a full disk under the folder of experiments",
    "cannot be opened: ": "a pack that went while it was read",
    "cannot be made": "a store that cannot be written to",
    "cannot be synced": "a disk that fails",
    "cannot be renamed to ": "a disk that fails",
    "stopped; nothing was written": "Ctrl-C within the milliseconds of a small copy",
    "cannot make a folder ": "a folder that cannot be written to, which root always can",
    "cannot make a folder beside ": "likewise",
    "open the lock of": "a cache that cannot be written to",
    " channels; convert it to grey, RGB or RGBA": "a format of which no file is at hand",
}


def argument(text, begin):
    """What stands between the bracket that ends before `begin` and its partner."""
    depth, quoted, at = 1, False, begin
    while depth:
        if quoted:
            at += text[at] == "\\"
            quoted = text[at] != '"' or text[at - 1] == "\\"
        elif text[at] == '"':
            quoted = True
        else:
            depth += (text[at] == "(") - (text[at] == ")")
        at += 1
    return text[begin:at - 1]


def messages():
    """(file, fixed parts) of every message."""
    for place in PLACES:
        for file in sorted((ROOT / place).rglob("*.cpp")):
            text = file.read_text()
            for found in ERRORS.finditer(text):
                words = re.sub(r'"\s*\n\s*"', "", argument(text, found.end()))
                parts = [re.sub(r"\\(.)", r"\1", part) for part in re.findall(r'"((?:[^"\\]|\\.)*)"', words)]
                parts = [part for part in parts if len(part.strip()) >= SHORTEST]
                if parts:
                    yield file.relative_to(ROOT), parts


def tests():
    texts = [file.read_text() for file in sorted((ROOT / "tests").rglob("*"))
             if file.suffix in (".py", ".cpp", ".hpp", ".txt") and file != pathlib.Path(__file__).resolve()]
    joined = re.sub(r'"\s*\n?\s*(?:r|f|rf)?"', "", "\n".join(texts))
    return re.sub(r"\\(.)", r"\1", joined)


class ErrorTexts(unittest.TestCase):
    def test_stand_in_a_test(self):
        held, seen, excused = tests(), 0, set()
        for file, parts in messages():
            seen += 1
            longest = max(parts, key=len)
            excused.add(longest)
            if longest in MACHINE:
                continue
            windows = {part[at:at + WINDOW] for part in {longest, *(part for part in parts if len(part) >= WINDOW)}
                       for at in range(max(1, len(part) - WINDOW + 1))}
            with self.subTest(file=str(file), message=parts):
                self.assertTrue(any(window in held for window in windows), "no test has a part of it")
        print(f"{seen} messages, {len(MACHINE)} of them excused")
        self.assertGreater(seen, LEAST)
        self.assertEqual(set(MACHINE) - excused, set(), "excused, and no longer there")


if __name__ == "__main__":
    unittest.main()
