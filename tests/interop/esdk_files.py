#!/usr/bin/env python3
"""Writes a message in each suite of the AWS Encryption SDK, framed and not, under the raw AES key ns/one of 32 bytes of 7.

    esdk_files.py FOLDER

The files are named SUITE-FRAME_LENGTH. Those of frame length 9 are bound to who=reader, which they do not store.
"""

import base64
import pathlib
import struct
import sys

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from esdk_writer import SUITES, message, plaintext, serialized

SCALAR = 0x1F2E3D4C5B6A79880123456789ABCDEF0123456789ABCDEF


def main():
    folder = pathlib.Path(sys.argv[1])
    for suite, (length, _, commits, curve) in SUITES.items():
        for frame_length, supplied in [(0, {}), (100, {}), (9, {"who": "reader"})]:
            data_key = bytes(range(1, length + 1))
            message_id = bytes(range(100, 132 if commits else 116))
            context = {"app": "demo"}
            whole = {**context, **supplied}
            if curve:
                public = ec.derive_private_key(SCALAR, curve).public_key()
                point = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
                whole["aws-crypto-public-key"] = base64.b64encode(point).decode()
            nonce = bytes(range(12))
            wrapped = AESGCM(bytes([7] * 32)).encrypt(nonce, data_key, serialized(whole))
            key = (b"ns", b"one" + struct.pack(">II", 128, 12) + nonce, wrapped)
            scalar = SCALAR if curve else None
            written = message(suite, data_key, message_id, context, [key], frame_length, plaintext(1000), scalar, supplied)
            (folder / f"{suite:04x}-{frame_length}").write_bytes(written)


main()
