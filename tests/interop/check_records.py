#!/usr/bin/env python3
"""Compares records before and after encryption, as Python's `csv` and `json` read them.

check_records.py KIND PLAIN ENCRYPTED FIELD...: the encrypted fields are other
texts, and everything else is equal.
"""

import base64
import csv
import gzip
import json
import sys


def text_of(path):
    with open(path, "rb") as file:
        data = file.read()
    return (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).decode()


def rows_of(text):
    return list(csv.reader(text.splitlines(keepends=True)))


def csv_records(plain, encrypted, fields):
    plain, encrypted = rows_of(plain.removeprefix("\ufeff")), rows_of(encrypted)
    assert encrypted[0][0].startswith("#kenc_records ") and encrypted[-1][0].startswith("#kenc_seal ")
    encrypted = encrypted[1:-1]
    encrypted[0][0] = encrypted[0][0].removeprefix("\ufeff")
    assert encrypted[0] == plain[0]
    columns = [plain[0].index(field) for field in fields]
    yield from ((before, after, columns) for before, after in zip(plain[1:], encrypted[1:], strict=True))


def json_records(plain, encrypted):
    plain = [json.loads(line) for line in plain.splitlines() if line.strip()]
    encrypted = [json.loads(line) for line in encrypted.splitlines() if line.strip()]
    yield from zip(plain, encrypted[1:-1], strict=True)


def main():
    kind, plain, encrypted, *fields = sys.argv[1:]
    plain, encrypted = text_of(plain), text_of(encrypted)
    changed = 0
    if kind == "csv":
        for before, after, columns in csv_records(plain, encrypted, fields):
            assert len(before) == len(after)
            for column, (old, new) in enumerate(zip(before, after)):
                if column in columns:
                    assert new.startswith("kenc") and new != old, (old, new)
                    changed += 1
                else:
                    assert new == old, (old, new)
    else:
        for before, after in json_records(plain, encrypted):
            if kind == "ddb-export":
                before, after = before["Item"], after["Item"]
            assert list(before) == list(after)
            for name, old in before.items():
                new = after[name]
                if name not in fields:
                    assert new == old, (old, new)
                    continue
                changed += 1
                if kind == "ddb-export":
                    assert list(new) == ["B"]
                    base64.b64decode(new["B"], validate=True)
                else:
                    assert new.startswith("kenc") and new != old
    assert changed > 0
    print(changed)


if __name__ == "__main__":
    main()
