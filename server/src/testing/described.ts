import Ajv2020, { type ValidateFunction } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import type { Answered, Ask, TestApp } from "./app.ts";

// biome-ignore lint/suspicious/noExplicitAny: a JSON document, looked into here and there
type Json = any;

interface Described {
  method: string;
  path: string;
  pattern: RegExp;
  operation: Json;
}

export interface DescribedApi {
  /** `app.ask`, with the answer held against the description of the API. */
  ask(method: string, path: string, ask?: Ask): Promise<Answered>;
  /** Routes with this tag that have not been seen to succeed, as `GET /path`. */
  unseen(tag: string): string[];
}

/**
 * The API as it describes itself, read by a reader of JSON Schema that is not ours: what is asked for must be described,
 * and what is answered must be what the description says.
 */
export async function describedApi(app: Pick<TestApp, "ask">): Promise<DescribedApi> {
  const { body: document } = await app.ask("GET", "/openapi.json");
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema({ $id: "api", ...document });
  const operations = operationsIn(document);
  const checks = new Map<string, ValidateFunction>();
  const seen = new Set<string>();
  return {
    async ask(method, path, ask) {
      const answered = await app.ask(method, path, ask);
      const found = described(operations, method, path);
      if (!found) throw new Error(`${method} ${path} is not described`);
      const place = `/paths/${pointer(found.path)}/${method.toLowerCase()}/responses/${answered.status}`;
      const response = found.operation.responses[answered.status];
      if (!response) throw new Error(`${method} ${path} answered ${answered.status}, which is not described`);
      if (answered.status < 400) seen.add(`${method} ${found.path}`);
      const json = response.content?.["application/json"];
      if (!json) return answered;
      const reference = `api#${place}/content/application~1json/schema`;
      const check = checks.get(reference) ?? ajv.compile({ $ref: reference });
      checks.set(reference, check);
      if (!check(answered.body)) {
        const faults = JSON.stringify(check.errors?.slice(0, 3));
        throw new Error(`${method} ${path} answered what is not described: ${faults}`);
      }
      return answered;
    },
    unseen: (tag) =>
      operations
        .filter(({ operation }) => operation.tags.includes(tag) && !operation.responses["101"])
        .map(({ method, path }) => `${method} ${path}`)
        .filter((name) => !seen.has(name)),
  };
}

function operationsIn(document: Json): Described[] {
  return Object.entries(document.paths as Record<string, Json>).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Json>).map(([method, operation]) => ({
      ...{ method: method.toUpperCase(), path, operation },
      pattern: new RegExp(`^${path.replace(/\/$/, "").replaceAll(/\{\w+\}/g, "[^/]+")}/?$`),
    })),
  );
}

/** The one whose path is written out stands before those with places to fill. */
function described(operations: readonly Described[], method: string, path: string): Described | undefined {
  const plain = path.split("?")[0] ?? "";
  const fitting = operations.filter((each) => each.method === method && each.pattern.test(plain));
  return fitting.sort((one, other) => places(one) - places(other))[0];
}

const places = ({ path }: Described) => path.split("{").length;

function pointer(path: string): string {
  return encodeURIComponent(path.replaceAll("~", "~0").replaceAll("/", "~1"));
}
