// What programs that are not ours say of a WACZ file, unpacked into a folder: one JSON object.
//     node check_wacz.mjs FOLDER
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { webcrypto } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { WACZ } from '@harvard-lil/js-wacz'

const folder = process.argv[2]
const read = (name) => readFileSync(path.join(folder, name))

// As ReplayWeb.page does it: WebCrypto, the key as SubjectPublicKeyInfo, the signature as r and s.
const { hash, signedData } = JSON.parse(read('datapackage-digest.json'))
const key = await webcrypto.subtle.importKey('spki', Buffer.from(signedData.publicKey, 'base64'),
  { name: 'ECDSA', namedCurve: 'P-384' }, true, ['verify'])
const isSigned = await webcrypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key,
  Buffer.from(signedData.signature, 'base64'), new TextEncoder().encode(hash))

const warcio = new URL('./node_modules/warcio/dist/cli.js', import.meta.url).pathname
const cdxj = execFileSync('node', [warcio, 'cdx-index', path.join(folder, 'archive/data.warc.gz')]).toString()

// Packed anew by js-wacz out of the WARC file alone.
const out = mkdtempSync(path.join(tmpdir(), 'wacz-'))
const archive = new WACZ({ input: path.join(folder, 'archive/data.warc.gz'), output: path.join(out, 'again.wacz'), log: false })
await archive.process()
execFileSync('python3', ['-m', 'zipfile', '-e', path.join(out, 'again.wacz'), path.join(out, 'again')])
const read_again = (name) => readFileSync(path.join(out, 'again', name))
const again = JSON.parse(read_again('datapackage.json'))
const ours = JSON.parse(read('datapackage.json'))

// js-wacz tells its progress on standard output, too: this is the last line.
console.log(JSON.stringify({
  isSigned,
  cdxj: cdxj.split('\n').filter(Boolean).sort(),
  profile: [ours.profile, again.profile],
  wacz_version: [ours.wacz_version, again.wacz_version],
  isSameWarc: read('archive/data.warc.gz').equals(read_again('archive/data.warc.gz')),
  isSameIndex: read('indexes/index.cdx').equals(read_again('indexes/index.cdx'))
}))
rmSync(out, { recursive: true })
process.exit(0)
