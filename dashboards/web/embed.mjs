// node embed.mjs DIST OUTPUT: the built files as C++ string literals for dashboards/assets.hpp.
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { extname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const [dist, output] = process.argv.slice(2)
const limit = 1024 * 1024 // of everything, gzipped

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? files(path) : [path]
  })
}

// Three octal digits, always: a digit that follows cannot be taken for a fourth.
function literal(bytes) {
  const lines = []
  for (let at = 0; at < bytes.length; at += 4096) {
    let line = ''
    for (const byte of bytes.subarray(at, at + 4096)) {
      const plain = byte >= 32 && byte < 127 && byte !== 34 && byte !== 92 && byte !== 63
      line += plain ? String.fromCharCode(byte) : '\\' + byte.toString(8).padStart(3, '0')
    }
    lines.push(`    "${line}"`)
  }
  return lines.length ? lines.join('\n') : '    ""'
}

let total = 0
const found = files(dist).sort().map((file) => {
  const type = types[extname(file)]
  if (!type) throw new Error(`embed: '${extname(file)}' has no MIME type in embed.mjs (${file})`)
  const plain = readFileSync(file)
  const zipped = gzipSync(plain, { level: 9 })
  const gzipped = zipped.length < plain.length ? zipped : Buffer.alloc(0)
  total += gzipped.length || plain.length
  const name = relative(dist, file)
  return { path: name === 'index.html' ? '/' : '/' + name, type, plain, gzipped,
           tag: 'W/"' + createHash('sha256').update(plain).digest('hex').slice(0, 32) + '"' }
})
if (total > limit) throw new Error(`embed: ${total} bytes gzipped, more than the ${limit} allowed`)

const blocks = found.map((each, i) => `constexpr char plain_${i}[] =\n${literal(each.plain)};
constexpr char gzipped_${i}[] =\n${literal(each.gzipped)};\n`)
const rows = found.map((each, i) => `    {"${each.path}", "${each.type}", R"(${each.tag})",
     {plain_${i}, ${each.plain.length}}, {gzipped_${i}, ${each.gzipped.length}}},`)
writeFileSync(output, `// Made by dashboards/web/embed.mjs: do not edit.
#include "dashboards/assets.hpp"

namespace hone {

namespace {

${blocks.join('\n')}
constexpr Asset assets[] = {
${rows.join('\n')}
};

}  // namespace

std::span<const Asset> dashboard_assets() {
  return assets;
}

}  // namespace hone
`)
console.log(`dashboard: ${found.length} files, ${Math.ceil(total / 1024)} KiB gzipped`)
