// What is often found in the place of a file, under any suffix: a pointer to it, a page that says that one has to log in, the
// error of a store. All of it is text. Knows nothing of what the suffix stands for.

interface Lookalike {
  readonly fault: "a pointer" | "a page or an error";
  /** As in a sentence. */
  readonly name: string;
  /** What to do, with a space before it. */
  readonly hint?: string;
}

interface Look {
  readonly lookalike: Lookalike;
  /** Suffixes of which it is the right content. */
  readonly rightIn?: RegExp;
  readonly isIt: (text: string, file: Read) => boolean;
}

interface Read {
  readonly suffix: string;
  readonly sizeBytes: number;
  readonly head: Buffer;
}

const looks: readonly Look[] = [
  {
    lookalike: {
      fault: "a pointer",
      name: "a Git LFS pointer",
      hint: " Check out with Git LFS (lfs: true).",
    },
    isIt: (text) => text.startsWith("version https://git-lfs"),
  },
  {
    lookalike: {
      fault: "a pointer",
      name: "a git-annex pointer",
      hint: " Get the file first (git annex get).",
    },
    isIt: (text) => /^(?:\/|(?:\.\.\/)*\.git\/)annex\/objects\//.test(text),
  },
  {
    lookalike: { fault: "a page or an error", name: "HTML" },
    rightIn: /^\.(?:x?html?|shtml|php|aspx?|jsp|vue|svelte|hbs|ejs|md|mht|mhtml)$/,
    isIt: (text) => /^(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body)[\s>]/is.test(text),
  },
  {
    lookalike: { fault: "a page or an error", name: "an error in XML" },
    isIt: (text) =>
      /^(?:<\?xml[^>]*>\s*)?<(?:\w+:)?(?:Error|ErrorResponse|Fault)[\s>].*<(?:\w+:)?(?:Code|Message|faultcode|faultstring)>/s.test(
        text,
      ),
  },
  {
    lookalike: { fault: "a page or an error", name: "an error in JSON" },
    isIt: (text, file) => isErrorInJson(text, file),
  },
];

/** What stands in the place of the file, judged by its first bytes. */
export function lookalikeOf(
  suffix: string,
  { sizeBytes, head }: Pick<Read, "sizeBytes" | "head">,
): Lookalike | undefined {
  // Most files are seen by one byte not to be one of these texts.
  const first = head[0] ?? 0;
  if (first > 32 && !"v/.<{\xef".includes(String.fromCharCode(first))) return undefined;
  const text = head.toString("latin1").replace(/^\xef\xbb\xbf/, "");
  const file = { suffix, sizeBytes, head };
  const look = looks.find(
    ({ rightIn, isIt }) => rightIn?.test(suffix) !== true && isIt(text.trimStart(), file),
  );
  return look?.lookalike;
}

// Formats that are not text and have no signature by which they would be missed.
const unsigned = new Set([".alp", ".episode", ".splat", ".ksplat"]);
const errorWords =
  /^(?:error|errors|message|detail|details|title|type|code|status|statusCode|fault|reason|path|timestamp|error_?description|error_?code|documentation_url|doc_url|request_?id|trace_?id|success|ok|instance|__type)$/i;
const refusals =
  /not found|no such|forbidden|denied|not allowed|unauthori[sz]ed|authenticat|permission|credential|expired|invalid|rate limit|too many|unavailable|internal server/i;

/**
 * A label file may speak of errors too: so all of an error must be at hand, and it says nothing but what errors say. Where no
 * text can be right, its first word is enough.
 */
function isErrorInJson(text: string, { suffix, sizeBytes, head }: Read): boolean {
  if (!text.startsWith("{")) return false;
  if (unsigned.has(suffix)) return /^\{\s*"(?:error|errors|message|detail|fault)"\s*:/i.test(text);
  if (sizeBytes > head.length) return false;
  try {
    const content = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const keys = Object.keys(content);
    return (
      keys.every((key) => errorWords.test(key)) && keys.some((key) => isSaid(key, content[key]))
    );
  } catch {
    return false;
  }
}

function isSaid(key: string, value: unknown): boolean {
  if (/^(?:message|detail)$/i.test(key)) return typeof value === "string" && refusals.test(value);
  if (!/^(?:errors?|fault|error_?description)$/i.test(key)) return false;
  if (typeof value === "string") return value !== "";
  return typeof value === "object" && value !== null && "message" in value;
}
