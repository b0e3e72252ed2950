#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the unittest module at the given path and reports each test as TAP."""

import pathlib
import sys
import unittest

import tap.runner


class Result(tap.runner.TAPTestResult):
    """Counts a test with subtests once, or once for each that failed."""

    def addSubTest(self, test, subtest, err):
        if err is not None:
            super().addSubTest(test, subtest, err)


def main():
    path = pathlib.Path(sys.argv[1]).resolve()
    sys.path.insert(0, str(path.parent))
    suite = unittest.defaultTestLoader.loadTestsFromName(path.stem)
    if suite.countTestCases() == 0:
        sys.exit(f"{path}: no tests found")
    runner = tap.runner.TAPTestRunner(resultclass=Result)
    runner.set_stream(True)
    return 0 if runner.run(suite).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
