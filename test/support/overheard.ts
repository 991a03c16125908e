// Everything that anyone could overhear of a run, in one text, and every secret that there was in it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { Presigner } from "../../emulator/storage/s3/presign";

/** Every policy, signature and query that the emulator hands out while it is watched. */
export function watchSigning(): { secrets(): readonly string[]; stop(): void } {
  const forms = jest.spyOn(Presigner.prototype, "postForm");
  const urls = jest.spyOn(Presigner.prototype, "url");
  return {
    secrets: () => [
      ...forms.mock.results.flatMap(({ value }) => {
        const { fields } = value as { fields: Record<string, string> };
        return [
          fields["policy"] ?? "",
          fields["x-amz-signature"] ?? "",
          fields["x-amz-credential"] ?? "",
        ];
      }),
      ...urls.mock.results.flatMap(({ value }) => {
        const { search, searchParams } = new URL(value as string);
        return [
          search,
          searchParams.get("X-Amz-Signature") ?? "",
          searchParams.get("X-Amz-Credential") ?? "",
        ];
      }),
    ],
    stop: () => {
      forms.mockRestore();
      urls.mockRestore();
    },
  };
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return ""; // what goes round in a circle is in `inspect`
  }
}

function crashReportOf(error: Error): string {
  const report = process.report?.getReport(error) as { environmentVariables?: unknown } | undefined;
  // A report has the environment in it whatever a program does; SECURITY.md says so.
  return jsonOf({ ...report, environmentVariables: undefined });
}

/** Without jest's search for the line of the source in each place of a stack, which takes longer than all the rest. */
function withPlainStacks(show: () => string): string {
  const mapped = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  Reflect.deleteProperty(Error, "prepareStackTrace");
  try {
    return show();
  } finally {
    if (mapped) Object.defineProperty(Error, "prepareStackTrace", mapped);
  }
}

/** A value as a debugger, a logger, a crash of Node or its diagnostic report would show it. */
export function shownOf(value: unknown): string {
  return withPlainStacks(() => shownPlainly(value));
}

function shownPlainly(value: unknown): string {
  const deep = inspect(value, { depth: 30, showHidden: true, maxStringLength: null });
  const parts = [deep, inspect(value), jsonOf(value), String(value)];
  if (value instanceof Error) parts.push(value.stack ?? "", crashReportOf(value));
  return parts.join("\n");
}

/** The text of every file below a folder, with its name. */
export function filesIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path}\n${readFileSync(path, "latin1")}`)
    .join("\n");
}

/** The secrets that a text holds, each by what it is, so that a failure prints none. */
export function secretsIn(
  text: string,
  secrets: Readonly<Record<string, readonly string[]>>,
): string[] {
  return Object.entries(secrets).flatMap(([name, values]) =>
    values
      .filter((value) => value !== "")
      .filter((value) => text.includes(value) || text.includes(encodeURIComponent(value)))
      .map(() => name),
  );
}
