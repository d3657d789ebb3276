// Parses each query of the dashboard and of the alert rules as Prometheus does.
import { parser } from '@prometheus-io/lezer-promql'
import { readFileSync } from 'node:fs'

const dashboard = JSON.parse(readFileSync('operations/grafana-dashboard.json', 'utf8'))
const rules = readFileSync('operations/prometheus-rules.yml', 'utf8')
const queries = [
  ...dashboard.panels.flatMap((panel) => panel.targets ?? []).map((target) => target.expr),
  // An expression is on the line of its key, or folded: on the deeper lines below.
  ...[...rules.matchAll(/^( +)expr: (?:>\n((?:\1 +.*\n)+)|(.*)\n)/gm)].map((rule) => rule[2] ?? rule[3])
].map((query) => query.replaceAll('$__rate_interval', '5m').trim())

const alerts = [...rules.matchAll(/- alert:/g)].length
const errors = []
if (queries.length < alerts + 20) {
  errors.push(`only ${queries.length} queries were found`)
}
for (const query of queries) {
  parser.parse(query).iterate({
    enter: (node) => {
      if (node.type.isError) {
        errors.push(`${query}\n    is wrong at: ${query.slice(node.from)}`)
      }
    }
  })
}
if (errors.length > 0) {
  console.error(['Prometheus cannot read these queries:', ...errors].join('\n  '))
  process.exit(1)
}
console.log(`${queries.length} queries parsed`)
