import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { catalogs } from "./build/catalogs.ts";
import { startChunk } from "./build/start-chunk.ts";

const start = startChunk();

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss(), catalogs(), start.plugin],
  build: {
    target: ["chrome120", "firefox121", "safari17"],
    modulePreload: { polyfill: false },
    // A font or picture inside a style sheet would need `data:` in the policy.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
        codeSplitting: { groups: start.groups, includeDependenciesRecursively: false },
      },
    },
  },
});
