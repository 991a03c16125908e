// AWS Signature Version 4, only the arithmetic: keys, scopes, canonical requests. Knows no HTTP objects.
// By hand and not by aws4, which signs requests: it does not sign the policy of an upload form, and it verifies nothing.
import { createHash, createHmac } from "node:crypto";

export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
}

export const ALGORITHM = "AWS4-HMAC-SHA256";

/** What a canonical request is made of. Header names are lower-case and sorted, queries decoded. */
export interface Canonical {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
  readonly payloadHash: string;
}

export class Signer {
  private keyDate = "";
  private key: Buffer = Buffer.alloc(0);

  constructor(readonly credentials: Credentials) {}

  scope(date: string): string {
    return `${date}/${this.credentials.region}/s3/aws4_request`;
  }

  credential(date: string): string {
    return `${this.credentials.accessKey}/${this.scope(date)}`;
  }

  /** Hex signature of any text under the key of that day (`YYYYMMDD`). */
  sign(date: string, text: string): string {
    return createHmac("sha256", this.signingKey(date)).update(text).digest("hex");
  }

  signRequest(amzDate: string, request: Canonical): string {
    const date = amzDate.slice(0, 8);
    const hash = createHash("sha256").update(canonicalText(request)).digest("hex");
    return this.sign(date, `${ALGORITHM}\n${amzDate}\n${this.scope(date)}\n${hash}`);
  }

  // Four HMACs that change once a day: kept, for each presign would pay for them again.
  private signingKey(date: string): Buffer {
    if (date !== this.keyDate) {
      const { secretKey, region } = this.credentials;
      const ofDate = hmac(`AWS4${secretKey}`, date);
      this.key = hmac(hmac(hmac(ofDate, region), "s3"), "aws4_request");
      this.keyDate = date;
    }
    return this.key;
  }
}

function canonicalText(request: Canonical): string {
  const query = request.query
    .map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`)
    .sort()
    .join("&");
  const headers = request.headers.map(([name, value]) => `${name}:${value}\n`).join("");
  const names = request.headers.map(([name]) => name).join(";");
  return [request.method, request.path, query, headers, names, request.payloadHash].join("\n");
}

/** Percent-encodes all but the unreserved characters; S3 encodes a path once, and keeps its slashes. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export function encodePath(path: string): string {
  return path.split("/").map(encodeRfc3986).join("/");
}

/** `YYYYMMDDTHHMMSSZ`. */
export function amzDate(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}

/** Milliseconds of an `x-amz-date`, or NaN. */
export function parseAmzDate(text: string): number {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (match === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
