"""Verifies every DKIM signature of a message with dkimpy, DNS taken from `mini-mta dns --format json`.

usage: verify.py MESSAGE RECORDS.json      prints one line per signature: a= d= s= pass|fail
"""
import json
import sys

import dkim

message = open(sys.argv[1], "rb").read()
records = {}
for record in json.load(open(sys.argv[2]))["records"]:
    if record["type"] == "TXT":
        records[record["name"].rstrip(".").lower()] = "".join(record["strings"]).encode()


def txt(name, timeout=5):
    name = name.decode() if isinstance(name, bytes) else name
    return records.get(name.rstrip(".").lower())


verifier = dkim.DKIM(message, minkey=1024)
count = sum(1 for name, _ in verifier.headers if name.lower() == b"dkim-signature")
for index in range(count):
    verifier = dkim.DKIM(message, minkey=1024)
    ok = verifier.verify(idx=index, dnsfunc=txt)
    fields = {k.decode(): v.decode() for k, v in verifier.signature_fields.items()}
    print(f"a={fields['a']} d={fields['d']} s={fields['s']}", "pass" if ok else "fail")
