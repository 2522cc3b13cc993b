#!/usr/bin/env python3
"""Writes messages of the AWS Encryption SDK, from its specification alone: all suites, with fixed keys and ids.

It prints JSON: for each message what it was made of, and its bytes in base64. tests/vectors/esdk/messages.json is its output:

    target/venv/bin/python tests/interop/esdk_writer.py >tests/vectors/esdk/messages.json
"""

import base64
import hashlib
import hmac
import json
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# Suite: length of the key, hash of HKDF, whether it commits, curve of the signature.
SUITES = {
    0x0014: (16, None, False, None),
    0x0046: (24, None, False, None),
    0x0078: (32, None, False, None),
    0x0114: (16, "sha256", False, None),
    0x0146: (24, "sha256", False, None),
    0x0178: (32, "sha256", False, None),
    0x0214: (16, "sha256", False, ec.SECP256R1()),
    0x0346: (24, "sha384", False, ec.SECP384R1()),
    0x0378: (32, "sha384", False, ec.SECP384R1()),
    0x0478: (32, "sha512", True, None),
    0x0578: (32, "sha512", True, ec.SECP384R1()),
}
TAG = 16


def prefixed(data):
    return struct.pack(">H", len(data)) + data


def serialized(context):
    """The pairs in the order of their keys in UTF-8. None are nothing at all."""
    if not context:
        return b""
    pairs = sorted((key.encode(), value.encode()) for key, value in context.items())
    return struct.pack(">H", len(pairs)) + b"".join(prefixed(key) + prefixed(value) for key, value in pairs)


def hkdf(name, salt, key, info, length):
    digest = getattr(hashlib, name)
    prk = hmac.new(salt or bytes(digest().digest_size), key, digest).digest()
    output, block, counter = b"", b"", 1
    while len(output) < length:
        block = hmac.new(prk, block + info + bytes([counter]), digest).digest()
        output, counter = output + block, counter + 1
    return output[:length]


def seal(key, nonce, data, aad):
    """Ciphertext and tag."""
    sealed = AESGCM(key).encrypt(nonce, data, aad)
    return sealed[:-TAG], sealed[-TAG:]


def plaintext(length):
    return bytes((at * 7 + at // 256) & 255 for at in range(length))


def message(suite, data_key, message_id, context, data_keys, frame_length, data, scalar, supplied):
    length, hash_name, commits, curve = SUITES[suite]
    assert len(data_key) == length
    context = dict(context)
    signing_key = None
    if curve:
        signing_key = ec.derive_private_key(scalar, curve)
        point = signing_key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        context["aws-crypto-public-key"] = base64.b64encode(point).decode()
    number = struct.pack(">H", suite)
    commitment = b""
    if commits:
        key = hkdf(hash_name, message_id, data_key, number + b"DERIVEKEY", length)
        commitment = hkdf(hash_name, message_id, data_key, b"COMMITKEY", 32)
    elif hash_name:
        key = hkdf(hash_name, b"", data_key, number + message_id, length)
    else:
        key = data_key

    header = (b"\x02" if commits else b"\x01\x80") + number + message_id
    header += prefixed(serialized(context)) + struct.pack(">H", len(data_keys))
    for provider, info, ciphertext in data_keys:
        header += prefixed(provider) + prefixed(info) + prefixed(ciphertext)
    header += b"\x02" if frame_length else b"\x01"
    if not commits:
        header += bytes(4) + b"\x0c"
    header += struct.pack(">I", frame_length) + commitment
    zero = bytes(12)
    _, tag = seal(key, zero, b"", header + serialized(supplied))
    written = header + (b"" if commits else zero) + tag

    def part(label, sequence, data):
        nonce = struct.pack(">QI", 0, sequence)
        aad = message_id + b"AWSKMSEncryptionClient " + label + struct.pack(">IQ", sequence, len(data))
        ciphertext, tag = seal(key, nonce, data, aad)
        return nonce, ciphertext + tag

    if frame_length:
        whole = len(data) // frame_length
        for frame in range(whole):
            nonce, sealed = part(b"Frame", frame + 1, data[frame * frame_length : (frame + 1) * frame_length])
            written += struct.pack(">I", frame + 1) + nonce + sealed
        rest = data[whole * frame_length :]
        nonce, sealed = part(b"Final Frame", whole + 1, rest)
        written += b"\xff" * 4 + struct.pack(">I", whole + 1) + nonce + struct.pack(">I", len(rest)) + sealed
    else:
        nonce, sealed = part(b"Single Block", 1, data)
        written += nonce + struct.pack(">Q", len(data)) + sealed
    if signing_key:
        hash_of_curve = hashes.SHA256() if curve.name == "secp256r1" else hashes.SHA384()
        written += prefixed(signing_key.sign(written, ec.ECDSA(hash_of_curve, deterministic_signing=True)))
    return written


def main():
    arn = b"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    messages = []
    for suite, (length, _, commits, curve) in SUITES.items():
        for frame_length, size, supplied in [(8, 0, {}), (8, 7, {}), (8, 24, {}), (512, 1300, {}), (0, 100, {}), (8, 9, {"who": "reader"})]:
            data_key = bytes(range(1, length + 1))
            message_id = bytes(range(100, 132 if commits else 116))
            context = {"app": "demo", "ünï": "çödé", "Z": ""} if size else {}
            data_keys = [(b"aws-kms", arn, bytes(range(64)))]
            if size == 24:
                data_keys.append((b"my namespace", b"key" + struct.pack(">II", 128, 12) + bytes(12), bytes(range(48))))
            scalar = 0x1F2E3D4C5B6A79880123456789ABCDEF0123456789ABCDEF if curve else None
            written = message(
                suite, data_key, message_id, context, data_keys, frame_length, plaintext(size), scalar, supplied
            )
            messages.append(
                {
                    "suite": suite,
                    "data_key": data_key.hex(),
                    "message_id": message_id.hex(),
                    "context": context,
                    "supplied": supplied,
                    "data_keys": [[provider.decode(), info.hex(), wrapped.hex()] for provider, info, wrapped in data_keys],
                    "frame_length": frame_length,
                    "plaintext_length": size,
                    "signing_key": f"{scalar:096x}" if curve else None,
                    "message": base64.b64encode(written).decode(),
                }
            )
    print(json.dumps(messages, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
