import { createHash, createHmac } from "node:crypto";
import { Bucket, type BucketPlace } from "../platform/bucket.ts";
import { createLogger } from "../platform/logger.ts";
import { freePort } from "./ports.ts";
import { testClock } from "./store.ts";

/** For `describe.skipIf`, and for the name of what is skipped. */
export const swiftMissing = ["proxy", "account", "container", "object"].some(
  (kind) => Bun.which(`swift-${kind}-server`) === null,
);

/**
 * A store of one process's own, which speaks S3 strictly: OpenStack Swift with its s3api. Lives as long as its standard
 * input is open: when the tests end, however they end, it goes with its folder.
 */
const script = `
rings='
import sys
from swift.common.ring import RingBuilder
for kind, port in zip(["account", "container", "object"], sys.argv[1:]):
    builder = RingBuilder(4, 1, 0)
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port), "device": "d1", "weight": 1})
    builder.rebalance()
    builder.get_ring().save(kind + ".ring.gz")
'
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" && mkdir d1
printf '[swift-hash]\\nswift_hash_path_suffix = parley\\n' > swift.conf
common="bind_ip = 127.0.0.1
swift_dir = $folder
user = $(id -un)
workers = 0"
/usr/bin/python3 -c "$rings" "$2" "$3" "$4" || exit 1
place=0
for kind in account container object; do
  place=$((place + 1))
  eval "port=\\\${$((place + 1))}"
  printf '[DEFAULT]\\n%s\\nbind_port = %s\\ndevices = %s\\nmount_check = false\\ndisable_fallocate = true\\n[pipeline:main]\\npipeline = %s-server\\n[app:%s-server]\\nuse = egg:swift#%s\\n' "$common" "$port" "$folder" $kind $kind $kind > $kind.conf
  swift-$kind-server $kind.conf >&2 &
  servers="$servers $!"
done
printf '[DEFAULT]\\n%s\\nbind_port = %s\\n[pipeline:main]\\npipeline = catch_errors gatekeeper cache listing_formats s3api tempauth bulk slo dlo proxy-server\\n[app:proxy-server]\\nuse = egg:swift#proxy\\naccount_autocreate = true\\nconn_timeout = 10\\nnode_timeout = 30\\nerror_suppression_limit = 1000000\\n' "$common" "$1" > proxy.conf
for filter in catch_errors gatekeeper listing_formats bulk slo dlo; do
  printf '[filter:%s]\\nuse = egg:swift#%s\\n' $filter $filter >> proxy.conf
done
printf '[filter:cache]\\nuse = egg:swift#memcache\\nmemcache_servers = 127.0.0.1:9\\n[filter:s3api]\\nuse = egg:swift#s3api\\nlocation = us-east-1\\n[filter:tempauth]\\nuse = egg:swift#tempauth\\nuser_test_tester = testing .admin\\n' >> proxy.conf
swift-proxy-server proxy.conf >&2 &
servers="$servers $!"
cat >/dev/null
kill -KILL $servers
wait
`;

const keys = { accessKeyId: "test:tester", secretAccessKey: "testing" };
const region = "us-east-1";

let running: Promise<string> | undefined;
let buckets = 0;

/** A new and empty bucket on a store that all tests of this process share. */
export async function freshBucket(): Promise<BucketPlace> {
  running ??= startSwift();
  const place = { endpoint: await running, bucket: `bucket-${++buckets}`, region, ...keys };
  const made = await createBucket(place);
  if (!made.ok) throw new Error(`no bucket was made: ${await made.text()}`);
  return place;
}

export function bucketAt(place: BucketPlace): Bucket {
  const logger = createLogger({ level: "error", clock: testClock(), form: "json", write: () => undefined });
  return new Bucket({ ...place, logger });
}

async function startSwift(): Promise<string> {
  const ports = Array.from({ length: 4 }, freePort);
  const child = Bun.spawn(["sh", "-c", script, "sh", ...ports.map(String)], {
    stdin: "pipe",
    stdout: "ignore",
    stderr: "ignore",
  });
  child.unref();
  const endpoint = `http://127.0.0.1:${ports[0]}`;
  const first = { endpoint, bucket: "first", region, ...keys };
  for (let isMade = false; ; ) {
    isMade ||= await createBucket(first).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isMade && (await isReady(first))) return endpoint;
    if (child.exitCode !== null) throw new Error("Swift does not start");
    await Bun.sleep(100);
  }
}

/** The server of objects may come up after that of buckets. */
function isReady(place: BucketPlace): Promise<boolean> {
  return bucketAt(place)
    .check()
    .then(
      () => true,
      () => false,
    );
}

/** Bun's client makes no buckets: a signed `PUT` (AWS Signature Version 4). */
function createBucket({ endpoint, bucket, accessKeyId, secretAccessKey }: BucketPlace): Promise<Response> {
  const url = new URL(`/${bucket}`, endpoint);
  const moment = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = `${moment.slice(0, 8)}/${region}/s3/aws4_request`;
  const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");
  const nothing = hashOf("");
  const headers = `host:${url.host}\nx-amz-content-sha256:${nothing}\nx-amz-date:${moment}\n`;
  const names = "host;x-amz-content-sha256;x-amz-date";
  const asked = hashOf(["PUT", url.pathname, "", headers, names, nothing].join("\n"));
  const signed = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const key = scope.split("/").reduce<string | Buffer>(signed, `AWS4${secretAccessKey}`);
  const signature = signed(key, ["AWS4-HMAC-SHA256", moment, scope, asked].join("\n")).toString("hex");
  const credential = `Credential=${accessKeyId}/${scope}`;
  const authorization = `AWS4-HMAC-SHA256 ${credential},SignedHeaders=${names},Signature=${signature}`;
  return fetch(url, {
    method: "PUT",
    headers: { "x-amz-date": moment, "x-amz-content-sha256": nothing, authorization },
    signal: AbortSignal.timeout(10_000),
  });
}
