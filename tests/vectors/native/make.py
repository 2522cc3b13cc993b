#!/usr/bin/env python3
"""Makes every file of this folder anew, the same each time. Needs the package `cryptography`.

The files are frozen: a change to what this writes is a change of the format. See README.md.
"""

import base64
import hashlib
import json
import pathlib
import struct
import sys

sys.dont_write_bytecode = True

import kencfile
from kencfile import MAGIC, AgeKey, Payload, armor, made, parameters, pattern, preamble, slot, table, table_length

HERE = pathlib.Path(__file__).parent
ONE, TWO, NOBODY = AgeKey("one"), AgeKey("two"), AgeKey("nobody")
PASSPHRASE = b"never for real data"
DEMO = [(b"app", b"demo")]
AES, CHACHA = "aes-256-gcm", "chacha20-poly1305"


class File:
    """The parts of a file, each of which can be replaced before they are joined."""

    def __init__(self, label, length=5, suite=AES, pairs=DEMO, slots=None, slot_table_length=None, **parts):
        self.label, self.length, self.suite, self.pairs = label, length, suite, pairs
        self.data_key, self.salt = made(label + " data key", 32), made(label + " salt", 24)
        self.slots = [self.age(ONE)] if slots is None else [make(self) for make in slots]
        self.slot_table_length = slot_table_length or table_length(self.slots)
        self.parameters = parameters(suite, pairs)
        self.version, self.parameters_length, self.shown_table_length = 1, None, None
        self.table_a = self.table_b = table(self.slot_table_length, self.slots)
        self.payload = self.payload_under(MAGIC + b"\1" + self.parameters)
        self.prefix, self.chunks = self.payload.prefix, self.payload.chunks(pattern(length))
        for name, part in parts.items():
            assert hasattr(self, name), name
            setattr(self, name, part(self) if callable(part) else part)

    def payload_under(self, context):
        return Payload(self.suite, self.data_key, context, self.salt)

    def age(self, key, data_key=None):
        label = f"{self.label} {key.recipient}"
        return slot(b"age", key.recipient.encode(), key.wrap(data_key or self.data_key, label))

    def head(self):
        lengths = (
            len(self.parameters) if self.parameters_length is None else self.parameters_length,
            self.slot_table_length if self.shown_table_length is None else self.shown_table_length,
        )
        return preamble(*lengths, self.version) + self.parameters + self.table_a + self.table_b

    def bytes(self):
        return self.head() + self.prefix + b"".join(self.chunks)


manifest = {"valid": [], "malformed": []}


def write(name, content):
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


# Files that open

def valid(name, file, armored=None, opened_by=("keys.txt",), copies="whole", as_written=True):
    """`as_written`: whether kenc, given the same slots, data key and salt, writes just these bytes."""
    write(name, armored(file.bytes()) if armored else file.bytes())
    plaintext = pattern(file.length)
    manifest["valid"].append({
        "file": name,
        "suite": kencfile.SUITES[file.suite][0],
        "context": {key.decode(): value.decode() for key, value in file.pairs},
        "data_key": file.data_key.hex(),
        "salt": file.salt.hex(),
        "plaintext_length": len(plaintext),
        "plaintext_sha256": hashlib.sha256(plaintext).hexdigest(),
        "opened_by": list(opened_by),
        "armored": armored is not None,
        "copies": copies,
        "as_written": as_written,
    })


