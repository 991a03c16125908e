// The manifest's file: what it promises in docs/manifest.md, checked with the tools that are named there.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Ajv from "ajv/dist/2020";
import fc from "fast-check";
import { checksumsText, createManifest, type Manifest } from "../../src/files/manifest/manifest";
import { formatManifestFile, type ManifestRecord } from "../../src/files/manifest/manifest-file";
import { fencedBlocks } from "../support/markdown";
import { manifestEntries } from "../support/arbitraries";
import { readManifest } from "../support/manifest";

const ROOT = join(__dirname, "../..");
const validate = new Ajv().compile(
  JSON.parse(readFileSync(join(ROOT, "docs/manifest.schema.json"), "utf8")) as object,
);
const [example, complete, , ofManifest, ofFiles, check] = fencedBlocks(ROOT, "docs/manifest.md");
const CONTENT = { "b.jpg": "two", "a b/ü 😀.jpg": "one", "empty.jpg": "" };

function manifestOf(prefix = "", content: Record<string, string> = CONTENT): Manifest {
  return createManifest(
    Object.entries(content).map(([path, data]) => ({
      path: prefix + path,
      sizeBytes: Buffer.byteLength(data),
      sha256: createHash("sha256").update(data).digest("hex"),
    })),
  );
}

function textOf(record: ManifestRecord): string {
  return [...formatManifestFile(record)].join("");
}

function recordOf(...manifests: Manifest[]): ManifestRecord {
  return {
    createdMs: Date.UTC(2026, 10, 24, 12),
    destination: { baseUrl: "https://api.avala.ai/api/v1", organizationUid: undefined },
    datasets: manifests.map((manifest, index) => ({ name: `training-${index}`, manifest })),
    isComplete: true,
  };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "manifest-"));
  for (const [path, data] of Object.entries(CONTENT)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), data);
  }
  writeFileSync(join(folder, "SHA256SUMS"), checksumsText(manifestOf()));
});
afterEach(() => rmSync(folder, { recursive: true }));

// The commands are GNU's.
const testOnLinux = process.platform === "linux" ? test : test.skip;

function shell(command: string | undefined, before = ""): string {
  const options = { cwd: folder, encoding: "utf8", stdio: "pipe", input: "" } as const;
  return execFileSync("bash", ["-ec", `${before}\n${command ?? "exit 1"}`], options);
}

describe("what the docs say", () => {
  test("the example is a manifest, by the schema and by its digests", () => {
    const text = example?.text ?? "";
    expect(validate(JSON.parse(text))).toBe(true);
    expect(`${text}\n`).toBe(textOf(readManifest(text)));
  });

  testOnLinux("one that was only to be sent does not pass for one that was", () => {
    const write = (record: ManifestRecord): void =>
      writeFileSync(join(folder, "manifest.json"), textOf(record));
    write(recordOf(manifestOf()));
    expect(shell(complete?.text)).toBe("true\n");
    for (const isComplete of [false, undefined]) {
      write({ ...recordOf(manifestOf()), isComplete });
      expect(() => shell(complete?.text)).toThrow();
    }
  });

  testOnLinux("the digest is computed from the manifest by the command that is given", () => {
    writeFileSync(join(folder, "manifest.json"), textOf(recordOf(manifestOf("in/"))));
    expect(shell(ofManifest?.text)).toBe(`${manifestOf("in/").digest}  -\n`);
  });

  testOnLinux("and from the files by the other, with a prefix and without", () => {
    expect(shell(ofFiles?.text)).toBe(`${manifestOf().digest}  -\n`);
    expect(shell(ofFiles?.text, "prefix=in/")).toBe(`${manifestOf("in/").digest}  -\n`);
  });

  testOnLinux("sha256sum checks the files, and names one that is another", () => {
    expect(shell(check?.text)).toBe("a b/ü 😀.jpg: OK\nb.jpg: OK\nempty.jpg: OK\n");
    writeFileSync(join(folder, "b.jpg"), "TWO");
    expect(() => shell(check?.text)).toThrow();
  });
});

testOnLinux(
  "names that the tools read in a way of their own are checked and digested as files",
  () => {
    const odd = [
      "-",
      "-c.jpg",
      "*star.jpg",
      " lead.jpg",
      "trail .jpg",
      "#x.jpg",
      "in/-",
      "~",
      "$(x)`y`.jpg",
    ];
    const manifest = manifestOf("", Object.fromEntries(odd.map((name) => [name, `of ${name}`])));
    mkdirSync(join(folder, "in"));
    for (const name of odd) writeFileSync(join(folder, name), `of ${name}`);
    writeFileSync(join(folder, "SHA256SUMS"), checksumsText(manifest));
    expect(shell(check?.text).split("\n")).toHaveLength(odd.length + 1);
    expect(shell(ofFiles?.text)).toBe(`${manifest.digest}  -\n`);
    writeFileSync(join(folder, "-"), "another");
    expect(() => shell(check?.text)).toThrow();
  },
);

describe("the file", () => {
  test("is valid by its schema, for one dataset, several and none", () => {
    for (const manifests of [[], [manifestOf()], [manifestOf("x/"), manifestOf("y/")]]) {
      const json: unknown = JSON.parse(textOf(recordOf(...manifests)));
      expect([validate(json), validate.errors]).toEqual([true, null]);
    }
  });

  test("has a line a file, and says which dataset a file is of only where there are several", () => {
    expect(textOf(recordOf(manifestOf()))).toContain(
      `\n    {"path":"empty.jpg","sizeBytes":0,"sha256":"${createHash("sha256").digest("hex")}"}\n`,
    );
    expect(textOf(recordOf(manifestOf("x/"), manifestOf("y/")))).toContain(
      '"dataset":"training-1"}',
    );
  });

  test("is read back as what was written", () => {
    fc.assert(
      fc.property(
        manifestEntries(),
        fc.constantFrom(undefined, "org-1"),
        (entries, organizationUid) => {
          const manifest = createManifest(entries);
          const record = recordOf(manifest);
          const given = { ...record, destination: { ...record.destination, organizationUid } };
          expect(readManifest(textOf(given))).toEqual(given);
        },
      ),
      { numRuns: 50 },
    );
    const several = recordOf(manifestOf("x/"), manifestOf("y/"));
    expect(readManifest(textOf(several))).toEqual(several);
  });
});
