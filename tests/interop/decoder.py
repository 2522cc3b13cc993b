#!/usr/bin/env python3
"""Decoder for kenc files, version 1, as described in kenc-format(5).

It reads binary and armored files, opens the payload with a data key or with an
age X25519 identity, and writes each chunk once its tag was found right.
"""

import argparse
import hashlib
import hmac
import json
import sys
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from age_identity import IdentityFault, SlotFault, read_identities, unwrap
from armor import BEGIN_LINE, ArmorFault, ArmorReader

MAGIC = bytes.fromhex("89 6b 65 6e 63 0d 0a")
VERSION = 1
PREAMBLE_LENGTH = 16
PARAMETERS_LIMIT = 16384
TABLE_UNIT, TABLE_LIMIT = 512, 65536
CHECKSUM_LENGTH = 32
SLOT_LIMIT = 32
PAIR_LIMIT, CONTEXT_LIMIT = 64, 8192
DATA_KEY_LENGTH = 32
SALT_LENGTH = 24
COMMITMENT_LENGTH = 32
TAG_LENGTH = 16
SEALED_CHUNK_LENGTH = 16384 + TAG_LENGTH
CHUNK_LIMIT = 2**38
SUITES = {
    1: ("AEAD_AES_256_GCM", AESGCM),
    2: ("AEAD_CHACHA20_POLY1305", ChaCha20Poly1305),
}


class Fault(Exception):
    """What is wrong with a file, in words for its user."""


class Slot(NamedTuple):
    provider: str
    key_id: str
    wrapped_key: bytes


class Table(NamedTuple):
    generation: int
    slots: list


class Header(NamedTuple):
    parameters: bytes
    suite: int
    context: dict
    table: Table
    warnings: list
    salt: bytes
    commitment: bytes


class Fields:
    """Takes fields one after the other from bytes that must hold them in full."""

    def __init__(self, data):
        self.data = data
        self.position = 0

    def take(self, length):
        end = self.position + length
        if end > len(self.data):
            raise Fault("a field reaches beyond its place")
        start, self.position = self.position, end
        return self.data[start:end]

    def number(self, length):
        return int.from_bytes(self.take(length), "big")

    def text(self, length_of_length):
        try:
            return self.take(self.number(length_of_length)).decode("utf-8")
        except UnicodeDecodeError:
            raise Fault("a text is not UTF-8") from None

    def rest(self):
        return self.data[self.position:]


def open_source(stream):
    return ArmorReader(stream) if stream.peek(1)[:1] == BEGIN_LINE[:1] else stream


def read_in_full(source, length, name):
    data = source.read(length)
    if len(data) < length:
        raise Fault(f"the file was cut off in its {name}")
    return data


def read_header(source):
    parameters_length, table_length = read_preamble(source)
    parameters = read_in_full(source, parameters_length, "parameters")
    suite, context = parse_parameters(parameters)
    tables = [read_in_full(source, table_length, f"slot table {name}") for name in "AB"]
    table, warnings = choose_table(*tables)
    salt = read_in_full(source, SALT_LENGTH, "salt")
    commitment = read_in_full(source, COMMITMENT_LENGTH, "commitment")
    return Header(parameters, suite, context, table, warnings, salt, commitment)


def read_preamble(source):
    preamble = Fields(source.read(PREAMBLE_LENGTH))
    if len(preamble.data) < PREAMBLE_LENGTH or preamble.take(len(MAGIC)) != MAGIC:
        raise Fault("not a kenc file: wrong magic or too short")
    if (version := preamble.number(1)) != VERSION:
        raise Fault(f"unknown version {version}")
    if (parameters_length := preamble.number(4)) > PARAMETERS_LIMIT:
        raise Fault("the parameters are too long")
    table_length = preamble.number(4)
    if table_length % TABLE_UNIT or not TABLE_UNIT <= table_length <= TABLE_LIMIT:
        raise Fault("the length of the slot tables is not permitted")
    return parameters_length, table_length


def parse_parameters(data):
    fields = Fields(data)
    if (suite := fields.number(2)) not in SUITES:
        raise Fault(f"unknown suite {suite:#06x}")
    if (count := fields.number(2)) > PAIR_LIMIT:
        raise Fault("the context has too many pairs")
    pairs = [(fields.text(2), fields.text(2)) for _ in range(count)]
    if fields.rest():
        raise Fault("the parameters have bytes behind the last pair")
    check_context(pairs)
    return suite, dict(pairs)


def check_context(pairs):
    keys = [key.encode() for key, _ in pairs]
    if b"" in keys:
        raise Fault("the context has an empty key")
    if any(first >= second for first, second in zip(keys, keys[1:])):
        raise Fault("the keys of the context are not in strictly ascending order")
    if sum(len(text.encode()) for pair in pairs for text in pair) > CONTEXT_LIMIT:
        raise Fault("the context is too long")