def make_valid():
    shown = lambda file: slot(b"age", ONE.recipient.encode(), ONE.wrap(file.data_key, "example"))
    valid("example.kenc", File("example", 12, slots=[shown]))
    for suite in (AES, CHACHA):
        for length in (0, 1, 16383, 16384, 16385, 40000):
            for context, pairs in (("", []), ("-context", [(b"app", b"demo"), (b"env", b"prod")])):
                name = f"valid/{suite}-{length}{context}.kenc"
                valid(name, File(name, length, suite, pairs))

    both = [lambda file: file.age(ONE), lambda file: file.age(TWO)]
    valid("valid/two-keys.kenc", File("two keys", slots=both), opened_by=["keys.txt", "other-keys.txt"])
    passphrase = lambda file: slot(
        b"age", b"scrypt", kencfile.wrap_under_passphrase(PASSPHRASE, file.data_key, "passphrase")
    )
    valid("valid/passphrase.kenc", File("passphrase", slots=[passphrase]), opened_by=["passphrase.txt"])
    kms = lambda file: slot(
        b"aws-kms", b"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        made("a ciphertext blob", 184),
    )
    valid("valid/kms-and-age.kenc", File("kms and age", slots=[kms, both[0]]))
    unknown = lambda file: slot("späterer-schlüssel".encode(), "irgendwo".encode(), b"")
    valid("valid/unknown-provider-and-age.kenc", File("unknown provider", slots=[unknown, both[0]]))
    valid("valid/wrong-data-key-and-age.kenc", File("wrong data key", slots=[
        lambda file: file.age(TWO, made("another data key", 32)), both[0]
    ]))
    short = lambda file: slot(b"x", b"y", b"")
    valid("valid/slots-32.kenc", File("32 slots", slots=[short] * 31 + [both[0]]))

    pairs = sorted((b"key-%d" % number, b"value") for number in range(64))
    valid("valid/context-64-pairs.kenc", File("64 pairs", pairs=pairs))
    valid("valid/context-8192-bytes.kenc", File("8192 bytes", pairs=[(b"k" * 4000, b"v" * 4192)]))
    valid("valid/context-one-long-key.kenc", File("long key", pairs=[(b"k" * 8192, b"")]))
    valid("valid/context-empty-value.kenc", File("empty value", pairs=[(b"a", b""), (b"b", b"")]))
    valid("valid/context-prefix-first.kenc", File("prefix", pairs=[(b"a", b"2"), (b"aa", b"1"), (b"b", b"0")]))
    # U+FF5E comes before U+1F600 in UTF-8 and behind it in UTF-16.
    pairs = [("\uff5e".encode(), b"1"), ("\U0001f600".encode(), "ü\0\n".encode())]
    valid("valid/context-order-of-bytes.kenc", File("order", pairs=pairs))
    valid("valid/context-not-normalized.kenc", File("normal", pairs=[("u\u0308".encode(), b"1"), ("ü".encode(), b"2")]))

    # 45 bytes are all of the table that is not the age slot or the wrapped key of this one.
    full = lambda file: slot(b"x", b"y", bytes(65536 - 45 - len(file.age(ONE))))
    valid("valid/table-65536-full.kenc", File("full table", slots=[full, both[0]]))
    valid("valid/table-512.kenc", File("512", slot_table_length=512), as_written=False)
    exact = lambda file: slot(b"x", b"y", bytes(512 - 46 - len(file.age(ONE))))
    valid("valid/table-one-byte-left.kenc", File("511", slots=[exact, both[0]], slot_table_length=512), as_written=False)
    exact = lambda file: slot(b"x", b"y", bytes(512 - 45 - len(file.age(ONE))))
    valid("valid/table-512-full.kenc", File("512 full", slots=[exact, both[0]], slot_table_length=512), as_written=False)

    newest = lambda file: table(file.slot_table_length, file.slots, 0xFFFFFFFF)
    valid("valid/generation-highest.kenc", File("generation", table_a=newest, table_b=newest), as_written=False)
    zero = lambda file: table(file.slot_table_length, file.slots, 0)
    valid("valid/generation-0.kenc", File("generation 0", table_a=zero, table_b=zero), as_written=False)
    other = lambda generation: lambda file: table(file.slot_table_length, [file.age(NOBODY)], generation)
    usual = lambda generation: lambda file: table(file.slot_table_length, file.slots, generation)
    differing = dict(copies="differing", as_written=False)
    valid("valid/second-table-newer.kenc", File("newer B", table_a=other(1), table_b=usual(2)), **differing)
    valid("valid/first-table-newer.kenc", File("newer A", table_a=usual(0x80000000), table_b=other(0x7FFFFFFF)), **differing)
    valid("valid/generations-equal.kenc", File("equal", table_a=usual(1), table_b=other(1)), **differing)
    valid("valid/generations-wrapped.kenc", File("wrapped", table_a=usual(0xFFFFFFFF), table_b=other(0)), **differing)
    torn = lambda file: other(2)(file)[:100] + usual(1)(file)[100:]
    valid("valid/second-table-torn.kenc", File("torn B", table_b=torn), copies="second damaged", as_written=False)
    valid("valid/first-table-torn.kenc", File("torn A", table_a=torn), copies="first damaged", as_written=False)
    padded = lambda file: table(file.slot_table_length, [file.age(NOBODY)], 9, padding=b"\1")
    valid("valid/first-table-padded-newer.kenc", File("padded A", table_a=padded), copies="first damaged", as_written=False)
    zeros = lambda file: bytes(file.slot_table_length)
    valid("valid/first-table-zero.kenc", File("zero A", table_a=zeros), copies="first damaged", as_written=False)

    for length in (0, 1, 40000):
        valid(f"valid/armored-{length}.kenc", File(f"armored {length}", length), armored=armor)
    whole_lines = next(n for n in range(64) if len(File("lines", n).bytes()) % 48 == 0)
    valid("valid/armored-whole-lines.kenc", File("lines", whole_lines), armored=armor)
    one_padded = next(n for n in range(64) if len(File("padded line", n).bytes()) % 48 == 47)
    valid("valid/armored-full-padded-line.kenc", File("padded line", one_padded), armored=armor)
    foreign = dict(as_written=False)
    valid("valid/armored-crlf.kenc", File("crlf"), armored=lambda content: armor(content, b"\r\n"), **foreign)
    valid("valid/armored-no-last-line-end.kenc", File("no end"), armored=lambda content: armor(content)[:-1], **foreign)
    mixed = lambda content: armor(content).replace(b"\n", b"\r\n", 3)
    valid("valid/armored-mixed-line-ends.kenc", File("mixed"), armored=mixed, **foreign)


# Files that do not

def malformed(name, fault, error, content, exit=3, seeking=None):
    if isinstance(content, File):
        content = content.bytes()
    write(f"malformed/{name}.kenc", content)
    entry = {"file": f"malformed/{name}.kenc", "fault": fault, "error": error, "exit": exit}
    if seeking:
        entry["error_when_seeking"] = seeking
    assert all(entry["file"] != other["file"] for other in manifest["malformed"]), name
    manifest["malformed"].append(entry)


def base(**parts):
    """What every malformed file would be without its fault. The smallest that is usual."""
    return File("malformed", **{"slot_table_length": 512, **parts})


