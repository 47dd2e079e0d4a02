#!/usr/bin/env python3
"""Checks an evidence package with nothing but Python and the openssl command.

    verify_pack.py [--key published.pub] [--stamp FILE --roots FILE] [--log FILE] [--first FILE] package.wacz      (or -)

--stamp and --log are the files that `evidence get` wrote beside the package: its time stamps (RFC 3161), which openssl
checks against the authorities' certificates --roots (PEM), and the proof that the audit log knows of it. --first is the
finding's first package, which holds the bytes that the package of a later check refers to.

It shares no code with the program that writes packages. Prints one line and ends with 0 when every part holds; names
the first part that does not and ends with 1 otherwise. Without --key nobody knows who signed: the line says so, and the
end is 1, too.
"""

import argparse
import base64
import calendar
import hashlib
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import zlib

WARC, INDEX, PAGES = "archive/data.warc.gz", "indexes/index.cdx", "pages/pages.jsonl"
MANIFEST, SIGNATURE, KEY = "evidence/manifest.json", "evidence/manifest.sig", "evidence/signing_key.pub"
CUSTODY, COVER, PROGRAM = "evidence/custody.jsonl", "evidence/cover.html", "evidence/verify_pack.py"
PACKAGE, DIGEST = "datapackage.json", "datapackage-digest.json"
SIGNED = [WARC, INDEX, PAGES, KEY, CUSTODY, COVER, PROGRAM]
ANSWERS = ("response", "revisit")
REVISIT = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
MEMBERS = SIGNED + [MANIFEST, SIGNATURE, PACKAGE, DIGEST]


class Fault(Exception):
    def __init__(self, part, what):
        super().__init__(f"{part}: {what}")


def require(condition, part, what):
    if not condition:
        raise Fault(part, what)


def within(part, check, *arguments):
    """What check() gives; what it stumbles over is a fault of that part."""
    try:
        return check(*arguments)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise Fault(part, "is not of its format") from None


def zip_headers(name, content, offset, stamp):
    """What stands before a stored file in a ZIP archive, and its line in the directory."""
    name = name.encode()
    common = struct.pack("<HHH4sIIIHH", 20, 0x800, 0, stamp, zlib.crc32(content), len(content), len(content), len(name), 0)
    return (b"PK\3\4" + common + name,
            b"PK\1\2" + struct.pack("<H", 3 << 8 | 20) + common + struct.pack("<HHHII", 0, 0, 0, 0o100600 << 16, offset) + name)


def read_archive(data):
    """The files, in their order: an archive is read and written again, so that no byte of it stands unnoticed."""
    part = "zip archive"
    files, directory, at, changed = {}, b"", 0, None
    while data[at:at + 4] == b"PK\3\4":
        require(len(data) >= at + 30, part, "ends early")
        crc, size, _, name_size = struct.unpack("<IIIH", data[at + 14:at + 28])
        name = data[at + 30:at + 30 + name_size].decode(errors="replace")
        content = data[at + 30 + name_size:at + 30 + name_size + size]
        require(len(content) == size and name not in files, part, f"file {len(files) + 1} is damaged")
        header, line = zip_headers(name, content, at, data[10:14])
        if zlib.crc32(content) != crc:
            # Whether the checksum or the bytes were changed is told by the directory, which holds it, too.
            changed = changed or name
            right, told = struct.pack("<I", zlib.crc32(content)), struct.pack("<I", crc)
            header, line = header.replace(right, told, 1), line.replace(right, told, 1)
        require(data[at:at + len(header)] == header, part, f"the header of file {len(files) + 1} is not as these are")
        files[name] = content
        directory += line
        at += len(header) + size
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(directory), at, 0)
    require(data[at:] == directory + end, part, "its directory is not as these are")
    require(changed is None, changed, "its bytes are not those that its checksum is of")
    require(list(files) == MEMBERS, part, "other files than expected")
    return files


def openssl(*words, **files):
    """Whether openssl agrees; `files` are written where it runs, under their names."""
    with tempfile.TemporaryDirectory() as directory:
        for name, content in files.items():
            pathlib.Path(directory, name).write_bytes(content)
        return subprocess.run(["openssl", *words], cwd=directory, capture_output=True, check=False).returncode == 0