def parse_table(data):
    content, checksum = data[:-CHECKSUM_LENGTH], data[-CHECKSUM_LENGTH:]
    if hashlib.sha256(content).digest() != checksum:
        raise Fault("wrong checksum")
    fields = Fields(content)
    generation = fields.number(4)
    if not 1 <= (count := fields.number(2)) <= SLOT_LIMIT:
        raise Fault("wrong count of slots")
    slots = [parse_slot(fields) for _ in range(count)]
    if any(fields.rest()):
        raise Fault("bytes that are not zero behind the last slot")
    return Table(generation, slots)


def parse_slot(fields):
    slot = Slot(fields.text(1), fields.text(2), fields.take(fields.number(2)))
    if not slot.provider or not slot.key_id:
        raise Fault("a slot without a name")
    return slot


def choose_table(data_a, data_b):
    whole, warnings = [], []
    for name, data in (("A", data_a), ("B", data_b)):
        try:
            whole.append(parse_table(data))
        except Fault as fault:
            warnings.append(f"slot table {name} is damaged: {fault}")
    if not whole:
        raise Fault("no slot table is whole; " + "; ".join(warnings))
    if len(whole) == 2 and data_a != data_b:
        warnings.append("the slot tables differ")
    # max() keeps the first of equals, which is table A.
    return max(whole, key=lambda table: table.generation), warnings


def derive(header, data_key):
    """Payload key, base nonce and commitment that the data key gives."""
    name = SUITES[header.suite][0].encode()
    payload_context = MAGIC + bytes([VERSION]) + header.parameters
    info = (b"c2sp.org/chunked-encryption@v1+" + name + b"\0"
            + header.salt + payload_context)
    # HKDF-Expand by hand: some implementations refuse so short a key.
    first = hmac.digest(data_key, info + b"\x01", "sha512")
    output = first + hmac.digest(data_key, first + info + b"\x02", "sha512")
    return output[:32], output[32:44], output[44:76]


def fits(header, data_key):
    return hmac.compare_digest(derive(header, data_key)[2], header.commitment)


def find_data_key(header, identities):
    reasons = []
    for slot in header.table.slots:
        try:
            data_key = unwrap_slot(slot, identities)
        except SlotFault as fault:
            reasons.append(str(fault))
            continue
        if fits(header, data_key):
            return data_key
        reasons.append("the commitment differs")
    raise Fault("no slot gives the data key: " + "; ".join(reasons))


def unwrap_slot(slot, identities):
    if slot.provider != "age":
        raise SlotFault("its provider is not age")
    if slot.key_id == "scrypt":
        raise SlotFault("it needs a passphrase")
    if len(data_key := unwrap(slot.wrapped_key, identities)) != DATA_KEY_LENGTH:
        raise SlotFault("its content is not 32 bytes")
    return data_key


def release_plaintext(source, header, data_key, output):
    key, base_nonce, _ = derive(header, data_key)
    aead = SUITES[header.suite][1](key)
    for number in range(CHUNK_LIMIT):
        sealed = source.read(SEALED_CHUNK_LENGTH)
        if len(sealed) < TAG_LENGTH:
            raise Fault("the file was cut off: its last chunk is missing")
        output.write(open_chunk(aead, base_nonce, number, sealed))
        if len(sealed) < SEALED_CHUNK_LENGTH:
            return
    raise Fault("the payload has too many chunks")


def open_chunk(aead, base_nonce, number, sealed):
    nonce = int.from_bytes(base_nonce, "big") ^ number
    try:
        return aead.decrypt(nonce.to_bytes(len(base_nonce), "big"), sealed, b"")
    except InvalidTag:
        raise Fault(f"the tag of chunk {number} is wrong") from None


def inspect(header):
    keys = [{"provider": slot.provider, "key_id": slot.key_id}
            for slot in header.table.slots]
    # JSON with escapes keeps control characters in the names off the terminal.
    return json.dumps({"suite": SUITES[header.suite][0], "context": header.context,
                       "keys": keys, "generation": header.table.generation,
                       "warnings": header.warnings}, indent=2)


def decode(source, header, arguments):
    if arguments.data_key is None:
        data_key = find_data_key(header, read_identities(arguments.identity))
    else:
        data_key = arguments.data_key
        if not fits(header, data_key):
            raise Fault("the commitment differs: not the data key of this payload")
    release_plaintext(source, header, data_key, sys.stdout.buffer)
    sys.stdout.flush()
    for warning in header.warnings:
        print("decoder: warning:", warning, file=sys.stderr)


def data_key_argument(text):
    data_key = bytes.fromhex(text)
    if len(data_key) != DATA_KEY_LENGTH:
        raise ValueError
    return data_key


def parse_arguments():
    parser = argparse.ArgumentParser(description="decode a kenc file")
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--data-key", type=data_key_argument, metavar="HEX")
    mode.add_argument("--identity", metavar="AGE-IDENTITY-FILE")
    mode.add_argument("--inspect", action="store_true")
    parser.add_argument("file", metavar="FILE")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    try:
        with open(arguments.file, "rb") as stream:
            source = open_source(stream)
            header = read_header(source)
            if arguments.inspect:
                print(inspect(header))
            else:
                decode(source, header, arguments)
    except (Fault, ArmorFault, IdentityFault, OSError) as fault:
        print("decoder:", fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