def flipped(content, at, mask=1):
    content = bytearray(content)
    content[at] ^= mask
    return bytes(content)


def make_malformed_beginnings():
    good = base().bytes()
    not_kenc = lambda kind: f"Format::NotKenc({kind})"
    malformed("empty", "no byte at all", not_kenc("Empty"), b"")
    for length in (1, 6, 7, 8, 12, 15):
        malformed(f"preamble-cut-at-{length}", f"ends after {length} bytes", not_kenc("BeginningOfKenc"), good[:length])
    for at in range(7):
        malformed(f"magic-{at}", f"byte {at} of the magic differs", not_kenc("Unknown"), flipped(good, at))
    malformed("newlines-to-lf", "CR LF became LF", not_kenc("NewlinesConverted"), good.replace(b"\r\n", b"\n"))
    malformed("newlines-to-crlf", "LF became CR LF", not_kenc("NewlinesConverted"), good.replace(b"\n", b"\r\n"))
    malformed("seven-bit", "the high bits are gone", not_kenc("SevenBit"), bytes(byte & 0x7F for byte in good))
    replaced = good.decode(errors="replace").encode()
    malformed("read-as-utf-8", "what is not UTF-8 was replaced", not_kenc("SevenBit"), replaced)
    malformed("latin-1-to-utf-8", "converted from Latin-1", not_kenc("Unknown"), good.decode("latin-1").encode())
    malformed("byte-order-mark", "begins with a byte order mark", not_kenc("Unknown"), b"\xef\xbb\xbf" + good)
    malformed("space-before", "begins with a space", not_kenc("Unknown"), b" " + good)
    malformed("zero-bytes", "64 zero bytes", not_kenc("Unknown"), bytes(64))
    malformed("text", "plain text", not_kenc("Unknown"), b"hello, world\n")
    malformed("gzip", "the beginning of gzip", not_kenc("Unknown"), b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + bytes(20))
    wrapped = ONE.wrap(bytes(32), "an age file")
    malformed("age", "an age file", not_kenc("Age"), wrapped)
    text = base64.encodebytes(wrapped).replace(b"\n", b"")
    lines = b"".join(text[at : at + 64] + b"\n" for at in range(0, len(text), 64))
    age_armor = b"-----BEGIN AGE ENCRYPTED FILE-----\n" + lines + b"-----END AGE ENCRYPTED FILE-----\n"
    malformed("age-armored", "an armored age file", not_kenc("Age"), age_armor)
    pgp = b"-----BEGIN PGP MESSAGE-----\n\nhQEMA2v7VGfkqXQ7AQf9\n-----END PGP MESSAGE-----\n"
    malformed("openpgp-armored", "an armored OpenPGP message", not_kenc("OpenPgp"), pgp)
    malformed("openpgp-public-key", "an OpenPGP message to a key", not_kenc("OpenPgp"), b"\x85\x01\x0c\x03" + bytes(60))
    malformed("openpgp-passphrase", "an OpenPGP message under a passphrase", not_kenc("OpenPgp"),
              b"\x8c\x0d\x04\x09\x03\x02" + bytes(60))
    sops = b"password: ENC[AES256_GCM,data:Ow==,iv:AA==,tag:AA==,type:str]\nsops:\n    version: 3.9.0\n"
    malformed("sops-yaml", "a sops document in YAML", not_kenc("Sops"), sops)
    sops = b'{\n\t"password": "ENC[AES256_GCM,data:Ow==,iv:AA==,tag:AA==,type:str]",\n\t"sops": {}\n}\n'
    malformed("sops-json", "a sops document in JSON", not_kenc("Sops"), sops)
    malformed("aws-encryption-sdk-1", "an AWS Encryption SDK message, version 1", not_kenc("AwsEncryptionSdk"),
              b"\x01\x80\x03\x78" + bytes(60))
    malformed("aws-encryption-sdk-2", "an AWS Encryption SDK message, version 2", not_kenc("AwsEncryptionSdk"),
              b"\x02\x05\x78" + bytes(60))
    malformed("openssl-enc", "a file of openssl enc", not_kenc("OpenSslEnc"), b"Salted__" + bytes(40))


def make_malformed_preambles():
    for version in (0, 2, 255):
        malformed(f"version-{version}", f"version {version}", "Format::UnknownVersion", base(version=version))
    for length in (0, 1, 2, 3, 14):
        malformed(f"parameters-length-{length}", f"P is {length}, and the parameters are cut to that",
                  "Format::Truncated", base(parameters=lambda file: file.parameters[:length]))
    malformed("parameters-length-one-less", "P is one less than the parameters", "Format::Truncated",
              base(parameters_length=14))
    malformed("parameters-length-one-more", "P is one more than the parameters", "Format::NotCanonical",
              base(parameters_length=16))
    malformed("parameters-length-16384", "P is at its limit, and zero bytes follow the context",
              "Format::NotCanonical", base(parameters=lambda file: file.parameters.ljust(16384, b"\0")))
    for length in (16385, 0x7FFFFFFF, 0xFFFFFFFF):
        malformed(f"parameters-length-{length}", f"P is {length}", "Format::LimitExceeded",
                  base(parameters_length=length))
    for length in (0, 1, 511, 513, 1000):
        malformed(f"table-length-{length}", f"S is {length}", "Format::NotCanonical", base(shown_table_length=length))
    for length in (65537, 66048, 0x80000000, 0xFFFFFE00):
        malformed(f"table-length-{length}", f"S is {length}", "Format::LimitExceeded", base(shown_table_length=length))
    malformed("table-length-double", "S is twice the length of the tables", "Format::Truncated",
              base(shown_table_length=1024))
    malformed("table-length-half", "S is half the length of the tables", "Format::NoWholeSlotTable",
              base(slot_table_length=1024, shown_table_length=512))


