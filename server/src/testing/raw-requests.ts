import { connect } from "node:net";

/** What a server says to a request as it is written: a client that mends requests would not ask what an attacker asks. */
export function rawAnswer(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(port), hostname);
    socket.on("data", (part) => {
      answer += part.toString();
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
    socket.end(request);
  });
}
