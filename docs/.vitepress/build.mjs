// Builds the pages, and fails if VitePress warns of anything.
import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`The site needs Node 20 or newer, but this is ${process.version}: install a newer one.`)
  process.exit(1)
}
const build = spawnSync(process.execPath, ['node_modules/vitepress/bin/vitepress.js', 'build'], {
  encoding: 'utf8',
  env: { ...process.env, NO_COLOR: '1' }
})
const output = build.stdout + build.stderr
console.log(output)
const warnings = output.split('\n').filter((line) => /warn|deprecat|not loaded|dead link/i.test(line))
if (build.status !== 0 || warnings.length > 0) {
  console.error(['The pages were not built without a warning:', ...warnings].join('\n  '))
  process.exit(1)
}
// Files that a page links to, beside the page as in the repository.
cpSync('kubernetes', '../target/site/kubernetes', { recursive: true })
for (const file of ['grafana-dashboard.json', 'prometheus-rules.yml']) {
  cpSync(`operations/${file}`, `../target/site/operations/${file}`)
}