def make_malformed_parameters():
    for suite in (0, 3, 0x0100, 0xFFFF):
        malformed(f"suite-{suite:04x}", f"suite 0x{suite:04x}", "Format::UnknownSuite",
                  base(parameters=parameters(suite, DEMO)))

    def context(name, fault, pairs, error="Format::NotCanonical", count=None, more=b""):
        content = parameters(AES, pairs)
        if count is not None:
            content = content[:2] + struct.pack(">H", count) + content[4:]
        file = base(parameters=content + more)
        file.payload = file.payload_under(MAGIC + b"\1" + file.parameters)
        file.prefix, file.chunks = file.payload.prefix, file.payload.chunks(pattern(file.length))
        malformed(f"context-{name}", fault, error, file)

    context("unsorted", "the pairs are not in order", [(b"b", b"1"), (b"a", b"2")])
    context("third-unsorted", "the third pair is not in order", [(b"a", b""), (b"c", b""), (b"b", b"")])
    context("prefix-behind", "a key comes before its own prefix", [(b"aa", b"1"), (b"a", b"2")])
    context("order-of-length", "the keys are ordered by length", [(b"b", b"1"), (b"aa", b"2")])
    context("order-of-utf-16", "the keys are ordered by their UTF-16",
            [("\U0001f600".encode(), b"1"), ("\uff5e".encode(), b"2")])
    context("duplicate", "a key comes twice", [(b"a", b"1"), (b"a", b"2")])
    context("duplicate-pair", "a pair comes twice", [(b"a", b"1"), (b"a", b"1")])
    context("empty-key", "the only key is empty", [(b"", b"1")])
    context("empty-first-key", "the first of two keys is empty", [(b"", b"1"), (b"a", b"2")])
    for name, fault, text in (
        ("invalid", "a byte that UTF-8 never has", b"\xff"),
        ("overlong", "an overlong form", b"\xc0\x80"),
        ("surrogate", "a surrogate", b"\xed\xa0\x80"),
        ("too-high", "a number above U+10FFFF", b"\xf4\x90\x80\x80"),
        ("cut", "a character that is cut off", b"\xe2\x82"),
        ("continuation", "a continuation byte alone", b"\x80"),
    ):
        context(f"utf-8-{name}-key", f"a key with {fault}", [(text, b"1")])
        context(f"utf-8-{name}-value", f"a value with {fault}", [(b"a", text)])
    context("trailing-byte", "a byte follows the last pair", DEMO, more=b"\0")
    context("trailing-pair", "a pair follows the last that is counted", DEMO + [(b"b", b"")], count=1)
    context("count-too-great", "fewer pairs than are counted", DEMO, "Format::Truncated", count=2)
    context("count-65", "65 pairs are counted, one is there", DEMO, "Format::LimitExceeded", count=65)
    context("count-65535", "65535 pairs are counted", DEMO, "Format::LimitExceeded", count=65535)
    pairs = sorted((b"%d" % number, b"") for number in range(65))
    context("65-pairs", "65 pairs", pairs, "Format::LimitExceeded")
    context("8193-bytes", "8193 bytes in one pair", [(b"k", b"v" * 8192)], "Format::LimitExceeded")
    context("8193-bytes-in-two", "8193 bytes in two pairs", [(b"a", b"v" * 4096), (b"b", b"v" * 4095)],
            "Format::LimitExceeded")
    malformed("context-key-too-long", "a key reaches beyond the parameters", "Format::Truncated",
              base(parameters=struct.pack(">HHH", 1, 1, 9) + b"app\0\4demo"))
    malformed("context-key-65535", "a key has 65535 bytes that are not there", "Format::Truncated",
              base(parameters=struct.pack(">HHH", 1, 1, 65535) + b"app\0\4demo"))
    malformed("context-value-too-long", "a value reaches beyond the parameters", "Format::Truncated",
              base(parameters=struct.pack(">HHH", 1, 1, 3) + b"app\0\5demo"))

    another = "NoKeyOpens(AnotherDataKey)"
    for name, fault, changed in (
        ("value", "a value was changed", parameters(AES, [(b"app", b"demp")])),
        ("key", "a key was changed", parameters(AES, [(b"apq", b"demo")])),
        ("removed", "the pair was removed", parameters(AES, [])),
        ("added", "a pair was added", parameters(AES, DEMO + [(b"b", b"")])),
        ("moved", "a letter moved from the value to the key", parameters(AES, [(b"appd", b"emo")])),
        ("suite", "the suite was changed to another that is known", parameters(CHACHA, DEMO)),
    ):
        malformed(f"changed-{name}", fault, another, base(parameters=changed))


