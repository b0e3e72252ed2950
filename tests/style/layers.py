#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the order of the layers (docs/architecture.md) by reading includes."""

import fnmatch
import pathlib
import tempfile
import unittest

from source_tree import ROOT, c_files

# A folder may include itself and folders of a strictly lower number.
LAYERS = {
    "base": 1,
    "crypto": 2,
    "rats": 3,
    "messages": 3,
    "record": 3,
    "keys": 3,
    "flight": 4,
    "attesters": 5,
    "verifiers": 5,
    "handshake": 6,
    "attestation": 7,
    "engine": 8,
    "session": 9,
}

# Where the order allows a folder but only these headers of it are meant.
# A flight knows record numbers and handshake headers, and never keys.
NARROW = {
    ("flight", "record"): ("record/record_number.h",),
    ("flight", "messages"): ("messages/handshake*.h",),
    ("flight", "keys"): (),
}

# Which folders of lib/ may include the headers of other libraries.
LIBRARIES = {
    "gnutls/*": {"crypto"},
    "nettle/*": {"crypto"},
    "gmp.h": {"crypto"},
    "cbor.h": {"rats"},
    "cbor/*": {"rats"},
    "jansson.h": {"rats", "verifiers"},
    "coap*": set(),
    # The core never calls a clock, a socket or a thread.
    "pthread.h": {"session"},
    "threads.h": {"session"},
    "poll.h": {"session"},
    "sys/epoll.h": {"session"},
    "sys/socket.h": {"session"},
    "netdb.h": {"session"},
    "netinet/*": {"session"},
    "arpa/inet.h": {"session", "handshake"},  # there: is a name an address?
}

# Calls that stay in one layer, whichever header declares them.
CALLS = {
    r"gnutls_\w+": {"crypto"},
    "clock_gettime|gettimeofday|time|nanosleep|usleep|sleep": {"session"},
    "rand|random|getrandom|arc4random": set(),
}

PUBLIC_MAY_INCLUDE_LIBRARIES = ("gnutls/*", "coap*")


def check_project_include(file, include):
    folder = include.path.split("/")[0]
    if folder not in LAYERS:
        return "is in no layer"
    if folder == file.folder:
        return None
    if LAYERS[folder] >= LAYERS[file.folder]:
        return f"is not below {file.folder}/"
    allowed = NARROW.get((file.folder, folder))
    if allowed is not None and not any(
        fnmatch.fnmatch(include.path, pattern) for pattern in allowed
    ):
        return f"is not for {file.folder}/"
    return None


def check_library_include(file, include):
    for pattern, folders in LIBRARIES.items():
        if fnmatch.fnmatch(include.path, pattern):
            if file.folder not in folders:
                return f"is not for {file.folder}/"
    return None


def check_public_header(include):
    if not include.is_system:
        return "is internal"
    for pattern in LIBRARIES:
        if fnmatch.fnmatch(include.path, pattern) and not any(
            fnmatch.fnmatch(include.path, allowed)
            for allowed in PUBLIC_MAY_INCLUDE_LIBRARIES
        ):
            return "is hidden from applications"
    return None


def check_include(file, include):
    if file.is_public_header:
        return check_public_header(include)
    if include.is_system:
        return check_library_include(file, include)
    return check_project_include(file, include)


def include_violations(root):
    found = []
    for file in c_files(root, "lib"):
        if not file.is_public_header and file.folder not in LAYERS:
            found.append(f"{file.path}: is in no layer")
            continue
        for include in file.includes():
            reason = check_include(file, include)
            if reason:
                found.append(f"{file.path}: {include.path} {reason}")
    return found


def call_violations(root):
    found = []
    for file in c_files(root, "lib"):
        if file.is_public_header:
            continue
        for names, folders in CALLS.items():
            if file.folder in folders:
                continue
            for line, name in file.calls(names):
                found.append(f"{file.path}:{line}: calls {name}()")
    return found


def public_only_violations(root):
    """What is outside lib/ but reaches for its internal headers."""
    found = []
    for file in c_files(root, "coap", "cli", "examples", "bench"):
        for include in file.includes():
            parts = include.path.split("/")
            if ".." in parts or (len(parts) > 1 and parts[0] in LAYERS):
                found.append(f"{file.path}: {include.path} is internal")
    return found


def base_without_gnutls_violations(root):
    """base/ must not come by GnuTLS through public headers either."""
    headers = {
        file.path.removeprefix("lib/include/"): file.includes()
        for file in c_files(root, "lib/include")
    }
    found = []
    for file in c_files(root, "lib/base"):
        pending = [include.path for include in file.includes()]
        seen = set()
        while pending:
            path = pending.pop()
            if path in seen:
                continue
            seen.add(path)
            if path.startswith("gnutls/"):
                found.append(f"{file.path}: reaches {path}")
            pending += [include.path for include in headers.get(path, ())]
    return found


