// The example's relay as a process, and Avala's side of it: deliveries, signed as the contract says.
import { spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";

const FOLDER = path.join(__dirname, "..", "..", "examples", "webhook-relay");

export const SECRET = "whsec_of_the_webhook_0123456789";
export const TOKEN = "github_pat_of_the_relay";

export interface Delivery {
  readonly event?: string;
  /** Bytes as they are, or anything else as JSON. */
  readonly body?: unknown;
  readonly secret?: string;
  /** In the place of the right one; null: none. */
  readonly signature?: string | null;
  readonly id?: string;
}

export interface RelayReply {
  readonly status: number;
  readonly result: unknown;
  readonly headers: Headers;
}

export interface Relay {
  readonly origin: string;
  deliver(delivery: Delivery): Promise<RelayReply>;
  /** All that it printed. */
  output(): string;
  /** Asks it to stop, and returns its exit code. */
  stop(): Promise<number | null>;
}

export function sign(body: string | Buffer, secret = SECRET): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

/** Starts it with these variables in place of the good ones, and returns how it ended. */
export async function runWithSettings(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { child, output } = start(env);
  await once(child, "close");
  return { code: child.exitCode, output: output() };
}

export async function startRelay(env: Readonly<Record<string, string>>): Promise<Relay> {
  const { child, output } = start(env);
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { port } = JSON.parse(line) as { port: number };
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    output,
    deliver: (delivery) => deliver(origin, delivery),
    stop: async () => {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "close");
      return child.exitCode;
    },
  };
}

function start(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ["main.mjs"], {
    cwd: FOLDER,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      PORT: "0",
      AVALA_WEBHOOK_SECRET: SECRET,
      GITHUB_TOKEN: TOKEN,
      GITHUB_REPOSITORY: "me/pets",
      ...env,
    },
  });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => printed.push(chunk));
  return { child, output: () => Buffer.concat(printed).toString("utf8") };
}

async function deliver(origin: string, delivery: Delivery): Promise<RelayReply> {
  const { event = "export.completed", body = {}, secret, id = randomUUID() } = delivery;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const { signature = sign(bytes, secret) } = delivery;
  const response = await fetch(`${origin}/avala`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-Avala-Webhook-Event": event,
      "X-Avala-Webhook-Delivery": id,
      ...(signature === null ? {} : { "X-Avala-Webhook-Signature": signature }),
    },
    body: bytes,
  });
  const { result } = (await response.json()) as { result: unknown };
  return { status: response.status, result, headers: response.headers };
}
