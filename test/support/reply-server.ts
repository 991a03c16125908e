// A plain HTTP server for replies that no honest API gives. Records what it was sent, headers and all.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface ReplyServer {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly heard: readonly Heard[];
  stop(): Promise<void>;
}

export type Answer = (
  request: Heard,
  response: ServerResponse,
  incoming: IncomingMessage,
) => unknown;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function listen(server: Server): Promise<AddressInfo> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server.address() as AddressInfo));
  });
}

/** `reads: false` leaves the body alone, so that `answer` may drop the connection in the middle of it. */
export async function replyServer(
  answer: Answer,
  { reads = true }: { readonly reads?: boolean } = {},
): Promise<ReplyServer> {
  const heard: Heard[] = [];
  const server = createServer((incoming, response) => {
    // Tests have clocks of their own.
    response.sendDate = false;
    const serve = async (): Promise<void> => {
      const { method = "", url = "", headers, rawHeaders } = incoming;
      const body = reads ? await bodyOf(incoming) : Buffer.alloc(0);
      const request = { method, url, headers, rawHeaders, body };
      heard.push(request);
      await answer(request, response, incoming);
    };
    // To destroy a request that was read to its end would not close the connection.
    serve().catch(() => response.destroy());
  });
  const { port } = await listen(server);
  return {
    origin: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    heard,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers in JSON. */
export function json(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
