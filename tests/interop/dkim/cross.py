"""Verifies with dkimpy what we signed, and signs with dkimpy what we shall verify.

usage: cross.py FOLDER        FOLDER holds keys.json, rsa.pem, ed25519.seed and ours/, plain/, theirs/

Prints one line per signature of ours: FILE a=ALGORITHM pass|fail. Writes theirs/ from plain/: each
message once per algorithm, the canonical forms in turn.
"""
import itertools
import json
import pathlib
import sys

import dkim

folder = pathlib.Path(sys.argv[1])
records = {name: text.encode() for name, text in json.loads((folder / "keys.json").read_text()).items()}
keys = {
    b"rsa-sha256": (b"rsa", (folder / "rsa.pem").read_bytes()),
    b"ed25519-sha256": (b"ed25519", (folder / "ed25519.seed").read_bytes()),
}
forms = itertools.cycle(itertools.product([b"simple", b"relaxed"], repeat=2))


def txt(name, timeout=5):
    name = name.decode() if isinstance(name, bytes) else name
    return records.get(name.rstrip(".").lower())


for path in sorted((folder / "ours").iterdir()):
    message = path.read_bytes()
    for index in (0, 1):
        verifier = dkim.DKIM(message)
        try:
            verdict = "pass" if verifier.verify(idx=index, dnsfunc=txt) else "fail"
        except dkim.DKIMException as e:
            verdict = f"fail: {e}"
        print(path.name, f"a={verifier.signature_fields[b'a'].decode()}", verdict)

for path, pair in zip(sorted((folder / "plain").iterdir()), forms):
    message = path.read_bytes()
    for algorithm, (selector, key) in keys.items():
        field = dkim.sign(message, selector, b"peer.example", key, canonicalize=pair, signature_algorithm=algorithm)
        (folder / "theirs" / f"{path.stem}-{selector.decode()}.eml").write_bytes(field + message)
