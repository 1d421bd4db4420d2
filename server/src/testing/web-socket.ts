import { connect, type Socket } from "node:net";

/** How a socket ended: by a close frame, or (1006) without one. */
export interface Closed {
  code: number;
  reason: string;
}

export interface WireOptions {
  port: number;
  host?: string;
  path: string;
  protocol?: string;
  /** Gives up when it is aborted before the socket is open. */
  signal?: AbortSignal;
  onText: (text: string) => void;
}

/** A client's end of a WebSocket (RFC 6455), bare enough to stop reading and to say what a browser never would. */
export interface Wire {
  send(text: string): void;
  /** Several frames in one piece. */
  sendMany(texts: readonly string[]): void;
  /** A frame of any kind, or the text of one. */
  sendFrame(opcode: number, payload: Uint8Array): void;
  /** Takes nothing from the network until `resume`. */
  pause(): void;
  resume(): void;
  /** Goes without a word. */
  destroy(): void;
  readonly closed: Promise<Closed>;
  readonly bytesRead: number;
}

const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Resolves once the server has taken the socket; fails with the status of an answer that is none. */
export async function openWire(options: WireOptions): Promise<Wire> {
  const socket = connect(options.port, options.host ?? "127.0.0.1");
  socket.setNoDelay(true);
  const reader = new FrameReader();
  const { promise: closed, resolve: close } = Promise.withResolvers<Closed>();
  let ended: Closed = { code: 1006, reason: "" };
  const opened = handshake(socket, options);
  options.signal?.addEventListener("abort", () => socket.destroy(), { once: true });
  socket.on("close", () => close(ended));
  socket.on("error", () => socket.destroy());
  const rest = await opened;
  const sendFrame = (opcode: number, payload: Uint8Array) => {
    if (!socket.destroyed) socket.write(masked(opcode, payload));
  };
  const receive = (bytes: Buffer) => {
    for (const { opcode, payload } of reader.read(bytes)) {
      if (opcode === opcodes.text) options.onText(payload.toString("utf8"));
      else if (opcode === opcodes.ping) sendFrame(opcodes.pong, payload);
      else if (opcode === opcodes.close) {
        ended = {
          code: payload.length >= 2 ? payload.readUInt16BE(0) : 1005,
          reason: payload.toString("utf8", 2),
        };
        sendFrame(opcodes.close, payload.subarray(0, 2));
        socket.end();
      }
    }
  };
  socket.on("data", receive);
  if (rest.length > 0) receive(rest);
  return {
    send: (text) => sendFrame(opcodes.text, Buffer.from(text)),
    sendMany: (texts) =>
      void socket.write(Buffer.concat(texts.map((text) => masked(opcodes.text, Buffer.from(text))))),
    sendFrame,
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    destroy: () => void socket.destroy(),
    closed,
    get bytesRead() {
      return socket.bytesRead;
    },
  };
}

/** The bytes that came behind the server's answer. */
function handshake(socket: Socket, { path, protocol, host, port }: WireOptions): Promise<Buffer> {
  const head = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host ?? "127.0.0.1"}:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64")}`,
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  let answer = Buffer.alloc(0);
  const read = (bytes: Buffer) => {
    answer = Buffer.concat([answer, bytes]);
    const end = answer.indexOf("\r\n\r\n");
    if (end < 0) return;
    socket.off("data", read);
    const [status = ""] = answer.toString("latin1").split("\r\n", 1);
    if (/^HTTP\/1.1 101 /.test(status)) return resolve(answer.subarray(end + 4));
    socket.destroy();
    reject(new Error(status));
  };
  socket.on("data", read);
  socket.on("error", reject);
  socket.on("close", () => reject(new Error("the connection was closed before it was a socket")));
  return promise;
}

/** Every frame a client sends is masked (RFC 6455, 5.3); with zeros that changes nothing. */
function masked(opcode: number, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(0x80 | opcode), maskedLength(payload.length), Buffer.alloc(4), payload]);
}

function maskedLength(length: number): Buffer {
  if (length < 126) return Buffer.of(0x80 | length);
  if (length < 65_536) return Buffer.of(0x80 | 126, length >> 8, length & 0xff);
  const long = Buffer.alloc(9, 0x80 | 127);
  long.writeBigUInt64BE(BigInt(length), 1);
  return long;
}

interface Frame {
  opcode: number;
  payload: Buffer;
}

/** Cuts what arrives into frames. A server that speaks as ours does sends each in one piece. */
class FrameReader {
  private parts: Buffer[] = [];
  private length = 0;
  private needed = 2;

  read(bytes: Buffer): Frame[] {
    this.parts.push(bytes);
    this.length += bytes.length;
    const frames: Frame[] = [];
    while (this.length >= this.needed) {
      const whole = this.parts.length === 1 ? (this.parts[0] as Buffer) : Buffer.concat(this.parts);
      this.parts = [whole];
      const frame = this.first(whole);
      if (frame) frames.push(frame);
    }
    return frames;
  }

  /** The frame at the beginning; null when more must come, and then `needed` says how much. */
  private first(bytes: Buffer): Frame | null {
    const short = (bytes[1] ?? 0) & 0x7f;
    const head = { 126: 4, 127: 10 }[short] ?? 2;
    if (bytes.length < head) return this.wait(head);
    let length = short;
    if (short === 126) length = bytes.readUInt16BE(2);
    if (short === 127) length = Number(bytes.readBigUInt64BE(2));
    if (bytes.length < head + length) return this.wait(head + length);
    const rest = bytes.subarray(head + length);
    this.parts = rest.length > 0 ? [rest] : [];
    this.length = rest.length;
    this.needed = 2;
    return { opcode: (bytes[0] ?? 0) & 0x0f, payload: bytes.subarray(head, head + length) };
  }

  private wait(needed: number): null {
    this.needed = needed;
    return null;
  }
}
