// A file exports what other files use: src/index.ts and provider/index.ts, which hold the package's promises, are two of them.
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

const ROOT = join(__dirname, "..");

/** Exported though no other file needs them. */
const KEPT = [
  // Bounds that a test measures a wait or a length against.
  ...["maxAdviceMs", "maxThrottledMs", "maxSilenceMs", "lingerMs", "MAX_PATH_BYTES"],
  // Decisions with more cases than a server can be made to play.
  ...["asStatusError", "concludeItems", "delayFor", "qualityConditions", "typeQuestion"],
  // Its test must have a case for each.
  "COMMIT_SOURCES",
  // Types of what a test reads or writes.
  ...["EngineMessage", "ManifestRecord", "QualityTargetOutputs", "ReadLimits"],
  ...["StorageConfigOutputs", "WebhookOutputs"],
  // The declarations of provider/runtime.ts name them.
  ...["QualityTargetInputs", "WebhookInputs"],
];

const texts = new Map(
  ["src", "provider", "action", "emulator"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => posix.join(folder, name.replaceAll("\\", "/")))
      .map((file) => [file, readFileSync(join(ROOT, file), "utf8")] as const),
  ),
);

const EXPORT =
  /^export (?:async )?(?:abstract )?(?:function\*?|const|interface|type|class) (\w+)/gm;

/** The words of each file, so that each is read once. */
const words = new Map([...texts].map(([file, text]) => [file, new Set(text.match(/\w+/g))]));

function isUsedOutside(file: string, name: string): boolean {
  return [...words].some(([other, there]) => other !== file && there.has(name));
}

test("every export is used by another file, or kept for a reason", () => {
  const unused = [...texts].flatMap(([file, text]) =>
    [...text.matchAll(EXPORT)]
      .map(([, name = ""]) => name)
      .filter((name) => !isUsedOutside(file, name)),
  );
  expect(unused.sort()).toEqual([...KEPT].sort());
});
