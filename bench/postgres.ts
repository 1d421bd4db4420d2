import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

import { SQL } from "bun";

import { endProcess, untilReady } from "./processes.ts";

/** A PostgreSQL of our own with its defaults, fsync included; it is not pinned to a core. */
export interface Postgres {
  /** Makes a database, as a copy where a template is named, and answers its URL. */
  create(name: string, template?: string): Promise<string>;
  drop(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Debian keeps the server's own programs off the PATH. */
const debianHome = "/usr/lib/postgresql";

function programFolder(): string {
  const onPath = Bun.which("initdb");
  if (onPath) return dirname(onPath);
  const versions = existsSync(debianHome) ? readdirSync(debianHome) : [];
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0];
  if (!newest) throw new Error("PostgreSQL is not installed on this machine");
  return join(debianHome, newest, "bin");
}

/** PostgreSQL refuses to run as root; its package has made a user for it. */
function asPostgres(command: string[]): string[] {
  if (process.getuid?.() !== 0) return command;
  return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", ...command];
}

/** The folder must lie on the disk that is measured, which is not always where the user postgres may write. */
function ownFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync("/var/lib/postgresql");
  chownSync(folder, uid, gid);
}

export async function startPostgres(folder: string, port: number): Promise<Postgres> {
  const programs = programFolder();
  const data = join(folder, "cluster");
  ownFolder(folder);
  const made = Bun.spawn(
    asPostgres([
      join(programs, "initdb"),
      "-D",
      data,
      "-A",
      "trust",
      "-U",
      "postgres",
      "-E",
      "UTF8",
      "--locale=C.UTF-8",
    ]),
    { cwd: "/", stdout: "ignore", stderr: "inherit" },
  );
  if ((await made.exited) !== 0) throw new Error("initdb failed");
  const child = Bun.spawn(
    asPostgres([
      join(programs, "postgres"),
      ...["-D", data, "-p", String(port), "-k", folder, "-c", "listen_addresses=127.0.0.1"],
      ...["-c", "log_min_messages=fatal"],
    ]),
    { cwd: "/", stdout: "ignore", stderr: "inherit" },
  );
  const urlOf = (name: string) => `postgresql://postgres@127.0.0.1:${port}/${name}`;
  const admin = new SQL({ url: urlOf("postgres"), max: 1 });
  const isUp = () =>
    admin.unsafe("SELECT 1").then(
      () => true,
      () => false,
    );
  await untilReady(child, "postgres", isUp);
  const drop = async (name: string) => {
    await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  };
  return {
    drop,
    async create(name, template) {
      await drop(name);
      await admin.unsafe(`CREATE DATABASE ${name}${template ? ` TEMPLATE ${template}` : ""}`);
      await admin.unsafe("CHECKPOINT");
      return urlOf(name);
    },
    async stop() {
      await admin.close();
      await endProcess(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
