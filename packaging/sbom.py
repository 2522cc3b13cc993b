"""Lists what is in the program for one target, in the form of CycloneDX 1.5, from Cargo.lock.

    python3 packaging/sbom.py TARGET FILE

Only what is compiled into the program is listed: neither build scripts' dependencies nor those of tests. Two runs at the same
commit write the same bytes.
"""

import json
import subprocess
import sys
import tomllib
import uuid
from datetime import datetime, timezone
from os import environ
from pathlib import Path

FEATURES = {"x86_64-pc-windows-gnu": ["--no-default-features", "--features", "cli,ring"]}


def main(target, path):
    words = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    metadata = json.loads(subprocess.check_output(words + FEATURES.get(target, [])))
    checksums = {
        (package["name"], package["version"]): package.get("checksum")
        for package in tomllib.loads(Path("Cargo.lock").read_text())["package"]
    }
    packages = {package["id"]: package for package in metadata["packages"]}
    # An edge of kind null is an ordinary dependency; the others are of build scripts and tests.
    edges = {
        node["id"]: [
            dependency["pkg"]
            for dependency in node["deps"]
            if any(kind["kind"] is None for kind in dependency["dep_kinds"])
        ]
        for node in metadata["resolve"]["nodes"]
    }
    root = metadata["resolve"]["root"]
    reached, waiting = {root}, [root]
    while waiting:
        new = set(edges[waiting.pop()]) - reached
        reached |= new
        waiting += new
    used = sorted(reached, key=lambda of: (packages[of]["name"], packages[of]["version"]))

    def reference(of):
        return f"pkg:cargo/{packages[of]['name']}@{packages[of]['version']}"

    def component(of):
        package = packages[of]
        described = {
            "type": "application" if of == root else "library",
            "bom-ref": reference(of),
            "name": package["name"],
            "version": package["version"],
            "purl": reference(of),
        }
        if package["license"]:
            described["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
        if checksum := checksums[package["name"], package["version"]]:
            described["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        return described

    components = [component(of) for of in used if of != root]
    time = datetime.fromtimestamp(int(environ.get("SOURCE_DATE_EPOCH", "0")), timezone.utc)
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([target, components]))}",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": component(root),
            "properties": [{"name": "target", "value": target}],
        },
        "components": components,
        "dependencies": [
            {"ref": reference(of), "dependsOn": sorted(reference(on) for on in set(edges[of]))} for of in used
        ],
    }
    Path(path).write_text(json.dumps(bom, indent=1) + "\n")


main(*sys.argv[1:])
