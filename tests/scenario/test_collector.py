# SPDX-License-Identifier: LGPL-2.1-or-later
"""The collector and its sensor as a person runs them."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TREE / "interop" / "nss")]

from credentials import Credentials  # noqa: E402

PROGRAMS = pathlib.Path(os.environ.get("abs_top_builddir", TREE / "build"),
                        "examples", "collector")
USAGE, NETWORK = 2, 3
PATIENCE = 60  # seconds after which a program counts as hung
CREDENTIALS = None


def setUpModule():
    global CREDENTIALS
    folder = tempfile.TemporaryDirectory(prefix="adtls-collector-")
    unittest.addModuleCleanup(folder.cleanup)
    CREDENTIALS = Credentials(folder.name)


def run(program, *arguments):
    return subprocess.run([PROGRAMS / program, *map(str, arguments)],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=PATIENCE, check=False)


def sensor(port, *arguments, host="127.0.0.1"):
    return run("telemetry-sensor", f"{host}:{port}", "--ca",
               CREDENTIALS.authority, "--hostname", "localhost", *arguments)


class Collector:
    """A collector, stopped at the end of the block."""

    def __init__(self, *arguments, listen="127.0.0.1:0"):
        self.process = subprocess.Popen(
            [PROGRAMS / "collector", "--listen", listen,
             "--cert", CREDENTIALS.server,
             "--key", CREDENTIALS.key(CREDENTIALS.server),
             *map(str, arguments)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        self.watchdog = threading.Timer(PATIENCE, self.process.kill)
        self.watchdog.start()
        self.port = int(self.line("listening")["address"].rpartition(":")[2])
        return self

    def __exit__(self, *_):
        self.finish()

    def line(self, event):
        """The next line about @event; those before it are skipped."""
        while True:
            line = json.loads(self.process.stdout.readline())
            if line["event"] == event:
                return line

    def finish(self):
        if self.process.stdout.closed:
            return []
        self.process.terminate()
        output, _ = self.process.communicate()
        self.watchdog.cancel()
        return [json.loads(line) for line in output.splitlines()]


class Readings(unittest.TestCase):
    def test_a_line_for_each_reading(self):
        with Collector() as collector:
            done = sensor(collector.port, "--name", "humidity", "--value",
                          "-4.25", "--count", 3, "--interval", 1)
            self.assertEqual((0, "3 sent, 3 answered\n", ""),
                             (done.returncode, done.stdout, done.stderr))
            connected = collector.line("connected")
            self.assertTrue(connected["peer"].startswith("127.0.0.1:"))
            self.assertEqual("none", connected["authorization"])
            for number in range(1, 4):
                reading = collector.line("reading")
                self.assertEqual(
                    (number, "humidity", -4.25, number, connected["peer"]),
                    tuple(reading[key] for key in
                          ("seq", "name", "value", "count", "peer")))
            closed = collector.line("closed")
            self.assertEqual(("closed-by-peer", 3, 0),
                             (closed["reason"], closed["readings"],
                              closed["malformed"]))
            last = collector.finish()[-1]
            self.assertEqual(("statistics", 1, 1),
                             (last["event"], last["accepted"],
                              last["cookies_sent"]))

    def test_sensors_of_both_families_at_once(self):
        with Collector(listen="[::]:0") as collector:
            for host, name in (("127.0.0.1", "127.0.0.1:"),
                               ("[::1]", "[::1]:")):
                done = sensor(collector.port, "--count", 1, "--interval", 1,
                              host=host)
                self.assertEqual(0, done.returncode, done)
                peer = collector.line("reading")["peer"]
                self.assertTrue(peer.startswith(name), peer)

    def test_counters_when_asked(self):
        with Collector() as collector:
            collector.process.send_signal(signal.SIGUSR1)
            counters = collector.line("statistics")
            self.assertEqual((0, 0, 0),
                             (counters["engines"], counters["dropped"],
                              counters["refused"]))

    def test_limits(self):
        with Collector("--max-connections", 1, "--start-rate", 5,
                       "--max-handshakes", 1, "--max-handshakes-per-host", 1,
                       "--max-memory", 1024, "--idle", 60) as collector:
            done = sensor(collector.port, "--count", 1, "--interval", 1)
            self.assertEqual(0, done.returncode, done)

    def test_idle_sensors_are_let_go(self):
        with Collector("--idle", 1, "--no-answer") as collector:
            done = sensor(collector.port, "--count", 2, "--interval", 60000,
                          "--no-answer")
            self.assertEqual(1, done.returncode, done)
            self.assertIn("closed-by-peer", done.stderr)
            self.assertEqual("idle", collector.line("closed")["reason"])
            self.assertEqual(1, collector.finish()[-1]["closed_idle"])


class Rebinding(unittest.TestCase):
    """A NAT forgets a sensor, which is at another port from then on."""

    def readings(self, collector, *words, count=4):
        done = sensor(collector.port, "--count", count, "--interval", 50,
                      "--rebind-every", 1, *words)
        lines = collector.finish()
        return done, [line for line in lines if line["event"] == "reading"], lines[-1]

    def test_connection_ids_carry_on(self):
        with Collector("--cid", 8, "--migration", "basic") as collector:
            _, readings, last = self.readings(collector, "--cid", 0)
        self.assertEqual([1, 2, 3, 4], [line["seq"] for line in readings])
        self.assertEqual(1, last["accepted"])
        self.assertGreater(last["moves"], 0)

    def test_the_old_address_is_asked_first(self):
        """By default: what is measured counts at once, its answer is lost."""
        with Collector("--cid", 8) as collector:
            _, readings, last = self.readings(collector, "--cid", 0, count=2)
        self.assertEqual([1, 2], [line["seq"] for line in readings])
        self.assertEqual((1, 1), (last["accepted"], last["moves"]))

    def test_without_them_nobody_is_heard(self):
        with Collector() as collector:
            done, readings, last = self.readings(collector)
        self.assertEqual(1, len(readings))
        self.assertEqual(NETWORK, done.returncode, done)


class CommandLines(unittest.TestCase):
    def assert_complains(self, done, status, *words):
        self.assertEqual(status, done.returncode, done)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_wrong_ones(self):
        self.assert_complains(run("collector"), USAGE, "--cert and --key")
        self.assert_complains(run("telemetry-sensor", "localhost"), USAGE,
                              "--ca")
        self.assert_complains(sensor(1, "--value", "warm"), USAGE, "--value")
        self.assert_complains(
            run("collector", "--cert", CREDENTIALS.server, "--key",
                CREDENTIALS.key(CREDENTIALS.server), "--listen",
                "127.0.0.1:0", "--max-memory", 1), USAGE, "--max-memory")

    def test_help(self):
        for program in ("collector", "telemetry-sensor"):
            done = run(program, "--help")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            self.assertIn("Exit status", done.stdout)
        self.assertIn("--max-handshakes-per-host",
                      run("collector", "--help").stdout)

    def test_nobody_there(self):
        done = sensor(1, "--count", 1, "--timeout", 1)
        self.assert_complains(done, NETWORK)


if __name__ == "__main__":
    unittest.main()
