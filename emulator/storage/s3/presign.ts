// What the API hands out: POST forms and presigned URLs, path-style. Knows no state; verified in policy.ts and query.ts.
import type { Credentials } from "./sigv4";
import { ALGORITHM, amzDate, encodePath, encodeRfc3986, Signer } from "./sigv4";

export interface Bucket {
  /** Scheme, host and port, without a slash at the end. */
  readonly endpoint: string;
  readonly name: string;
}

interface PostForm {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

interface PostTarget {
  readonly key: string;
  readonly contentType: string;
  /** Exact size when the client named one; else anything a form can carry. */
  readonly size: number | undefined;
  readonly expiresAt: number;
  readonly now: number;
}

export interface UrlTarget {
  readonly method: string;
  readonly key: string;
  readonly query?: readonly (readonly [string, string])[];
  /** Lower-case headers besides `host` that the sender must repeat. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly now: number;
}

/** S3 takes no more in one POST or PUT (contract, "Uploading files": over it goes by parts). */
export const FORM_LIMIT_BYTES = 5 * 1024 * 1024 * 1024;

export class Presigner {
  private readonly signer: Signer;
  private readonly host: string;

  constructor(
    readonly bucket: Bucket,
    credentials: Credentials,
  ) {
    this.signer = new Signer(credentials);
    this.host = new URL(bucket.endpoint).host;
  }

  postForm(target: PostTarget): PostForm {
    const date = amzDate(target.now);
    const credential = this.signer.credential(date.slice(0, 8));
    const range = target.size === undefined ? [0, FORM_LIMIT_BYTES] : [target.size, target.size];
    const signed = {
      key: target.key,
      "Content-Type": target.contentType,
      "x-amz-algorithm": ALGORITHM,
      "x-amz-credential": credential,
      "x-amz-date": date,
    };
    const conditions = [
      { bucket: this.bucket.name },
      ...Object.entries(signed).map(([name, value]) => ({ [name]: value })),
      ["content-length-range", ...range],
    ];
    const expiration = new Date(target.expiresAt).toISOString();
    const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString("base64");
    const signature = this.signer.sign(date.slice(0, 8), policy);
    return {
      url: `${this.bucket.endpoint}/${this.bucket.name}`,
      fields: { ...signed, policy, "x-amz-signature": signature },
    };
  }

  url(target: UrlTarget): string {
    const date = amzDate(target.now);
    const path = encodePath(`/${this.bucket.name}/${target.key}`);
    const headers = Object.entries({ ...target.headers, host: this.host }).sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    const query: (readonly [string, string])[] = [
      ...(target.query ?? []),
      ["X-Amz-Algorithm", ALGORITHM],
      ["X-Amz-Credential", this.signer.credential(date.slice(0, 8))],
      ["X-Amz-Date", date],
      ["X-Amz-Expires", String(target.seconds)],
      ["X-Amz-SignedHeaders", headers.map(([name]) => name).join(";")],
    ];
    const request = {
      method: target.method,
      path,
      query,
      headers,
      payloadHash: "UNSIGNED-PAYLOAD",
    };
    const signature = this.signer.signRequest(date, request);
    const text = query
      .map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`)
      .join("&");
    return `${this.bucket.endpoint}${path}?${text}&X-Amz-Signature=${signature}`;
  }
}
