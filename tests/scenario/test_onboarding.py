#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The onboarding gateway and sensor as a user runs them: what goes well, what
is refused, and what bad files, URIs and policies get."""

import importlib.machinery
import importlib.util
import json
import os
import pathlib
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("abs_top_builddir", ROOT / "build"))

# Longer than a sensor, or a demo, ever takes.
RUN_SECONDS = 300


def load_demo():
    """The demo's own means of running a gateway and sensors."""
    path = str(ROOT / "examples/onboarding/run-demo")
    loader = importlib.machinery.SourceFileLoader("run_demo", path)
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("run_demo", loader)
    )
    loader.exec_module(module)
    return module


demo = load_demo()


def replaced(command, option, value):
    """The command with another value for an option."""
    command = [str(word) for word in command]
    command[command.index(option) + 1] = str(value)
    return command


def without(command, option, has_value=True):
    command = [str(word) for word in command]
    index = command.index(option)
    return command[:index] + command[index + (2 if has_value else 1) :]


def run(command):
    return subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )


class OnboardingTest(unittest.TestCase):
    """A work directory with credentials; made once, for they cost time."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="adtls-onboarding-")
        cls.addClassCleanup(folder.cleanup)
        cls.credentials = pathlib.Path(folder.name) / "credentials"
        demo.make_credentials(cls.credentials.parent)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="adtls-onboarding-")
        self.addCleanup(folder.cleanup)
        self.work = pathlib.Path(folder.name)
        shutil.copytree(self.credentials, self.work / "credentials")
        self.events = demo.Events(self.work / "gateway.json")

    def sensor(self, number=1, firmware="firmware.bin"):
        sensor = demo.Sensor(f"sensor-{number}", number, firmware, "")
        folder = self.work / f"credentials/sensor-{number}"
        sensor.ueid = (folder / "ueid").read_text().strip()
        return sensor

    def gateway_command(self):
        return demo.gateway_command(BUILD, self.work)

    def sensor_command(self, sensor, port=9):
        return demo.sensor_command(BUILD, self.work, sensor, port)

    def start_gateway(self, command=None):
        """Starts a gateway; it is stopped, and judged, with the test."""
        log = self.work / "gateway.log"
        context = demo.running(command or self.gateway_command(), log)
        process = context.__enter__()

        def finish():
            context.__exit__(None, None, None)
            self.assertEqual(process.returncode, 0, log.read_text())

        self.addCleanup(finish)
        return demo.await_value(process, log, self.events.port)

    def assert_fails(self, command, status, *words):
        """Asserts the exit status and that the complaint says these words."""
        ended = run(command)
        self.assertEqual(ended.returncode, status, ended.stderr)
        for word in words:
            self.assertIn(word, ended.stderr)
        return ended


class DemoTest(unittest.TestCase):
    def test_demo(self):
        ended = run([ROOT / "examples/onboarding/run-demo", BUILD])
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertEqual(
            ended.stdout.splitlines()[-1],
            "demo: genuine=enrolled tampered=refused lossy=enrolled",
        )

    def test_without_a_build(self):
        with tempfile.TemporaryDirectory() as folder:
            ended = run([ROOT / "examples/onboarding/run-demo", folder])
        self.assertEqual(ended.returncode, 1)
        self.assertIn(folder, ended.stderr)


class EnrolmentTest(OnboardingTest):
    def enrol(self, sensor, port):
        ended = run(self.sensor_command(sensor, port))
        self.assertEqual(ended.returncode, 0, ended.stderr)

    def readings(self, sensor):
        path = self.work / f"readings/{sensor.ueid}.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]

    def test_enrol_report_and_renew(self):
        sensor = self.sensor()
        port = self.start_gateway()
        self.enrol(sensor, port)
        state = self.work / "state-1/operational.pem"
        first = state.read_text()
        self.assertEqual(stat.S_IMODE(state.stat().st_mode), 0o600)

        renew = without(self.sensor_command(sensor, port), "--enrol", False)
        ended = run([*renew, "--renew"])
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertNotEqual(state.read_text(), first)
        self.assertEqual(
            [reading["v"] for reading in self.readings(sensor)], [21.5, 21.5]
        )
        self.assertEqual(
            self.events.answers(sensor.ueid),
            [
                (".well-known/est/crts", 205),
                (".well-known/est/sen", 204),
                ("reading", 204),
                (".well-known/est/crts", 205),
                (".well-known/est/sren", 204),
                ("reading", 204),
            ],
        )

    def test_issued_certificate_is_good(self):
        sensor = self.sensor()
        self.enrol(sensor, self.start_gateway())
        state = self.work / "state-1"
        checked = run([
            "openssl", "verify", "-purpose", "sslclient",
            "-CAfile", self.work / "credentials/operational-ca.pem",
            state / "operational.pem",
        ])  # fmt: skip
        self.assertEqual(checked.returncode, 0, checked.stderr)
        shown = run([
            "openssl", "x509", "-noout", "-subject",
            "-in", state / "operational.pem",
        ])  # fmt: skip
        self.assertIn(sensor.ueid, shown.stdout)

    def test_tampered_firmware_is_refused(self):
        sensor = self.sensor(2, "firmware-tampered.bin")
        port = self.start_gateway()
        self.assert_fails(
            self.sensor_command(sensor, port), demo.REFUSED, "refused"
        )
        verdict, = self.events.verdicts(sensor.ueid)
        self.assertEqual(verdict["event"], "refused")
        self.assertEqual(verdict["reason"], "measurement-mismatch")
        self.assertEqual(verdict["claim"], "measurement")
        self.assertNotEqual(verdict["expected"], verdict["got"])
        self.assertEqual(self.events.answers(sensor.ueid), [])

    def test_borrowed_attestation_key_is_refused(self):
        sensor = self.sensor(2)
        port = self.start_gateway()
        command = replaced(
            self.sensor_command(sensor, port),
            "--attestation-key",
            self.work / "credentials/sensor-1/attestation-key.pem",
        )
        self.assert_fails(command, demo.REFUSED)
        self.assertEqual(self.events.answers(sensor.ueid), [])

    def test_evidence_of_another_device_is_refused(self):
        """A manufacturer's certificate beside another device's Evidence."""
        sensor = self.sensor(2)
        other = self.sensor(1)
        port = self.start_gateway()
        command = replaced(
            replaced(
                self.sensor_command(sensor, port),
                "--attestation-key",
                self.work / "credentials/sensor-1/attestation-key.pem",
            ),
            "--ueid",
            other.ueid,
        )
        self.assert_fails(command, demo.REFUSED)
        self.assertNotIn(204, [c for _, c in self.events.answers(sensor.ueid)])
        self.assertNotIn(204, [c for _, c in self.events.answers(other.ueid)])

    def test_unknown_manufacturer_is_refused(self):
        sensor = self.sensor()
        port = self.start_gateway(
            replaced(
                self.gateway_command(),
                "--manufacturer-ca",
                self.work / "credentials/gateway.pem",
            )
        )
        self.assert_fails(self.sensor_command(sensor, port), demo.REFUSED)
        self.assertEqual(self.events.answers(sensor.ueid), [])

    def test_manufacturers_certificate_reports_nothing(self):
        sensor = self.sensor()
        port = self.start_gateway()
        credentials = self.work / "credentials/sensor-1"
        (self.work / "state-1").mkdir()
        (self.work / "state-1/operational.pem").write_text(
            (credentials / "key.pem").read_text()
            + (credentials / "certificate.pem").read_text()
        )
        command = without(self.sensor_command(sensor, port), "--enrol", False)
        self.assert_fails(
            command, demo.REFUSED, "operational-certificate-needed"
        )
        self.assert_fails(
            [*without(command, "--reading"), "--renew"],
            demo.REFUSED,
            "operational-certificate-needed",
        )

    def test_unknown_gateway_is_not_trusted(self):
        port = self.start_gateway()
        self.assert_fails(
            replaced(
                self.sensor_command(self.sensor(), port),
                "--ca",
                self.work / "credentials/manufacturer-ca.pem",
            ),
            5,
        )

    def test_gateway_of_another_name_is_not_trusted(self):
        port = self.start_gateway(
            [*self.gateway_command(), "--address", "127.0.0.2"]
        )
        command = self.sensor_command(self.sensor(), port)
        command[-1] = f"coaps://127.0.0.2:{port}"
        self.assert_fails(command, 5)


class SensorUsageTest(OnboardingTest):
    def test_help(self):
        ended = run([BUILD / "examples/onboarding/sensor", "--help"])
        self.assertEqual(ended.returncode, 0)
        self.assertIn("--attestation-key", ended.stdout)

    def test_uri(self):
        for uri in ("coap://127.0.0.1", "127.0.0.1", "coaps://",
                    "coaps://127.0.0.1/path", "https://127.0.0.1"):  # fmt: skip
            with self.subTest(uri):
                command = self.sensor_command(self.sensor())
                self.assert_fails([*command[:-1], uri], 2, uri)

    def test_missing_option(self):
        for option in ("--ca", "--cert", "--firmware", "--state-dir"):
            with self.subTest(option):
                self.assert_fails(
                    without(self.sensor_command(self.sensor()), option),
                    2,
                    option,
                )

    def test_unreadable_files(self):
        for option in ("--ca", "--cert", "--key", "--firmware",
                       "--attestation-key"):  # fmt: skip
            with self.subTest(option):
                self.assert_fails(
                    replaced(
                        self.sensor_command(self.sensor()),
                        option,
                        self.work / "missing",
                    ),
                    1,
                    str(self.work / "missing"),
                )

    def test_files_of_the_wrong_kind(self):
        for option in ("--ca", "--cert", "--key", "--attestation-key"):
            with self.subTest(option):
                firmware = self.work / "credentials/firmware.bin"
                self.assert_fails(
                    replaced(
                        self.sensor_command(self.sensor()), option, firmware
                    ),
                    1,
                    str(firmware),
                )

    def test_bad_ueid(self):
        for ueid in ("0102", "xx" * 17, "01" * 34):
            with self.subTest(ueid):
                self.assert_fails(
                    replaced(
                        self.sensor_command(self.sensor()), "--ueid", ueid
                    ),
                    1,
                    ueid,
                )

    def test_nobody_answers(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            command = self.sensor_command(
                self.sensor(), silent.getsockname()[1]
            )
            self.assert_fails(
                [*command, "--timeout", "1", "--attempts", "1"], 4
            )

    def test_not_enrolled_yet(self):
        self.assert_fails(
            without(self.sensor_command(self.sensor()), "--enrol", False),
            1,
            "operational.pem",
        )


class GatewayUsageTest(OnboardingTest):
    def test_help(self):
        ended = run([BUILD / "examples/onboarding/gateway", "--help"])
        self.assertEqual(ended.returncode, 0)
        self.assertIn("--manufacturer-ca", ended.stdout)

    def test_missing_option(self):
        for option in ("--cert", "--policy", "--operational-ca-key"):
            with self.subTest(option):
                self.assert_fails(
                    without(self.gateway_command(), option), 2, option
                )

    def test_unreadable_files(self):
        for option in ("--cert", "--key", "--manufacturer-ca",
                       "--operational-ca", "--operational-ca-key",
                       "--policy"):  # fmt: skip
            with self.subTest(option):
                self.assert_fails(
                    replaced(
                        self.gateway_command(), option, self.work / "missing"
                    ),
                    1,
                    str(self.work / "missing"),
                )

    def test_files_of_the_wrong_kind(self):
        for option in ("--cert", "--key", "--manufacturer-ca",
                       "--operational-ca", "--operational-ca-key",
                       "--policy"):  # fmt: skip
            with self.subTest(option):
                firmware = self.work / "credentials/firmware.bin"
                self.assert_fails(
                    replaced(self.gateway_command(), option, firmware),
                    1,
                    str(firmware),
                )

    def test_keys_of_others(self):
        for option in ("--key", "--operational-ca-key"):
            with self.subTest(option):
                self.assert_fails(
                    replaced(
                        self.gateway_command(),
                        option,
                        self.work / "credentials/sensor-1/key.pem",
                    ),
                    1,
                )

    def test_policy_that_grants_nothing(self):
        policy = self.work / "credentials/policy.json"
        text = json.loads(policy.read_text())
        text["trust-anchors"] = []
        policy.write_text(json.dumps(text))
        self.assert_fails(
            self.gateway_command(), 1, "policy.json", "trust-anchors"
        )

    def test_port_in_use(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            self.assert_fails(
                replaced(self.gateway_command(), "--port", port), 1, str(port)
            )

    def test_address(self):
        self.assert_fails(
            [*self.gateway_command(), "--address", "nowhere"], 1, "nowhere"
        )


if __name__ == "__main__":
    unittest.main()
