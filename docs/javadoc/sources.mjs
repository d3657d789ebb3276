// Writes the list of sources that have public API. Without module-info, so that all modules are documented in one.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const modules = ['core', 'recorder', 'reactor', 'rxjava', 'mutiny', 'kotlin', 'redis', 'micrometer', 'spring-boot-starter', 'live', 'test', 'junit']
const folders = modules.flatMap((name) => [`../tracker-${name}/src/main/java`, `../tracker-${name}/src/fixtures/java`])

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? entry.name === 'internal' ? [] : sources(join(folder, entry.name))
      : entry.name.endsWith('.java') && entry.name !== 'module-info.java' ? [join(folder, entry.name)] : [])
}

function exists(folder) {
  try {
    readdirSync(folder)
    return true
  } catch {
    return false
  }
}

mkdirSync('target', { recursive: true })
writeFileSync('target/javadoc-sources', folders.filter(exists).flatMap(sources).join('\n') + '\n')
