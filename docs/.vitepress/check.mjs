// Checks the finished site: each link within it leads to a page and an anchor, and no page loads anything from elsewhere.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const site = resolve(dirname(fileURLToPath(import.meta.url)), '../../target/site')
const base = process.env.DOCS_BASE ?? '/'
const errors = []
const anchorsOf = new Map()

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const file = join(folder, name)
    return statSync(file).isDirectory() ? files(file) : [file]
  })
}

function unescape(text) {
  return text.replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"')
}

function anchors(file) {
  if (!anchorsOf.has(file)) {
    const html = readFileSync(file, 'utf8')
    anchorsOf.set(file, new Set([...html.matchAll(/\s(?:id|name)="([^"]+)"/g)].map((match) => unescape(match[1]))))
  }
  return anchorsOf.get(file)
}

for (const style of files(site).filter((file) => file.endsWith('.css'))) {
  for (const [loaded] of readFileSync(style, 'utf8').matchAll(/(?:url\(|@import)\s*["']?(?:https?:)?\/\/[^\s)"';]+/g)) {
    errors.push(`${relative(site, style)}: loads ${loaded}`)
  }
}
const pages = files(site).filter((file) => file.endsWith('.html'))
let links = 0
for (const page of pages) {
  const html = readFileSync(page, 'utf8')
  const where = relative(site, page)
  for (const [, tag, attributes] of html.matchAll(/<(script|img|link|iframe|source)\b([^>]*)>/g)) {
    const address = attributes.match(/\s(?:src|href)="([^"]+)"/)?.[1]
    if (address && /^(https?:)?\/\//.test(address)) {
      errors.push(`${where}: <${tag}> loads ${address}`)
    }
  }
  // Of Javadoc's pages only the links to pages are checked: its tool has checked those between members.
  for (const [, href] of html.matchAll(/<a\b[^>]*\shref="([^"]+)"/g)) {
    const [path, anchor] = unescape(href).split('#')
    if (/^[a-z]+:/.test(path) || path.startsWith('//')) {
      continue
    }
    links++
    let target = path === '' ? page
      : path.startsWith(base) ? join(site, path.slice(base.length)) : resolve(dirname(page), path)
    target = decodeURIComponent(target)
    if (existsSync(target) && statSync(target).isDirectory()) {
      target = join(target, 'index.html')
    } else if (!existsSync(target) && existsSync(target + '.html')) {
      target += '.html'
    }
    if (!existsSync(target)) {
      errors.push(`${where}: no page at ${href}`)
    } else if (anchor && target.endsWith('.html') && !where.startsWith('javadoc')
        && !anchors(target).has(decodeURIComponent(anchor))) {
      errors.push(`${where}: no anchor at ${href}`)
    }
  }
}
console.log(`${pages.length} pages and ${links} links within the site were checked`)
if (errors.length > 0) {
  console.error([...new Set(errors)].join('\n'))
  process.exit(1)
}
