#!/usr/bin/env python3
"""Reader of the seal of config documents, version 2, as described in kenc-document(5).

It opens a document with age X25519 identities, and checks its values, its MAC and its seal. It knows the rules that look at
keys, and not those that look at comments.
"""

import argparse
import base64
import binascii
import hmac
import itertools
import json
import re
import sys
import tomllib
from dataclasses import dataclass, field
from hashlib import sha256, sha512
from pathlib import Path

import yaml
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from age_identity import SlotFault, read_identities, unwrap

TOKEN = re.compile(r"ENC\[AES256_GCM,data:([^,]*),iv:([^,]*),tag:([^,]*),type:([a-z]+)\]")
SEAL = re.compile(r"KENC\[HMAC_SHA256,tag:([^,\]]*),version:2\]")
ONLY_ENCRYPTED = bytes.fromhex("8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69")
RULES = [
    "unencrypted_suffix",
    "encrypted_suffix",
    "unencrypted_regex",
    "encrypted_regex",
    "unencrypted_comment_regex",
    "encrypted_comment_regex",
]
LISTS = ["kms", "gcp_kms", "hckms", "azure_kv", "hc_vault", "pgp", "age"]
EMPTY = (None, "", [], {})


class Fault(Exception):
    """Why a document is refused: a word, as the manifest of the vectors has it."""


@dataclass
class Value:
    """A value or a comment: the keys on its way, where it stands with its quotes, and what it says."""

    path: tuple
    start: int
    end: int
    says: object
    is_comment: bool = False
    plaintext: bytes = b""
    kind: str = ""


@dataclass
class Parsed:
    text: str
    values: list = field(default_factory=list)  # in the order of the MAC, aliases followed; may hold one value twice
    comments: list = field(default_factory=list)
    cuts: list = field(default_factory=list)  # where the metadata stands
    metadata: dict = None


@dataclass
class Read:
    data_key: bytes
    seal: str
    is_sealed: bool


# --- notations ---------------------------------------------------------------------------------------------------------


class TextLoader(yaml.SafeLoader):
    """Composes nodes whatever their tags are."""


def parse_yaml(text):
    # Marks count characters without a CR before an LF as two, as the text does.
    parsed = Parsed(text)
    known = {}
    for node in yaml.compose_all(text, TextLoader):
        walk_yaml(parsed, node, (), known, is_root=True)
    taken = sorted([(v.start, v.end) for v in parsed.values] + parsed.cuts)
    prefixes = {value.path[:length] for value in parsed.values for length in range(len(value.path) + 1)}
    for found in re.finditer(r"#(ENC\[[^\]]*\])", text):
        if not any(start <= found.start() < end for start, end in taken):
            parsed.comments.append(Value(tuple(prefixes), found.start(1), found.end(1), found.group(1), True))
    return parsed


def walk_yaml(parsed, node, path, known, is_root=False):
    if isinstance(node, yaml.MappingNode):
        members = node.value
        for number, (key, value) in enumerate(members):
            if is_root and key.value == "sops" and isinstance(value, yaml.MappingNode):
                cut_yaml(parsed, node, number)
            else:
                walk_yaml(parsed, value, path + (key.value,), known)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            walk_yaml(parsed, item, path, known)
    else:
        if id(node) not in known:
            known[id(node)] = Value(path, node.start_mark.index, node.end_mark.index, scalar(node))
            # A tag or an anchor stands before the value, and is not a part of it.
            trim_yaml(parsed.text, known[id(node)])
        parsed.values.append(known[id(node)])


def trim_yaml(text, value):
    source = text[value.start : value.end]
    before = re.match(r"(?:(?:&\S+|!\S*)\s+)*", source)
    value.start += before.end()
    value.end = value.start + len(text[value.start : value.end].rstrip("\r\n"))


def scalar(node):
    if node.style is not None or TOKEN.fullmatch(node.value):
        return node.value
    text = node.value
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"[-+]?[0-9]+\.[0-9]+", text):
        return float(text)
    return text


