"""Unwraps small age v1 files with X25519 identities (age-encryption.org/v1)."""

import base64
import binascii
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

INTRODUCTION = b"age-encryption.org/v1\n"
STANZA_START = b"-> "
FOOTER_START = b"---"
BODY_LINE_LENGTH = 64
KEY_LENGTH = 32
FILE_KEY_LENGTH = 16
PAYLOAD_NONCE_LENGTH = 16
STREAM_CHUNK_LENGTH = 65536 + 16
ONLY_CHUNK_NONCE = bytes(11) + b"\x01"
WRAP_NONCE = bytes(12)
BECH32_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BECH32_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
BECH32_CHECKSUM_LENGTH = 6
IDENTITY_PREFIX = "age-secret-key-"


class IdentityFault(Exception):
    """An identity file that cannot be used."""


class SlotFault(Exception):
    """Why a slot does not give a data key; another slot may."""


@dataclass
class Stanza:
    arguments: list
    body: bytes


def read_identities(path):
    with open(path, encoding="utf-8", errors="replace") as lines:
        texts = [line.strip() for line in lines]
    return [parse_identity(text) for text in texts if text and not text.startswith("#")]


def parse_identity(text):
    if text not in (text.upper(), text.lower()):
        raise IdentityFault("an identity mixes upper and lower case")
    prefix, _, data = text.lower().rpartition("1")
    values = [BECH32_ALPHABET.find(character) for character in data]
    if prefix != IDENTITY_PREFIX or -1 in values or bech32_checksum(prefix, values) != 1:
        raise IdentityFault("the identity file holds something else than X25519 identities")
    return X25519PrivateKey.from_private_bytes(bech32_bytes(values))


def bech32_checksum(prefix, values):
    high = [ord(character) >> 5 for character in prefix]
    low = [ord(character) & 31 for character in prefix]
    checksum = 1
    for value in high + [0] + low + values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(BECH32_GENERATORS):
            checksum ^= generator if top >> bit & 1 else 0
    return checksum


def bech32_bytes(values):
    bits = "".join(f"{value:05b}" for value in values[:-BECH32_CHECKSUM_LENGTH])
    content, padding = bits[:KEY_LENGTH * 8], bits[KEY_LENGTH * 8:]
    if len(content) < KEY_LENGTH * 8 or len(padding) > 4 or "1" in padding:
        raise IdentityFault("an identity does not have 32 bytes")
    return int(content, 2).to_bytes(KEY_LENGTH, "big")


def unwrap(age_file, identities):
    """Content of an age file that is encrypted to one of the identities."""
    stanzas, authenticated, tag, payload = parse_header(age_file)
    if any(stanza.arguments[0] == b"scrypt" for stanza in stanzas):
        raise SlotFault("age file is under a passphrase")
    file_key = find_file_key(stanzas, identities)
    header_key = derive(file_key, b"", b"header")
    if not hmac.compare_digest(hmac.digest(header_key, authenticated, "sha256"), tag):
        raise SlotFault("MAC of the age header is wrong")
    return open_payload(file_key, payload)


def parse_header(data):
    """Stanzas, the bytes under the MAC, the MAC, and what follows the header."""
    if not data.startswith(INTRODUCTION):
        raise SlotFault("not an age v1 file")
    stanzas, position = [], len(INTRODUCTION)
    while data.startswith(STANZA_START, position):
        stanza, position = parse_stanza(data, position)
        stanzas.append(stanza)
    footer, end = take_line(data, position)
    if not stanzas or not footer.startswith(FOOTER_START + b" "):
        raise SlotFault("age header is malformed")
    tag = decode_base64(footer[len(FOOTER_START) + 1:], KEY_LENGTH)
    return stanzas, data[:position + len(FOOTER_START)], tag, data[end:]


def parse_stanza(data, position):
    line, position = take_line(data, position)
    arguments = line[len(STANZA_START):].split(b" ")
    if not all(argument and all(33 <= byte <= 126 for byte in argument)
               for argument in arguments):
        raise SlotFault("age stanza has a malformed argument")
    body = bytearray()
    line = bytes(BODY_LINE_LENGTH)
    while len(line) == BODY_LINE_LENGTH:
        line, position = take_line(data, position)
        if len(line) > BODY_LINE_LENGTH:
            raise SlotFault("age stanza has a line that is too long")
        body += decode_base64(line)
    return Stanza(arguments, bytes(body)), position


def take_line(data, position):
    end = data.find(b"\n", position)
    if end < 0:
        raise SlotFault("age header was cut off")
    return data[position:end], end + 1


def decode_base64(text, length=None):
    padding = b"=" * (-len(text) % 4)
    try:
        data = base64.b64decode(text + padding, validate=True)
    except binascii.Error:
        raise SlotFault("age header has malformed base64") from None
    if base64.b64encode(data) != text + padding or b"=" in text:
        raise SlotFault("age header has base64 that is not canonical")
    if length not in (None, len(data)):
        raise SlotFault("age header has a field of the wrong length")
    return data


def find_file_key(stanzas, identities):
    for stanza in stanzas:
        if stanza.arguments[0] != b"X25519":
            continue
        if len(stanza.arguments) != 2 or len(stanza.body) != FILE_KEY_LENGTH + 16:
            raise SlotFault("age stanza is malformed")
        share = decode_base64(stanza.arguments[1], KEY_LENGTH)
        for identity in identities:
            file_key = open_stanza(share, stanza.body, identity)
            if file_key is not None:
                return file_key
    raise SlotFault("no identity fits the age file")


def open_stanza(share, body, identity):
    try:
        secret = identity.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError:
        # The library refuses the shares that make the secret all zero.
        raise SlotFault("age stanza has a share of low order") from None
    recipient = identity.public_key().public_bytes_raw()
    key = derive(secret, share + recipient, b"age-encryption.org/v1/X25519")
    try:
        return ChaCha20Poly1305(key).decrypt(WRAP_NONCE, body, b"")
    except InvalidTag:
        return None


def open_payload(file_key, payload):
    nonce, sealed = payload[:PAYLOAD_NONCE_LENGTH], payload[PAYLOAD_NONCE_LENGTH:]
    if len(nonce) < PAYLOAD_NONCE_LENGTH or len(sealed) > STREAM_CHUNK_LENGTH:
        raise SlotFault("age payload is not one chunk")
    key = derive(file_key, nonce, b"payload")
    try:
        return ChaCha20Poly1305(key).decrypt(ONLY_CHUNK_NONCE, sealed, b"")
    except InvalidTag:
        raise SlotFault("tag of the age payload is wrong") from None


def derive(secret, salt, info):
    return HKDF(algorithm=SHA256(), length=KEY_LENGTH, salt=salt, info=info).derive(secret)
