// Reads a WARC file with warcio and checks what it finds: read_warc.mjs FILE. Prints one JSON object a record:
// type, id, uri, ip, protocols, status, the names of HTTP headers, and whether the digests fit. Ends with 1 on any
// record that warcio cannot read or whose digests differ.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { WARCParser } from "warcio";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function digest(bytes) {
    const hash = createHash("sha256").update(bytes).digest();
    const bits = [...hash].map((byte) => byte.toString(2).padStart(8, "0")).join("");
    const groups = bits.match(/.{1,5}/g).map((group) => alphabet[parseInt(group.padEnd(5, "0"), 2)]);
    return "sha256:" + groups.join("");
}

async function blocks(path) {
    const list = [];
    const parser = new WARCParser(createReadStream(path), { parseHttp: false });
    for await (const record of parser) list.push(await record.readFully(false));
    return list;
}

let fine = true;
const raw = await blocks(process.argv[2]);
const parser = new WARCParser(createReadStream(process.argv[2]));
let index = 0;
for await (const record of parser) {
    const payload = await record.readFully(true); // without chunk framing; also without content encoding, if any
    const header = (name) => record.warcHeader(name) ?? null;
    const found = {
        type: record.warcType,
        id: header("WARC-Record-ID"),
        uri: record.warcTargetURI ?? null,
        concurrent: header("WARC-Concurrent-To"),
        date: record.warcDate,
        ip: header("WARC-IP-Address"),
        protocols: header("WARC-Protocol"),
        cipher: header("WARC-Cipher-Suite"),
        truncated: header("WARC-Truncated"),
        contentType: record.warcContentType,
        offset: parser.offset,
        refersToUrl: record.warcRefersToTargetURI ?? null,
        refersToDate: record.warcRefersToDate ?? null,
        status: record.warcType === "response" || record.warcType === "revisit" ? record.httpHeaders.statusCode : null,
        blockDigest: header("WARC-Block-Digest") === digest(raw[index]),
        // That of a revisit is of bytes that another record holds.
        payloadDigest: header("WARC-Payload-Digest") === null || record.warcType === "revisit" || header("WARC-Payload-Digest") === digest(payload),
        payloadSize: payload.length,
    };
    fine = fine && found.blockDigest && found.payloadDigest;
    console.log(JSON.stringify(found));
    index += 1;
}
process.exit(fine && index === raw.length && index > 0 ? 0 : 1);