def check_manifest(files, expected_key):
    if expected_key is not None:
        require(files[KEY] == expected_key, KEY, "is not the expected key")
    holds = openssl("pkeyutl", "-verify", "-pubin", "-inkey", "key", "-rawin", "-in", "manifest", "-sigfile", "signature",
                    key=files[KEY], manifest=files[MANIFEST], signature=files[SIGNATURE])
    if not holds:
        # Key, manifest or signature: the package lists the digests of all three.
        for name in (KEY, SIGNATURE):
            require(listed_digest(files, name) == hashlib.sha256(files[name]).hexdigest(), name, "was changed")
        raise Fault(MANIFEST, "openssl does not accept its signature manifest.sig")
    manifest = json.loads(files[MANIFEST])
    require(manifest["format"] == "stillwatch-evidence-2", MANIFEST, "its format is another one")
    require(list(manifest) == sorted(manifest), MANIFEST, "members are not sorted")
    require([file["name"] for file in manifest["files"]] == SIGNED, MANIFEST, "lists other files")
    for file in manifest["files"]:
        content = files[file["name"]]
        require(file["size"] == len(content), file["name"], "its size is not that of the manifest")
        require(file["sha256"] == hashlib.sha256(content).hexdigest(), file["name"], "its SHA-256 is not that of the manifest")
    return manifest


def listed_digest(files, name):
    try:
        listed = {resource["path"]: resource["hash"] for resource in json.loads(files[PACKAGE])["resources"]}
        return listed[name].removeprefix("sha256:")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Fault(PACKAGE, "is damaged") from None


def der_signature(raw):
    def integer(number):
        number = number.lstrip(b"\0") or b"\0"
        number = (b"\0" if number[0] & 0x80 else b"") + number
        return b"\2" + bytes([len(number)]) + number
    both = integer(raw[:48]) + integer(raw[48:])
    return b"\x30" + bytes([len(both)]) + both


def check_list(files):
    package = json.loads(files[PACKAGE])
    require(package["profile"] == "data-package" and package["wacz_version"] == "1.1.1", PACKAGE, "is of another kind")
    require([resource["path"] for resource in package["resources"]] == MEMBERS[:-2], PACKAGE, "lists other files")
    for resource in package["resources"]:
        content = files[resource["path"]]
        require(resource["bytes"] == len(content) and resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest(),
                PACKAGE, f"{resource['path']} is not as it says")
    return package


def check_digest(files, manifest, package):
    digest = json.loads(files[DIGEST])
    told = "sha256:" + hashlib.sha256(files[PACKAGE]).hexdigest()
    signed = digest["signedData"]
    # Who changed the list could not change the signature with it; who changed the digest file hits only itself.
    require(signed["hash"] == told or digest["hash"] != signed["hash"], PACKAGE, "is not the one that was signed")
    require(digest == {"path": PACKAGE, "hash": told, "signedData": signed} and signed["hash"] == told, DIGEST,
            "its hash is not that of datapackage.json")
    require(signed["publicKey"] == manifest["wacz_key"], DIGEST, "its key is not the one that the manifest names")
    require((signed["software"], signed["created"]) == (package["software"], package["created"]), DIGEST,
            "software and time are not those of datapackage.json")
    holds = openssl("dgst", "-sha256", "-verify", "key", "-keyform", "DER", "-signature", "signature", "message",
                    key=base64.b64decode(signed["publicKey"]), message=told.encode(),
                    signature=der_signature(base64.b64decode(signed["signature"], validate=True)))
    require(holds, DIGEST, "openssl does not accept its signature")
    canonical = json.dumps(digest, indent=2, sort_keys=True) + "\n"
    require(canonical.encode() == files[DIGEST], DIGEST, "is not written as these files are")


def warc_records(data):
    """Each record inflated, with the place of its gzip member."""
    offset = 0
    while data:
        inflater = zlib.decompressobj(wbits=31)
        try:
            record = inflater.decompress(data)
        except zlib.error as error:
            raise Fault(WARC, error) from None
        require(inflater.eof, WARC, "a gzip member ends early")
        length = len(data) - len(inflater.unused_data)
        yield record, offset, length
        offset += length
        data = inflater.unused_data


def hex_digest(digits):
    return "sha256:" + base64.b32encode(bytes.fromhex(digits)).decode().rstrip("=")


def digest(data):
    return hex_digest(hashlib.sha256(data).hexdigest())


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
        line, _, rest = body.partition(b"\r\n")
        size = int(line.split(b";")[0], 16)
        if size == 0:
            break
        payload += rest[:size]
        body = rest[size + 2:]
    return payload


