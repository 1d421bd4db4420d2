// @ts-check
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { digestOf, filesUnder, readStamp, writeStamp } from "./stamps.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tools = join(root, ".tools");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
/** @type {string} */
const bunVersion = manifest.engines.bun;
const oldestNode = 20;

/**
 * Flags of every Bun process that runs our code: settings come from the environment alone, packages from the lock
 * file alone, and nothing is left behind when the parent is killed.
 */
export const bunFlags = ["--no-env-file", "--no-install", "--no-orphans"];

/** What the person at the terminal can act on: printed without a stack. */
export class SetupError extends Error {}

/** @param {string} text */
export function say(text) {
  process.stderr.write(`parley: ${text}\n`);
}

/**
 * Makes everything ready that running our code needs, and answers Bun's path.
 * @param {{ web: boolean }} options
 */
export function prepare({ web }) {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < oldestNode)
    throw new SetupError(`Node ${oldestNode} or newer is needed, this is ${process.version}.`);
  const bun = ensureBun();
  ensurePackages(bun);
  if (web) ensureWebClient(bun);
  return bun;
}

/**
 * Prints a SetupError in plain words and ends with code 1; anything else is a bug and keeps its stack.
 * @param {() => unknown} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}

/**
 * The environment of Bun processes: `bun` and the packages' programs are found without a global install.
 * @param {string} bun
 */
export function bunEnvironment(bun) {
  const path = [dirname(bun), join(root, "node_modules", ".bin"), process.env.PATH ?? ""].join(delimiter);
  return { ...process.env, PATH: path, DO_NOT_TRACK: "1" };
}

function ensureBun() {
  const stamp = join(tools, "bun.stamp");
  const known = readStamp(stamp, bunDigest());
  if (known && existsSync(known)) return known;
  say(`getting Bun ${bunVersion} from npm (once)`);
  mkdirSync(tools, { recursive: true });
  // A manifest of its own keeps npm from taking the project's root for the place to install to.
  writeFileSync(join(tools, "package.json"), '{ "private": true }\n');
  installFromNpm(`bun@${bunVersion}`);
  const bun = bunPrograms().find((program) => outputOf(program, ["--version"]) === bunVersion);
  if (!bun) {
    throw new SetupError(`npm has no Bun ${bunVersion} that runs on ${process.platform} ${process.arch}.`);
  }
  writeStamp(stamp, bunDigest(), bun);
  return bun;
}

/** A folder that is shared between machines, or was moved, must not hand out the other's program. */
function bunDigest() {
  return digestOf([bunVersion, process.platform, process.arch, root]);
}

/** @param {string} name */
function installFromNpm(name) {
  const options = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--no-update-notifier"];
  // The program lies ready in the platform's package: the install script would only copy it.
  const safety = ["--ignore-scripts", "--include=optional", "--loglevel=error"];
  const patience = ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"];
  const { command, before, shell } = npmCommand();
  const result = spawnSync(command, [...before, "install", ...options, ...safety, ...patience, name], {
    cwd: tools,
    env: networkEnvironment(),
    stdio: ["ignore", "ignore", "inherit"],
    shell,
  });
  if (result.error) throw new SetupError(`npm could not be started: ${result.error.message}`);
  if (result.status !== 0) {
    throw new SetupError(
      `npm could not install ${name}; its reason is above. Check the network (behind a proxy: HTTPS_PROXY) and start again.`,
    );
  }
}

/** The npm that started us, else the one on the PATH: Windows has only a shell script there. */
function npmCommand() {
  const running = process.env.npm_execpath;
  if (running?.endsWith("npm-cli.js")) return { command: process.execPath, before: [running], shell: false };
  return { command: "npm", before: [], shell: process.platform === "win32" };
}

/** Node ignores the system's certificates; a network with a certificate authority of its own has it only there. */
function networkEnvironment() {
  const system = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
  ];
  const certificates = process.env.NODE_EXTRA_CA_CERTS ?? system.find((path) => existsSync(path));
  return certificates ? { ...process.env, NODE_EXTRA_CA_CERTS: certificates } : process.env;
}

function bunPrograms() {
  const platforms = join(tools, "node_modules", "@oven");
  if (!existsSync(platforms)) return [];
  const program = process.platform === "win32" ? "bun.exe" : "bun";
  return readdirSync(platforms).map((name) => join(platforms, name, "bin", program));
}

/**
 * @param {string} program
 * @param {string[]} parameters
 */
function outputOf(program, parameters) {
  const result = spawnSync(program, parameters, { encoding: "utf8" });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/** @param {string} bun */
function ensurePackages(bun) {
  const manifests = ["", ...manifest.workspaces].map((name) => join(root, name, "package.json"));
  const sources = [...manifests, join(root, "bun.lock"), join(root, "bunfig.toml")];
  const digest = digestOf([bunDigest()], sources);
  const stamp = join(tools, "packages.stamp");
  if (existsSync(join(root, "node_modules")) && readStamp(stamp, digest) !== undefined) return;
  say("installing packages");
  const result = spawnSync(bun, ["install", "--frozen-lockfile", "--no-progress"], {
    cwd: root,
    env: { ...networkEnvironment(), DO_NOT_TRACK: "1" },
    encoding: "utf8",
  });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}`);
    throw new SetupError(
      "the packages could not be installed; the reason is above. Check the network and start again.",
    );
  }
  writeStamp(stamp, digest, "");
}

/** @param {string} bun */
function ensureWebClient(bun) {
  const program = join(root, "web", "build.ts");
  if (!existsSync(program)) return;
  const sources = [...filesUnder(join(root, "web")), ...filesUnder(join(root, "protocol", "src"))];
  const digest = digestOf([bunDigest()], [...sources, join(root, "bun.lock")]);
  const stamp = join(tools, "web.stamp");
  if (existsSync(join(root, "web", "dist")) && readStamp(stamp, digest) !== undefined) return;
  say("building the web client");
  const result = spawnSync(bun, [...bunFlags, program], {
    cwd: root,
    env: bunEnvironment(bun),
    stdio: ["ignore", 2, 2],
  });
  if (result.status !== 0) throw new SetupError("the web client could not be built; the reason is above.");
  writeStamp(stamp, digest, "");
}
