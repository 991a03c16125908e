// An attacker's host: an address of its own that takes whatever comes and remembers it. The tests of this folder judge by
// what arrived there, not by what an error says.
import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";

export interface Attacker {
  /** `127.0.0.2:PORT`: loopback, and no address that stores files. */
  readonly host: string;
  readonly port: number;
  /** Connections so far, each with what came over it. */
  readonly arrived: readonly { readonly text: string }[];
  stop(): Promise<void>;
}

function listen(server: Server, address: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, address, () => resolve(server.address() as AddressInfo));
  });
}

export async function startAttacker(): Promise<Attacker> {
  const arrived: { text: string }[] = [];
  const server = createServer((socket) => {
    const connection = { text: "" };
    arrived.push(connection);
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      connection.text += data.toString("latin1");
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    });
  });
  // Not every system has more than one loopback address; another port is another origin too.
  const { address, port } = await listen(server, "127.0.0.2").catch(() =>
    listen(server, "127.0.0.1"),
  );
  return {
    host: `${address}:${port}`,
    port,
    arrived,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}