class Layers(unittest.TestCase):
    def assert_none(self, violations):
        self.assertEqual(violations, [], "\n" + "\n".join(violations))

    def test_lib_is_there(self):
        self.assertTrue(list(c_files(ROOT, "lib")))

    def test_includes_point_down(self):
        self.assert_none(include_violations(ROOT))

    def test_calls_stay_in_their_layer(self):
        self.assert_none(call_violations(ROOT))

    def test_outside_lib_only_public_headers(self):
        self.assert_none(public_only_violations(ROOT))

    def test_base_knows_no_gnutls(self):
        self.assert_none(base_without_gnutls_violations(ROOT))


class RulesCatch(unittest.TestCase):
    """Each rule, shown a tree that breaks it, and one that does not."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def assert_include(self, path, include, good, rule=include_violations):
        with self.subTest(path=path, include=include):
            self.write(path, f"#include {include}\n")
            found = rule(self.root)
            self.assertEqual(len(found), 0 if good else 1, found)
            (self.root / path).unlink()

    def test_order(self):
        check = self.assert_include
        check("lib/engine/a.c", '"handshake/a.h"', True)
        check("lib/engine/a.c", '"engine/a.h"', True)
        check("lib/handshake/a.c", '"attestation/a.h"', False)
        check("lib/messages/a.c", '"record/a.h"', False)
        check("lib/base/a.c", '"crypto/a.h"', False)
        check("lib/base/a.c", '"a.h"', False)
        check("lib/stray/a.c", '"base/a.h"', False)
        check("lib/a.c", '"base/a.h"', False)
        check("lib/engine/a.c", '  "session/a.h"', False)

    def test_flight_is_narrow(self):
        check = self.assert_include
        check("lib/flight/a.c", '"record/record_number.h"', True)
        check("lib/flight/a.c", '"record/epoch.h"', False)
        check("lib/flight/a.c", '"keys/transcript.h"', False)
        check("lib/flight/a.c", '"messages/handshake_header.h"', True)
        check("lib/flight/a.c", '"messages/client_hello.h"', False)

    def test_libraries(self):
        check = self.assert_include
        check("lib/crypto/a.c", "<gnutls/crypto.h>", True)
        check("lib/handshake/a.c", "<gnutls/gnutls.h>", False)
        check("lib/session/a.c", "<nettle/aes.h>", False)
        check("lib/rats/a.c", "<cbor.h>", True)
        check("lib/verifiers/a.c", "<cbor.h>", False)
        check("lib/verifiers/a.c", "<jansson.h>", True)
        check("lib/engine/a.c", "<jansson.h>", False)
        check("lib/engine/a.c", "<pthread.h>", False)
        check("lib/session/a.c", "<sys/socket.h>", True)

    def test_public_headers(self):
        check = self.assert_include
        check("lib/include/adtls/a.h", "<gnutls/x509.h>", True)
        check("lib/include/adtls/a.h", "<adtls/b.h>", True)
        check("lib/include/adtls/a.h", '"base/wire.h"', False)
        check("lib/include/adtls/a.h", "<cbor.h>", False)

    def test_outside_lib(self):
        def check(path, include, good):
            self.assert_include(path, include, good, public_only_violations)

        check("examples/a.c", "<adtls/adtls.h>", True)
        check("examples/a.c", '"a.h"', True)
        check("examples/a.c", '"base/wire.h"', False)
        check("coap/a.c", '"../lib/base/wire.h"', False)
        check("bench/a.c", "<engine/engine.h>", False)

    def test_base_through_public_headers(self):
        self.write("lib/include/adtls/a.h", "#include <adtls/b.h>\n")
        self.write("lib/include/adtls/b.h", "#include <gnutls/gnutls.h>\n")
        self.write("lib/base/a.c", "#include <adtls/a.h>\n")
        self.assertEqual(len(base_without_gnutls_violations(self.root)), 1)
        self.write("lib/include/adtls/b.h", "#include <adtls/a.h>\n")
        self.assertEqual(base_without_gnutls_violations(self.root), [])

    def test_calls(self):
        self.write(
            "lib/engine/a.c",
            "/* time(NULL) */\n"
            'log("rand()");\n'
            "engine->time(1);\n"
            "uptime(2);\n",
        )
        self.assertEqual(call_violations(self.root), [])
        self.write(
            "lib/engine/b.c",
            "now = time(NULL);\n"
            "gnutls_rnd (GNUTLS_RND_KEY, key, 16);\n"
            "key[0] = rand();\n",
        )
        self.write("lib/session/a.c", "now = time(NULL);\n")
        self.write("lib/crypto/a.c", "gnutls_rnd(a, b, c);\n")
        self.assertEqual(
            [v.split(": ")[0] for v in sorted(call_violations(self.root))],
            [f"lib/engine/b.c:{line}" for line in (1, 2, 3)],
        )


if __name__ == "__main__":
    unittest.main()
