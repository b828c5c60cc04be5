// Builds dist/: every file a browser loads, compressed once and committed. The same inputs give the same bytes on
// any machine, so that CI can tell a stale dist/ by a plain diff: no dates, no minifier, and a gzip written in
// JavaScript because the one inside Node differs between Node's versions.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AVAILABLE_CLIENTS } from '@scalar/types/snippetz'
import { gzip } from 'pako'

const here = import.meta.dirname
const dist = join(here, 'dist')
const modules = join(here, 'node_modules')
const scalar = join(modules, '@scalar/api-reference/dist/browser')

// Request samples are shown in these four languages and no others.
const shown = ['shell/curl', 'js/fetch', 'java/okhttp', 'swift/nsurlsession']

const read = (...path) => readFileSync(join(...path), 'utf8')

// Writes one file of dist/. Only the compressed form is kept; the server unpacks it for the rare client without gzip.
const put = (name, text) => writeFileSync(join(dist, name + '.gz'), gzip(text, { level: 9 }))

// Lists what the reference page must hide to leave `shown`. A new release that renames one of the four stops the build.
function hiddenClients() {
  const missing = shown.filter((client) => !AVAILABLE_CLIENTS.includes(client))
  if (missing.length > 0) throw new Error('unknown request sample: ' + missing.join(', '))
  return AVAILABLE_CLIENTS.filter((client) => !shown.includes(client))
}

// Gives the viewer's bundle. The tabs on top of a reference come from a list inside it that no option reaches, so that
// list is replaced; a release without exactly one such list stops the build.
function viewer() {
  const tabs = /\[`shell\/curl`,`ruby\/native`,[^\]]*\]/g
  const bundle = read(scalar, 'standalone.js').replace(/\n?\/\/# sourceMappingURL=\S*\s*$/, '\n')
  if (bundle.match(tabs)?.length !== 1) throw new Error('the list of featured request samples is not where it was')
  return bundle.replace(tabs, JSON.stringify(shown))
}

// Names the npm packages that went into the Scalar bundle, which its source map knows.
function bundled() {
  const names = new Set(['@scalar/api-reference'])
  for (const source of JSON.parse(read(scalar, 'standalone.js.map')).sources) {
    const parts = source.split('node_modules/')
    const inside = parts.length > 1 ? parts.at(-1) : source.replace(/^(\.\.\/)+/, '@scalar/')
    const [scope, name] = inside.split('/')
    const full = scope.startsWith('@') ? scope + '/' + name : scope
    if (existsSync(join(modules, full, 'package.json'))) names.add(full)
  }
  return [...names].sort()
}

// Gives one package's name, version, licence and, where it ships one, the licence's text.
function licence(name) {
  const dir = join(modules, name)
  const { version, license } = JSON.parse(read(dir, 'package.json'))
  const file = readdirSync(dir).sort().find((f) => /^licen[sc]e/i.test(f))
  const text = file ? read(dir, file).replaceAll('\r\n', '\n').trim() : 'The package ships no licence text.'
  return `${name} ${version} (${license})\n\n${text}\n`
}

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)
put('scalar.js', viewer())
put('portal.css', read(here, 'src/portal.css'))
put('portal.js', read(here, 'src/portal.js'))
put('reference.js', read(here, 'src/reference.js').replace('__HIDDEN_CLIENTS__', JSON.stringify(hiddenClients())))
put('icon.svg', read(here, 'src/icon.svg'))
put('licenses.txt', bundled().map(licence).join('\n' + '-'.repeat(80) + '\n\n'))
