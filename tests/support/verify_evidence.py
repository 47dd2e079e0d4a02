#!/usr/bin/env python3
"""Checks an evidence package with nothing but Python and the openssl command.

    age -d -i identity package.tar.age | verify_evidence.py [--key signing_key.pub] [-]
    verify_evidence.py package.tar

It shares no code with the program that writes packages. Prints one line and ends with 0 when every part holds;
names the first part that does not and ends with 1 otherwise. The format is docs/formats/evidence.md.
"""

import argparse
import base64
import hashlib
import io
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zlib

MEMBERS = ["manifest.json", "manifest.sig", "signing_key.pub", "data.warc.gz"]


class Fault(Exception):
    def __init__(self, part, what):
        super().__init__(f"{part}: {what}")


def require(condition, part, what):
    if not condition:
        raise Fault(part, what)


def read_archive(data):
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            members = archive.getmembers()
            require([m.name for m in members] == MEMBERS, "tar archive", "other files than expected")
            require(all(m.isreg() for m in members), "tar archive", "something that is no plain file")
            return {m.name: archive.extractfile(m).read() for m in members}, members[0].mtime
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise Fault("tar archive", error)


def check_signature(files):
    with tempfile.TemporaryDirectory() as directory:
        for name in MEMBERS[:3]:
            pathlib.Path(directory, name).write_bytes(files[name])
        result = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "signing_key.pub", "-rawin",
             "-in", "manifest.json", "-sigfile", "manifest.sig"],
            cwd=directory, capture_output=True, check=False)
    require(result.returncode == 0, "manifest.json", "openssl does not accept its signature manifest.sig")


def warc_records(data):
    while data:
        inflater = zlib.decompressobj(wbits=31)
        try:
            record = inflater.decompress(data)
        except zlib.error as error:
            raise Fault("data.warc.gz", error)
        require(inflater.eof, "data.warc.gz", "a gzip member ends early")
        yield record
        data = inflater.unused_data


def digest(data):
    return "sha256:" + base64.b32encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def split_head(block):
    """The HTTP head, which ends with the first line that begins with CR or LF, and the body."""
    end = 0
    while end < len(block):
        line_end = block.find(b"\n", end) + 1 or len(block)
        ends_head = block[end:end + 1] in (b"\r", b"\n")
        end = line_end
        if ends_head:
            break
    return block[:end], block[end:]


def without_chunks(body):
    payload = b""
    while body:
        line, found, rest = body.partition(b"\r\n")
        size = int(line.split(b";")[0], 16)
        if size == 0:
            break
        payload += rest[:size]
        body = rest[size + 2:]
    return payload


def check_record(number, record):
    part = f"data.warc.gz, record {number}"
    head, found, block = record.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    require(found and lines[0] == "WARC/1.1", part, "no WARC/1.1 head")
    fields = dict(line.split(": ", 1) for line in reversed(lines[1:]))
    for name in ("WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length"):
        require(name in fields, part, f"no {name}")
    require(block.endswith(b"\r\n\r\n"), part, "no blank lines at its end")
    block = block[:-4]
    require(int(fields["Content-Length"]) == len(block), part, "Content-Length")
    require(fields["WARC-Block-Digest"] == digest(block), part, "block digest")
    if "WARC-Payload-Digest" in fields:
        http_head, body = split_head(block)
        # Of HTTP/1 only: there is no chunk framing in HTTP/2.
        if fields["WARC-Protocol"].startswith("http/1") and re.search(
                rb"(?im)^transfer-encoding[ \t]*:.*\bchunked\b", http_head):
            body = without_chunks(body)
        require(fields["WARC-Payload-Digest"] == digest(body), part, "payload digest")
    if fields["WARC-Type"] == "response":
        fields["status"] = int(block.split(None, 2)[1][:3])
    return fields


def check_fetches(manifest, responses):
    """Addresses, statuses, peers and times of the manifest against those of the records."""
    part = "manifest.json"
    for name in ("page_fetch", "image_fetch"):
        fetch = manifest[name]
        if fetch is None:
            continue
        chain, responses = responses[:fetch["redirects"] + 1], responses[fetch["redirects"] + 1:]
        require(len(chain) == fetch["redirects"] + 1, part, f"{name}: too few responses")
        last = chain[-1]
        for member, recorded in (("url", last["WARC-Target-URI"]), ("status", last["status"]),
                                 ("started_at", last["WARC-Date"]), ("peer_address", last.get("WARC-IP-Address", ""))):
            require(fetch[member] == recorded, part, f"{name}.{member} is not that of the record")
        told = fetch.get("chain", [{"url": r["WARC-Target-URI"], "status": r["status"]} for r in chain])
        require([(hop["url"], hop["status"]) for hop in told] == [(r["WARC-Target-URI"], r["status"]) for r in chain],
                part, f"{name}.chain is not that of the records")
    require(not responses, "data.warc.gz", "more responses than the manifest tells of")


def check(data, expected_key):
    files, modified = read_archive(data)
    if expected_key is not None:
        require(files["signing_key.pub"] == expected_key, "signing_key.pub", "is not the expected key")
    check_signature(files)
    manifest = json.loads(files["manifest.json"])
    require(manifest["format"] == "stillwatch-evidence-1", "manifest.json", "format")
    require(list(manifest) == sorted(manifest), "manifest.json", "members are not sorted")
    listed = {file["name"]: file for file in manifest["files"]}
    require(sorted(listed) == ["data.warc.gz", "signing_key.pub"], "manifest.json", "list of files")
    for name, file in listed.items():
        require(file["size"] == len(files[name]), name, "size")
        require(file["sha256"] == hashlib.sha256(files[name]).hexdigest(), name, "SHA-256")
    records = [check_record(n + 1, r) for n, r in enumerate(warc_records(files["data.warc.gz"]))]
    types = [record["WARC-Type"] for record in records]
    check_fetches(manifest, [record for record in records if record["WARC-Type"] == "response"])
    require(types[:1] == ["warcinfo"] and "response" in types, "data.warc.gz", "kinds of records")
    return manifest, types


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--key", help="public key (PEM) that must have signed")
    parser.add_argument("file", nargs="?", default="-")
    options = parser.parse_args()
    data = sys.stdin.buffer.read() if options.file == "-" else pathlib.Path(options.file).read_bytes()
    key = pathlib.Path(options.key).read_bytes() if options.key else None
    try:
        manifest, types = check(data, key)
    except Fault as fault:
        print(fault, file=sys.stderr)
        return 1
    print(f"ok case {manifest['case']} key {manifest['signing_key_id']} warc records {len(types)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
