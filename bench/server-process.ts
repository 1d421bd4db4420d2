/** As `npm start` runs it. */
export const bunFlags: readonly string[] = ["--no-env-file", "--no-install", "--no-orphans"];

/** The settings of the server under test: its own defaults, but for what stands here. */
export function serverEnvironment(data: string, port: number): Record<string, string | undefined> {
  return {
    PATH: process.env.PATH,
    NODE_ENV: "production",
    PORT: String(port),
    HOST: "127.0.0.1",
    DATA_DIR: data,
    LOG_LEVEL: "warn",
    // tokens are made before the runs, which take a while
    ACCESS_TOKEN_EXPIRE_MINUTES: "60",
    // a few sockets stand for many people
    OPERATIONS_PER_SECOND: "0",
  };
}
