import { limits } from "@parley/protocol/limits";
import type { WebSocketHandler } from "bun";
import type { SocketData } from "./live/connection.ts";
import type { LiveHandler } from "./live/live.ts";

/** Every websocket of the server: those that speak our protocol, and those that a translator speaks for. */
export function socketHandler(live: LiveHandler): WebSocketHandler<SocketData> {
  return {
    maxPayloadLength: limits.frameBytes,
    // The last net: nothing is written to a socket whose buffer is not empty.
    backpressureLimit: 1024 * 1024,
    closeOnBackpressureLimit: true,
    idleTimeout: 90,
    perMessageDeflate: false,
    open(socket) {
      const { translator } = socket.data;
      if (translator) translator.opened(socket);
      else live.open(socket);
    },
    message(socket, message) {
      const { translator } = socket.data;
      if (translator) translator.received(message);
      else live.message(socket, message);
    },
    drain(socket) {
      const { translator } = socket.data;
      if (translator) translator.drained();
      else live.drain(socket);
    },
    close(socket) {
      const { translator } = socket.data;
      if (translator) translator.closed();
      else live.close(socket);
    },
  };
}
