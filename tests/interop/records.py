#!/usr/bin/env python3
"""Decoder for records with encrypted fields, as described in kenc-records(5).

It opens the data key with an age X25519 identity, checks the commitment, every
value and the seal, and has no parser of records of its own: it finds encrypted
values by their text, and their fields by trying every one.
"""

import argparse
import base64
import gzip
import hashlib
import hmac
import json
import re
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from age_identity import read_identities, unwrap

MARKS = {
    "jsonl": (b'{"kenc_records":', b'{"kenc_seal":', b"}"),
    "csv": (b"#kenc_records ", b"#kenc_seal ", b""),
    "ddb-export": (b'{"Item":{"kenc_records":{"S":', b'{"Item":{"kenc_seal":{"S":', b"}}}"),
}
VALUES = {
    "jsonl": re.compile(rb'"(kenc[A-Za-z0-9_-]{36,})"'),
    "csv": re.compile(rb"(?<![^,;\t|\n\r])(kenc[A-Za-z0-9_-]{36,})(?![^,;\t|\n\r])"),
    "ddb-export": re.compile(rb'\{"B":"(kenc[A-Za-z0-9+/]{36,}=*)"\}'),
}
MARK = bytes.fromhex("91e9dc")


class Fault(Exception):
    """The file is not well formed or not authentic."""


def own_json(kind, mark, line):
    end = MARKS[kind][2] + b"\n"
    if not line.startswith(mark) or not line.endswith(end):
        raise Fault("a record of kenc is cut off")
    text = line[len(mark) : len(line) - len(end)]
    value = json.loads(text)
    return json.loads(value) if kind == "ddb-export" else value


def layout(header):
    def short(text):
        return struct.pack(">H", len(text)) + text

    kind = header["records"].encode()
    parts = [bytes([len(kind)]), kind, header.get("delimiter", ",").encode()]
    pairs = sorted((key.encode(), value.encode()) for key, value in header["context"].items())
    parts.append(struct.pack(">H", len(pairs)))
    parts += [short(key) + short(value) for key, value in pairs]
    parts.append(struct.pack(">H", len(header["fields"])))
    for field in header["fields"]:
        parts.append(struct.pack(">I", len(field.encode())) + field.encode())
    return b"".join(parts)


def keys_of(header, data_key):
    info = b"kenc records v1\0" + base64.b64decode(header["salt"]) + layout(header)
    output, block = b"", b""
    for counter in range(1, 3):
        block = hmac.digest(data_key, block + info + bytes([counter]), hashlib.sha512)
        output += block
    if not hmac.compare_digest(output[64:96], base64.b64decode(header["commitment"])):
        raise Fault("the commitment does not match")
    return AESGCM(output[:32]), output[32:64]


def data_key_of(header, identities):
    for key in header["keys"]:
        if key["provider"] == "age":
            return unwrap(base64.b64decode(key["wrapped"]), identities)
    raise Fault("no key is one of age")


def open_file(data, identities):
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    kind = next((kind for kind, marks in MARKS.items() if data.startswith(marks[0])), None)
    if kind is None:
        raise Fault("no header")
    head_len = data.index(b"\n") + 1
    seal_start = data.rindex(b"\n", 0, -1) + 1
    header = own_json(kind, MARKS[kind][0], data[:head_len])
    seal = own_json(kind, MARKS[kind][1], data[seal_start:])
    value_key, seal_key = keys_of(header, data_key_of(header, identities))
    records = data[head_len:seal_start]
    numbers = struct.pack(">QQQB", seal["records"], seal["values"], seal["bytes"], seal["added_line_end"])
    expected = hmac.digest(seal_key, records + numbers, hashlib.sha256)
    if not hmac.compare_digest(expected, base64.b64decode(seal["mac"])):
        raise Fault("the seal does not match")
    places = []

    def opened(match):
        altchars = b"+/" if kind == "ddb-export" else b"-_"
        text = match.group(1)
        value = base64.b64decode(text + b"=" * (-len(text) % 4), altchars)
        if not value.startswith(MARK):
            raise Fault("not a value")
        nonce = value[3:15]
        places.append(struct.unpack(">QI", nonce))
        for field in header["fields"]:
            try:
                return value_key.decrypt(nonce, value[15:], field.encode())
            except InvalidTag:
                pass
        raise Fault("a value is not authentic")

    plaintext = VALUES[kind].sub(opened, records)
    if places != sorted(set(places)) or len(places) != seal["values"]:
        raise Fault("values are missing or moved")
    if seal["added_line_end"]:
        plaintext = plaintext[:-1]
    if len(plaintext) != seal["bytes"]:
        raise Fault("the plaintext has another length")
    return plaintext


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("identity")
    parser.add_argument("file")
    arguments = parser.parse_args()
    with open(arguments.file, "rb") as file:
        data = file.read()
    try:
        plaintext = open_file(data, read_identities(arguments.identity))
    except Fault as fault:
        sys.exit(f"records.py: {fault}")
    sys.stdout.buffer.write(plaintext)


if __name__ == "__main__":
    main()
