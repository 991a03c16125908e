// The real programs that end-to-end tests run. A test file says which it needs:
//   describeWithPart("act", (act) => { test("…", …) });
// Where one can't be had, its tests are skipped and the summary says why; in CI they fail.
import { readFileSync } from "node:fs";
import { ensurePart, envWith, type Part } from "../../scripts/parts/index";

export type { Part };
export { envWith };

export type PartName =
  | "pulumi"
  | "act"
  | "actionlint"
  | "minio"
  | "python-sdk"
  | "zizmor"
  | "chromium"
  | "mermaid"
  | "node20"
  | "node22"
  | "node24"
  | "node26";

interface Outcome {
  readonly part?: Part;
  readonly reason?: string;
}

/**
 * A `describe` that runs with the part, or is skipped without it. The name must be a plain string
 * in double quotes, since it is read from the file's text before the file runs.
 */
export function describeWithPart(name: PartName, body: (part: Part) => void): void {
  describeWithParts([name], (parts) => {
    body(parts[name]);
  });
}

/** The same for tests that need several at once. */
export function describeWithParts<Name extends PartName>(
  names: readonly Name[],
  body: (parts: Record<Name, Part>) => void,
): void {
  const outcomes = names.map((name) => [name, outcomeOf(name)] as const);
  const missing = outcomes.find(([, outcome]) => outcome.part === undefined);
  const parts = Object.fromEntries(
    outcomes.map(([name, { part }]) => [name, part ?? placeholder(name)]),
  ) as Record<Name, Part>;

  if (missing === undefined) {
    describe(`with ${names.join(" and ")}`, () => {
      body(parts);
    });
    return;
  }
  const [name, { reason }] = missing;
  if (process.env.CI === "true") {
    test(`with ${name}`, () => {
      throw new Error(`${reason}\nIn CI nothing is skipped.`);
    });
    return;
  }
  describe.skip(`with ${name}`, () => {
    body(parts);
  });
}

/** For helpers and benchmarks that run outside a test: installs the part when it is not there. */
export const pulumi = (): Promise<Part> => ensurePart("pulumi");
export const act = (): Promise<Part> => ensurePart("act");
export const actionlint = (): Promise<Part> => ensurePart("actionlint");
export const minio = (): Promise<Part> => ensurePart("minio");
export const pythonSdk = (): Promise<Part> => ensurePart("python-sdk");
export const nodeVersion = (major: 20 | 22 | 24 | 26): Promise<Part> => ensurePart(`node${major}`);

function outcomeOf(name: PartName): Outcome {
  const file = process.env.AVALA_TEST_PARTS;
  const outcomes =
    file === undefined ? {} : (JSON.parse(readFileSync(file, "utf8")) as Record<string, Outcome>);
  return outcomes[name] ?? { reason: `${name} was not looked for: only test/e2e has parts.` };
}

/** Lets the body of a skipped `describe` name its tests, so that they are counted. */
function placeholder(name: string): Part {
  return {
    name,
    version: "0.0.0",
    source: "path",
    command: `/absent/${name}`,
    binDir: "/absent",
    env: {},
  };
}
