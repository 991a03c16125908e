// Each part runs, and is what it is taken for: a failure here explains those of the tests that use it.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describeWithPart, envWith, type Part } from "../support/parts";

function printedBy(part: Part, args: readonly string[]): string {
  const done = spawnSync(part.command, args, { encoding: "utf8", env: envWith(part) });
  return done.stdout + done.stderr;
}

describeWithPart("pulumi", (pulumi) => {
  test("is the engine, with its host for Node beside it", () => {
    expect(printedBy(pulumi, ["version"])).toMatch(/^v?3\./);
    const host = spawnSync("pulumi-language-nodejs", ["--help"], { env: envWith(pulumi) });
    expect(host.error).toBeUndefined();
  });
});

describeWithPart("act", (act) => {
  test("is the workflow runner", () => {
    expect(printedBy(act, ["--version"])).toMatch(/^act version /);
  });
});

describeWithPart("minio", (minio) => {
  test("is the object store", () => {
    expect(printedBy(minio, ["--version"])).toMatch(/^minio version /);
  });
});

describeWithPart("python-sdk", (python) => {
  test("has Avala's own client", () => {
    expect(printedBy(python, ["-c", "import avala; print(avala.Client.__name__)"])).toBe(
      "Client\n",
    );
  });
});

describeWithPart("node20", (node) => {
  test("is the lowest Node that is promised, exactly", () => {
    expect(printedBy(node, ["--version"])).toBe("v20.19.0\n");
  });
});

describeWithPart("node22", (node) => {
  test("is Node 22", () => {
    expect(printedBy(node, ["--version"])).toMatch(/^v22\./);
  });
});

describeWithPart("node24", (node) => {
  test("is Node 24", () => {
    expect(printedBy(node, ["--version"])).toMatch(/^v24\./);
  });
});

describeWithPart("node26", (node) => {
  test("is Node 26", () => {
    expect(printedBy(node, ["--version"])).toMatch(/^v26\./);
  });
});

describeWithPart("chromium", (chromium) => {
  test("is a browser", () => {
    expect(printedBy(chromium, ["--version"])).toMatch(/Chrom\S* \d+\./);
  });
});

describeWithPart("mermaid", (mermaid) => {
  test("is what draws GitHub's charts", () => {
    expect(readFileSync(mermaid.command, "utf8")).toContain("xychart");
  });
});
