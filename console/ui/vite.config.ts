import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../src/glider_console/static",
    emptyOutDir: true,
    target: "es2022",
    // Without it small files would become data: addresses, which the Content-Security-Policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What of npm's is in the bundle, and its licences: the image's bill of materials is made of it.
    license: { fileName: "licenses.json" },
  },
  server: {
    // `npm run dev`: the front end is rebuilt while you edit; all else comes from a console that runs beside it.
    proxy: { "^/(api|decks)/": { target: "http://127.0.0.1:8585" } },
  },
  test: { environment: "node", css: true, include: ["src/**/*.test.{ts,tsx}"] },
});
