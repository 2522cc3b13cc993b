#!/usr/bin/env python3
"""Runs the decoder of kenc-format(5) over the golden files of a folder.

The folder has a manifest.json. Each valid file must give its plaintext under
its data key, under each age identity that opens it and under no other; each
malformed file must be refused, with nothing on standard output but a beginning
of the plaintext in whole chunks.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

DECODER = Path(__file__).with_name("decoder.py")
IDENTITY_FILES = ("keys.txt", "other-keys.txt")
SUITE_NAMES = {1: "AEAD_AES_256_GCM", 2: "AEAD_CHACHA20_POLY1305"}
WARNINGS = {
    "whole": [],
    "differing": ["the slot tables differ"],
    "first damaged": ["slot table A is damaged"],
    "second damaged": ["slot table B is damaged"],
}
CHUNK_LENGTH = 16384


def run(*arguments):
    command = [sys.executable, str(DECODER), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False)


def refusal_problems(result):
    if result.returncode != 1:
        yield f"exit code {result.returncode}, not 1"
    if result.stderr.count(b"\n") != 1:
        yield "not one line on standard error"


def decoding_problems(result, entry):
    if result.returncode != 0:
        yield f"refused: {result.stderr.decode().strip()}"
    elif len(result.stdout) != entry["plaintext_length"]:
        yield "wrong length of the plaintext"
    elif hashlib.sha256(result.stdout).hexdigest() != entry["plaintext_sha256"]:
        yield "wrong plaintext"


def inspection_problems(result, entry):
    if result.returncode != 0:
        yield "refused by --inspect"
        return
    answer = json.loads(result.stdout)
    if answer["suite"] != SUITE_NAMES[entry["suite"]]:
        yield "wrong suite"
    if answer["context"] != entry["context"]:
        yield "wrong context"
    if [warning.split(":")[0] for warning in answer["warnings"]] != WARNINGS[entry["copies"]]:
        yield f"wrong warnings: {answer['warnings']}"


def other_data_key(data_key):
    """The data key with its last bit changed."""
    return data_key[:-1] + f"{int(data_key[-1], 16) ^ 1:x}"


def secret_refusal_problems(result):
    yield from refusal_problems(result)
    if result.stdout:
        yield "opened by a key that is not its own"


def valid_problems(folder, entry):
    path = folder / entry["file"]
    yield from decoding_problems(run("--data-key", entry["data_key"], path), entry)
    yield from secret_refusal_problems(
        run("--data-key", other_data_key(entry["data_key"]), path))
    for name in IDENTITY_FILES:
        result = run("--identity", folder / name, path)
        if name in entry["opened_by"]:
            yield from decoding_problems(result, entry)
        else:
            yield from secret_refusal_problems(result)
    yield from inspection_problems(run("--inspect", path), entry)


def pattern(length):
    return bytes((number * 7 + number // 256) % 256 for number in range(length))


def malformed_problems(folder, entry):
    result = run("--identity", folder / IDENTITY_FILES[0], folder / entry["file"])
    yield from refusal_problems(result)
    if result.stdout != pattern(len(result.stdout)) or len(result.stdout) % CHUNK_LENGTH:
        yield "released something that is not whole chunks of the plaintext"
    if result.stdout and not entry["error"].startswith("Authentication::"):
        yield "released something before a fault of the header"
    print(f"{entry['file']}\t{entry['error']}\t{result.stderr.decode().strip()}")


def manifest_problems(folder, manifest):
    named = {entry["file"] for entries in manifest.values() for entry in entries}
    found = {str(path.relative_to(folder)) for path in folder.rglob("*.kenc")}
    for name in sorted(named ^ found):
        yield f"{name} is not both in the manifest and in the folder"


def check(folder):
    content = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest = {kind: content[kind] for kind in ("valid", "malformed")}
    problems = list(manifest_problems(folder, manifest))
    for kind, find in (("valid", valid_problems), ("malformed", malformed_problems)):
        for entry in manifest[kind]:
            problems += [f"{entry['file']}: {problem}" for problem in find(folder, entry)]
    counts = ", ".join(f"{len(entries)} {kind}" for kind, entries in manifest.items())
    print(f"{counts}: {len(problems)} problems")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: check_vectors.py FOLDER")
    sys.exit(check(Path(sys.argv[1])))
