// What a store's refusal means, in the words of each store that files go to. Pure: no host, no message for users.
import { printable } from "../../redact";
import type { HttpResponse } from "../transport/transport";

const MAX_XML_BYTES = 64 * 1024;

/** The text of the first element of that name. Tolerant, and expands no entities: a response is not to be trusted. */
function element(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`);
  if (start < 0) return undefined;
  const from = start + name.length + 2;
  const to = xml.indexOf("<", from);
  return to < 0 ? undefined : printable(xml.slice(from, to), 200);
}

// To the end where a long text was cut off. As they are, and as XML has them.
const QUOTED = /(?:"|&quot;).*?(?:"|&quot;|$)/gs;

interface Refusal {
  readonly status: number;
  readonly code: string | undefined;
  /** All that explains the code, for a decision: without what it quotes of what was sent, which may be called anything. */
  readonly text: string;
}

export function readRefusal({
  status,
  headers,
  body,
}: Pick<HttpResponse, "status" | "headers" | "body">): Refusal {
  const xml = body.subarray(0, MAX_XML_BYTES).toString("utf8");
  // Azure has the code in a header too, and not always a body.
  const code = element(xml, "Code") ?? headers["x-ms-error-code"];
  // The second is Azure's, the third Google's.
  const texts = ["Message", "AuthenticationErrorDetail", "Details"].map((name) =>
    element(xml, name),
  );
  return {
    status,
    // A store's code is one word. Anything else came from something in between.
    code: code !== undefined && /^[A-Za-z][\w.-]{0,60}$/.test(code) ? code : undefined,
    text: texts.map((text = "") => text.replace(QUOTED, "")).join(" "),
  };
}

/**
 * `expired`: sign again. `there`: an object is there already, which was not to be replaced. `gone`: the store no
 * longer knows the upload of a part. `throttled`: the store does nothing for now, as more is asked than it takes. `passing`: another try may help.
 */
type Meaning = "expired" | "there" | "gone" | "throttled" | "passing" | "final";

/** What is not given matches all. */
interface Word {
  readonly means: Meaning;
  readonly from?: number;
  readonly to?: number;
  readonly codes?: readonly string[];
  readonly says?: RegExp;
}

const at = (status: number): Pick<Word, "from" | "to"> => ({ from: status, to: status });

// Whole sentences: a word alone may be of anything.
const EXPIRED = new RegExp(
  [
    String.raw`\b(?:request|policy|token|url|link) has expired\b`,
    String.raw`\b(?:policy|request signature) expired\b`,
    String.raw`\bsignature not valid in the specified time frame\b`,
    String.raw`\bsigned expiry time\b`,
  ].join("|"),
  "i",
);

/** The first that matches decides. Where each is from: contract, "What a store says". */
const WORDS: readonly Word[] = [
  { means: "expired", codes: ["ExpiredToken", "TokenRefreshRequired", "ExpiredRequest"] },
  {
    means: "expired",
    from: 400,
    to: 403,
    says: EXPIRED,
  },
  { means: "there", ...at(412) },
  { means: "there", ...at(409), codes: ["BlobAlreadyExists"] },
  { means: "gone", ...at(404), codes: ["NoSuchUpload"] },
  { means: "throttled", ...at(429) },
  {
    means: "throttled",
    codes: ["SlowDown", "SlowDownRead", "SlowDownWrite", "ServerBusy", "OperationTimedOut"],
  },
  { means: "throttled", ...at(503), says: /\breduce your\b.*\brate\b/i },
  { means: "passing", from: 500 },
  { means: "passing", ...at(408) },
  { means: "passing", ...at(499) },
  { means: "passing", codes: ["RequestTimeout", "InternalError", "ServiceUnavailable"] },
  // R2 and MinIO of a connection that broke off, MinIO also while it is shut down.
  { means: "passing", codes: ["ClientDisconnect", "ClientDisconnected"] },
  { means: "passing", ...at(409), codes: ["ConditionalRequestConflict", "OperationAborted"] },
  // The bytes came otherwise than they were sent.
  {
    means: "passing",
    ...at(400),
    codes: [
      "BadDigest",
      "IncompleteBody",
      "XAmzContentSHA256Mismatch",
      "Md5Mismatch",
      "CrcMismatch",
    ],
  },
];

function matches({ from = 0, to = Infinity, codes, says }: Word, refusal: Refusal): boolean {
  const { status, code, text } = refusal;
  if (status < from || status > to) return false;
  if (codes !== undefined && (code === undefined || !codes.includes(code))) return false;
  return says === undefined || says.test(text);
}

export function meaningOf(refusal: Refusal): Meaning {
  return WORDS.find((word) => matches(word, refusal))?.means ?? "final";
}
