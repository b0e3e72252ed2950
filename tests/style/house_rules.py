#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the rules of CONTRIBUTING.md that a machine can read in C files.

Run by hand it prints the smells too: what is large but not forbidden.
"""

import pathlib
import re
import sys
import tempfile
import unittest

from source_tree import C_FOLDERS, ROOT, c_files

SPDX = "/* SPDX-License-Identifier: LGPL-2.1-or-later */"
MOST_LINES = 800

# Functions with no bound, with hidden state, or that leave the stack to the
# peer's numbers.
UNSAFE = "strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca|atoi|atol|bzero"

# Secrets, MACs and cookies are compared by functions of base/ and crypto/
# that take the same time whatever they find.
MEMCMP_FOLDERS = ("base", "crypto")


def spdx_violations(root):
    return [
        f"{file.path}:1: not {SPDX}"
        for file in c_files(root, *C_FOLDERS)
        if file.lines[0] != SPDX
    ]


def introduction_violations(root):
    return [
        f"{file.path}:2: no comment that says what the file is"
        for file in c_files(root, *C_FOLDERS)
        if not re.match(r"/\*", "".join(file.lines[1:2]))
    ]


def guard_of(path):
    """The include guard of a header, from its path; None for no rule."""
    name = re.sub(r"[^A-Za-z0-9]", "_", pathlib.PurePath(path).name).upper()
    parts = path.split("/")
    if path.startswith("lib/include/adtls/"):
        return f"ADTLS_{name}"
    if parts[0] == "lib":
        return f"ADTLS_{parts[1].upper()}_{name}"
    return None


def guard_violations(root):
    found = []
    for file in c_files(root, "lib"):
        if not file.path.endswith(".h"):
            continue
        guard = guard_of(file.path)
        code = [line for line in file.code().splitlines() if line.strip()]
        if code[:2] != [f"#ifndef {guard}", f"#define {guard}"]:
            found.append(f"{file.path}: include guard is not {guard}")
    return found


def length_violations(root):
    return [
        f"{file.path}: {len(file.lines)} lines, over {MOST_LINES}"
        for file in c_files(root, *C_FOLDERS)
        if len(file.lines) > MOST_LINES
    ]


def conditional_violations(root):
    found = []
    for file in c_files(root, *C_FOLDERS):
        for start, end in file.functions():
            for number in range(start, end):
                if re.match(r"\s*#\s*if", file.lines[number - 1]):
                    found.append(f"{file.path}:{number}: #if in a function")
    return found


def call_violations(root):
    found = []
    for file in c_files(root, "lib", "coap", "cli", "examples"):
        for line, name in file.calls(UNSAFE):
            found.append(f"{file.path}:{line}: calls {name}()")
    for file in c_files(root, "lib"):
        if file.folder in MEMCMP_FOLDERS:
            continue
        for line, name in file.calls("memcmp"):
            found.append(f"{file.path}:{line}: calls memcmp()")
    return found


def text_violations(root):
    found = []
    for file in c_files(root, *C_FOLDERS):
        if not file.text.endswith("\n") or file.text.endswith("\n\n"):
            found.append(f"{file.path}: does not end with one newline")
        for number, line in enumerate(file.lines, 1):
            if line != line.rstrip():
                found.append(f"{file.path}:{number}: trailing space")
            if line.startswith(" " * 8):
                found.append(f"{file.path}:{number}: not indented by tabs")
    return found


RULES = (
    spdx_violations,
    introduction_violations,
    guard_violations,
    length_violations,
    conditional_violations,
    call_violations,
    text_violations,
)


def smells(root):
    for file in c_files(root, *C_FOLDERS):
        limit = 200 if file.path.endswith(".h") else 400
        if len(file.lines) > limit:
            yield f"{file.path}: {len(file.lines)} lines, over {limit}"
        for number, line in enumerate(file.lines, 1):
            if len(line.expandtabs(8)) > 80:
                yield f"{file.path}:{number}: over 80 columns"
        for start, end in file.functions():
            if end - start - 1 > 50:
                yield f"{file.path}:{start}: {end - start - 1} lines, over 50"


class HouseRules(unittest.TestCase):
    def check(self, rule):
        violations = rule(ROOT)
        self.assertEqual(violations, [], "\n" + "\n".join(violations))

    def test_files_are_there(self):
        self.assertTrue(list(c_files(ROOT, *C_FOLDERS)))

    def test_licence_is_named(self):
        self.check(spdx_violations)

    def test_files_introduce_themselves(self):
        self.check(introduction_violations)

    def test_include_guards_are_named_after_the_path(self):
        self.check(guard_violations)

    def test_files_are_short(self):
        self.check(length_violations)

    def test_no_conditional_compilation_in_functions(self):
        self.check(conditional_violations)

    def test_no_unsafe_calls(self):
        self.check(call_violations)

    def test_text_is_clean(self):
        self.check(text_violations)


GOOD = f"""{SPDX}
/*
 * An example.
 */
