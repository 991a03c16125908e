// `npm run demo`, as a stranger runs it: what it says at the end, and that it leaves nothing running.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describeWithPart, envWith } from "../support/parts";
import { withKeptCode } from "../support/quick-stack";

const ROOT = path.join(__dirname, "..", "..");

interface Run {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the demo; `watch` sees what it has said so far and may end it. */
function runDemo(
  env: NodeJS.ProcessEnv,
  watch: (output: string, stop: () => void) => void = () => undefined,
): Promise<Run> {
  const child = spawn(process.execPath, [path.join(ROOT, "scripts", "demo.mjs")], {
    cwd: ROOT,
    // An engine lives for seconds: it need not collect. Its compiler need not check types, which takes a fifth of all that
    // the demo takes: the same program's are checked where the package is tried.
    env: {
      ...env,
      ...withKeptCode(env),
      GOGC: "off",
      GOMEMLIMIT: "512MiB",
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    },
  });
  let output = "";
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
    watch(output, () => child.kill("SIGTERM"));
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
}

/** What its local Avala said about where it is. */
function apiOf(output: string): string {
  return /API (http:\S+?),/.exec(output)?.[1] ?? "";
}

async function isListening(url: string): Promise<boolean> {
  try {
    await fetch(url);
    return true;
  } catch {
    return false;
  }
}

/** What still runs in the demo's folder; known on Linux alone. */
function leftRunning(): string[] {
  if (process.platform !== "linux") return [];
  const cwds = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`);
      } catch {
        return ""; // It has ended, or is someone else's.
      }
    });
  return cwds.filter((cwd) => cwd.startsWith(path.join(ROOT, ".demo") + path.sep));
}

/** What the README shows of the demo: but for the tree, which only a terminal gets, and where the first photograph stays. */
function shownByReadme(): string[] {
  const page = readFileSync(path.join(ROOT, "README.md"), "utf8");
  const blocks = [...page.matchAll(/^```text\n([\s\S]*?)^```/gm)].map(([, text = ""]) => text);
  const lines = blocks.flatMap((text) => text.split("\n")).map((line) => line.trim());
  const end = lines.filter((line) => /^(?:photos|workflow)-|^uploaded: /.test(line));
  return [...end, ...lines.slice(lines.indexOf("Diagnostics:") + 1).filter((line) => line !== "")];
}

const claims = (output: string): string[] =>
  output.split("\n").filter((line) => /^[✓✗]/.test(line));

describeWithPart("pulumi", (pulumi) => {
  test("the demo does the whole job, and each of its claims holds", async () => {
    const { code, output } = await runDemo(envWith(pulumi));
    expect(claims(output).filter((line) => line.startsWith("✗"))).toEqual([]);
    expect(claims(output)).toEqual(
      expect.arrayContaining([
        "✓ it sent 12 photographs, and its outputs say the same",
        "✓ of 13 photographs the new one was sent",
        "✓ the export has all that was annotated before: 5 annotations",
        "✓ nothing was sent, and no dataset was made",
        "✓ a preview sends nothing",
        expect.stringMatching(/^✓ all 12 photographs were sent, once each: 1\.4 MB$/),
        "✓ Pulumi sees no change, nothing was sent, and no dataset made",
        "✓ the new photograph was sent, of 13: one new dataset",
        expect.stringMatching(/^✓ the dataset that people annotated is still there/),
      ]),
    );
    const said = new Set(output.split("\n").map((line) => line.trim()));
    expect(shownByReadme().filter((line) => !said.has(line))).toEqual([]);
    expect(shownByReadme()).toHaveLength(10);
    expect(code).toBe(0);

    const end = output.slice(output.indexOf("What there is now"));
    for (const set of ["photos", "workflow"]) {
      expect(end).toMatch(new RegExp(`${set}-0001-[0-9a-f]{12} +12 +1\\.4 MB +created`));
      expect(end).toMatch(new RegExp(`${set}-0002-[0-9a-f]{12} +1 +78\\.8 kB +created`));
    }
    expect(end).toContain(".demo/workspace/export");
    expect(await isListening(apiOf(output))).toBe(false);
    expect(leftRunning()).toEqual([]);
    expect(output).not.toMatch(/avk_[0-9a-z_]{8}/);
  });

  test("stopped half-way, it ends what it started", async () => {
    const { code, output } = await runDemo(envWith(pulumi), (said, stop) => {
      if (said.includes("pulumi preview")) stop();
    });
    expect(code).toBe(143);
    expect(output).toContain("Stopping.");
    expect(await isListening(apiOf(output))).toBe(false);
    expect(leftRunning()).toEqual([]);
  });
});

describe("where no Pulumi can be had", () => {
  test("the demo says so and does the rest", async () => {
    const tools = mkdtempSync(path.join(tmpdir(), "avala-no-tools-"));
    try {
      // No program is on PATH, and so neither Pulumi nor anything that could build or fetch it.
      const { code, output } = await runDemo({
        ...process.env,
        PATH: tools,
        AVALA_TOOLS_DIR: tools,
      });
      expect(output).toContain("The stack is left out");
      expect(claims(output).filter((line) => line.startsWith("✗"))).toEqual([]);
      expect(output).toMatch(/workflow-0001-[0-9a-f]{12} +12 /);
      expect(code).toBe(0);
      expect(existsSync(path.join(ROOT, ".demo", "workspace", "export"))).toBe(true);
      expect(readFileSync(path.join(ROOT, ".demo", "runner", "summary.md"), "utf8")).not.toBe("");
    } finally {
      rmSync(tools, { recursive: true, force: true });
    }
  });
});