def make_malformed_tables():
    def both(name, fault, make, error="Format::NoWholeSlotTable", **more):
        malformed(f"table-{name}", "in both tables: " + fault, error, base(table_a=make, table_b=make), **more)

    def contents(*slots, **more):
        return lambda file: table(512, [each(file) if callable(each) else each for each in slots], **more)

    age = lambda file: file.age(ONE)
    usual = lambda file: table(512, file.slots)
    both("zero", "nothing but zero bytes", lambda file: bytes(512))
    both("checksum", "a bit of the checksum differs", lambda file: flipped(usual(file), 511))
    both("content", "a bit of the content differs", lambda file: flipped(usual(file), 100))
    both("generation", "a bit of the generation differs", lambda file: flipped(usual(file), 3))
    both("checksum-of-all", "the checksum is over the slots without the zero bytes",
         lambda file: usual(file)[:480] + hashlib.sha256(usual(file)[:308]).digest())
    both("count-0", "no slot", contents())
    both("count-0-with-slot", "the slot is not counted", contents(age, count=0))
    both("count-33", "33 slots", contents(*[slot(b"x", b"y", b"")] * 33))
    both("count-65535", "65535 slots are counted", contents(age, count=65535))
    both("count-too-great", "2 slots are counted, one is there", contents(age, count=2))
    both("padding-first", "the first byte behind the slot is not zero", contents(age, padding=b"\1"))
    both("padding-last", "the last byte before the checksum is not zero", contents(age, padding=bytes(171) + b"\1"))
    assert len(base().slots[0]) == 480 - 6 - 172
    both("provider-empty", "the provider has no name", contents(slot(b"", b"y", b"z"), age))
    both("provider-utf-8", "the name of a provider is not UTF-8", contents(slot(b"\xff", b"y", b"z"), age))
    both("key-id-empty", "a key id is empty", contents(slot(b"x", b"", b"z"), age))
    both("key-id-utf-8", "a key id is not UTF-8", contents(slot(b"x", b"\xc0\x80", b"z"), age))
    both("provider-too-long", "a name reaches beyond the slots", contents(b"\xff" + bytes(9), padding=b""))
    both("key-id-too-long", "a key id reaches beyond the slots", contents(b"\1x\xff\xffy"))
    both("wrapped-key-too-long", "a wrapped key reaches beyond the slots", contents(b"\1x\0\1y\xff\xff"))
    reaching = slot(b"x", b"y", bytes(480 - 6 - 7 + 1))
    both("wrapped-key-into-checksum", "a wrapped key reaches one byte into the checksum", contents(reaching))
    both("cut-within-slot", "the last slot ends within its lengths", contents(slot(b"x", b"y", bytes(480 - 6 - 7 - 2)), b"\1", count=2))
    malformed("tables-damaged-differently", "A has a wrong checksum and B no slot", "Format::NoWholeSlotTable",
              base(table_a=lambda file: flipped(file.table_a, 511), table_b=contents()))

    damaged, another = "NoKeyOpens(Damaged)", "NoKeyOpens(AnotherDataKey)"
    wrapped = lambda make: contents(lambda file: slot(b"age", ONE.recipient.encode(), make(file)))
    both("wrapped-key-empty", "the wrapped key is empty", wrapped(lambda file: b""), damaged)
    whole = lambda file: ONE.wrap(file.data_key, "malformed")
    both("wrapped-key-cut", "the wrapped key is cut off", wrapped(lambda file: whole(file)[:-1]), damaged)
    both("wrapped-key-flip", "a bit of the wrapped key differs", wrapped(lambda file: flipped(whole(file), -1)), damaged)
    both("wrapped-key-mac", "the MAC of the age header is a letter too long",
         wrapped(lambda file: whole(file).replace(b"--- ", b"--- A", 1)), damaged)
    both("wrapped-key-armored", "the age file is armored", wrapped(
        lambda file: b"-----BEGIN AGE ENCRYPTED FILE-----\n" + base64.b64encode(whole(file)[:48])
        + b"\n-----END AGE ENCRYPTED FILE-----\n"), damaged)
    for length in (0, 16, 31, 33):
        both(f"data-key-of-{length}", f"the data key has {length} bytes",
             wrapped(lambda file: ONE.wrap(file.data_key.ljust(33, b"\0")[:length], "malformed")), damaged)
    both("another-data-key", "the slot has another data key", wrapped(lambda file: ONE.wrap(bytes(32), "malformed")), another)
    stanza = lambda work: kencfile.age_file([b"scrypt", b"A" * 22, work], bytes(32), bytes(32), "work")
    both("work-factor-21", "the passphrase asks for a work of 2^21",
         contents(lambda file: slot(b"age", b"scrypt", stanza(b"21"))), damaged)
    both("work-factor-63", "the passphrase asks for a work of 2^63",
         contents(lambda file: slot(b"age", b"scrypt", stanza(b"63"))), damaged)
    both("scrypt-without-passphrase", "the key id is scrypt, the age file is for a recipient",
         contents(lambda file: slot(b"age", b"scrypt", whole(file))), damaged)
    both("recipient-with-passphrase", "the key id is a recipient, the age file is under a passphrase",
         wrapped(lambda file: stanza(b"10")), damaged)
    both("kms-key-id", "the key id of AWS KMS is not an ARN", contents(slot(b"aws-kms", b"1234abcd", b"z")), damaged)
    both("nobody", "no identity is there for the only slot", contents(lambda file: file.age(NOBODY)),
         "NoKeyOpens(NoIdentity)", exit=4)
    unknown = "NoKeyOpens(UnknownProvider)"
    both("unknown-provider", "the only provider is unknown", contents(slot(b"x", b"y", b"z")), unknown, exit=4)
    both("provider-in-capitals", "the provider is AGE",
         contents(lambda file: slot(b"AGE", ONE.recipient.encode(), whole(file))), unknown, exit=4)


