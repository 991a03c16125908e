// What is wrong with a seed that was played, by the server's own records. Nothing, when the promises were kept.
import { createHash } from "node:crypto";
import { pathOf, type Played } from "./play";

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

function* inTheStore(played: Played, stored: ReadonlyMap<string, string>): Generator<string> {
  const { files } = played.plan;
  for (const [path, content] of Object.entries(files)) {
    if (stored.get(path) !== sha256(content)) yield `${path} is not stored whole`;
  }
  for (const path of stored.keys()) if (!(path in files)) yield `stored besides: ${path}`;
}

function* inTheOutputs({ plan, emulator, last }: Played): Generator<string> {
  const { outputs } = last;
  const fileCount = Object.keys(plan.files).length;
  const [dataset] = emulator.datasets();
  const count = (name: string): number => Number(outputs[name]);
  if (outputs["complete"] !== "true") yield "the outputs do not say that it is complete";
  if (outputs["dataset-uid"] !== dataset?.uid) yield "the outputs name another dataset";
  if (count("files-total") !== fileCount) yield `files-total is ${outputs["files-total"]}`;
  if (count("files-uploaded") + count("files-skipped") !== fileCount)
    yield `uploaded and skipped are ${outputs["files-uploaded"]} and ${outputs["files-skipped"]} of ${fileCount}`;
  if (!dataset?.name.endsWith(`-${outputs["digest"]?.slice(0, 12)}`))
    yield "the dataset is not named by the digest";
}

function* inWhatIsShown({ emulator, shown }: Played): Generator<string> {
  for (const text of shown) {
    if (text.includes(emulator.apiKey)) yield `the key is shown: ${text.slice(0, 200)}`;
    if (/X-Amz-(Signature|Credential)/i.test(text))
      yield `a signature is shown: ${text.slice(0, 200)}`;
  }
}

export async function judge(played: Played): Promise<string[]> {
  const { emulator, plan, sentAgain, journalsLeft } = played;
  const datasets = emulator.datasets();
  const objects = await emulator.objects();
  const wrong: string[] = [];
  if (datasets.length !== 1) wrong.push(`${datasets.length} datasets`);
  const names = new Set(objects.map(({ key }) => key.split("/")[2]));
  if (names.size !== 1) wrong.push(`stored under ${[...names].join(", ")}`);
  const stored = new Map(objects.map(({ key, sha256: sum }) => [pathOf(key), sum]));
  const items = emulator.items(datasets[0]?.uid ?? "").length;
  if (items !== Object.keys(plan.files).length) wrong.push(`${items} items in the dataset`);
  if (sentAgain.length > 0) wrong.push(`sent again although known: ${sentAgain.join(", ")}`);
  if (journalsLeft.length > 0) wrong.push("the journal is left");
  return [
    ...wrong,
    ...inTheStore(played, stored),
    ...inTheOutputs(played),
    ...inWhatIsShown(played),
  ];
}
