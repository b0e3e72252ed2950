# SPDX-License-Identifier: LGPL-2.1-or-later
"""The source tree as the style tests see it: files, text, code, includes."""

import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]

C_FOLDERS = ("lib", "coap", "cli", "examples", "tests", "interop", "bench")

COMMENTS_AND_STRINGS = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


@dataclasses.dataclass(frozen=True)
class Include:
    path: str
    is_system: bool


class SourceFile:
    def __init__(self, root, path):
        self.path = path.relative_to(root).as_posix()
        self.text = path.read_bytes().decode("utf-8")
        self.lines = self.text.removesuffix("\n").split("\n")

    @property
    def folder(self):
        """The folder of lib/ this file is in; None elsewhere."""
        parts = self.path.split("/")
        return parts[1] if parts[0] == "lib" and len(parts) > 2 else None

    @property
    def is_public_header(self):
        return self.path.startswith("lib/include/")

    def includes(self):
        return [
            Include(match[2], match[1] == "<")
            for match in INCLUDE.finditer(self.text)
        ]

    def code(self):
        """The text without comments and literals; line numbers stay."""

        def blank(match):
            text = match[0]
            newlines = "\n" * text.count("\n")
            return newlines if text.startswith("/") else '""'

        return COMMENTS_AND_STRINGS.sub(blank, self.text)

    def functions(self):
        """Pairs (first line, last line) of the bodies of functions, from 1."""
        start = None
        for number, line in enumerate(self.lines, 1):
            if line.rstrip() == "{":
                start = number
            elif line.startswith("}") and start is not None:
                yield start, number
                start = None

    def calls(self, names):
        """Pairs (line number, function) of calls to what names matches."""
        pattern = re.compile(rf"(?<![\w.>])({names})\s*\(")
        for number, line in enumerate(self.code().splitlines(), 1):
            for match in pattern.finditer(line):
                yield number, match[1]


def c_files(root, *folders):
    """Every .c and .h below the folders, which are relative to root."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.[ch]")):
            yield SourceFile(root, path)
