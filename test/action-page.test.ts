// What the README and docs/action.md say of keys, permissions, hosts and versions is what the Action does.
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { scopesFor } from "../action/inputs/scopes";
import { checkDownloadHost, checkStorageHost } from "../src/api/storage/storage-hosts";

const ROOT = path.join(__dirname, "..");
const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");
const readme = read("README.md");
const page = read("docs/action.md");

/** The cells of each row of the table under a heading. */
function rowsUnder(text: string, heading: string): readonly string[][] {
  const [, after = ""] = text.split(`\n## ${heading}\n`);
  const [section = ""] = after.split("\n## ");
  return section
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) => line.split("|").map((cell) => cell.trim()));
}

const codeIn = (text = ""): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

describe("the README's table of scopes", () => {
  type Given = Parameters<typeof scopesFor>[0];
  const upload = { waitForDataset: true, dataset: "a-{digest}" };
  const exporting = { source: { kind: "new" }, isAwaited: true, gate: {} };
  const given = (more: object): Given =>
    ({ isDryRun: false, connection: {}, ...more }) as unknown as Given;
  const rows = rowsUnder(readme, "Permissions and scopes");
  const rowOf = (job: string): string[] =>
    codeIn(rows.find(([, cell]) => cell?.startsWith(job))?.[2]);

  /** A run goes on without these, as far as the server lets it. */
  const MAY_NEED: Readonly<Record<string, readonly string[]>> = {
    "upload files": ["datasets.read"],
    "`gate-quality-targets`": ["qc.write"],
  };

  test.each([
    ["upload files", [], given({ upload })],
    [
      "the same for an organization",
      ["upload files"],
      given({ upload, connection: { organizationUid: "o" } }),
    ],
    ["make an export", [], given({ export: exporting })],
    [
      "wait for an existing export",
      [],
      given({ export: { ...exporting, source: { kind: "existing" } } }),
    ],
    [
      "`gate-pending-tasks`",
      ["make an export"],
      given({ export: { ...exporting, gate: { hasNoPending: true } } }),
    ],
    [
      "`gate-quality-targets`",
      ["make an export"],
      given({ export: { ...exporting, gate: { quality: "all" } } }),
    ],
    ["nothing but a dry run", [], given({ upload, isDryRun: true })],
  ])(
    "has for a job that begins with %s what a run asks for, or may need",
    (job, besides, inputs) => {
      const jobs = [...besides, job];
      const mayNeed = jobs.flatMap((one) => MAY_NEED[one] ?? []);
      const named = new Set(jobs.flatMap(rowOf));
      expect([...named].sort()).toEqual([...scopesFor(inputs), ...mayNeed].sort());
    },
  );

  test("has a row for nothing else", () => {
    expect(rows).toHaveLength(7);
  });
});

describe("docs/action.md", () => {
  test("names hosts that files are sent to and exports are fetched from", () => {
    const hosts = rowsUnder(page, "Proxies").flatMap(([, cell]) => codeIn(cell));
    const avalas = hosts.filter((host) => /^(?:data|storage|cdn)\.avala\.ai$/.test(host));
    expect(avalas).toEqual(["data.avala.ai", "storage.avala.ai", "cdn.avala.ai"]);
    expect(() => checkStorageHost("https://data.avala.ai/a", [])).not.toThrow();
    for (const host of avalas)
      expect(() => checkDownloadHost(`https://${host}/a`, [])).not.toThrow();
  });

  test("names the Node that the Action runs on, and the runner's first version that has it", () => {
    const { runs } = parse(read("action.yml")) as { runs: { using: string } };
    // The runner has node24 from 2.327.1 on (its release notes).
    expect(runs.using).toBe("node24");
    expect(page).toContain("Node 24");
    for (const text of [page, readme]) expect(text).toContain("2.327.1");
  });

  test("names permissions that its examples give", () => {
    const named = rowsUnder(page, "Permissions").map(([, cell]) => codeIn(cell)[0]);
    expect(named).toEqual(["contents: read", "statuses: write"]);
  });
});
