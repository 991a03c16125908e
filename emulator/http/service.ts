// A handler on a port: request ids, ledger, faults, writing the reply. Knows no behaviour of API or storage.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../clock";
import type { Fault, FaultReply, Faults } from "./faults";
import { faultName } from "./faults";
import type { Caller } from "./guard";
import { refusalOf } from "./guard";
import { slowDown, writeSlowly } from "./slow";
import type { Ledger, OpenEntry, Target } from "./ledger";

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | Readable;
}

/** One request on its way through: what handlers read, and the ledger's line that they fill in. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly method: string;
  /** Still percent-encoded. */
  readonly path: string;
  readonly search: string;
  readonly entry: OpenEntry;
  readonly requestId: string;
  readonly fault: Fault | undefined;
  /** Why it is refused before anything else; see `refusalOf`. */
  readonly refusal: string | undefined;
}

export interface ServiceOptions {
  readonly target: Target;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly faults: Faults;
  /** Cut off the path before faults and ledger see it. */
  readonly prefix: string;
  /** Under this header a reply names its request. */
  readonly requestIdHeader: string;
  /** Names besides loopback's under which it may be reached. */
  readonly hosts: readonly string[];
  /** How the target words a request that comes from elsewhere. */
  readonly refuse: (reason: string, exchange: Exchange) => Reply;
  readonly handle: (exchange: Exchange) => Promise<Reply>;
}

export class Service {
  private readonly server: Server;

  constructor(private readonly options: ServiceOptions) {
    // An upload may take hours: no bound on a whole request, only on its header.
    this.server = createServer(
      { requestTimeout: 0, keepAliveTimeout: 65_000 },
      (request, response) => {
        void this.serve(request, response);
      },
    );
  }

  /** Resolves with the port. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, host, () => {
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
      this.server.closeAllConnections();
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = this.begin(request);
    const { entry, fault } = exchange;
    // A client that goes away in mid-body is not our fault: `serve` sees it as a failed read.
    request.on("error", () => undefined);
    try {
      if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
      // Whoever listens for its end from here on would wait forever.
      if (request.socket.destroyed) throw new Error("the client went away in mid-request");
      if (fault?.bytesPerSecond !== undefined) slowDown(request, fault.bytesPerSecond);
      const reply = await this.replyTo(exchange);
      if (reply === undefined && fault?.stall === true) await once(request.socket, "close");
      else if (reply === undefined) request.socket.destroy();
      else await this.write(exchange, response, reply);
    } catch (error) {
      entry.error = (error as Error).message;
      if (request.socket.destroyed || response.headersSent) request.socket.destroy();
      else await this.write(exchange, response, SERVER_ERROR);
    } finally {
      entry.endTime = this.options.clock.now();
    }
  }

  private begin(request: IncomingMessage): Exchange {
    const { target, ledger, faults, prefix, clock } = this.options;
    const method = request.method ?? "GET";
    const url = request.url ?? "/";
    const mark = url.indexOf("?");
    const path = mark < 0 ? url : url.slice(0, mark);
    const search = mark < 0 ? "" : url.slice(mark + 1);
    const shown = path.startsWith(prefix) ? path.slice(prefix.length) : path;
    const requestId = randomUUID();
    const entry = ledger.open({ time: clock.now(), target, method, path: shown, requestId });
    const refusal = refusalOf(callerOf(request), this.options.hosts);
    // A stranger's request uses up no fault.
    const fault = refusal === undefined ? faults.next({ target, method, path: shown }) : undefined;
    if (fault !== undefined) entry.fault = faultName(fault);
    return { request, method, path, search, entry, requestId, fault, refusal };
  }

  /** Undefined stands for a connection that gets no reply. */
  private async replyTo(exchange: Exchange): Promise<Reply | undefined> {
    const { fault, refusal } = exchange;
    if (refusal !== undefined) {
      await drain(exchange.request);
      return this.options.refuse(refusal, exchange);
    }
    const after = fault?.when === "after";
    const instead = fault?.drop === true || fault?.stall === true || fault?.reply !== undefined;
    if (instead && !after) {
      if (fault.reply === undefined) return undefined;
      await drain(exchange.request);
      return scripted(fault.reply);
    }
    const reply = await this.options.handle(exchange);
    if (!instead) return reply;
    return fault.reply === undefined ? undefined : scripted(fault.reply);
  }

  private async write(exchange: Exchange, response: ServerResponse, reply: Reply): Promise<void> {
    const { entry, fault, requestId, method } = exchange;
    entry.status = reply.status;
    const { body } = reply;
    const headers: Record<string, string | number> = {
      ...reply.headers,
      [this.options.requestIdHeader]: requestId,
    };
    if (body instanceof Readable) {
      response.writeHead(reply.status, headers);
      if (method === "HEAD") body.destroy();
      if (method === "HEAD") response.end();
      else await pipeline(body, response);
      return;
    }
    const bytes = typeof body === "string" ? Buffer.from(body) : (body ?? Buffer.alloc(0));
    if (reply.status !== 204) headers["Content-Length"] ??= bytes.length;
    response.writeHead(reply.status, headers);
    if (fault?.cutAfterBytes !== undefined) {
      // The header still promises the whole body, as when a connection breaks.
      response.write(bytes.subarray(0, fault.cutAfterBytes), () =>
        exchange.request.socket.destroy(),
      );
      return;
    }
    if (fault?.bytesPerSecond !== undefined) {
      await writeSlowly(response, bytes, fault.bytesPerSecond);
      return;
    }
    response.end(method === "HEAD" ? undefined : bytes);
  }
}

function callerOf({ headers, socket }: IncomingMessage): Caller {
  return { host: headers.host, origin: headers.origin, localAddress: socket.localAddress };
}

/** Django's own page; what went wrong stands in the ledger. */
const SERVER_ERROR: Reply = {
  status: 500,
  headers: { "Content-Type": "text/html; charset=utf-8" },
  body: '<!doctype html>\n<html lang="en">\n<body><h1>Server Error (500)</h1></body>\n</html>\n',
};

/** Beyond this a refused upload is answered while it is still being sent, as S3 does. */
const DRAIN_BYTES = 16 * 1024 * 1024;

/** Reads what is left of a body and throws it away, so that the client gets to read the reply. */
export async function drain(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return;
  await new Promise<void>((resolve) => {
    let bytes = 0;
    const done = (): void => {
      resolve();
    };
    request.once("end", done).once("close", done);
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > DRAIN_BYTES) done();
    });
  });
}

function scripted(reply: FaultReply): Reply {
  const { body = "" } = reply;
  const isText = typeof body === "string";
  const type = isText ? "text/html; charset=utf-8" : "application/json";
  return {
    status: reply.status,
    headers: { "Content-Type": type, ...reply.headers },
    body: isText ? body : JSON.stringify(body),
  };
}
