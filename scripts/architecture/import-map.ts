/** One place of the repository and what its code may see. Tests may see everything. */
export interface Layer {
  name: string;
  /** Paths that belong to it; the first layer that matches takes the file. */
  files: RegExp;
  /** Layers it may import, apart from itself. */
  sees: readonly string[];
  /** Layers of which it may import types. */
  seesTypes?: readonly string[];
  /** The only packages it may import; any where there is no list. */
  packages?: readonly string[];
}

export const layers: readonly Layer[] = [
  { name: "protocol", files: /^protocol\/src\//, sees: [], packages: ["zod"] },

  { name: "platform", files: /^server\/src\/platform\//, sees: ["protocol"] },
  { name: "schema", files: /^server\/src\/schema\//, sees: ["platform", "protocol"] },
  { name: "config", files: /^server\/src\/config(?:-[a-z-]+)?\.ts$/, sees: ["platform", "protocol"] },
  {
    name: "context",
    files: /^server\/src\/context\.ts$/,
    sees: ["platform", "schema", "protocol"],
    seesTypes: ["config"],
  },
  {
    name: "features",
    files: /^server\/src\/features\//,
    sees: ["context", "schema", "platform", "protocol"],
    seesTypes: ["config"],
  },
  {
    name: "api",
    files: /^server\/src\/api\//,
    sees: ["features", "context", "platform", "protocol"],
    seesTypes: ["schema", "config"],
  },
  {
    name: "populating",
    files: /^server\/src\/populating\//,
    sees: ["features", "context", "protocol"],
  },
  {
    name: "server",
    files: /^server\/src\/[^/]+\.ts$/,
    sees: ["api", "features", "populating", "context", "config", "schema", "platform", "protocol"],
  },

  { name: "client", files: /^web\/src\/client\//, sees: ["protocol"] },
  { name: "ui", files: /^web\/src\/ui\//, sees: ["protocol"] },
  { name: "web features", files: /^web\/src\/features\//, sees: ["client", "ui", "protocol"] },
  {
    name: "screens",
    files: /^web\/src\/(?:screens|page)\//,
    sees: ["web features", "client", "ui", "protocol"],
  },
  {
    name: "web",
    files: /^web\/src\/[^/]+\.tsx?$/,
    sees: ["screens", "web features", "client", "ui", "protocol"],
  },
];

/** Everything under these has its place in one of the layers. */
export const mapped = /^(?:protocol|server|web)\/src\//;

export function layerOf(path: string): Layer | undefined {
  return layers.find((layer) => layer.files.test(path));
}

/** Where SQL may be written. */
export const sqlPlaces = /^server\/src\/(?:platform|schema)\/|-rows\.ts$/;
/** The only reader of the environment. */
export const environmentReader = "server/src/config.ts";
/** The only source of time. */
export const clock = "server/src/platform/clock.ts";
/** The only one that chooses between the forms of a platform part. */
export const chooser = "server/src/app.ts";
/** Words in a platform file's name that say which form of a part it is. */
export const engines: readonly string[] = ["sqlite", "postgres", "disk", "s3", "memory", "redis"];
/** The only file that knows the dialects. */
export const dialectMount = "server/src/api/dialects/mount.ts";
/** Dialects bear the names under which they are known. */
export const dialectFolder = /^server\/src\/api\/dialects\/[a-z-]+\//;
/** Words that say nothing about what is inside. */
export const emptyWords: readonly string[] = [
  "util",
  "utils",
  "helper",
  "helpers",
  "common",
  "misc",
  "service",
  "services",
];
/** Lines at which a file wants to be two; a migration is written once and stays whole. */
export const longestFile = 400;
export const mayBeLong = /^server\/src\/schema\/migrations\//;
/** Tools that insist on a default export. */
export const configFile = /\.config\.[cm]?[jt]s$/;
