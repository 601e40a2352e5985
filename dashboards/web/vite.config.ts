import { defineConfig } from 'vite'

// `npm run dev` shows the sources live, with the data of a coordinator: HONE_URL=http://127.0.0.1:7600
const coordinator = process.env.HONE_URL ?? 'http://127.0.0.1:7600'

export default defineConfig({
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: false, reportCompressedSize: false },
  logLevel: 'warn',
  server: { proxy: { '/api': coordinator, '/live': { target: coordinator, ws: true } } },
})
