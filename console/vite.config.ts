import react from '@vitejs/plugin-react'
import macros from 'unplugin-parcel-macros'
import { defineConfig, type Plugin } from 'vite'

/** The page loads nothing from elsewhere: the design system would fetch its font from a server of its maker. */
const withoutRemoteFonts: Plugin = {
  name: 'without-remote-fonts',
  enforce: 'pre',
  load: (id) =>
    /@react-spectrum\/s2\/dist\/private\/Fonts\.mjs$/.test(id)
      ? 'export const Fonts = () => null'
      : undefined,
}

/** `npm run build` writes to `dist`, which the server sends; `npm run console` serves the sources beside a server. */
// biome-ignore lint/style/noDefaultExport: Vite wants it
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [withoutRemoteFonts, macros.vite(), react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2024',
    cssCodeSplit: false,
    chunkSizeWarningLimit: 1500,
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(
      ['/data', '/ims', '/query', '/monitoring', '/health', '/docs', '/iceberg', '/access'].map((path) => [
        path,
        'http://127.0.0.1:8787',
      ]),
    ),
  },
})