def make_malformed_cuts():
    good, file = base().bytes(), base()
    start = len(file.head())
    for name, length, error in (
        ("before-parameters", 16, "Format::Truncated"),
        ("within-suite", 17, "Format::Truncated"),
        ("within-context", 25, "Format::Truncated"),
        ("before-last-byte-of-parameters", 30, "Format::Truncated"),
        ("before-first-table", 31, "Format::Truncated"),
        ("within-first-table", 31 + 100, "Format::Truncated"),
        ("before-second-table", 31 + 512, "Format::Truncated"),
        ("before-last-byte-of-tables", start - 1, "Format::Truncated"),
        ("before-salt", start, "Format::Truncated"),
        ("within-salt", start + 10, "Format::Truncated"),
        ("before-commitment", start + 24, "Format::Truncated"),
        ("within-commitment", start + 55, "Format::Truncated"),
        ("before-chunk", start + 56, "Authentication::CutOff"),
        ("within-chunk", start + 56 + 3, "Authentication::CutOff"),
        ("one-less-than-a-tag", start + 56 + 15, "Authentication::CutOff"),
        ("as-long-as-a-tag", start + 56 + 16, "Authentication::Chunk"),
        ("before-last-byte", len(good) - 1, "Authentication::Chunk"),
    ):
        malformed(f"cut-{name}", f"ends after {length} bytes", error, good[:length])