def check_record(number, record, offset, length):
    part = f"{WARC}, record {number}"
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
    is_revisit = fields["WARC-Type"] == "revisit"
    require(not is_revisit or fields["WARC-Profile"] == REVISIT and split_head(block)[1] == b"", part, "is no revisit")
    if "WARC-Payload-Digest" in fields and not is_revisit:
        http_head, body = split_head(block)
        # Of HTTP/1 only: there is no chunk framing in HTTP/2.
        if fields["WARC-Protocol"].startswith("http/1") and re.search(
                rb"(?im)^transfer-encoding[ \t]*:.*\bchunked\b", http_head):
            body = without_chunks(body)
        require(fields["WARC-Payload-Digest"] == digest(body), part, "payload digest")
    if fields["WARC-Type"] in ANSWERS:
        fields["status"] = int(block.split(None, 2)[1][:3])
    return {**fields, "offset": offset, "length": length}


def check_index(text, records):
    """Every answer and every certificate chain has its line, and no other has one."""
    told = {}
    lines = text.decode().splitlines()
    require(lines == sorted(lines), INDEX, "is not sorted")
    for line in lines:
        _, timestamp, entry = line.split(" ", 2)
        entry = json.loads(entry)
        told[entry["offset"]] = (entry["url"], entry["length"], timestamp, entry.get("status"), entry.get("digest"),
                                 entry["filename"])
    recorded = {}
    for record in records:
        if record["WARC-Type"] in (*ANSWERS, "resource"):
            status = str(record["status"]) if "status" in record else None
            payload = record.get("WARC-Payload-Digest", ":").split(":")[1] or None
            time = re.sub("[-:T]", "", record["WARC-Date"])[:14]
            recorded[str(record["offset"])] = (record["WARC-Target-URI"], str(record["length"]), time, status, payload,
                                               "data.warc.gz")
    require(told == recorded, INDEX, "does not name the records as they lie in the archive")


def check_same(manifest, picture):
    """Of a later check that found the same bytes: which record of which package holds them."""
    same = manifest.get("check", {}).get("same_as")
    require((same is not None) == (picture["WARC-Type"] == "revisit"), MANIFEST, "check.same_as does not fit the records")
    if same is not None:
        require((same["record"], same["url"], same["started_at"]) == tuple(picture["WARC-Refers-To" + end] for end in
                ("", "-Target-URI", "-Date")), MANIFEST, "check.same_as is not that of the record")
        require(hex_digest(manifest["content_sha256"]) == picture["WARC-Payload-Digest"], MANIFEST,
                "content_sha256 is not that of the record")


def check_fetches(manifest, responses):
    """Addresses, statuses, peers and times of the manifest against those of the records."""
    fetches = [("page_fetch", manifest["page_fetch"]), ("image_fetch", manifest["image_fetch"])]
    fetches += [("part_fetches", fetch) for fetch in manifest.get("part_fetches", [])]
    fetches += [("style_fetches", fetch) for fetch in manifest.get("style_fetches", [])]
    for name, fetch in fetches:
        if fetch is None:
            continue
        chain, responses = responses[:fetch["redirects"] + 1], responses[fetch["redirects"] + 1:]
        require(len(chain) == fetch["redirects"] + 1, MANIFEST, f"{name}: too few responses")
        last = chain[-1]
        for member, recorded in (("url", last["WARC-Target-URI"]), ("status", last["status"]),
                                 ("started_at", last["WARC-Date"]), ("peer_address", last.get("WARC-IP-Address", ""))):
            require(fetch[member] == recorded, MANIFEST, f"{name}.{member} is not that of the record")
        require([(hop["url"], hop["status"]) for hop in fetch["chain"]]
                == [(r["WARC-Target-URI"], r["status"]) for r in chain], MANIFEST, f"{name}.chain is not that of the records")
        if name == "image_fetch":
            check_same(manifest, last)
            chain, picture = chain[:-1], last
        require(all(r["WARC-Type"] == "response" for r in chain), MANIFEST, f"{name}: its bytes are said to be elsewhere")
    require(not responses, WARC, "more responses than the manifest tells of")
    return picture


def package_name(files, manifest):
    return f"{manifest['case']}-{hashlib.sha256(files[MANIFEST]).hexdigest()[:24]}.wacz.age"


