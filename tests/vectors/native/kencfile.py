"""A second, independent writer of kenc files, made from kenc-format(5) for the test vectors only.

Nothing here is secret and nothing is random: every key, salt and nonce follows from a label, so that running it again
gives the same bytes. It must never encrypt anything real.
"""

import base64
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MAGIC = b"\x89kenc\r\n"
CHUNK = 16384
SUITES = {
    "aes-256-gcm": (1, b"AEAD_AES_256_GCM", AESGCM),
    "chacha20-poly1305": (2, b"AEAD_CHACHA20_POLY1305", ChaCha20Poly1305),
}


def made(label, length):
    """Bytes that follow from a label."""
    return hashlib.shake_256(b"kenc test vectors, never for real data: " + label.encode()).digest(length)


def pattern(length):
    """The plaintext of every vector."""
    return bytes((i * 7 + i // 256) % 256 for i in range(length))


def hkdf(hash_name, key, salt, info, length):
    size = hashlib.new(hash_name).digest_size
    pseudorandom = hmac.digest(salt or bytes(size), key, hash_name)
    return expand(hash_name, pseudorandom, info, length)


def expand(hash_name, key, info, length):
    output, block, counter = b"", b"", 1
    while len(output) < length:
        block = hmac.digest(key, block + info + bytes([counter]), hash_name)
        output += block
        counter += 1
    return output[:length]


# The header

def prefixed(length_format, content):
    return struct.pack(length_format, len(content)) + content


def encode_context(pairs):
    """The pairs as they are given, in the order in which they are given."""
    return struct.pack(">H", len(pairs)) + b"".join(prefixed(">H", key) + prefixed(">H", value) for key, value in pairs)


def parameters(suite, pairs):
    number = SUITES[suite][0] if suite in SUITES else suite
    return struct.pack(">H", number) + encode_context(pairs)


def slot(provider, key_id, wrapped):
    return prefixed(">B", provider) + prefixed(">H", key_id) + prefixed(">H", wrapped)


def table(length, slots, generation=1, count=None, padding=None):
    content = struct.pack(">IH", generation, len(slots) if count is None else count) + b"".join(slots)
    content = content[: length - 32]
    room = length - 32 - len(content)
    content += bytes(room) if padding is None else (padding + bytes(room))[:room]
    return content + hashlib.sha256(content).digest()


def table_length(slots):
    least = 6 + sum(map(len, slots)) + 32
    return min((least + 320 + 511) // 512 * 512, 65536)


def preamble(parameters_length, slot_table_length, version=1):
    return MAGIC + struct.pack(">BII", version, parameters_length, slot_table_length)


# The payload

class Payload:
    def __init__(self, suite, data_key, context, salt):
        _, name, aead = SUITES[suite]
        derived = expand("sha512", data_key, b"c2sp.org/chunked-encryption@v1+" + name + b"\0" + salt + context, 76)
        self.key, self.base_nonce, self.commitment = derived[:32], derived[32:44], derived[44:]
        self.aead = aead(self.key)
        self.prefix = salt + self.commitment

    def seal(self, number, chunk):
        nonce = int.from_bytes(self.base_nonce, "big") ^ number
        return self.aead.encrypt(nonce.to_bytes(12, "big"), chunk, b"")

    def chunks(self, plaintext):
        pieces = [plaintext[at : at + CHUNK] for at in range(0, len(plaintext) // CHUNK * CHUNK + 1, CHUNK)]
        return [self.seal(number, piece) for number, piece in enumerate(pieces)]


# Armor

def armor(content, line_end=b"\n"):
    text = base64.b64encode(content)
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return b"".join(
        line + line_end for line in [b"-----BEGIN KENC FILE-----", *lines, b"-----END KENC FILE-----"]
    )


# Files of age v1, as https://age-encryption.org/v1 describes them

def bech32(prefix, content):
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    bits = "".join(f"{byte:08b}" for byte in content)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[at : at + 5], 2) for at in range(0, len(bits), 5)]

    def checksum(values):
        state = 1
        for value in values:
            top = state >> 25
            state = (state & 0x1FFFFFF) << 5 ^ value
            for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
                state ^= generator if top >> bit & 1 else 0
        return state

    expanded = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    last = checksum(expanded + values + [0] * 6) ^ 1
    values += [last >> 5 * (5 - at) & 31 for at in range(6)]
    return prefix + "1" + "".join(alphabet[value] for value in values)


class AgeKey:
    def __init__(self, label):
        secret = made("age identity " + label, 32)
        self.private = X25519PrivateKey.from_private_bytes(secret)
        self.public = raw(self.private)
        self.recipient = bech32("age", self.public)
        self.identity = bech32("age-secret-key-", secret).upper()

    def wrap(self, data_key, label):
        ephemeral = X25519PrivateKey.from_private_bytes(made(label + " ephemeral", 32))
        share = raw(ephemeral)
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(self.public))
        wrapping = hkdf("sha256", shared, share + self.public, b"age-encryption.org/v1/X25519", 32)
        return age_file([b"X25519", unpadded(share)], wrapping, data_key, label)


def wrap_under_passphrase(passphrase, data_key, label, work_factor=18):
    salt = made(label + " scrypt salt", 16)
    wrapping = hashlib.scrypt(
        passphrase, salt=b"age-encryption.org/v1/scrypt" + salt, n=1 << work_factor, r=8, p=1, maxmem=1 << 30, dklen=32
    )
    return age_file([b"scrypt", unpadded(salt), b"%d" % work_factor], wrapping, data_key, label)


def age_file(arguments, wrapping, content, label):
    file_key = made(label + " file key", 16)
    body = ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, b"")
    header = b"age-encryption.org/v1\n-> " + b" ".join(arguments) + b"\n" + unpadded(body) + b"\n---"
    mac = hmac.digest(hkdf("sha256", file_key, b"", b"header", 32), header, "sha256")
    nonce = made(label + " payload nonce", 16)
    sealing = ChaCha20Poly1305(hkdf("sha256", file_key, nonce, b"payload", 32))
    return header + b" " + unpadded(mac) + b"\n" + nonce + sealing.encrypt(bytes(11) + b"\1", content, b"")


def raw(private):
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def unpadded(content):
    return base64.b64encode(content).rstrip(b"=")