def make_malformed_payloads():
    chunk, cut_off, another = "Authentication::Chunk", "Authentication::CutOff", "NoKeyOpens(AnotherDataKey)"
    for name, at in (("salt-first", 0), ("salt-last", 23), ("commitment-first", 24), ("commitment-last", 55)):
        malformed(name, f"a bit of byte {at} of the payload differs", another,
                  base(prefix=lambda file: flipped(file.prefix, at)))
    malformed("commitment-zero", "the commitment is zero", another, base(prefix=lambda file: file.prefix[:24] + bytes(32)))
    for name, fault, context in (
        ("context-without-magic", "the payload context lacks magic and version", lambda file: file.parameters),
        ("context-without-version", "the payload context lacks the version", lambda file: MAGIC + file.parameters),
        ("context-with-lengths", "the payload context has P and S", lambda file: file.head()[: 16 + 15]),
        ("context-empty", "the payload context is empty", lambda file: b""),
    ):
        malformed(f"payload-{name}", fault, another, base(prefix=lambda file: file.payload_under(context(file)).prefix))
    good = base()
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + good.salt + MAGIC + b"\1" + good.parameters
    extracted = kencfile.hkdf("sha512", good.data_key, b"", info, 76)[44:]
    malformed("payload-with-extract", "HKDF-Extract came before HKDF-Expand", another, base(prefix=good.salt + extracted))
    with_sha256 = kencfile.expand("sha256", good.data_key, info, 76)[44:]
    malformed("payload-with-sha-256", "HKDF uses SHA-256", another, base(prefix=good.salt + with_sha256))

    for name, at in (("chunk-first", 0), ("chunk-last", 4), ("tag-first", 5), ("tag-last", 20)):
        malformed(name, f"a bit of byte {at} of the only chunk differs", chunk,
                  base(chunks=lambda file: [flipped(file.chunks[0], at)]))
    malformed("tag-zero", "the tag is zero", chunk, base(chunks=lambda file: [file.chunks[0][:5] + bytes(16)]))
    malformed("tag-in-front", "the tag stands before the chunk", chunk,
              base(chunks=lambda file: [file.chunks[0][5:] + file.chunks[0][:5]]))
    malformed("chunk-in-the-clear", "the chunk is not encrypted", chunk,
              base(chunks=lambda file: [pattern(5) + file.chunks[0][5:]]))
    malformed("chunk-number-1", "the first chunk has the nonce of chunk 1", chunk,
              base(chunks=lambda file: [file.payload.seal(1, pattern(5))]))
    sealed = lambda file, aad: file.payload.aead.encrypt(file.payload.base_nonce, pattern(5), aad)
    malformed("chunk-with-aad", "the chunk is sealed with additional data", chunk,
              base(chunks=lambda file: [sealed(file, b"x")]))
    malformed("empty-chunk-flip", "a bit of an empty last chunk's tag differs", chunk,
              base(length=0, chunks=lambda file: [flipped(file.chunks[0], 0)]))
    for name, fault, more in (
        ("byte", "a zero byte", bytes(1)),
        ("15-bytes", "15 zero bytes", bytes(15)),
        ("tag", "16 zero bytes", bytes(16)),
        ("line-end", "a line end", b"\n"),
    ):
        malformed(f"extended-by-{name}", f"{fault} follows the last chunk", chunk,
                  base(chunks=lambda file: file.chunks + [more]))
    malformed("extended-by-chunk-of-zeros", "16400 zero bytes follow the last chunk", chunk,
              base(chunks=lambda file: file.chunks + [bytes(16400)]))
    malformed("extended-by-itself", "the last chunk comes twice", chunk, base(chunks=lambda file: file.chunks * 2))
    malformed("extended-by-empty-chunk", "a right empty chunk 1 follows a chunk 0 that is not full", chunk,
              base(chunks=lambda file: [*file.chunks, file.payload.seal(1, b"")]))
    malformed("extended-by-short-chunk", "a right chunk 1 follows a chunk 0 that is not full", chunk,
              base(chunks=lambda file: [*file.chunks, file.payload.seal(1, pattern(5))]))
    malformed("extended-by-file", "another whole file follows", chunk, base().bytes() + base().bytes())
    full = 16384
    malformed("last-chunk-missing", "the last chunk, which is not empty, is missing", cut_off,
              base(length=full + 5, chunks=lambda file: file.chunks[:1]))
    malformed("last-empty-chunk-missing", "the last chunk, which is empty, is missing", cut_off,
              base(length=full, chunks=lambda file: file.chunks[:1]))
    malformed("last-chunk-cut-to-15-bytes", "15 bytes of the last chunk are left", cut_off,
              base(length=full, chunks=lambda file: [file.chunks[0], file.chunks[1][:15]]))
    malformed("last-chunk-cut-to-a-tag", "16 bytes of the last chunk are left", chunk,
              base(length=full + 5, chunks=lambda file: [file.chunks[0], file.chunks[1][:16]]))
    malformed("last-chunk-flip", "a bit of the last chunk differs", chunk,
              base(length=full + 5, chunks=lambda file: [file.chunks[0], flipped(file.chunks[1], 0)]))
    malformed("full-chunk-flip", "a bit of the chunk before the last differs", chunk,
              base(length=full + 5, chunks=lambda file: [flipped(file.chunks[0], 16383), file.chunks[1]]))
    malformed("full-chunk-cut", "a byte of the chunk before the last is missing", chunk,
              base(length=full + 5, chunks=lambda file: [file.chunks[0][:-1], file.chunks[1]]))
    malformed("full-chunk-only-half", "the file ends within a full chunk", chunk,
              base(length=full + 5, chunks=lambda file: [file.chunks[0][:8000]]))
    malformed("full-chunk-extended", "a byte follows the chunk before the last", chunk,
              base(length=full + 5, chunks=lambda file: [file.chunks[0] + b"\0", file.chunks[1]]))
    malformed("extended-to-a-full-chunk", "a byte makes the last chunk as long as a full one", chunk,
              base(length=full - 1, chunks=lambda file: [file.chunks[0] + b"\0"]), seeking=cut_off)
    malformed("first-chunk-dropped", "chunk 0 is missing", chunk,
              base(length=full + 5, chunks=lambda file: file.chunks[1:]))
    malformed("first-chunk-doubled", "chunk 0 comes twice", chunk,
              base(length=full + 5, chunks=lambda file: [file.chunks[0], *file.chunks]))
    malformed("middle-chunk-dropped", "chunk 1 of 3 is missing", chunk,
              base(length=2 * full + 5, chunks=lambda file: [file.chunks[0], file.chunks[2]]))
    malformed("chunks-swapped", "chunks 0 and 1 are swapped", chunk,
              base(length=2 * full + 5, chunks=lambda file: [file.chunks[1], file.chunks[0], file.chunks[2]]))
    spliced = base(length=full + 5)
    other = File("another salt", length=full + 5, data_key=spliced.data_key)
    other.payload = other.payload_under(MAGIC + b"\1" + other.parameters)
    malformed("chunk-of-another-file", "chunk 0 is from another file under the same data key", chunk,
              base(length=full + 5, chunks=lambda file: [other.payload.seal(0, pattern(full)), file.chunks[1]]))
    malformed("last-chunk-of-another-file", "the last chunk is from another file under the same data key", chunk,
              base(length=full + 5, chunks=lambda file: [file.chunks[0], other.payload.seal(1, pattern(full + 5)[full:])]))
    malformed("chunk-too-long", "a last chunk of 16385 bytes is sealed in one", chunk,
              base(length=full + 1, chunks=lambda file: [file.payload.seal(0, pattern(full + 1))]), seeking=cut_off)