def check_first(package, first):
    """What the package of a later check says of the record that holds its bytes, against the package that has it."""
    (files, manifest, _, picture), (first_files, told, _, holder) = package, first
    part = "first package"
    require(picture["WARC-Type"] == "revisit", part, "the check refers to none, it holds its bytes itself")
    require(holder["WARC-Type"] == "response", part, "holds no picture, it refers to another one itself")
    require(files[KEY] == first_files[KEY], part, "is signed with another key")
    for what, found, said in (("name", package_name(first_files, told), manifest["check"]["same_as"]["package"]),
                              ("record", holder["WARC-Record-ID"], picture["WARC-Refers-To"]),
                              ("address", holder["WARC-Target-URI"], picture["WARC-Refers-To-Target-URI"]),
                              ("date", holder["WARC-Date"], picture["WARC-Refers-To-Date"]),
                              ("payload digest", holder.get("WARC-Payload-Digest"), picture["WARC-Payload-Digest"]),
                              ("case", told["case"], manifest["case"])):
        require(found == said, part, f"its {what} is {found}, the check refers to {said}")
    require(holder["WARC-Date"] < picture["WARC-Date"] and told["recorded_at"] <= manifest["recorded_at"], part,
            "is not older than the check")


def check_pages(text, responses):
    header, page = [json.loads(line) for line in text.decode().splitlines()]
    require(header["format"] == "json-pages-1.0", PAGES, "its format is another one")
    require(page["url"] in [r["WARC-Target-URI"] for r in responses], PAGES, "names a page that is not in the archive")


