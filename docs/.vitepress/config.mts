// The site of docs/: ./mvnw -Pdocs package writes it to target/site. The pages are plain Markdown, which a repository page shows too.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withMermaid } from 'vitepress-plugin-mermaid'

const docs = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const repository = 'https://github.com/reactive-tracker/reactive-tracker'

// The order of the pages in the sidebar. A page of a folder that is not listed comes after those that are.
const sections: [string, string[]][] = [
  ['Getting started', ['getting-started/index', 'getting-started/reactor', 'getting-started/rxjava', 'getting-started/mutiny',
    'getting-started/plain-java', 'getting-started/spring-boot', 'getting-started/kotlin', 'getting-started/*']],
  ['Concepts', ['concepts/index', 'concepts/tracker', 'concepts/token', 'concepts/wait', 'concepts/cancellation',
    'concepts/groups', 'concepts/admission', 'concepts/error-policy', 'concepts/shutdown', 'concepts/recorder',
    'concepts/lease', 'concepts/*']],
  ['Recipes', ['recipes/index', 'recipes/*']],
  ['Operations', ['operations/index', 'spring-boot', 'kubernetes', 'metrics', 'recorder-redis',
    'operations/drain-hangs', 'operations/*']],
  ['Migration', ['migration/index', 'migration/*']],
  ['Reference', ['troubleshooting', 'faq', 'glossary', 'guarantees', 'verification', 'performance', 'api']]
]

function title(page: string): string {
  const heading = readFileSync(join(docs, page + '.md'), 'utf8').match(/^# (.+)$/m)
  return heading ? heading[1].replaceAll('`', '') : page
}

function sidebar() {
  const listed = new Set(sections.flatMap(([, pages]) => pages))
  return sections.map(([text, pages]) => ({
    text,
    collapsed: false,
    items: pages
      .flatMap((page) => page.endsWith('/*') ? others(page.slice(0, -2), listed) : [page])
      .filter((page) => existsSync(join(docs, page + '.md')))
      .map((page) => ({ text: page.endsWith('/index') ? 'Overview' : title(page), link: '/' + page }))
  })).filter((section) => section.items.length > 0)
}

function others(folder: string, listed: Set<string>): string[] {
  if (!existsSync(join(docs, folder))) {
    return []
  }
  return readdirSync(join(docs, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => folder + '/' + file.slice(0, -3))
    .filter((page) => !listed.has(page))
    .sort()
}

// A link to a file outside of docs/, such as ../README.md, works on a repository page. On the site it leads there.
// A link to the Javadoc leaves the pages.
function repositoryLinks(markdown: any) {
  markdown.core.ruler.push('repository-links', (state: any) => {
    for (const token of state.tokens.flatMap((block: any) => block.children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (href && href.startsWith('/javadoc/')) {
        // Not a page of VitePress: without a target its router would look for one.
        token.attrSet('target', '_self')
      }
      if (href && href.startsWith('../')) {
        const [path, anchor] = href.split('#')
        const file = resolve(docs, dirname(state.env.relativePath ?? ''), path)
        const inside = relative(docs, file)
        if (inside.startsWith('..')) {
          if (!existsSync(file)) {
            throw new Error(state.env.relativePath + ': no file at ' + href)
          }
          token.attrSet('href', repository + '/blob/main/' + relative(resolve(docs, '..'), file)
            + (anchor ? '#' + anchor : ''))
        }
      }
    }
  })
}

// Languages that the highlighter does not know.
function plainFences(markdown: any) {
  markdown.core.ruler.push('plain-fences', (state: any) => {
    for (const token of state.tokens) {
      if (token.type === 'fence' && token.info.trim() === 'prometheus') {
        token.info = 'text'
      }
    }
  })
}

export default withMermaid({
  title: 'Reactive Tracker',
  description: 'Knows what is still running, and waits for it to end.',
  lang: 'en',
  // No icon. Without this line a browser asks for /favicon.ico.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  cleanUrls: false,
  // The path that the site is served from, with a slash at both ends.
  base: process.env.DOCS_BASE ?? '/',
  outDir: '../target/site',
  cacheDir: '../target/vitepress-cache',
  // Javadoc is added after the pages are built. .vitepress/check.mjs checks all links of the finished site.
  ignoreDeadLinks: [/^\/javadoc\//],
  lastUpdated: false,
  markdown: {
    config: (markdown) => {
      repositoryLinks(markdown)
      plainFences(markdown)
    }
  },
  mermaid: { theme: 'neutral' },
  vite: {
    build: { chunkSizeWarningLimit: 4000 },
    // Diagrams are drawn in the browser by code that is part of the site.
    optimizeDeps: { include: ['mermaid'] }
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Getting started', link: '/getting-started/index' },
      { text: 'Recipes', link: '/recipes/index' },
      { text: 'Troubleshooting', link: '/troubleshooting' },
      { text: 'Javadoc', link: '/javadoc/index.html', target: '_self' }
    ].filter((item) => item.link.startsWith('/javadoc') || existsSync(join(docs, item.link + '.md'))),
    sidebar: sidebar(),
    socialLinks: [{ icon: 'github', link: repository }],
    footer: { message: 'Apache License 2.0' }
  }
})