def make_malformed_armor():
    fault = "Format::Armor"
    content = base().bytes()
    good = armor(content)
    lines = good.splitlines(keepends=True)
    begin, body, last, end = lines[0], lines[1:-2], lines[-2], lines[-1]
    assert len(body) > 3 and last.endswith(b"=\n") and len(last) < 65

    def text(name, what, content, error=fault):
        malformed(f"armor-{name}", what, error, content if isinstance(content, bytes) else b"".join(content))

    unknown = "Format::NotKenc(Unknown)"
    text("begin-lower-case", "BEGIN is in lower case", good.replace(b"BEGIN", b"begin"), unknown)
    text("begin-other-label", "the label is KENC MESSAGE", good.replace(b"KENC FILE", b"KENC MESSAGE"), unknown)
    text("begin-four-dashes", "the BEGIN line has a dash too few", good[1:], unknown)
    text("begin-line-before", "an empty line stands before BEGIN", b"\n" + good, unknown)
    text("begin-space", "a space ends the BEGIN line", [begin[:-1] + b" \n", *lines[1:]])
    text("begin-only", "there is only the BEGIN line", begin)
    text("begin-without-line-end", "the BEGIN line has no end, and nothing follows", begin[:-1])
    text("empty", "there is nothing between BEGIN and END", [begin, end], "Format::NotKenc(Empty)")
    text("end-missing", "the END line is missing", lines[:-1])
    text("end-cut", "the END line is cut off", good[:-3])
    text("end-other-label", "the END line has another label", [*lines[:-1], b"-----END KENC-----\n"])
    text("end-space", "a space ends the END line", [*lines[:-1], end[:-1] + b" \n"])
    text("end-carriage-return", "the END line ends with CR alone", [*lines[:-1], end[:-1] + b"\r"])
    text("behind-end-line-end", "an empty line follows END", good + b"\n")
    text("behind-end-text", "text follows END", good + b"hello\n")
    text("behind-end-zero-byte", "a zero byte follows END", good + b"\0")
    text("behind-end-armor", "another armored file follows", good + good)
    text("header", "a header follows BEGIN", [begin, b"Version: 1\n\n", *lines[1:]])
    text("empty-line-first", "an empty line follows BEGIN", [begin, b"\n", *lines[1:]])
    text("empty-line", "an empty line stands between the lines", [begin, body[0], b"\n", *lines[2:]])
    text("empty-line-last", "an empty line stands before END", [*lines[:-1], b"\n", end])
    text("space-before", "a space begins a line", [begin, b" " + body[0], *lines[2:]])
    text("space-behind", "a space ends a line", [begin, body[0][:-1] + b" \n", *lines[2:]])
    text("tab-within", "a tab stands within a short line", [*lines[:-2], last[:4] + b"\t" + last[4:], end])
    text("carriage-returns", "lines end with CR alone", good.replace(b"\n", b"\r"))
    text("two-carriage-returns", "a line ends with CR CR LF", [begin, body[0][:-1] + b"\r\r\n", *lines[2:]])
    encoded = base64.b64encode(content)
    for width in (60, 63, 65, 68, 76):
        wrong = [encoded[at : at + width] + b"\n" for at in range(0, len(encoded), width)]
        text(f"lines-of-{width}", f"the lines have {width} characters", [begin, *wrong, end])
    text("one-line", "all is in one line", [begin, encoded, b"\n", end])
    text("line-cut", "a line lacks 4 characters", [begin, body[0], body[1][4:], *lines[3:]])
    text("line-extended", "a line has 4 characters more", [begin, b"AAAA" + body[0], *lines[2:]])
    text("padding-missing", "the padding is missing", [*lines[:-2], last.replace(b"=", b""), end])
    text("padding-too-much", "there is more padding", [*lines[:-2], last[:-1] + b"====\n", end])
    text("padding-within", "padding stands within the last line", [*lines[:-2], b"AA==" + last, end])
    for name, fault, first in (
        ("padding-before-last", "the first line is padded to 64 characters", 47),
        ("short-line-before-last", "the first line has 60 characters", 45),
    ):
        rest = armor(content[first:]).splitlines(keepends=True)[1:]
        text(name, fault, [begin, base64.b64encode(content[:first]) + b"\n", *rest])
    padding = last.count(b"=")
    letter = last.rstrip(b"=\n")[-1:]
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    changed = alphabet[alphabet.index(letter) | 1 : (alphabet.index(letter) | 1) + 1]
    assert padding and changed != letter
    text("unused-bits", "unused bits are not zero",
         [*lines[:-2], last.rstrip(b"=\n")[:-1] + changed + b"=" * padding + b"\n", end])
    text("other-alphabet", "the alphabet is the one for URLs", [begin, b"-_" + body[0][2:], *lines[2:]])
    text("not-ascii", "a character is not ASCII", [begin, b"\xc3\xa9" + body[0][2:], *lines[2:]])
    text("zero-byte", "a zero byte stands in a line", [begin, b"\0" + body[0][1:], *lines[2:]])
    text("line-missing", "a line of the first table is missing", [*lines[:4], *lines[5:]], "Format::NoWholeSlotTable")
    text("cut-off-file", "what is armored ends within its salt", armor(content[: 31 + 1024 + 10]), "Format::Truncated")
    text("twice", "what is armored is armored", armor(good), unknown)
    text("extended-file", "a byte follows the last chunk of what is armored", armor(content + b"\0"),
         "Authentication::Chunk")


def main():
    for name, key in (("keys.txt", ONE), ("other-keys.txt", TWO)):
        write(name, f"# For the test vectors only: everybody has this key.\n# recipient: {key.recipient}\n{key.identity}\n".encode())
    write("passphrase.txt", PASSPHRASE + b"\n")
    make_valid()
    make_malformed_beginnings()
    make_malformed_preambles()
    make_malformed_parameters()
    make_malformed_tables()
    make_malformed_cuts()
    make_malformed_payloads()
    make_malformed_armor()
    rows = lambda entries: ",\n".join("    " + json.dumps(entry, ensure_ascii=False) for entry in entries)
    text = ",\n".join(f'  "{kind}": [\n{rows(entries)}\n  ]' for kind, entries in manifest.items())
    key = f'  "data_key_of_malformed": "{base().data_key.hex()}"'
    write("manifest.json", f"{{\n{key},\n{text}\n}}\n".encode())
    print(", ".join(f"{len(entries)} {kind}" for kind, entries in manifest.items()))


if __name__ == "__main__":
    main()
