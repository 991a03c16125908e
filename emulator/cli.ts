// Flags and environment to options, with all that is wrong with them at once. Starts nothing, prints nothing.
import { parseArgs } from "node:util";
import type { Dialect } from "./dialect/dialect";
import { readDialect } from "./dialect/dialect";
import { nearName } from "./near-name";
import type { EmulatorOptions, ExternalStorage } from "./options";

export interface CommandLine {
  readonly options: EmulatorOptions;
  readonly isJson: boolean;
  readonly wantsHelp: boolean;
  readonly faultsFile: string | undefined;
  /** Its switches go below those of `options`. */
  readonly dialectFile: string | undefined;
}

export class UsageError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

export const HELP = `Usage: avala-emulator [options]

A local Avala: its REST API on one port, its object storage on another.

  --port N                   port of the API (0, the default, picks one)
  --storage-port N           port of the storage (0, the default, picks one)
  --host HOST                address to listen on (127.0.0.1)
  --allow-host NAME          a name besides localhost and --host by which requests may
                             come, such as a container's; may be repeated
  --api-key KEY              the key that it accepts (a random one, printed at the start)
  --requests-per-minute N    limit for a user; 0 for none (100)
  --burst-per-second N       limit for a user; 0 for none (20)
  --ingest-ms N              how long a dataset is "creating" (500)
  --export-ms N              how long an export takes (1000)
  --dialect FILE             how it answers where the evidence about Avala disagrees: a
                             JSON object of switches (all as the live API most likely is)
  --switch NAME=FORM         one switch of the dialect; may be repeated
  --fail-exports REASON      every export fails; responses contain the reason only with
                             --switch exportReason=error
  --project NAME             a project that exists; may be repeated
  --quota-bytes N            what one owner may store (1 TiB)
  --presign-seconds N        life of an upload URL (3600)
  --download-seconds N       life of a download URL (3600)
  --etag WHAT                md5, or opaque as on a store with KMS (md5)
  --data DIR                 keep everything in this folder; without it, in memory
  --faults FILE              scripted trouble: a JSON list, as POST /_emulator/faults takes it
  --storage URL              sign for this S3 store instead of the emulator's own, with
    --storage-bucket NAME
    --storage-region NAME    (AWS_REGION, AWS_DEFAULT_REGION, us-east-1)
    --storage-access-key ID  (AWS_ACCESS_KEY_ID)
    --storage-secret-key KEY (AWS_SECRET_ACCESS_KEY)
  --json                     the first line of output is {"baseUrl","storageUrl","apiKey"}
  --help                     this text

GET /_emulator/ledger on the API's port shows every request; POST /_emulator/faults adds trouble,
POST /_emulator/annotations annotations.
`;

const NUMBERS = {
  port: "port",
  "storage-port": "storagePort",
  "requests-per-minute": "requestsPerMinute",
  "burst-per-second": "burstPerSecond",
  "ingest-ms": "ingestMs",
  "export-ms": "exportMs",
  "quota-bytes": "quotaBytes",
  "presign-seconds": "presignSeconds",
  "download-seconds": "downloadSeconds",
} as const;

const CHOICES = {
  etag: { option: "etag", words: ["md5", "opaque"] },
} as const;

const TEXTS = {
  host: "host",
  "api-key": "apiKey",
  "fail-exports": "failExports",
  data: "dataDir",
} as const;

const OWN = [
  "dialect",
  "faults",
  "storage",
  "storage-bucket",
  "storage-region",
  "storage-access-key",
  "storage-secret-key",
];

type Environment = Readonly<Record<string, string | undefined>>;
type Values = Readonly<
  Record<string, string | boolean | readonly (string | boolean)[] | undefined>
>;

