#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds that the bench runs and reports what docs/bench.md names, and that an
idle connection stays small. How fast anything is, it does not judge."""

import json
import os
import pathlib
import re
import subprocess
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("abs_top_builddir", SOURCE / "build"))
BENCH = BUILD / "bench/adtls-bench"

LIBRARIES = ("adtls", "gnutls", "openssl", "wolfssl")
# Null, where configure has not found them.
OPTIONAL = ("openssl", "wolfssl")

# Heap that an idle connection may take, on either side.
IDLE_MAX = 1536

# Far from any figure that a working bench could find.
PLAUSIBLE = {
    "handshakes": (1, 1e6),
    "records": (100, 1e9),
    "datagrams": (1, 20),
    "bytes": (100, 10_000),
    "heap": (200, 100_000),
}


def run(*arguments):
    return subprocess.run(
        [BENCH, *arguments], capture_output=True, text=True, check=False
    )


def documented_figures():
    """The keys in the tables of docs/bench.md, with the lists in braces
    written out."""
    text = (SOURCE / "docs/bench.md").read_text()
    keys = set()
    for key in re.findall(r"^\| `([a-z0-9_{},]+)` \|", text, re.M):
        expanded = [""]
        for plain, choices in re.findall(r"([^{}]+)|\{([^}]*)\}", key):
            parts = [plain] if plain else choices.split(",")
            expanded = [each + part for each in expanded for part in parts]
        keys.update(expanded)
    return keys


def sees_heap():
    """Under AddressSanitizer malloc gives no account."""
    binary = BENCH.parent / ".libs" / BENCH.name
    content = (binary if binary.exists() else BENCH).read_bytes()
    return b"__asan_init" not in content


class Bench(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done = run("--json", "--seconds", "0.01")
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        cls.report = json.loads(done.stdout)
        cls.figures = cls.report["figures"]

    def test_head(self):
        self.assertEqual(self.report["format"], 1)
        self.assertEqual(self.report["seconds"], 0.01)
        self.assertGreaterEqual(self.report["rounds"], 3)
        self.assertIn(self.report["group"], ("X25519", "SECP256R1"))
        for library in LIBRARIES:
            version = self.report[f"{library}_version"]
            if library in OPTIONAL and version is None:
                continue
            self.assertRegex(version, r"^\d+\.\d+\.\d+")

    def test_figures_are_those_documented(self):
        self.assertEqual(set(self.figures), documented_figures())

    def test_each_figure_has_all_its_keys(self):
        for figure in self.figures.values():
            self.assertEqual(
                set(figure),
                {"unit", "better", "ratio", "bound", "bound_ratio", *LIBRARIES},
            )
            self.assertIn(figure["better"], ("higher", "lower"))

    def test_values_are_plausible(self):
        for name, figure in self.figures.items():
            kind = name.split("_")[0]
            for library in LIBRARIES:
                value = figure[library]
                with self.subTest(name, library=library):
                    if self.report[f"{library}_version"] is None:
                        self.assertIsNone(value)
                    elif library != "adtls" and "attested" in name:
                        self.assertIsNone(value)
                    elif kind == "heap" and not sees_heap():
                        self.assertIsNone(value)
                    else:
                        self.check_value(value, *PLAUSIBLE[kind])

    def test_records_are_beside_their_primitives(self):
        for size in (64, 1200):
            figure = self.figures[f"records_{size}_bytes"]
            self.check_value(figure["bound"], *PLAUSIBLE["records"])

    def test_handshakes_are_beside_their_primitives(self):
        for name, figure in self.figures.items():
            counted = (
                name == "handshakes_server_certificate"
                and self.report["group"] == "X25519"
            )
            with self.subTest(name):
                if counted:
                    self.check_value(figure["bound"], *PLAUSIBLE["handshakes"])
                elif not name.startswith("records"):
                    self.assertIsNone(figure["bound"])

    def check_value(self, value, least, most):
        self.assertEqual(set(value), {"median", "lowest", "highest"})
        self.assertLessEqual(least, value["lowest"])
        self.assertLessEqual(value["lowest"], value["median"])
        self.assertLessEqual(value["median"], value["highest"])
        self.assertLessEqual(value["highest"], most)

    def test_idle_connections_are_small(self):
        for side in ("client", "server"):
            value = self.figures[f"heap_{side}_settled"]["adtls"]
            with self.subTest(side):
                if sees_heap():
                    self.assertLessEqual(value["highest"], IDLE_MAX)
                else:
                    self.assertIsNone(value)

    def test_ratio_is_of_the_medians(self):
        for name, figure in self.figures.items():
            with self.subTest(name):
                self.check_ratio(figure, "gnutls", figure["ratio"])
                self.check_ratio(figure, "bound", figure["bound_ratio"])

    def check_ratio(self, figure, other, ratio):
        if figure["adtls"] is None or figure[other] is None:
            self.assertIsNone(ratio)
            return
        expected = figure["adtls"]["median"] / figure[other]["median"]
        self.assertAlmostEqual(ratio / expected, 1, places=4)

    def test_evidence_shows_on_the_wire(self):
        mutual = self.figures["bytes_mutual_to_server"]["adtls"]["median"]
        attested = self.figures["bytes_attested_to_server"]["adtls"]["median"]
        self.assertGreater(attested, mutual + 100)

    def test_table_has_every_figure(self):
        done = run("--seconds", "0.001")
        self.assertEqual(done.returncode, 0, done.stderr)
        words = {line.split(" ")[0] for line in done.stdout.splitlines()}
        self.assertLessEqual(set(self.figures), words)


class Arguments(unittest.TestCase):
    def test_help(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        for option in ("--json", "--seconds", "--help"):
            self.assertIn(option, done.stdout)

    def test_bad_ones_are_refused_by_name(self):
        for arguments, named in (
            (["--seconds", "soon"], "soon"),
            (["--seconds", "0"], "0"),
            (["--seconds", "nan"], "nan"),
            (["--fast"], "fast"),
            (["faster"], "faster"),
        ):
            with self.subTest(arguments):
                done = run(*arguments)
                self.assertEqual(done.returncode, 1)
                self.assertEqual(done.stdout, "")
                self.assertIn(named, done.stderr)


if __name__ == "__main__":
    unittest.main()
