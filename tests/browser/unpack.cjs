// Unpacks the browser that comes in the package @sparticuz/chromium: usage: node unpack.cjs package/bin folder
const { brotliDecompressSync } = require('node:zlib');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const [from, to] = process.argv.slice(2);
fs.mkdirSync(to, { recursive: true });
for (const name of ['chromium', 'al2023.tar', 'swiftshader.tar', 'fonts.tar']) {
  const content = brotliDecompressSync(fs.readFileSync(path.join(from, `${name}.br`)));
  const file = path.join(to, name);
  fs.writeFileSync(file, content, { mode: 0o755 });
  if (name.endsWith('.tar')) {
    execFileSync('tar', ['--extract', '--file', file, '--directory', to, '--no-same-owner']);
    fs.unlinkSync(file);
  }
}
