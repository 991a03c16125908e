// A client of bare fetch for the emulator's tests: it knows none of the project's own code.
import type { Emulator, EmulatorOptions } from "../../emulator/index";
import { startQuietly } from "./quiet-emulator";

/** The fields by which tests go from one reply to the next request; all else they only compare. */
export interface Body {
  readonly uid: string;
  readonly key: string;
  readonly status: string;
  readonly url: string;
  readonly data_url: string;
  readonly download_url: string;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly Body[];
  readonly upload_uid: string;
  readonly headers: Record<string, string>;
  readonly part_size: number;
  readonly parts: readonly { readonly part_number: number; readonly url: string }[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

export interface Call {
  readonly body?: unknown;
  readonly key?: string | null;
  readonly headers?: Record<string, string>;
}

/** A clock that a test turns by hand. */
export function dial(start = Date.UTC(2026, 0, 1)) {
  let now = start;
  return {
    now: () => now,
    turn: (ms: number) => {
      now += ms;
    },
  };
}

const running: Emulator[] = [];

/** Without limits and waits unless the test asks for them; stopped by `stopAll`. */
export async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startQuietly(options);
  running.push(emulator);
  return emulator;
}

export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((emulator) => emulator.stop()));
}

export async function call(
  emulator: Emulator,
  method: string,
  path: string,
  options: Call = {},
): Promise<Answer> {
  const { body, key = emulator.apiKey, headers = {} } = options;
  const url = path.startsWith("http") ? path : `${emulator.baseUrl}${path}`;
  const response = await fetch(url, {
    method,
    redirect: "manual",
    headers: {
      ...(key === null ? {} : { "X-Avala-Api-Key": key }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) as Body };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface Form {
  readonly url: string;
  readonly fields: Record<string, string>;
}

export async function presign(
  emulator: Emulator,
  path: string,
  size: number,
  more: object = {},
): Promise<Form> {
  const body = { dataset_name: "cats", file_path_in_dataset: path, content_length: size, ...more };
  const answer = await call(emulator, "POST", "/datasets/manual-upload/file-upload-url/", { body });
  return answer.body as unknown as Form;
}

/** Sends a form as a browser would: the fields in order, the file last. */
export async function sendForm(
  form: Form,
  content: string | Uint8Array,
  name = "file.bin",
): Promise<Answer> {
  const data = new FormData();
  for (const [field, value] of Object.entries(form.fields)) data.append(field, value);
  data.append("file", new Blob([content]), name);
  const response = await fetch(form.url, { method: "POST", body: data });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: {} as Body };
}

export async function upload(
  emulator: Emulator,
  path: string,
  content: string | Uint8Array,
  more: object = {},
): Promise<Answer> {
  const form = await presign(emulator, path, Buffer.byteLength(content), more);
  return sendForm(form, content, path);
}

export const CATS = { name: "cats", slug: "cats", data_type: "image" };

export function confirm(emulator: Emulator, more: object = {}): Promise<Answer> {
  return call(emulator, "POST", "/datasets/manual-upload/", { body: { ...CATS, ...more } });
}

/** A quality target of a project: breached where its issue rate is above 0.1, as the emulator judges it by default. */
export async function addTarget(
  emulator: Emulator,
  projectUid: string,
  severity = "critical",
): Promise<void> {
  const target = { name: "Issues", metric: "issue_rate", threshold: 0.1, operator: "gt", severity };
  const path = `/projects/${projectUid}/quality-targets/`;
  const { status, text } = await call(emulator, "POST", path, { body: target });
  if (status !== 201) throw new Error(`The target was not made: ${status} ${text}`);
}
