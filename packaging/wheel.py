"""Packs a static program as a Python wheel, so that `pip install` puts it on the path.

    python3 packaging/wheel.py PROGRAM VERSION TARGET FOLDER

The layout is that of the wheel format, version 1.0 (PEP 427): the program under `NAME.data/scripts`, and a RECORD with the SHA-256
of every file. A static program fits glibc and musl systems; the tags say both.
"""

import base64
import hashlib
import os
import sys
import time
import zipfile
from pathlib import Path

PLATFORMS = {
    "x86_64-unknown-linux-musl": "manylinux_2_17_x86_64.musllinux_1_1_x86_64",
    "aarch64-unknown-linux-musl": "manylinux_2_17_aarch64.musllinux_1_1_aarch64",
}


def main(program, version, target, folder):
    tag = f"py3-none-{PLATFORMS[target]}"
    info = f"kenc-{version}.dist-info"
    readme = Path("README.md").read_text()
    metadata = (
        f"Metadata-Version: 2.1\nName: kenc\nVersion: {version}\n"
        "Summary: Encrypt files, streams and values of config files under keys in AWS KMS, or under age keys\n"
        "License: MIT OR Apache-2.0\nDescription-Content-Type: text/markdown\n\n" + readme
    )
    wheel = "Wheel-Version: 1.0\nGenerator: kenc packaging/wheel.py\nRoot-Is-Purelib: false\n"
    wheel += "".join(f"Tag: py3-none-{platform}\n" for platform in PLATFORMS[target].split("."))
    files = {
        f"kenc-{version}.data/scripts/kenc": (Path(program).read_bytes(), 0o755),
        f"{info}/METADATA": (metadata.encode(), 0o644),
        f"{info}/WHEEL": (wheel.encode(), 0o644),
        f"{info}/licenses/LICENSE-MIT": (Path("LICENSE-MIT").read_bytes(), 0o644),
        f"{info}/licenses/LICENSE-APACHE": (Path("LICENSE-APACHE").read_bytes(), 0o644),
    }
    record = ""
    for name, (data, _) in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(data)}\n"
    record += f"{info}/RECORD,,\n"
    files[f"{info}/RECORD"] = (record.encode(), 0o644)
    # ZIP has no times before 1980.
    date = time.gmtime(max(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), 315532800))[:6]
    path = Path(folder) / f"kenc-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (data, mode) in files.items():
            entry = zipfile.ZipInfo(name, date)
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    print(path)


main(*sys.argv[1:])
