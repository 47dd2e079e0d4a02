// What ReplayWeb.page shows of a package, in Chromium: one JSON object with the text of the page and its pictures.
//     node show.mjs PACKAGE.wacz PAGE_ADDRESS SCREENSHOT.png
// Chromium reaches nothing but this program: what is shown came out of the package.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'

const [archive, address, screenshot] = process.argv.slice(2)
const browser = '/usr/bin/chromium-headless-shell'
// Milliseconds until what is shown is complete: a machine under load needs a while for a browser.
const patience = 60_000
const replay = (name) => readFileSync(new URL(`./node_modules/replaywebpage/${name}`, import.meta.url))
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')

const files = {
  '/': ['text/html', Buffer.from(`<!doctype html><html><head><script src="/ui.js"></script></head><body style="margin:0">
<replay-web-page style="height:95vh;display:block" source="/package.wacz" replayBase="/replay/" url="${escaped(address)}">
</replay-web-page></body></html>`)],
  '/ui.js': ['text/javascript', replay('ui.js')],
  '/replay/sw.js': ['text/javascript', replay('sw.js')],
  '/package.wacz': ['application/wacz', readFileSync(archive)]
}
const server = http.createServer((request, response) => {
  const file = files[new URL(request.url, 'http://here/').pathname]
  if (!file) return response.writeHead(404).end()
  response.writeHead(200, { 'Content-Type': file[0], 'Content-Length': file[1].length })
  response.end(request.method === 'HEAD' ? undefined : file[1])
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${server.address().port}`

// Asked of every document that the page holds, in shadow trees and frames: the one that the replay program made of `address`.
const question = `(() => {
  const documents = []
  const visit = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) visit(element.shadowRoot)
      if (element.tagName === 'IFRAME' && element.contentDocument) {
        documents.push(element.contentDocument)
        visit(element.contentDocument)
      }
    }
  }
  visit(document)
  const shown = documents.find((each) => each.location.href.endsWith('/' + ${JSON.stringify(address)}) && each.readyState === 'complete')
  return shown && JSON.stringify({
    text: shown.body.innerText,
    pictures: [...shown.images].map((each) => ({ src: each.src, width: each.naturalWidth, height: each.naturalHeight, complete: each.complete }))
  })
})()`

// The browser's own protocol, over two pipes.
class Browser {
  constructor (profile) {
    const isRoot = process.getuid() === 0 // its sandbox is not for root; all it reads here is ours
    this.process = spawn(browser, [...(isRoot ? ['--no-sandbox'] : []), '--disable-gpu', '--remote-debugging-pipe', '--window-size=1200,900',
      `--user-data-dir=${profile}`, '--proxy-server=127.0.0.1:9', `--proxy-bypass-list=<-loopback>;127.0.0.1:${server.address().port}`],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
    this.failed = new Promise((resolve, reject) => {
      this.process.on('error', () => reject(new Error(`${browser} is not installed: Debian's chromium-headless-shell`)))
      this.process.on('exit', (code, signal) => reject(new Error(`${browser} ended: ${code ?? signal}`)))
    })
    this.failed.catch(() => {})
    this.waiting = new Map()
    this.last = 0
    let rest = ''
    this.process.stdio[4]?.on('data', (chunk) => {
      const messages = (rest + chunk).split('\0')
      rest = messages.pop()
      for (const message of messages.map((each) => JSON.parse(each))) {
        if (message.id) this.waiting.get(message.id)(message)
      }
    })
    this.process.stdio[3]?.on('error', () => {}) // told by `failed`
  }

  async ask (method, params = {}) {
    const id = ++this.last
    const answer = new Promise((resolve) => this.waiting.set(id, resolve))
    this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId: this.session }) + '\0')
    const message = await Promise.race([answer, this.failed])
    if (message.error) throw new Error(`${method}: ${message.error.message}`)
    return message.result
  }

  async close () {
    if (this.process.pid === undefined || this.process.exitCode !== null) return
    const ended = new Promise((resolve) => this.process.on('exit', resolve))
    this.process.kill()
    await ended
  }
}

const profile = mkdtempSync(path.join(tmpdir(), 'replay-'))
const chromium = new Browser(profile)
let failure
try {
  const { targetId } = await chromium.ask('Target.createTarget', { url: origin + '/' })
  chromium.session = (await chromium.ask('Target.attachToTarget', { targetId, flatten: true })).sessionId
  let shown
  for (const until = Date.now() + patience; !shown?.pictures.every((each) => each.complete);) {
    if (Date.now() > until) throw new Error(`ReplayWeb.page did not show ${address}: ${JSON.stringify(shown)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
    const { result } = await chromium.ask('Runtime.evaluate', { expression: question })
    if (result.value) shown = JSON.parse(result.value)
  }
  const { data } = await chromium.ask('Page.captureScreenshot')
  writeFileSync(screenshot, Buffer.from(data, 'base64'))
  console.log(JSON.stringify(shown))
} catch (error) {
  failure = error
}
await chromium.close()
server.close()
server.closeAllConnections()
rmSync(profile, { recursive: true, force: true })
if (failure) console.error(failure.message)
process.exit(failure ? 1 : 0) // whatever pipes are left open