def cut_yaml(parsed, mapping, number):
    text, (key, value) = parsed.text, mapping.value[number]
    says = plain(value)
    if parsed.metadata is None:
        parsed.metadata = says
    elif says != parsed.metadata:
        return
    if mapping.flow_style:
        if number > 0:
            cut = (mapping.value[number - 1][1].end_mark.index, value.end_mark.index)
        elif len(mapping.value) > 1:
            cut = (key.start_mark.index, mapping.value[1][0].start_mark.index)
        else:
            cut = (key.start_mark.index, value.end_mark.index)
    else:
        start = text.rfind("\n", 0, key.start_mark.index) + 1
        end = text.find("\n", last_index(text, value))
        cut = (start, len(text) if end < 0 else end + 1)
    parsed.cuts.append(cut)


def last_index(text, node):
    """Where the last scalar of a block ends, without the line ends behind it."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        return node.start_mark.index + len(text[node.start_mark.index : node.end_mark.index].rstrip())
    last = node.value[-1]
    return last_index(text, last[1] if isinstance(last, tuple) else last)


def plain(node):
    if isinstance(node, yaml.MappingNode):
        return {key.value: plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    return scalar(node)


class Json:
    """JSON with the places of its parts."""

    def __init__(self, text):
        self.text, self.at, self.parsed = text, 0, Parsed(text)

    def blanks(self):
        self.at = re.compile(r"(?:\s|//[^\n]*)*").match(self.text, self.at).end()

    def take(self, letter):
        self.blanks()
        if not self.text.startswith(letter, self.at):
            return False
        self.at += len(letter)
        return True

    def string(self):
        self.blanks()
        value, self.at = json.JSONDecoder().raw_decode(self.text, self.at)
        return value

    def value(self, path, is_root=False, is_metadata=False):
        if self.take("{"):
            return self.members(path, is_root, is_metadata)
        if self.take("["):
            items = []
            while not self.take("]"):
                items.append(self.value(path, False, is_metadata))
                self.take(",")
            return items
        self.blanks()
        start = self.at
        says = self.string()
        if not is_metadata:
            self.parsed.values.append(Value(path, start, self.at, says))
        return says

    def members(self, path, is_root, is_metadata):
        members, comma = {}, None
        while not self.take("}"):
            self.blanks()
            start = self.at
            key = self.string()
            self.take(":")
            is_sops = is_root and key == "sops"
            members[key] = self.value(path + (key,), False, is_metadata or is_sops)
            end = self.at
            has_more = self.take(",")
            if is_sops:
                self.parsed.metadata = members[key]
                self.parsed.cuts += [(start, self.at)] if has_more else [(comma, comma + 1), (start, end)]
            comma = self.at - 1 if has_more else None
        return members


def parse_json(text):
    reader = Json(text)
    reader.value((), is_root=True)
    parsed = reader.parsed
    # What has no text between is one mark; blanks before it do not count.
    if len(parsed.cuts) == 2 and not text[parsed.cuts[0][1] : parsed.cuts[1][0]].strip():
        parsed.cuts = [(parsed.cuts[0][0], parsed.cuts[1][1])]
    return parsed


def parse_dotenv(text):
    parsed, flat, at = Parsed(text), {}, 0
    for line in text.splitlines(True):
        bare = line.rstrip("\n")
        if bare.startswith("sops_"):
            key, _, value = bare.removeprefix("sops_").partition("=")
            flat[key] = value.replace("\\n", "\n")
            if parsed.cuts and parsed.cuts[-1][1] == at:
                parsed.cuts[-1] = (parsed.cuts[-1][0], at + len(line))
            else:
                parsed.cuts.append((at, at + len(line)))
        elif bare and not bare.startswith("#"):
            key, _, value = bare.partition("=")
            parsed.values.append(Value((key,), at + len(key) + 1, at + len(bare), value))
        at += len(line)
    parsed.metadata = nested(flat)
    return parsed


def parse_ini(text):
    parsed, flat, section, at = Parsed(text), {}, "DEFAULT", 0
    for line in text.splitlines(True):
        bare = line.strip()
        if bare.startswith("["):
            section = bare.strip("[]")
        if section == "sops":
            if "=" in bare and not bare.startswith("["):
                key, value = (part.strip() for part in bare.split("=", 1))
                flat[key] = value.replace("\\n", "\n")
            start = parsed.cuts.pop()[0] if parsed.cuts else at
            parsed.cuts.append((start, at + len(line)))
        elif "=" in bare and not bare.startswith((";", "#", "[")):
            key, value = (part.strip() for part in bare.split("=", 1))
            start = at + line.index("=") + 1
            start += len(text[start:]) - len(text[start:].lstrip(" "))
            parsed.values.append(Value((section, key), start, start + len(value), value))
        at += len(line)
    parsed.metadata = nested(flat)
    return parsed


def nested(flat):
    """Metadata of a flat notation: list_N and map_NAME between two underscores."""
    tree = {}
    for key, value in flat.items():
        here, steps = tree, key.split("__")
        steps = [steps[0]] + [int(step[5:]) if step.startswith("list_") else step.removeprefix("map_") for step in steps[1:]]
        for step in steps[:-1]:
            here = here.setdefault(step, {})
        here[steps[-1]] = value
    return lists(tree)


def lists(tree):
    if not isinstance(tree, dict):
        return tree
    if tree and all(isinstance(key, int) for key in tree):
        return [lists(tree[number]) for number in sorted(tree)]
    return {key: lists(value) for key, value in tree.items()}


def parse_toml(text):
    parsed, table, at = Parsed(text), (), 0
    content = tomllib.loads(text)
    parsed.metadata = content.pop("sops", None)
    for line in text.splitlines(True):
        header = re.match(r"\[+([^\]]*)\]", line)
        if header:
            table = tuple(part.strip().strip('"') for part in header.group(1).split("."))
        if table[:1] == ("sops",):
            start = parsed.cuts.pop()[0] if parsed.cuts else at
            parsed.cuts.append((start, at + len(line)))
        elif "=" in line and not header and not line.startswith("#"):
            key, value = (part.strip() for part in line.split("=", 1))
            start = at + line.index(value, line.index("=") + 1)
            says = tomllib.loads(f"x = {value}")["x"]
            parsed.values.append(Value(table + (key,), start, start + len(value), says))
        at += len(line)
    return parsed


class Hcl:
    """Files of variables with the places of their parts."""

    BLANKS = re.compile(r"(?:[\s,]|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
    STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
    WORD = re.compile(r"[\w.+-]+")
    HEREDOC = re.compile(r"<<(-?)(\w+)\r?\n(.*?)^[ \t]*\2(?!\w)", re.DOTALL | re.MULTILINE)

    def __init__(self, text):
        self.text, self.at, self.parsed = text, 0, Parsed(text)

    def blanks(self):
        self.at = self.BLANKS.match(self.text, self.at).end()

    def take(self, letters):
        self.blanks()
        if self.text[self.at : self.at + 1] not in tuple(letters):
            return False
        self.at += 1
        return True

    def matched(self, pattern):
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def file(self):
        self.blanks()
        while self.at < len(self.text):
            start = self.text.rfind("\n", 0, self.at) + 1
            is_metadata = self.matched(re.compile(r"(?=sops\b)")) is not None
            key, value = self.member((), is_metadata)
            if is_metadata:
                end = self.text.find("\n", self.at)
                self.parsed.metadata = value
                self.parsed.cuts.append((start, len(self.text) if end < 0 else end + 1))
            self.blanks()

    def member(self, path, is_metadata):
        quoted = self.matched(self.STRING)
        key = unescaped(quoted.group(1)) if quoted else self.matched(self.WORD).group()
        if not self.take("=:"):
            raise Fault("no HCL")
        return key, self.value(path + (key,), is_metadata)

    def value(self, path, is_metadata):
        self.blanks()
        start = self.at
        if self.take("{"):
            members = {}
            while not self.take("}"):
                key, members[key] = self.member(path, is_metadata)
            return members
        if self.take("["):
            items = []
            while not self.take("]"):
                items.append(self.value(path, is_metadata))
            return items
        says = self.single()
        if not is_metadata:
            self.parsed.values.append(Value(path, start, self.at, says))
        return says

    def single(self):
        if heredoc := self.matched(self.HEREDOC):
            lines = heredoc.group(3).replace("\r\n", "\n").splitlines(True)
            indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
            cut = min(indents, default=0) if heredoc.group(1) else 0
            says = "".join(line[cut:] if line.strip() else line for line in lines)
            return says.strip() if TOKEN.fullmatch(says.strip()) else templates(says)
        if quoted := self.matched(self.STRING):
            return unescaped(quoted.group(1))
        word = self.matched(self.WORD).group()
        return {"null": None, "true": True, "false": False}[word] if word.isalpha() else json.loads(word)


def unescaped(text):
    """What stands between the quotes of a string."""
    plain = {"n": "\n", "r": "\r", "t": "\t"}
    pattern = r"\\u(?P<short>[0-9a-fA-F]{4})|\\U(?P<long>[0-9a-fA-F]{8})|\\(?P<letter>.)|(?P<template>\$\$\{|%%\{)"

    def one(found):
        if code := found["short"] or found["long"]:
            return chr(int(code, 16))
        return plain.get(found["letter"], found["letter"]) if found["letter"] else found["template"][1:]

    return re.sub(pattern, one, text)


def templates(text):
    return text.replace("$${", "${").replace("%%{", "%{")


def parse_hcl(text):
    reader = Hcl(text)
    reader.file()
    return reader.parsed


PARSERS = {
    "yaml": parse_yaml,
    "json": parse_json,
    "binary": parse_json,
    "dotenv": parse_dotenv,
    "ini": parse_ini,
    "toml": parse_toml,
    "hcl": parse_hcl,
}


# --- values ------------------------------------------------------------------------------------------------------------


def decrypt(data_key, token, keys):
    found = TOKEN.fullmatch(token)
    if not found:
        raise Fault("value")
    try:
        data, iv, tag = (base64.b64decode(part, validate=True) for part in found.groups()[:3])
        decryptor = Cipher(algorithms.AES(data_key), modes.GCM(iv, tag)).decryptor()
        decryptor.authenticate_additional_data(keys.encode())
        return found.group(4), decryptor.update(data) + decryptor.finalize()
    except (binascii.Error, InvalidTag, ValueError):
        raise Fault("value") from None


def additional(path):
    return "".join(f"{key}:" for key in path) or ":"


def selects(rule, path):
    name, text = rule
    matches = {"suffix": lambda key: key.endswith(text), "regex": lambda key: re.search(text, key)}[name.split("_")[-1]]
    return any(matches(key) for key in path) != name.startswith("unencrypted")


def plaintext_of(says):
    if says is None:
        return b""
    if isinstance(says, bool):
        return str(says).encode()
    return (repr(says).removesuffix(".0") if isinstance(says, float) else str(says)).encode()


def check_values(parsed, data_key, rule, only_encrypted):
    """Decrypts every value that the rule selects, and returns the MAC over all."""
    mac = sha512(ONLY_ENCRYPTED if only_encrypted else b"")
    for value in parsed.values:
        is_selected = selects(rule, value.path)
        if is_selected and value.says not in (None, ""):
            if not value.kind:
                if not isinstance(value.says, str) or not value.says.startswith("ENC["):
                    raise Fault("value")
                value.kind, value.plaintext = decrypt(data_key, value.says.rstrip("\n"), additional(value.path))
        elif not value.kind:
            value.plaintext = plaintext_of(value.says)
        if is_selected or not only_encrypted:
            mac.update(value.plaintext)
    for comment in parsed.comments:
        for path in comment.path:
            try:
                kind, comment.plaintext = decrypt(data_key, comment.says, additional(path))
            except Fault:
                continue
            comment.kind = kind
            break
    return mac.hexdigest().upper()


# --- the seal ----------------------------------------------------------------------------------------------------------


def number(value):
    return value.to_bytes(8, "big")


def text(value):
    raw = value if isinstance(value, bytes) else value.encode()
    return number(len(raw)) + raw


def fields(mapping):
    kept = sorted(((name.encode(), value) for name, value in mapping.items() if value not in EMPTY or value is False or value == 0))
    return b"{" + b"".join(text(name) + value_of_field(value) for name, value in kept) + b"}"


def value_of_field(value):
    if isinstance(value, dict):
        return fields(value)
    if isinstance(value, list):
        return b"[" + b"".join(map(value_of_field, value)) + b"]"
    if value is None:
        return b"t" + text("")
    return b"t" + text(value if isinstance(value, str) else json.dumps(value))


def split(metadata):
    """The groups of keys, the rule, and what is left."""
    left = {name: value for name, value in metadata.items() if value not in EMPTY or value is False or value == 0}
    known = [name for name in left if name in LISTS or is_list_of_keys(name, left[name])]
    if known:
        groups = [[(name, key) for name in known for key in left.pop(name)]]
    else:
        groups = [[(name, key) for name, keys in group.items() if keys for key in keys] for group in left.pop("key_groups")]
    rules = [(name, left.pop(name)) for name in RULES if name in left]
    return groups, rules[0] if rules else ("unencrypted_suffix", "_unencrypted"), left


def is_list_of_keys(name, value):
    return name != "key_groups" and isinstance(value, list) and all(isinstance(key, dict) and "enc" in key for key in value)


def message(notation, metadata, parsed):
    groups, (rule, words), left = split(metadata)
    only_encrypted = str(left.pop("mac_only_encrypted", False)).lower() in ("true", "1")
    threshold = int(left.pop("shamir_threshold", 0))
    last_modified = re.sub(r"\.[0-9]+", "", left.pop("lastmodified"))
    version, mac, forms = (left.pop(name, "") for name in ("version", "mac", "kenc_forms"))
    left.pop("kenc_seal", None)
    parts = [text("yaml" if notation in ("yaml", "json", "binary") else notation)]
    parts += [text(last_modified), text(version), text(rule), text(words)]
    parts += [number(int(only_encrypted)), number(threshold), number(len(groups))]
    for group in groups:
        identities = []
        for name, key in group:
            lasting = {part: value for part, value in key.items() if part not in ("enc", "created_at")}
            identities.append(text(name) + fields(lasting))
        parts += [number(len(group))] + [text(identity) for identity in sorted(identities)]
    parts += [text(mac), text(forms), text(fields(left))]
    parts.append(document(parsed, (rule, words), only_encrypted))
    return b"".join(parts)


def document(parsed, rule, only_encrypted):
    marks = [(start, end, b"m") for start, end in parsed.cuts]
    for value in {id(value): value for value in parsed.values + parsed.comments}.values():
        if value.kind:
            start = parsed.text.index("ENC[", value.start)
            end = parsed.text.index("]", start) + 1
            marks.append((start, end, b"v" + text(value.kind) + text(value.plaintext)))
        elif only_encrypted and not value.is_comment and not selects(rule, value.path):
            marks.append((value.start, value.end, b"c"))
    marks = sorted(marks) + [(len(parsed.text), len(parsed.text), b"e")]
    parts, done, before = [], 0, b""
    for start, end, mark in marks:
        piece = parsed.text[done:start].replace("\r\n", "\n")
        piece = re.sub(r"[ \t]+\n", "\n", piece)
        if before == b"m":
            piece = piece.lstrip("\n")
        if mark in (b"m", b"e"):
            piece = piece.rstrip(" \t\n")
        parts += [text(piece), mark]
        done, before = end, mark
    return b"".join(parts)


def check_seal(notation, metadata, parsed, data_key):
    """Says whether the document is sealed."""
    is_marked, seal = metadata["lastmodified"].endswith("+00:01"), metadata.get("kenc_seal")
    if not is_marked:
        if seal:
            raise Fault("unexpected")
        return False
    if not seal:
        raise Fault("removed")
    found = SEAL.fullmatch(seal)
    if not found:
        raise Fault("unknown")
    key = HKDF(SHA256(), 32, None, b"kenc.v2 document seal").derive(data_key)
    tag = hmac.new(key, message(notation, metadata, parsed), sha256).digest()
    try:
        stated = base64.b64decode(found.group(1), validate=True)
    except binascii.Error:
        raise Fault("wrong") from None
    if not hmac.compare_digest(tag, stated):
        raise Fault("wrong")
    return True


# --- the data key ------------------------------------------------------------------------------------------------------


def find_data_key(metadata, identities):
    groups, _, left = split(metadata)
    shares = [(number, share) for number, group in enumerate(groups, 1) if (share := open_group(group, identities))]
    if len(groups) == 1:
        if not shares:
            raise Fault("no key")
        return shares[0][1]
    threshold = int(left.get("shamir_threshold", 0)) or len(groups)
    for chosen in itertools.combinations(shares, threshold):
        return combine(chosen)
    raise Fault("no key")


def open_group(group, identities):
    for name, key in group:
        if name == "age":
            armor = [line for line in key["enc"].strip().splitlines() if not line.startswith("-----")]
            try:
                return unwrap(base64.b64decode("".join(armor)), identities)
            except (SlotFault, binascii.Error):
                continue
    return None


def product(left, right):
    """In GF(2^8) with the polynomial 0x11B."""
    result = 0
    while right:
        if right & 1:
            result ^= left
        left = left << 1 ^ (0x11B if left & 0x80 else 0)
        right >>= 1
    return result


def inverse(value):
    return next(other for other in range(1, 256) if product(value, other) == 1)


def combine(shares):
    """The value at 0 of the polynomial through the shares. The last byte of a share is where it was taken."""
    length = len(shares[0][1])
    points = [(share[-1], share[:-1]) if length == 33 else (number, share) for number, share in shares]
    secret = bytearray(32)
    for at, share in points:
        factor = 1
        for other, _ in points:
            if other != at:
                factor = product(factor, product(other, inverse(at ^ other)))
        for position in range(32):
            secret[position] ^= product(share[position], factor)
    return bytes(secret)


def read(notation, content, identities_path, data_key=None):
    """Opens a document. Raises Fault with the reason if it is to be refused."""
    parsed = PARSERS[notation](content)
    metadata = parsed.metadata
    if not metadata:
        raise Fault("not encrypted")
    data_key = data_key or find_data_key(metadata, read_identities(identities_path))
    _, rule, _ = split(metadata)
    only_encrypted = str(metadata.get("mac_only_encrypted", False)).lower() in ("true", "1")
    mac = check_values(parsed, data_key, rule, only_encrypted)
    if not metadata.get("mac"):
        raise Fault("no-mac")
    try:
        kind, stated = decrypt(data_key, metadata["mac"], metadata["lastmodified"])
    except Fault:
        raise Fault("mac") from None
    if kind != "str" or not hmac.compare_digest(stated, mac.encode()):
        raise Fault("mac")
    is_sealed = check_seal(notation, metadata, parsed, data_key)
    return Read(data_key, metadata.get("kenc_seal"), is_sealed)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--identity", required=True)
    parser.add_argument("notation", choices=PARSERS)
    parser.add_argument("file")
    arguments = parser.parse_args()
    content = Path(arguments.file).read_bytes().decode()
    try:
        is_sealed = read(arguments.notation, content, arguments.identity).is_sealed
    except Fault as fault:
        print(f"refused: {fault}", file=sys.stderr)
        sys.exit(3)
    print("sealed" if is_sealed else "not sealed")


if __name__ == "__main__":
    main()
