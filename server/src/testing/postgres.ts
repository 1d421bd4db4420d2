import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { SQL } from "bun";
import { freePort } from "./ports.ts";

/** Where Debian and its kin keep PostgreSQL's own programs: never on the PATH. */
const debianHome = "/usr/lib/postgresql";

/**
 * Starts a cluster of its own and lives as long as its standard input is open: when the tests end, however they end, it
 * takes the cluster and its folder with it.
 */
const script = `
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
"$1/initdb" -D "$folder/data" -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync >&2 || exit 1
"$1/postgres" -D "$folder/data" -p "$2" -k "$folder" -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c max_connections=200 &
server=$!
cat >/dev/null
kill -QUIT $server
wait $server
`;

/** The folder of PostgreSQL's programs; null where it is not installed. */
export const postgresFolder = findFolder();

/** For `describe.skipIf`, and for the name of what is skipped. */
export const postgresMissing = postgresFolder === null;

interface Cluster {
  port: number;
  admin: SQL;
}

let running: Promise<Cluster> | undefined;
let databases = 0;

/** The URL of a new and empty database on a throw-away cluster that all tests of this process share. */
export async function freshPostgres(): Promise<string> {
  running ??= startCluster();
  const { port, admin } = await running;
  const name = `test_${++databases}`;
  await admin.unsafe(`CREATE DATABASE ${name}`);
  return `postgresql://postgres@127.0.0.1:${port}/${name}`;
}

/**
 * Ends every connection to a database, as a restart of the server would, and waits until they are gone. This process
 * stands still meanwhile: what it finds out about its connections, it finds out by using them.
 */
export function cutConnections(url: string): void {
  const { port, pathname } = new URL(url);
  const others = `FROM pg_stat_activity WHERE datname = '${pathname.slice(1)}'`;
  const cut = `DO $$ BEGIN
    PERFORM pg_terminate_backend(pid) ${others};
    WHILE EXISTS (SELECT 1 ${others}) LOOP
      PERFORM pg_sleep(0.01);
      PERFORM pg_stat_clear_snapshot();
    END LOOP;
  END $$`;
  const psql = join(postgresFolder ?? "", "psql");
  const answer = Bun.spawnSync([
    psql,
    "-h",
    "127.0.0.1",
    "-p",
    port,
    "-U",
    "postgres",
    "-qc",
    cut,
    "postgres",
  ]);
  if (answer.exitCode !== 0) throw new Error(answer.stderr.toString());
}

function findFolder(): string | null {
  const onPath = Bun.which("postgres");
  const versions = existsSync(debianHome) ? readdirSync(debianHome) : [];
  const newestFirst = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((name) => join(debianHome, name, "bin"));
  const folders = onPath ? [dirname(onPath), ...newestFirst] : newestFirst;
  return (
    folders.find((folder) =>
      ["postgres", "initdb", "psql"].every((program) => existsSync(join(folder, program))),
    ) ?? null
  );
}

async function startCluster(): Promise<Cluster> {
  for (let attempt = 1; ; attempt++) {
    const port = freePort();
    const log = await startedOn(port);
    if (log === null) {
      const admin = new SQL({ url: `postgresql://postgres@127.0.0.1:${port}/postgres`, max: 1 });
      return { port, admin };
    }
    if (attempt === 5) throw new Error(`PostgreSQL does not start:\n${log}`);
  }
}

/** Null once the cluster takes connections, else what it said. */
async function startedOn(port: number): Promise<string | null> {
  // PostgreSQL refuses to run as root; its package has made a user for it.
  const asPostgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"];
  const shell = ["sh", "-c", script, "sh", postgresFolder ?? "", String(port)];
  const cluster = Bun.spawn(process.getuid?.() === 0 ? [...asPostgres, ...shell] : shell, {
    cwd: "/",
    stdin: "pipe",
    stdout: "ignore",
    stderr: "pipe",
  });
  cluster.unref();
  let log = "";
  for await (const part of cluster.stderr.pipeThrough(new TextDecoderStream())) {
    log += part;
    if (log.includes("ready to accept connections")) return null;
  }
  return log;
}
