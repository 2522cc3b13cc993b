#!/usr/bin/env python3
"""Makes the documents in this folder anew, with a kenc that is named: make.py path/to/kenc [path/to/sops].

Everything is drawn by lot again, so all of them change. keys.txt stays.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "interop"))

import document  # noqa: E402

YAML = """\
# who may read the database
db:
  user: eve # nobody else
  password: "c4r1b0u"
  port: 5432
hook_unencrypted: [os.system, x]
if_unencrypted: !Equals [a, b]
base: &base
  child:
    leaf: 1.50
copy: *base
country_unencrypted: "no"
text_unencrypted: |
  two
  lines
list:
  - one
  - two
  - {three: 3}
empty: {}
nothing: null
none: ""
"""
DOCUMENTS = "%YAML 1.2\n---\na: one\n...\n---\nb: two\nc: 3\n"
JSON = '{\n\t"a": "x",\n\t"b": {\n\t\t"c": [1, true, 2.5],\n\t\t"e": ""\n\t},\n\t"d_unencrypted": "clear"\n}\n'
DOTENV = "# a note\nUSER=eve\nPASSWORD=c4r1b0u\nHOST_unencrypted=example.com\nEMPTY=\n"
INI = "; a note\ntop = one\n\n[db]\nuser = eve\nhost_unencrypted = example.com\n"
TOML = '# a note\ntop = "one"\nclear_unencrypted = 1.5\n\n[db]\nuser = "eve"\nport = 5432\n'
HCL = (HERE / "plain.tfvars").read_text()

# Name, notation, plaintext, options.
VALID = [
    ("yaml", "yaml", YAML, []),
    ("yaml-only-encrypted", "yaml", YAML, ["--mac-only-encrypted"]),
    ("yaml-regex", "yaml", YAML, ["--encrypted-regex", "^(password|list)$"]),
    ("yaml-comments", "yaml", "# top\na: one\nb:\n  # within\n  c: two\n", ["--encrypt-comments"]),
    ("yaml-documents", "yaml", DOCUMENTS, []),
    ("yaml-flow", "yaml", '{"a": one, b: [two, 3], c_unencrypted: clear}\n', []),
    ("yaml-carriage-returns", "yaml", YAML.replace("\n", "\r\n"), []),
    ("yaml-without-last-line-end", "yaml", "a: one\nb: two", []),
    ("yaml-groups", "yaml", "a: one\n", ["GROUPS"]),
    ("yaml-two-recipients", "yaml", "a: one\n", ["TWO"]),
    ("json", "json", JSON, []),
    ("json-only-encrypted", "json", JSON, ["--mac-only-encrypted"]),
    ("binary", "binary", "any\x00bytes\n", []),
    ("dotenv", "dotenv", DOTENV, []),
    ("dotenv-only-encrypted", "dotenv", DOTENV, ["--mac-only-encrypted"]),
    ("ini", "ini", INI, []),
    ("ini-only-encrypted", "ini", INI, ["--mac-only-encrypted"]),
    ("toml", "toml", TOML, []),
    ("toml-only-encrypted", "toml", TOML, ["--mac-only-encrypted"]),
    ("hcl", "hcl", HCL, []),
    ("hcl-only-encrypted", "hcl", HCL, ["--mac-only-encrypted"]),
]
ENDINGS = {"yaml": "yaml", "json": "json", "binary": "json", "dotenv": "env", "ini": "ini", "toml": "toml", "hcl": "tfvars"}


def line_of(text, start):
    return next(line for line in text.splitlines(True) if line.lstrip().startswith(start))


def without(start):
    return lambda text: text.replace(line_of(text, start), "", 1)


def swap(old, new):
    return lambda text: text.replace(old, new, 1)


def retimed(offset):
    return lambda text: re.sub(r"(lastmodified.*?)\+00:01", lambda found: found.group(1) + offset, text)


def resealed(make):
    return lambda text: re.sub(r"KENC\[[^]]*\]", lambda found: make(found.group()), text)


def other_tag(seal):
    tag = seal.split("tag:")[1].split(",")[0]
    return seal.replace(tag, ("A" if tag[0] != "A" else "B") + tag[1:])


def without_second_recipient(text):
    before, first, second = text.split("        - enc:")
    return before + "        - enc:" + first + second[second.index("recipient: ") :].split("\n", 1)[1]


def item(text, number):
    return text[text.index("list:") :].splitlines()[number].strip().removeprefix("- ")


def tokens(text):
    return [found.group() for found in document.TOKEN.finditer(text)]


OTHER = "age17yvsv7tp4s3k3trscyt6g2wxelauclc5468waett30hsgymnnpyq5yh85m"
ADDED_KEY = f"    age:\n        - enc: x\n          recipient: {OTHER}\n"

# Name, the document it is made of, the change, and why it is refused.
ALTERED = [
    ("seal-away", "yaml", without("kenc_seal:"), "removed"),
    ("seal-away-and-time-of-sops", "yaml", lambda text: retimed("Z")(without("kenc_seal:")(text)), "mac"),
    ("time-of-sops", "yaml", retimed("Z"), "mac"),
    ("time-with-other-offset", "yaml", retimed("+00:02"), "mac"),
    ("seal-altered", "yaml", resealed(other_tag), "wrong"),
    ("seal-short", "yaml", resealed(lambda _: "KENC[HMAC_SHA256,tag:AAAA,version:2]"), "wrong"),
    ("seal-empty", "yaml", resealed(lambda _: "KENC[HMAC_SHA256,tag:,version:2]"), "wrong"),
    ("seal-no-base64", "yaml", resealed(lambda seal: seal.replace("=,", ",")), "wrong"),
    ("seal-version-1", "yaml", resealed(lambda seal: seal.replace("version:2", "version:1")), "unknown"),
    ("seal-version-3", "yaml", resealed(lambda seal: seal.replace("version:2", "version:3")), "unknown"),
    ("seal-other-form", "yaml", resealed(lambda _: "x"), "unknown"),
    ("seal-made-up", "by-sops", swap("    mac: ", "    kenc_seal: KENC[HMAC_SHA256,tag:AAAA,version:2]\n    mac: "), "unexpected"),
    ("tag-added", "yaml", swap("hook_unencrypted: [", "hook_unencrypted: !!python/object/apply:os.system ["), "wrong"),
    ("tag-changed", "yaml", swap("!Equals", "!Not"), "wrong"),
    ("anchor-moved", "yaml", swap("base: &base\n  child:", "base:\n  child: &base"), "mac-or-wrong"),
    ("quotes-changed", "yaml", swap('country_unencrypted: "no"', "country_unencrypted: 'no'"), "wrong"),
    ("comment-changed", "yaml", swap("# nobody else", "# everybody"), "wrong"),
    ("comment-added", "yaml", swap("list:\n", "# unused\nlist:\n"), "wrong"),
    ("comment-away", "yaml", swap("# who may read the database\n", ""), "wrong"),
    ("key-added-without-value", "yaml", swap("empty: {}", "empty: {}\nadmin: {}"), "wrong"),
    ("key-renamed-in-the-clear", "yaml", swap("country_unencrypted", "county_unencrypted"), "wrong"),
    ("key-renamed-encrypted", "yaml", swap("  password:", "  passwort:"), "value"),
    ("type-relabelled", "yaml", swap("type:int", "type:str"), "wrong"),
    ("value-in-the-clear-changed", "yaml", swap("os.system", "os.remove"), "mac"),
    ("blank-line-added", "yaml", swap("list:\n", "\nlist:\n"), "wrong"),
    ("rule-changed", "yaml", swap("unencrypted_suffix: _unencrypted", "unencrypted_regex: unencrypted$"), "wrong"),
    ("recipient-added", "yaml", swap("    age:\n", ADDED_KEY), "wrong"),
    ("recipient-replaced", "yaml", lambda text: re.sub("recipient: age1.*", f"recipient: {OTHER}", text), "wrong"),
    ("role-added-to-recipient", "yaml", swap("          recipient: ", "          more: x\n          recipient: "), "wrong"),
    ("unknown-field-added", "yaml", swap("    mac: ", "    future: x\n    mac: "), "wrong"),
    ("version-changed", "yaml", swap("version: 3.13.2", "version: 3.7.0"), "wrong"),
    ("forms-away", "yaml", without("kenc_forms:"), "wrong"),
    ("mac-away", "yaml", without("mac:"), "no-mac"),
    ("mac-of-another", "yaml", lambda text: text.replace(line_of(text, "mac:"), line_of(made["yaml-regex"], "mac:")), "mac"),
    ("mac-over-less", "yaml", swap("    mac: ", "    mac_only_encrypted: true\n    mac: "), "mac"),
    ("threshold-added", "yaml", swap("    mac: ", "    shamir_threshold: 1\n    mac: "), "wrong"),
    ("value-of-another-document", "yaml", lambda text: text.replace(line_of(text, "port:"), line_of(made["yaml-carriage-returns"], "port:")), "value"),
    ("value-away", "yaml", without("port:"), "mac"),
    ("members-reordered", "yaml", swap("empty: {}\nnothing: null\n", "nothing: null\nempty: {}\n"), "wrong"),
    ("items-reordered", "yaml", lambda text: text.replace(item(text, 1), "[1]").replace(item(text, 2), item(text, 1)).replace("[1]", item(text, 2)), "mac"),
    ("form-of-empty-mapping", "yaml", swap("empty: {}", "empty: []"), "wrong"),
    ("form-of-nothing", "yaml", swap("nothing: null", "nothing: ~"), "wrong"),
    ("form-of-empty-text", "yaml", swap('none: ""', "none: ''"), "wrong"),
    ("forms-empty", "yaml", lambda text: re.sub("kenc_forms: .*", 'kenc_forms: ""', text), "wrong"),
    ("forms-of-another", "yaml", lambda text: text.replace(line_of(text, "kenc_forms:"), line_of(made["yaml-groups"], "mac:").replace("mac:", "kenc_forms:")), "wrong"),
    ("document-twice", "yaml", lambda text: text + "---\n" + text, "mac"),
    ("document-added", "yaml", lambda text: text + "---\nevil: {}\n", "wrong"),
    ("recipient-away", "yaml-two-recipients", without_second_recipient, "wrong"),
    ("alias-away", "yaml", swap("copy: *base\n", "copy: null\n"), "mac"),
    ("metadata-first", "yaml-without-last-line-end", lambda text: text[text.index("sops:"):] + "\n" + text[: text.index("sops:")], "wrong"),
    ("only-encrypted-key-added", "yaml-only-encrypted", swap("country_unencrypted:", "evil_unencrypted: x\ncountry_unencrypted:"), "wrong"),
    ("only-encrypted-comment-added", "yaml-only-encrypted", swap("country_unencrypted:", "# x\ncountry_unencrypted:"), "wrong"),
    ("only-encrypted-tag-added", "yaml-only-encrypted", swap('country_unencrypted: "no"', 'country_unencrypted: !x "no"'), "wrong"),
    ("only-encrypted-value-to-mapping", "yaml-only-encrypted", swap('country_unencrypted: "no"', "country_unencrypted: {x: 1}"), "wrong"),
    ("comment-of-ciphertext-away", "yaml-comments", lambda text: text[text.index("\n") + 1 :], "wrong"),
    ("directive-changed", "yaml-documents", swap("%YAML 1.2", "%YAML 1.1"), "wrong"),
    ("second-metadata-changed", "yaml-documents", lambda text: text[: text.rindex("version: 3.13.2")] + "version: 3.13.3\n", "wrong"),
    ("flow-spaced-otherwise", "yaml-flow", swap("b: [", "b: [ "), "wrong"),
    ("groups-threshold", "yaml-groups", swap("shamir_threshold: 2", "shamir_threshold: 0"), "wrong"),
    ("json-key-added", "json", swap('"e": ""', '"e": "", "f": ""'), "wrong"),
    ("json-spaced-otherwise", "json", swap('"e": ""', '"e":  ""'), "wrong"),
    ("json-seal-away", "json", lambda text: re.sub(r'\s*"kenc_seal": "[^"]*",', "", text), "removed"),
    ("binary-key-spaced", "binary", swap('"data": ', '"data":  '), "wrong"),
    ("dotenv-comment-changed", "dotenv", swap("# a note", "# another"), "wrong"),
    ("dotenv-key-added", "dotenv", swap("EMPTY=\n", "EMPTY=\nADMIN=\n"), "wrong"),
    ("dotenv-metadata-apart", "dotenv", lambda text: line_of(text, "sops_version") + text.replace(line_of(text, "sops_version"), ""), "wrong"),
    ("dotenv-seal-away", "dotenv", without("sops_kenc_seal"), "removed"),
    ("ini-comment-changed", "ini", swap("; a note", "; another"), "wrong"),
    ("ini-only-encrypted-key-added", "ini-only-encrypted", swap("host_unencrypted", "evil_unencrypted = 1\nhost_unencrypted"), "wrong"),
    ("toml-comment-changed", "toml", swap("# a note", "# another"), "wrong"),
    ("toml-key-renamed", "toml", swap("clear_unencrypted", "clean_unencrypted"), "wrong"),
    ("hcl-comment-changed", "hcl", swap("// not secret", "// secret"), "wrong"),
    ("hcl-block-comment-changed", "hcl", swap("every month", "every week"), "wrong"),
    ("hcl-value-in-the-clear-changed", "hcl", swap("eu-west-1", "us-east-1"), "mac"),
    ("hcl-variable-renamed", "hcl", swap("region_unencrypted", "origin_unencrypted"), "wrong"),
    ("hcl-key-of-object-renamed", "hcl", swap('"a key"', '"b key"'), "value"),
    ("hcl-colon-changed", "hcl", swap("token :", "token ="), "wrong"),
    ("hcl-null-added", "hcl", swap("null, {}", "null, null, {}"), "wrong"),
    ("hcl-items-reordered", "hcl", lambda text: text.replace(tokens(text)[1], "<1>").replace(tokens(text)[2], tokens(text)[1]).replace("<1>", tokens(text)[2]), "mac"),
    ("hcl-seal-away", "hcl", without("kenc_seal"), "removed"),
    ("hcl-only-encrypted-variable-added", "hcl-only-encrypted", swap("region_unencrypted", 'evil_unencrypted = "x"\nregion_unencrypted'), "wrong"),
]

# Changes that others may make: opened as sealed.
PERMITTED = [
    ("blanks-at-line-ends", "yaml", swap("db:\n", "db:   \n")),
    ("empty-lines-at-the-end", "yaml", lambda text: text + "\n\n"),
    ("no-line-end-at-the-end", "yaml", lambda text: text.rstrip("\n")),
    ("carriage-returns", "yaml", lambda text: text.replace("\n", "\r\n")),
    ("only-encrypted-values", "yaml-only-encrypted", swap("[os.system, x]", "['os.remove', \"y z\"]")),
    ("only-encrypted-block", "yaml-only-encrypted", swap("|\n  two\n  lines\n", "one line\n")),
    ("json-only-encrypted-value", "json-only-encrypted", swap('"clear"', "17")),
    ("dotenv-only-encrypted-value", "dotenv-only-encrypted", swap("example.com", "example.org")),
    ("dotenv-empty-lines-at-the-end", "dotenv", lambda text: text + "\n\n"),
    ("toml-only-encrypted-value", "toml-only-encrypted", swap("1.5", '"2.0"')),
    ("hcl-only-encrypted-value", "hcl-only-encrypted", swap('"eu-west-1"', "17")),
    ("hcl-metadata-laid-out-otherwise", "hcl", swap("  lastmodified =", "  lastmodified     =")),
    ("hcl-carriage-returns", "hcl", lambda text: text.replace("\n", "\r\n")),
    ("metadata-laid-out-otherwise", "yaml", lambda text: text.replace("    version: 3.13.2", '    version: "3.13.2"')),
]

made = {}


def write(folder, name, notation, text):
    (HERE / folder).mkdir(exist_ok=True)
    file = f"{folder}/{name}.{ENDINGS[notation]}"
    (HERE / file).write_bytes(text.encode())
    return file


def main():
    kenc, sops = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    keys = (HERE / "keys.txt").read_text().splitlines()
    recipients = [line.split(": ")[1] for line in keys if line.startswith("# recipient: ")]
    notations, manifest = {}, {"valid": [], "unsealed": [], "refused": []}
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "PATH": os.environ["PATH"]}

        def run(*words):
            return subprocess.run(words, env=environment, check=True, capture_output=True).stdout.decode()

        for name, notation, plaintext, options in VALID:
            path = Path(home, f"{name}.{ENDINGS[notation]}")
            path.write_bytes(plaintext.encode())
            words = ["-k", recipients[0]]
            if options == ["GROUPS"]:
                options, words = ["--shamir-threshold", "2"], ["-k", recipients[0], "-k", recipients[1]]
            if options == ["TWO"]:
                options, words = [], ["-k", recipients[0], "-k", recipients[1]]
            made[name] = run(kenc, "encrypt", "--values", "--input-type", notation, *options, *words, str(path))
            notations[name] = notation
            file = write("valid", name, notation, made[name])
            read = document.read(notation, made[name], HERE / "keys.txt")
            manifest["valid"].append(
                {"file": file, "notation": notation, "data_key": read.data_key.hex(), "seal": read.seal}
            )
        path = Path(home, "by-sops.yaml")
        path.write_text("a: one\nb: two\n")
        made["by-sops"], notations["by-sops"] = run(sops, "encrypt", "--age", recipients[0], str(path)), "yaml"
    manifest["unsealed"].append({"file": write("valid", "by-sops", "yaml", made["by-sops"]), "notation": "yaml"})
    for name, base, change in PERMITTED:
        text, notation = change(made[base]), notations[base]
        assert text != made[base], name
        manifest["valid"].append({"file": write("valid", name, notation, text), "notation": notation})
    for name, base, change, reason in ALTERED:
        text, notation = change(made[base]), notations[base]
        assert text != made[base], name
        manifest["refused"].append(
            {"file": write("refused", name, notation, text), "notation": notation, "reason": reason}
        )
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
