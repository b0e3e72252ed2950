#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds that every source file is built or shipped: a file that no local.mk
names would be missing from the release, and a test among them never run."""

import pathlib
import re
import tempfile
import unittest

from source_tree import C_FOLDERS, ROOT

SUFFIXES = {".c", ".h", ".py", ".sh", ".map", ".json"}


def listed(root):
    """Every path that a makefile fragment names."""
    words = set()
    fragments = [root / "Makefile.am"]
    for folder in C_FOLDERS:
        fragments += (root / folder).rglob("*.mk")
    for fragment in fragments:
        text = re.sub(r"^\s*#.*$", "", fragment.read_text(), flags=re.M)
        words.update(text.replace("\\\n", " ").split())
    return words


def unlisted(root):
    words = listed(root)
    found = []
    for folder in C_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root)
            if path.suffix not in SUFFIXES:
                continue
            names = [name, *list(name.parents)[:-1]]
            if not any(str(each) in words for each in names):
                found.append(f"{name}: named by no local.mk")
    return found


class BuildLists(unittest.TestCase):
    def test_every_file_is_listed(self):
        found = unlisted(ROOT)
        self.assertEqual(found, [], "\n" + "\n".join(found))


class RulesCatch(unittest.TestCase):
    def test_unlisted(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "lib/base").mkdir(parents=True)
            (root / "lib/vectors").mkdir()
            (root / "Makefile.am").write_text("EXTRA_DIST = lib/vectors\n")
            (root / "lib/base/local.mk").write_text(
                "# lib/base/comment.c\nx_SOURCES += \\\n\tlib/base/a.c \\\n"
                "\tlib/base/a.h\n"
            )
            for name in ("base/a.c", "base/a.h", "vectors/v.py"):
                (root / "lib" / name).touch()
            self.assertEqual(unlisted(root), [])
            for name in ("base/b.c", "base/comment.c"):
                (root / "lib" / name).touch()
            self.assertEqual(len(unlisted(root)), 2)


if __name__ == "__main__":
    unittest.main()
