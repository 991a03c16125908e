// Signed requests to a real S3 store. Knows no operations, only how to sign and send one.
import { createHash } from "node:crypto";
import type { Clock } from "../../clock";
import type { Bucket } from "./presign";
import type { Canonical, Credentials } from "./sigv4";
import { ALGORITHM, amzDate, encodePath, encodeRfc3986, Signer } from "./sigv4";
import { readOne } from "../xml";

interface S3Call {
  readonly method: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query?: readonly (readonly [string, string])[];
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly content?: Buffer;
}

interface S3Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly content: Buffer;
  readonly text: string;
}

export class S3Client {
  private readonly signer: Signer;

  constructor(
    private readonly bucket: Bucket,
    credentials: Credentials,
    private readonly clock: Clock,
  ) {
    this.signer = new Signer(credentials);
  }

  /** Throws on any refusal but a 404 to a HEAD. */
  async send(call: S3Call): Promise<S3Answer> {
    const { method, key, query = [], content } = call;
    const path = encodePath(`/${this.bucket.name}${key === "" ? "" : `/${key}`}`);
    const text = query
      .map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`)
      .join("&");
    const response = await fetch(`${this.bucket.endpoint}${path}${text === "" ? "" : `?${text}`}`, {
      method,
      headers: this.signedHeaders(call, path),
      redirect: "error",
      ...(content === undefined ? {} : { body: new Uint8Array(content) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const answer = {
      status: response.status,
      headers: response.headers,
      content: bytes,
      text: bytes.toString(),
    };
    if (response.ok || (method === "HEAD" && answer.status === 404)) return answer;
    const code = readOne(answer.text, "Code") ?? "no code";
    throw new Error(`the store refused ${method} ${path} with ${String(answer.status)} (${code})`);
  }

  private signedHeaders(call: S3Call, path: string): Record<string, string> {
    const date = amzDate(this.clock.now());
    const payloadHash = createHash("sha256")
      .update(call.content ?? "")
      .digest("hex");
    const sent = { ...call.headers, "x-amz-content-sha256": payloadHash, "x-amz-date": date };
    const headers = Object.entries({ ...sent, host: new URL(this.bucket.endpoint).host }).sort(
      ([a], [b]) => (a < b ? -1 : 1),
    );
    const request: Canonical = {
      method: call.method,
      path,
      query: call.query ?? [],
      headers,
      payloadHash,
    };
    const names = headers.map(([name]) => name).join(";");
    const credential = this.signer.credential(date.slice(0, 8));
    const signature = this.signer.signRequest(date, request);
    return {
      ...sent,
      authorization: `${ALGORITHM} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
    };
  }
}
