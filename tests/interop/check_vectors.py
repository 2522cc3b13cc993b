#!/usr/bin/env python3
"""Runs the decoder of kenc-format(5) over the golden files of a folder.

The folder has a manifest.json. Each valid file must give its plaintext under
its data key, under each age identity that opens it and under no other; each
malformed file must be refused, with nothing on standard output but a beginning
of the plaintext in whole chunks.

The decoder runs within this program, with arguments and standard streams as a
process has them: a process for each of the many runs takes minutes. One run of
each kind is made in a process as well, and must be the same.
"""

import hashlib
import io
import json
import subprocess
import sys
import traceback
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import decoder

IDENTITY_OPTION, KEY_OPTION, INSPECT_OPTION = "--identity", "--data-key", "--inspect"
IDENTITY_FILES = ("keys.txt", "other-keys.txt")
SUITE_NAMES = {1: "AEAD_AES_256_GCM", 2: "AEAD_CHACHA20_POLY1305"}
WARNINGS = {
    "whole": [],
    "differing": ["the slot tables differ"],
    "first damaged": ["slot table A is damaged"],
    "second damaged": ["slot table B is damaged"],
}
CHUNK_LENGTH = 16384


class Result(NamedTuple):
    returncode: int
    stdout: bytes
    stderr: bytes


def run(*arguments):
    """Runs the decoder as a process would, and tells what came of it."""
    argv = [decoder.__file__, *map(str, arguments)]
    output, errors = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with mock.patch.multiple(sys, argv=argv, stdout=output, stderr=errors):
        try:
            code = decoder.main()
        except SystemExit as end:
            code = end.code
        except Exception:
            # A process says as much of what nobody caught.
            traceback.print_exc()
            code = 1
        output.flush()
        errors.flush()
    return Result(code, output.buffer.getvalue(), errors.buffer.getvalue())


def run_in_process(*arguments):
    result = subprocess.run([sys.executable, decoder.__file__, *map(str, arguments)], capture_output=True, check=False)
    return Result(result.returncode, result.stdout, result.stderr)


def process_problems(folder, manifest):
    """What differs between a process and a run within this program, for one run of each kind."""
    valid, malformed = (folder / manifest[kind][0]["file"] for kind in ("valid", "malformed"))
    for arguments in (
        (KEY_OPTION, manifest["valid"][0]["data_key"], valid),
        (KEY_OPTION, other_data_key(manifest["valid"][0]["data_key"]), valid),
        (IDENTITY_OPTION, folder / IDENTITY_FILES[0], valid),
        (INSPECT_OPTION, valid),
        (IDENTITY_OPTION, folder / IDENTITY_FILES[0], malformed),
        (IDENTITY_OPTION, folder / "absent", valid),
    ):
        if run(*arguments) != run_in_process(*arguments):
            yield f"{' '.join(map(str, arguments))}: another result in a process of its own"


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
    yield from decoding_problems(run(KEY_OPTION, entry["data_key"], path), entry)
    yield from secret_refusal_problems(
        run(KEY_OPTION, other_data_key(entry["data_key"]), path))
    for name in IDENTITY_FILES:
        result = run(IDENTITY_OPTION, folder / name, path)
        if name in entry["opened_by"]:
            yield from decoding_problems(result, entry)
        else:
            yield from secret_refusal_problems(result)
    yield from inspection_problems(run(INSPECT_OPTION, path), entry)


def pattern(length):
    return bytes((number * 7 + number // 256) % 256 for number in range(length))


def malformed_problems(folder, entry):
    result = run(IDENTITY_OPTION, folder / IDENTITY_FILES[0], folder / entry["file"])
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
    problems = [*manifest_problems(folder, manifest), *process_problems(folder, manifest)]
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
