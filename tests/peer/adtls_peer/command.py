# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command line of the peer."""

import argparse
import json
import os
import random
import signal
import socket
import sys
import time
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from . import capture, certificates, driver, evidence, key_log, lies, signing
from .appraisal import RelyingParty
from .codepoints import Alert, CipherSuite, NamedGroup, SignatureScheme, name_of
from .connection import Config
from .misbehave import describe, expected_names
from .relay import bind, format_endpoint, parse_endpoint, probability

EPILOG = """exit status:
  0  what was asked for has happened
  1  a file cannot be read, or an address not be used
  2  wrong usage
  3  the peer sent a fatal alert
  4  this side refused the peer with an alert
  5  nothing more came in time
  6  connected, but the expected data or alert did not come

With --misbehave the expectation is what the table of --list-misbehaviours
says, unless --expect-alert says otherwise."""

GROUPS = {group.name.lower(): group for group in NamedGroup}
SUITES = {suite.name: suite for suite in CipherSuite}
SCHEMES = {scheme.name.lower(): scheme for scheme in SignatureScheme}


class CommandError(Exception):
    """Something that the user can mend; the message says what."""


def read_file(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error


def load_certificates(path: str) -> list:
    try:
        chain = certificates.load_pem_chain(read_file(path))
    except ValueError as error:
        raise CommandError(f"{path}: {error}") from error
    if not chain:
        raise CommandError(f"{path}: no PEM certificate in it")
    return chain


def load_private_key(path: str):
    try:
        key = serialization.load_pem_private_key(read_file(path), None)
    except (ValueError, TypeError) as error:
        raise CommandError(
            f"{path}: no unencrypted PEM private key: {error}") from error
    if not signing.schemes_of(key):
        raise CommandError(f"{path}: not a key that any of our schemes uses")
    return key


def load_public_key(path: str) -> ec.EllipticCurvePublicKey:
    try:
        key = serialization.load_pem_public_key(read_file(path))
    except ValueError as error:
        raise CommandError(f"{path}: no PEM public key: {error}") from error
    return check_curve(path, key, ec.EllipticCurvePublicKey)


def check_curve(path: str, key, kind):
    if not isinstance(key, kind) or not isinstance(key.curve, ec.SECP256R1):
        raise CommandError(f"{path}: not a P-256 key")
    return key


def alert_by_name(name: str) -> Alert:
    try:
        return Alert[name.upper()]
    except KeyError:
        raise argparse.ArgumentTypeError(f"no alert is named '{name}'") from None


def add_common(parser: argparse.ArgumentParser, role: str) -> None:
    add = parser.add_argument
    add("--ca", metavar="FILE", help="PEM trust anchors for the peer's certificate")
    add("--cert", metavar="FILE", help="our PEM chain, end entity first")
    add("--key", metavar="FILE", help="the PEM private key of it")
    add("--suite", action="append", choices=list(SUITES), default=[],
        help="cipher suite in order of preference; may be repeated (default "
        "TLS_AES_128_GCM_SHA256)")
    add("--group", action="append", choices=list(GROUPS), default=[],
        help="group in order of preference; may be repeated (default x25519, "
        "secp256r1)")
    add("--scheme", action="append", choices=list(SCHEMES), default=[],
        help="signature scheme to accept; may be repeated (default "
        "ecdsa_secp256r1_sha256)")
    add("--mtu", type=int, default=1200, metavar="BYTES",
        help="UDP payload bytes at most, from 256 (default 1200)")
    add("--record-size-limit", type=int, metavar="BYTES",
        help="ask for records of at most so many bytes, 64 to 16385")
    add("--initial-timeout-ms", type=float, default=1000.0, metavar="MS",
        help="first retransmission timeout (default 1000)")
    add("--refragment", action="store_true",
        help="retransmit with smaller fragments")
    add("--drop-nth", type=int, action="append", default=[], metavar="N",
        help="do not send the Nth datagram; may be repeated")
    add("--loss", type=probability, default=0.0, metavar="P",
        help="lose datagrams with this probability, each way")
    add("--seed", type=int, metavar="N",
        help="derive all randomness, keys included, from N (only for tests)")
    add("--key-log", metavar="FILE", help="append secrets in NSS key log format")
    add("--capture", metavar="FILE", help="write the datagrams as pcap")
    add("--send", action="append", default=[], metavar="TEXT",
        help="application data to send once connected, and again each 0.5 s until "
        "what is expected has come; may be repeated")
    add("--expect", action="append", default=[], metavar="TEXT",
        help="application data that must arrive; may be repeated")
    add("--expect-alert", type=alert_by_name, action="append", default=[],
        metavar="NAME", help="alert that the peer must send, as attestation_failed; "
        "may be repeated, one suffices")
    add("--linger", type=float, default=0.0, metavar="SECONDS",
        help="stay so long when all is done: refusals may come late")
    add("--timeout", type=float, default=30.0, metavar="SECONDS",
        help="for each connection (default 30)")
    names = [name for name, cls in lies.TABLE.items() if cls.role in (role, "both")]
    add("--misbehave", choices=names, metavar="NAME",
        help="tell one of the lies of --list-misbehaviours")
    add("--json", action="store_true",
        help="print a summary as one line of JSON at the end")


def client_parser(commands) -> None:
    parser = commands.add_parser(
        "client", help="connect to a server", epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.set_defaults(run=client)
    add = parser.add_argument
    add("server", type=parse_endpoint, metavar="HOST:PORT")
    add_common(parser, "client")
    add("--server-name", metavar="NAME",
        help="name that the server's certificate must have, and SNI")
    add("--shares", type=int, default=1, metavar="N",
        help="how many groups to send a key share for (default 1)")
    add("--evidence-key", metavar="FILE",
        help="PEM private attestation key; offers Evidence")
    add("--ueid", type=bytes.fromhex, metavar="HEX",
        help="device identity, 01 and 16 to 32 bytes")
    add("--software-name", metavar="TEXT")
    add("--software-version", metavar="TEXT")
    add("--measurement", type=bytes.fromhex, metavar="HEX",
        help="SHA-256 of the firmware")
    add("--save-evidence", metavar="FILE", help="write the Evidence that was sent")
    add("--replay-evidence", metavar="FILE",
        help="Evidence of another connection, for --misbehave evidence-replayed")


def server_parser(commands) -> None:
    parser = commands.add_parser(
        "server", help="wait for clients", epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Prints 'listening on HOST:PORT' first.")
    parser.set_defaults(run=server)
    add = parser.add_argument
    add("--bind", type=parse_endpoint, default=("127.0.0.1", 0), metavar="HOST:PORT",
        help="where to listen (default 127.0.0.1:0, any free port)")
    add_common(parser, "server")
    add("--require-client-cert", action="store_true")
    add("--no-cookie", action="store_true", help="no HelloRetryRequest for a cookie")
    add("--echo", action="store_true", help="send application data back")
    add("--connections", type=int, default=1, metavar="N",
        help="end after N connections (default 1)")
    add("--serve-timeout", type=float, default=600.0, metavar="SECONDS",
        help="end after so long in any case (default 600)")
    add("--evidence-policy", choices=("forbid", "allow", "require"),
        help="of the client's Evidence (default require with --evidence-anchor, "
        "else forbid)")
    add("--evidence-anchor", action="append", default=[], metavar="FILE",
        help="PEM public key that signs Evidence; may be repeated")
    add("--reference-measurement", type=bytes.fromhex, action="append", default=[],
        metavar="HEX", help="accepted measurement; may be repeated (default any)")
    add("--maximum-age", type=int, default=300, metavar="SECONDS",
        help="of Evidence (default 300)")


def credentials_parser(commands) -> None:
    parser = commands.add_parser(
        "credentials", help="write test credentials",
        description="Writes ca.pem, {server,client,stranger}.{pem,key} (the "
        "stranger's from another CA) and attestation.{key,pub}.")
    parser.set_defaults(run=credentials)
    parser.add_argument("directory", metavar="DIRECTORY")
    parser.add_argument("--seed", type=int, metavar="N",
                        help="make the same keys for the same N")
    parser.add_argument("--server-name", default="localhost", metavar="NAME")


def argument_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="peer", description="A DTLS 1.3 peer with attestation, for tests. "
        "It is written from the RFCs, and can misbehave.", epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list-misbehaviours", action="store_true",
                        help="print name, role, expected answer and description, "
                        "separated by tabs")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    client_parser(commands)
    server_parser(commands)
    credentials_parser(commands)
    return parser


def random_source(seed, role: str):
    return os.urandom if seed is None else random.Random(f"{role} {seed}").randbytes


def common_config(options, role: str) -> dict:
    if bool(options.cert) != bool(options.key):
        raise CommandError("--cert and --key belong together")
    if not 256 <= options.mtu <= 65507:
        raise CommandError("--mtu must be from 256 to 65507")
    if (options.record_size_limit is not None
            and not 64 <= options.record_size_limit <= 16385):
        raise CommandError("--record-size-limit must be from 64 to 16385")
    config = {"random_bytes": random_source(options.seed, role), "utc": time.time,
              "mtu": options.mtu, "refragment": options.refragment,
              "record_size_limit": options.record_size_limit,
              "initial_timeout": options.initial_timeout_ms / 1000,
              "handshake_deadline": options.timeout}
    if options.cert:
        chain = load_certificates(options.cert)
        key = load_private_key(options.key)
        if signing.spki(key.public_key()) != signing.spki(chain[0].public_key()):
            raise CommandError(f"{options.key} is not the key of {options.cert}")
        config.update(chain=[certificates.to_der(each) for each in chain], key=key)
    if options.ca:
        config["anchors"] = load_certificates(options.ca)
    if options.suite:
        config["suites"] = tuple(SUITES[name] for name in options.suite)
    if options.group:
        config["groups"] = tuple(GROUPS[name] for name in options.group)
    if options.scheme:
        config["schemes"] = tuple(SCHEMES[name] for name in options.scheme)
    if options.key_log:
        config["key_log"] = key_log_writer(options.key_log)
    return config


def key_log_writer(path: str):
    try:
        file = open(path, "a")
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error

    def write(label: str, client_random: bytes, secret: bytes) -> None:
        file.write(key_log.line(label, client_random, secret))
        file.flush()

    return write


def make_goal(options) -> driver.Goal:
    goal = driver.Goal(send=[text.encode() for text in options.send],
                       expect=[text.encode() for text in options.expect],
                       linger=options.linger, timeout=options.timeout)
    if options.misbehave:
        goal.of_misbehaviour(lies.TABLE[options.misbehave].expected)
    if options.expect_alert:
        goal.expect_alerts, goal.expect_silence = tuple(options.expect_alert), False
    return goal


def make_port(options, sock: socket.socket) -> driver.Port:
    impairment = driver.Impairment(set(options.drop_nth), options.loss,
                                   options.seed or 0)
    writer = None
    if options.capture:
        try:
            writer = capture.Writer(open(options.capture, "wb"))
        except OSError as error:
            raise CommandError(f"{options.capture}: {error.strerror}") from error
    return driver.Port(sock, impairment, writer)


def report(options, run: driver.Run) -> None:
    connection = run.connection
    for alert in connection.alerts_received:
        if alert["description"] == Alert.CLOSE_NOTIFY:
            continue
        print(f"peer: received alert {alert['name']} ({alert['description']})",
              file=sys.stderr)
    if connection.alert_sent is not None:
        print(f"peer: sent alert {name_of(Alert, connection.alert_sent)}: "
              f"{connection.failure}", file=sys.stderr)
    elif connection.failure:
        print(f"peer: {connection.failure}", file=sys.stderr)
    if options.json:
        print(json.dumps(driver.summary(run)), flush=True)


def make_attester(options):
    if not options.evidence_key:
        return None
    given = {"ueid": options.ueid, "software_name": options.software_name,
             "software_version": options.software_version,
             "measurement": options.measurement}
    device = evidence.Device(**{name: value for name, value in given.items()
                                if value is not None})
    key = check_curve(options.evidence_key, load_private_key(options.evidence_key),
                      ec.EllipticCurvePrivateKey)
    return evidence.Attester(key, device)


def client(options) -> int:
    if options.misbehave == "evidence-replayed" and not options.replay_evidence:
        raise CommandError("evidence-replayed needs --replay-evidence")
    replayed = read_file(options.replay_evidence) if options.replay_evidence else b""
    config = Config(server_name=options.server_name, shares=options.shares,
                    attester=make_attester(options),
                    misbehaviour=lies.create(options.misbehave, replayed),
                    **common_config(options, "client"))
    if config.attester and not config.key:
        raise CommandError("--evidence-key needs --cert and --key")
    if not config.anchors:
        raise CommandError("--ca is needed to verify the server")
    family, _, _, _, server = socket.getaddrinfo(*options.server,
                                                 type=socket.SOCK_DGRAM)[0]
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.connect(server)
    run = driver.run_client(make_port(options, sock), server, config,
                            make_goal(options))
    if options.save_evidence and run.connection.evidence_sent:
        Path(options.save_evidence).write_bytes(run.connection.evidence_sent)
    report(options, run)
    return run.exit_status


def make_relying_party(options):
    policy = options.evidence_policy or (
        "require" if options.evidence_anchor else "forbid")
    if policy == "forbid":
        return None
    if not options.evidence_anchor:
        raise CommandError("--evidence-policy needs --evidence-anchor")
    return RelyingParty(is_required=policy == "require",
                        anchors=[load_public_key(p) for p in options.evidence_anchor],
                        measurements=options.reference_measurement,
                        maximum_age=options.maximum_age)


def server(options) -> int:
    config = Config(require_client_certificate=options.require_client_cert,
                    cookie=not options.no_cookie,
                    relying_party=make_relying_party(options),
                    misbehaviour=lies.create(options.misbehave),
                    **common_config(options, "server"))
    if not config.key:
        raise CommandError("a server needs --cert and --key")
    if (config.require_client_certificate or config.relying_party) and (
            not config.anchors):
        raise CommandError("--ca is needed to verify clients")
    goal = make_goal(options)
    goal.echo = options.echo
    listener = bind(options.bind)
    stopped = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.append(True))
    port = make_port(options, listener)
    print(f"listening on {format_endpoint(listener.getsockname())}", flush=True)
    return driver.run_server(port, config, goal, options.connections,
                             options.serve_timeout, lambda: not stopped,
                             lambda run: report(options, run))


def credentials(options) -> int:
    directory = Path(options.directory)
    directory.mkdir(parents=True, exist_ok=True)
    draw = random_source(options.seed, "credentials")
    authority = certificates.TestAuthority(draw)
    other = certificates.TestAuthority(draw, "Other CA")
    write_pem(directory / "ca.pem", [certificates.to_der(authority.certificate)])
    write_pem(directory / "stranger-ca.pem", [certificates.to_der(other.certificate)])
    for stem, issuer, name in (("server", authority, options.server_name),
                               ("client", authority, "client"),
                               ("stranger", other, options.server_name)):
        key, chain = issuer.issue(name)
        write_pem(directory / f"{stem}.pem", chain)
        write_key(directory / f"{stem}.key", key)
    key = signing.generate_private_key(draw)
    write_key(directory / "attestation.key", key)
    (directory / "attestation.pub").write_bytes(key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    return 0


def write_pem(path: Path, chain: list) -> None:
    path.write_bytes(b"".join(certificates.load(der).public_bytes(
        serialization.Encoding.PEM) for der in chain))


def write_key(path: Path, key) -> None:
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))


def list_misbehaviours() -> int:
    for name, cls in lies.TABLE.items():
        print(name, cls.role, expected_names(cls), describe(cls),
              sep="\t")
    return 0


def main() -> int:
    parser = argument_parser()
    options = parser.parse_args()
    if options.list_misbehaviours:
        return list_misbehaviours()
    if not options.command:
        parser.error("a command is needed: client, server or credentials")
    try:
        return options.run(options)
    except CommandError as error:
        print(f"peer: {error}", file=sys.stderr)
    except OSError as error:
        print(f"peer: {error}", file=sys.stderr)
    return 1