/** Throws a UsageError that names everything that is wrong. */
export function parseCommandLine(args: readonly string[], env: Environment): CommandLine {
  const problems: string[] = [];
  const values = readFlags(args, problems);
  const text = (name: string): string | undefined => {
    const value = values[name];
    if (value === "") problems.push(`--${name} is empty.`);
    return typeof value === "string" ? value : undefined;
  };
  const options: Record<string, unknown> = {};
  for (const [flag, option] of Object.entries(TEXTS)) options[option] = text(flag);
  for (const [flag, option] of Object.entries(NUMBERS))
    options[option] = number(flag, text(flag), problems);
  for (const [flag, { option, words }] of Object.entries(CHOICES)) {
    const word = text(flag);
    options[option] = word;
    if (word === undefined || (words as readonly string[]).includes(word)) continue;
    problems.push(`--${flag} is "${word}": it takes ${words.join(" or ")}.`);
  }
  options["projects"] = values["project"];
  options["allowHosts"] = values["allow-host"];
  options["dialect"] = readSwitches(values["switch"], problems);
  options["storage"] = readStorage(text, env, problems);
  if (problems.length > 0) throw new UsageError(problems);
  return {
    // Each value was checked above, against the table that names its option.
    options: Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    isJson: values["json"] === true,
    wantsHelp: values["help"] === true,
    faultsFile: text("faults"),
    dialectFile: text("dialect"),
  };
}

/** Not strict, as `parseArgs` would stop at the first thing that is wrong. */
function readFlags(args: readonly string[], problems: string[]): Values {
  const string = { type: "string" } as const;
  const known = [...Object.keys(NUMBERS), ...Object.keys(CHOICES), ...Object.keys(TEXTS), ...OWN];
  const { values, tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: {
      ...Object.fromEntries(known.map((name) => [name, string])),
      project: { type: "string", multiple: true },
      "allow-host": { type: "string", multiple: true },
      switch: { type: "string", multiple: true },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const flags = new Set([...known, "project", "allow-host", "switch", "json", "help"]);
  for (const token of tokens) {
    if (token.kind === "positional")
      problems.push(`"${token.value}" is not an option, and nothing else is taken.`);
    if (token.kind !== "option") continue;
    const isFlag = token.name === "json" || token.name === "help";
    if (!flags.has(token.name)) problems.push(unknown(token, flags));
    else if (isFlag && token.value !== undefined) problems.push(`${token.rawName} takes no value.`);
    else if (!isFlag && token.value === undefined) problems.push(`${token.rawName} needs a value.`);
  }
  return values;
}

function unknown(
  { name, rawName }: { readonly name: string; readonly rawName: string },
  known: ReadonlySet<string>,
): string {
  const near = nearName(name, known);
  const next = near === undefined ? "--help lists them." : `Did you mean --${near}?`;
  return `${rawName} is not a known option. ${next}`;
}

function readSwitches(given: Values[string], problems: string[]): Partial<Dialect> | undefined {
  if (!Array.isArray(given)) return undefined;
  const pairs = given.map(String).map((text) => {
    const mark = text.indexOf("=");
    return mark < 0 ? [text, ""] : [text.slice(0, mark), text.slice(mark + 1)];
  });
  try {
    return readDialect(Object.fromEntries(pairs));
  } catch (error) {
    problems.push(`--switch: ${(error as Error).message}`);
    return undefined;
  }
}

function number(flag: string, text: string | undefined, problems: string[]): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  const most = flag.endsWith("port") ? 65_535 : Number.MAX_SAFE_INTEGER;
  if (/^\d+$/.test(text) && value <= most) return value;
  problems.push(`--${flag} is "${text}": it takes a whole number from 0 to ${String(most)}.`);
  return undefined;
}

function readStorage(
  text: (name: string) => string | undefined,
  env: Environment,
  problems: string[],
): ExternalStorage | undefined {
  const url = text("storage");
  const flags = ["storage-bucket", "storage-region", "storage-access-key", "storage-secret-key"];
  const [bucket, region, accessKey, secretKey] = flags.map(text);
  if (url === undefined) {
    const given = [bucket, region, accessKey, secretKey].findIndex((value) => value !== undefined);
    if (given >= 0) problems.push(`--${flags[given] ?? ""} is for --storage, which is not given.`);
    return undefined;
  }
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    problems.push(`--storage is "${url}": it takes an http or https URL.`);
  const found = {
    bucket: bucket ?? "",
    region: region ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? "us-east-1",
    accessKey: accessKey ?? env["AWS_ACCESS_KEY_ID"] ?? "",
    secretKey: secretKey ?? env["AWS_SECRET_ACCESS_KEY"] ?? "",
  };
  if (found.bucket === "") problems.push("--storage needs --storage-bucket.");
  if (found.accessKey === "")
    problems.push("--storage needs --storage-access-key or AWS_ACCESS_KEY_ID.");
  if (found.secretKey === "")
    problems.push("--storage needs --storage-secret-key or AWS_SECRET_ACCESS_KEY.");
  return { url: url.replace(/\/+$/, ""), ...found };
}
