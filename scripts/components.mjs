// @ts-check
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { say } from "./toolchain.mjs";

/**
 * Real servers and browsers that the tests run against.
 * @type {{ name: string, aptPackages: string[], programs: string[] }[]}
 */
const components = [
  { name: "postgresql", aptPackages: ["postgresql"], programs: ["postgres"] },
  { name: "redis", aptPackages: ["redis-server"], programs: ["redis-server"] },
  {
    name: "chromium",
    aptPackages: ["chromium"],
    programs: ["chromium", "chromium-browser", "google-chrome"],
  },
  {
    name: "swift",
    aptPackages: ["swift-proxy", "swift-account", "swift-container", "swift-object"],
    programs: ["swift-proxy-server"],
  },
];

/** Where Debian and its kin keep PostgreSQL's own programs: never on the PATH. */
const postgresHome = "/usr/lib/postgresql";

/** Folders to put behind the PATH so that the tests find the components. */
export function componentFolders() {
  if (!existsSync(postgresHome)) return [];
  const newestFirst = readdirSync(postgresHome).sort((a, b) => Number(b) - Number(a));
  return newestFirst.map((version) => join(postgresHome, version, "bin"));
}

/** Installs what is missing where that is ours to do; answers a line for each component that stays away. */
export function ensureComponents() {
  const missing = components.filter((component) => !isThere(component));
  if (missing.length === 0) return [];
  if (!isDebianRoot()) {
    return missing.map(({ name }) => `skipped: ${name} (not on this machine; install it to run its tests)`);
  }
  say("refreshing the package lists (apt-get update)");
  const lists = apt(["update"]);
  return missing.flatMap((component) => install(component, lists));
}

/**
 * @param {typeof components[number]} component
 * @param {{ ok: boolean, reason: string }} lists
 */
function install(component, lists) {
  const { name, aptPackages } = component;
  const packages = aptPackages.join(" ");
  if (!lists.ok) return [`skipped: ${name} (apt-get update failed: ${lists.reason})`];
  say(`installing ${packages} for the tests (apt-get, once)`);
  const result = apt(["install", "-y", "--no-install-recommends", ...aptPackages]);
  if (isThere(component)) return [];
  return [`skipped: ${name} (apt-get could not install ${packages}: ${result.reason})`];
}

/** @param {string[]} parameters */
function apt(parameters) {
  // dpkg refuses to work without the folders of root's programs on the PATH, where not every shell has them.
  const path = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
  const result = spawnSync("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=120", ...parameters], {
    env: { ...process.env, PATH: path, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  const error = result.error?.message ?? result.stderr?.match(/^E: .*$/m)?.[0];
  return { ok: result.status === 0, reason: error ?? `apt-get ended with code ${result.status}` };
}

/** @param {typeof components[number]} component */
function isThere({ programs }) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...componentFolders()];
  return folders.some((folder) => programs.some((program) => existsSync(join(folder, program))));
}

function isDebianRoot() {
  if (process.getuid?.() !== 0 || !existsSync("/etc/os-release")) return false;
  return /^ID="?debian"?$/m.test(readFileSync("/etc/os-release", "utf8"));
}