def is_included(leaf, index, size, proof, root):
    """RFC 9162 section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last, told = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            told = hashlib.sha256(b"\1" + sibling + told).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            told = hashlib.sha256(b"\1" + told + sibling).digest()
        at, last = at >> 1, last >> 1
    return last == 0 and told == root


def stamped_time(reply):
    """What the reply says, as seconds since 1970 and as text; the check of its signature comes after."""
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, "reply")
        path.write_bytes(reply)
        said = subprocess.run(["openssl", "ts", "-reply", "-in", path, "-text"], capture_output=True, check=False).stdout
    # In front of this mark stands what nobody signed, in words of whoever made the reply.
    signed = said.split(b"\nTST info:\n")
    times = re.findall(rb"^Time stamp: (\w{3}) +(\d+) (\d+):(\d+):(\d+)(?:\.\d+)? (\d{4}) GMT$", signed[-1], re.MULTILINE)
    if len(signed) != 2 or len(times) != 1:
        return None, None
    found = (None, *times[0])
    month = "JanFebMarAprMayJunJulAugSepOctNovDec".index(found[1].decode()) // 3 + 1
    day, hour, minute, second, year = (int(found[number]) for number in range(2, 7))
    return calendar.timegm((year, month, day, hour, minute, second)), \
        f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"


def check_stamps(text, files, roots):
    """The times at which authorities saw the digest of datapackage.json, and the roots that they stamped."""
    part = "stamp file"
    try:
        told = json.loads(text)
        stamps = [(stamp["authority"], bytes.fromhex(stamp["root"]), stamp["index"], stamp["size"],
                   [bytes.fromhex(one) for one in stamp["proof"]], base64.b64decode(stamp["reply"], validate=True))
                  for stamp in told["stamps"]]
        canonical = json.dumps(told, indent=2, sort_keys=True) + "\n"
        require(told["format"] == "stillwatch-stamp-1" and canonical.encode() == text, part, "is not written as stamp files are")
    except (ValueError, KeyError, TypeError):
        raise Fault(part, "is damaged") from None
    digest_of_list = hashlib.sha256(files[PACKAGE]).digest()
    require(told["datapackage_sha256"] == digest_of_list.hex(), part, "is of another package")
    require(stamps, part, "holds no stamp")
    times = []
    for authority, root, index, size, proof, reply in stamps:
        part = f"time stamp of {authority}"
        require(is_included(hashlib.sha256(b"\0" + digest_of_list).digest(), index, size, proof, root), part,
                "its proof does not lead from the package to what was stamped")
        seconds, time = stamped_time(reply)
        require(time, part, "is no reply of a time authority")
        # The chain must have held at the time of the stamp, so that it holds for ever.
        holds = openssl("ts", "-verify", "-digest", root.hex(), "-in", "reply", "-CAfile", "roots", "-attime", str(seconds),
                        reply=reply, roots=roots)
        require(holds, part, "openssl does not accept it")
        times.append(f"{time} by {authority}")
    return times, [stamp[1].hex() for stamp in stamps]


def check_log(text, files, manifest, stamped_roots):
    """That a line of the audit log, whose root the organisation signed, speaks of this package."""
    part = "audit log"
    try:
        proof = json.loads(text)
        entry, index, path, note = proof["entry"], proof["index"], [bytes.fromhex(one) for one in proof["proof"]], proof["checkpoint"]
        body, _, signature = note.rpartition("\n\n")
        origin, size, root = body.split("\n")
        dash, name, signed = signature.removesuffix("\n").split(" ")
        signed, root, size, line = base64.b64decode(signed, validate=True), base64.b64decode(root, validate=True), int(size), json.loads(entry)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Fault(part, "is no proof of a line") from None
    require(dash == "\u2014" and name == origin == f"stillwatch/{manifest['signing_key_id']}", part, "is another organisation's")
    holds = openssl("pkeyutl", "-verify", "-pubin", "-inkey", "key", "-rawin", "-in", "note", "-sigfile", "signature",
                    key=files[KEY], note=(body + "\n").encode(), signature=signed[4:])
    require(holds, part, "openssl does not accept the signature of its checkpoint")
    require(is_included(hashlib.sha256(b"\0" + entry.encode()).digest(), index, size, path, root), part,
            "the line does not stand in the log of its checkpoint")
    about = {"evidence.stamp": any(line["object"].startswith(f"root={root} ") for root in stamped_roots),
             "evidence.get": line["object"] == package_name(files, manifest)}
    require(about.get(line["action"], False), part, "the line that is proven does not speak of this package")


def check(data, expected_key):
    files = read_archive(data)
    manifest = within(MANIFEST, check_manifest, files, expected_key)
    package = within(PACKAGE, check_list, files)
    within(DIGEST, check_digest, files, manifest, package)
    records = [within(WARC, check_record, n + 1, *record) for n, record in enumerate(warc_records(files[WARC]))]
    types = [record["WARC-Type"] for record in records]
    responses = [record for record in records if record["WARC-Type"] in ANSWERS]
    require(types[:1] == ["warcinfo"] and responses, WARC, "kinds of records")
    picture = within(MANIFEST, check_fetches, manifest, responses)
    within(INDEX, check_index, files[INDEX], records)
    within(PAGES, check_pages, files[PAGES], responses)
    return files, manifest, types, picture


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--key", help="public key (PEM) that must have signed")
    parser.add_argument("file", nargs="?", default="-")
    parser.add_argument("--stamp", help="the file of its time stamps")
    parser.add_argument("--roots", help="certificates (PEM) that those of the time authorities lead to")
    parser.add_argument("--log", help="the proof that a line of the audit log speaks of it")
    parser.add_argument("--first", help="of a later check: the finding's first package")
    options = parser.parse_args()
    if options.stamp and not options.roots:
        parser.error("--stamp needs --roots: nobody else's certificates count")
    data = sys.stdin.buffer.read() if options.file == "-" else pathlib.Path(options.file).read_bytes()
    key = pathlib.Path(options.key).read_bytes() if options.key else None
    try:
        package = files, manifest, types, _ = check(data, key)
        if options.first:
            try:
                first = check(pathlib.Path(options.first).read_bytes(), key)
            except Fault as fault:
                raise Fault("first package", fault) from None
            within("first package", check_first, package, first)
        times, roots = [], []
        if options.stamp:
            times, roots = check_stamps(pathlib.Path(options.stamp).read_bytes(), files, pathlib.Path(options.roots).read_bytes())
        if options.log:
            check_log(pathlib.Path(options.log).read_text(), files, manifest, roots)
    except Fault as fault:
        print(fault, file=sys.stderr)
        return 1
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        print(f"package: a part of it is not of its format ({error!r})", file=sys.stderr)
        return 1
    told = f"case {manifest['case']} key {manifest['signing_key_id']} warc records {len(types)}"
    told += "".join(f"; time stamp {time}" for time in times) + ("; in the audit log" if options.log else "")
    told += "; its bytes are in the first package" if options.first else ""
    if key is None:
        print(f"unproven {told}: every part holds, but without --key nobody knows who signed")
        return 1
    print(f"ok {told}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