#ifndef ADTLS_ENGINE_A_H
#define ADTLS_ENGINE_A_H

static int equal(void)
{{
	return secret_equal("memcmp(", 1); /* strcpy(a) */
}}

#endif
"""


class RulesCatch(unittest.TestCase):
    """Each rule, shown a header that breaks it, and one that does not."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("lib/engine/a.h", GOOD)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def broken(self):
        """The rules that the tree breaks."""
        return [rule for rule in RULES if rule(self.root)]

    def assert_breaks(self, rule, old, new):
        self.assertIn(old, GOOD)
        self.write("lib/engine/a.h", GOOD.replace(old, new, 1))
        self.assertEqual(self.broken(), [rule])

    def test_good(self):
        self.assertEqual(self.broken(), [])

    def test_spdx(self):
        self.assert_breaks(spdx_violations, "2.1-or-later", "2.1-only")

    def test_introduction(self):
        self.assert_breaks(
            introduction_violations, "/*\n * An example.\n */\n", "\n"
        )

    def test_guard(self):
        self.assert_breaks(guard_violations, "#ifndef ADTLS_", "#ifndef ")
        self.assert_breaks(guard_violations, "#define ADTLS_ENGINE", "#define ")
        self.assertEqual(guard_of("lib/include/adtls/x.h"), "ADTLS_X_H")

    def test_length(self):
        spare = MOST_LINES - GOOD.count("\n")
        self.assert_breaks(
            length_violations, "#endif", "int a;\n" * (spare + 1) + "#endif"
        )
        self.write(
            "lib/engine/a.h",
            GOOD.replace("#endif", "int a;\n" * spare + "#endif"),
        )
        self.assertEqual(self.broken(), [])

    def test_conditional(self):
        self.assert_breaks(
            conditional_violations, "{\n", "{\n#ifdef FAST\n#endif\n"
        )

    def test_calls(self):
        self.assert_breaks(call_violations, "secret_equal(", "memcmp(")
        self.assert_breaks(call_violations, "secret_equal(", "strcpy(")
        self.write("lib/engine/a.h", GOOD)
        self.write(
            "lib/base/a.h",
            GOOD.replace("ENGINE", "BASE").replace("secret_equal", "memcmp"),
        )
        self.assertEqual(self.broken(), [])

    def test_text(self):
        self.assert_breaks(text_violations, "{\n", "{ \n")
        self.assert_breaks(text_violations, "{\n", "{\r\n")
        self.assert_breaks(text_violations, "\treturn", " " * 8 + "return")
        self.assert_breaks(text_violations, "#endif\n", "#endif\n\n")
        self.assert_breaks(text_violations, "#endif\n", "#endif")

    def test_smells(self):
        self.assertEqual(list(smells(self.root)), [])
        self.write(
            "lib/engine/a.h", GOOD.replace("{\n", "{\n" + "\tf();\n" * 50)
        )
        self.assertEqual(len(list(smells(self.root))), 1)
        self.write("lib/engine/a.c", "int a;\n" * 401)
        self.assertEqual(len(list(smells(self.root))), 2)
        self.write("lib/engine/b.c", "\t" * 10 + "x")
        self.assertEqual(len(list(smells(self.root))), 3)


if __name__ == "__main__":
    for smell in smells(ROOT):
        print(f"note: {smell}", file=sys.stderr)
    unittest.main()
