#!/usr/bin/env python3
"""Checks that the reader of kenc-document(5) opens every golden document and refuses every altered one for its reason."""

import json
import sys
from pathlib import Path

import document


def outcome(folder, entry, data_key=None):
    content = (folder / entry["file"]).read_bytes().decode()
    try:
        is_sealed = document.read(entry["notation"], content, folder / "keys.txt", data_key).is_sealed
    except document.Fault as fault:
        return str(fault)
    return "sealed" if is_sealed else "not sealed"


def check(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    problems, listed = [], set()

    def expect(entry, wanted, found):
        listed.add(entry["file"])
        if found not in wanted:
            problems.append(f"{entry['file']}: {found}, and not {' or '.join(wanted)}")

    for entry in manifest["valid"]:
        expect(entry, ["sealed"], outcome(folder, entry))
        if "data_key" in entry:
            data_key = bytes.fromhex(entry["data_key"])
            expect(entry, ["sealed"], outcome(folder, entry, data_key))
            expect(entry, ["value", "mac"], outcome(folder, entry, data_key[::-1]))
    for entry in manifest["unsealed"]:
        expect(entry, ["not sealed"], outcome(folder, entry))
    for entry in manifest["refused"]:
        expect(entry, entry["reason"].split("-or-"), outcome(folder, entry))
    there = {str(path.relative_to(folder)) for name in ("valid", "refused") for path in (folder / name).iterdir()}
    problems += [f"{file} is not in the manifest" for file in sorted(there - listed)]
    return problems


def main():
    problems = check(Path(sys.argv[1]))
    print("\n".join(problems), file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
