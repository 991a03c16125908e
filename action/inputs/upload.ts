// The inputs about files and the dataset they go to.
import { MAX_CONCURRENCY, MAX_NAME_CHARACTERS } from "../../src/api/limits";
import { InputError, type InputProblem } from "../../src/errors";
import { suggestion } from "../../src/near-name";
import { shown } from "../../src/text";
import type { ChangingPolicy } from "../../src/files/file-set-options";
import { filledName } from "../../src/files/manifest/dataset-name";
import { boundProblem } from "../../src/files/scan/patterns/pattern-bounds";
import type { UnindexedPolicy } from "../../src/files/scan/indexing";
import type { DataType } from "../../src/files/media";
import { MAX_MINUTES, MS_PER_MINUTE, type Reader } from "./values";
import { isGrowingTemplate, templateProblem } from "../../src/operations/grow/increment-name";

export interface UploadInputs {
  /** The lines of `files` that choose, and those that take away, without their `!`. None choose: all does. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** A file that lists paths: then only these are taken. */
  readonly filesFrom?: string | undefined;
  readonly root: string;
  readonly prefix?: string | undefined;
  readonly includeHidden: boolean;
  readonly symlinks: "follow" | "skip" | "error";
  readonly allowLinkTargets: readonly string[];
  readonly unindexed: UnindexedPolicy;
  readonly checkContent: "warn" | "error" | "off";
  readonly minAgeMinutes?: number | undefined;
  readonly changingFiles: ChangingPolicy;
  readonly ifNoFilesFound: "error" | "warn" | "ignore";
  readonly partitionDepth: 0 | 1;
  /** May hold `{digest}` and `{folder}`. */
  readonly dataset: string;
  readonly slug?: string | undefined;
  readonly dataType?: DataType | undefined;
  readonly visibility: string;
  readonly metadata?: Record<string, unknown> | undefined;
  readonly ifDatasetExists: "verify" | "fail";
  readonly waitForDataset: boolean;
  readonly concurrency: number;
  readonly timeBudgetMs?: number | undefined;
  readonly planFile?: string | undefined;
  /** What is wrong with `dataset` and `slug`: reported together with what is wrong with the files. */
  readonly nameProblems: readonly InputProblem[];
}

const DATA_TYPES = ["image", "video", "lidar", "mcap", "splat", "image_3d"] as const;

/** Undefined when no upload is asked for. */
export function readUpload(reader: Reader): UploadInputs | undefined {
  const lines = reader.lines("files");
  const settings = readUploadSettings(reader);
  const dataset = reader.text("dataset");
  const filesFrom = reader.text("files-from");
  const hasFiles = lines.length > 0 || filesFrom !== undefined;
  if (!hasFiles && dataset === undefined) return undefined;
  const include = lines.filter((line) => !line.startsWith("!"));
  const exclude = lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1).trim());
  if (!hasFiles)
    reader.refuse("files", "is empty, although dataset is set; write one glob per line");
  else if (include.length === 0 && filesFrom === undefined)
    reader.refuse("files", "only excludes files; add a line without !");
  if (exclude.includes(""))
    reader.refuse("files", "contains a line that is only !; write a glob after it");
  for (const line of exclude.filter((rest) => /^!(?!\()/.test(rest))) {
    const text = `contains the line ${JSON.stringify(`!${line.slice(0, 60)}`)}, which starts with "!!"; use one "!" to exclude, or "\\!" for a literal "!"`;
    reader.refuse("files", text);
  }
  // With what is wrong with other inputs, and not in the run after it.
  for (const line of [...include, ...exclude]) {
    const text = boundProblem(line);
    if (text !== undefined) reader.refuse(`files ${shown(line.slice(0, 200))}`, text);
  }
  const nameProblems = templateProblems(dataset, settings);
  if (settings.changingFiles === "leave-out" && !isGrowingTemplate(dataset ?? "")) {
    const text =
      "can be leave-out only if dataset contains {increment}: otherwise the dataset would be made without these files, and nothing can be added to it later";
    reader.refuse("changing-files", text);
  }
  return { ...settings, include, exclude, filesFrom, dataset: dataset ?? "", nameProblems };
}

function readUploadSettings(
  reader: Reader,
): Omit<UploadInputs, "include" | "exclude" | "filesFrom" | "dataset" | "nameProblems"> {
  const depth = reader.choice("partition-depth", ["0", "1"]);
  const symlinks = reader.choice("symlinks", ["follow", "skip", "error"]) ?? "error";
  const budget = reader.number("time-budget-minutes", { least: 0.01, most: MAX_MINUTES });
  const concurrency = reader.number("concurrency", {
    least: 1,
    most: MAX_CONCURRENCY,
    isWhole: true,
  });
  return {
    root: reader.text("root") ?? ".",
    prefix: reader.text("prefix"),
    includeHidden: reader.flag("include-hidden-files"),
    symlinks,
    allowLinkTargets: readLinkTargets(reader, symlinks),
    unindexed: reader.choice("unindexed", ["leave-out", "send", "error"]) ?? "error",
    checkContent: reader.choice("check-content", ["warn", "error", "off"]) ?? "error",
    minAgeMinutes: reader.number("min-age-minutes", { least: 0.01, most: MAX_MINUTES }),
    changingFiles: reader.choice("changing-files", ["fail", "leave-out"]) ?? "fail",
    ifNoFilesFound: reader.choice("if-no-files-found", ["error", "warn", "ignore"]) ?? "error",
    partitionDepth: depth === "1" ? 1 : 0,
    slug: reader.text("slug"),
    dataType:
      reader.text("data-type") === undefined ? undefined : reader.choice("data-type", DATA_TYPES),
    visibility: reader.choice("visibility", ["private", "public", "unlisted"]) ?? "private",
    metadata: reader.object("metadata"),
    ifDatasetExists: readIfExists(reader),
    waitForDataset: reader.flag("wait-for-dataset"),
    concurrency: concurrency ?? 1,
    timeBudgetMs: budget === undefined ? undefined : budget * MS_PER_MINUTE,
    planFile: reader.text("plan"),
  };
}

function readLinkTargets(reader: Reader, symlinks: UploadInputs["symlinks"]): readonly string[] {
  const folders = reader.lines("allow-link-targets");
  if (folders.length > 0 && symlinks !== "follow") {
    const text = `has no effect with symlinks: ${symlinks}; remove one of them`;
    reader.refuse("allow-link-targets", text);
  }
  return folders;
}

function readIfExists(reader: Reader): "verify" | "fail" {
  if (reader.text("if-dataset-exists")?.toLowerCase() === "append") {
    const text =
      "append is not supported: a dataset is made once, and nothing can be added to it. Use verify or fail; or put {digest} into dataset for a version of each content, or name a new dataset";
    reader.refuse("if-dataset-exists", text);
    return "fail";
  }
  return reader.choice("if-dataset-exists", ["verify", "fail"]) ?? "fail";
}

function templateProblems(
  dataset: string | undefined,
  {
    slug,
    partitionDepth,
    ifDatasetExists,
  }: Pick<UploadInputs, "slug" | "partitionDepth" | "ifDatasetExists">,
): readonly InputProblem[] {
  if (dataset === undefined) {
    const text = "is empty; name the dataset that the files go to, for example training-{digest}";
    return [{ input: "dataset", text }];
  }
  const problems = [
    ...placeholderProblems("dataset", dataset, partitionDepth),
    ...(slug === undefined ? [] : placeholderProblems("slug", slug, partitionDepth)),
  ];
  const isGrowing = isGrowingTemplate(dataset);
  if (isGrowing) problems.push(...growingProblems(dataset));
  else if (slug?.includes("{increment}") === true) {
    const text = "contains {increment}, which is allowed only if dataset contains it";
    problems.push({ input: "slug", text });
  }
  const differing = isGrowing ? "{increment}" : "{digest}";
  if (slug !== undefined && dataset.includes(differing) && !slug.includes(differing)) {
    const next = isGrowing ? "increment" : "version";
    const text = `must contain ${differing} because dataset does; otherwise the next ${next} would need the same slug`;
    problems.push({ input: "slug", text });
  }
  const filled = Object.entries({ dataset, slug })
    .filter(([input]) => problems.every((problem) => problem.input !== input))
    .flatMap(([input, text]) => nameProblems(input, text, { isGrowing, partitionDepth }));
  problems.push(...filled);
  if (isGrowing && ifDatasetExists === "fail") {
    const text = "can't be fail if dataset contains {increment}: a growing set adds to what exists";
    problems.push({ input: "if-dataset-exists", text });
  }
  return problems;
}

/** What is wrong with a name whatever its placeholders stand for. Its length is seen with the folders (partitions.ts). */
function nameProblems(
  input: string,
  template: string | undefined,
  { isGrowing, partitionDepth }: { readonly isGrowing: boolean; readonly partitionDepth: 0 | 1 },
): readonly InputProblem[] {
  if (template === undefined || template.length > MAX_NAME_CHARACTERS) return [];
  const varying = isGrowing ? { increment: "{increment}" } : { digest: "{digest}" };
  const folder = partitionDepth === 1 ? "{folder}" : undefined;
  try {
    filledName(input, template, { ...varying, folder });
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
}

function growingProblems(dataset: string): readonly InputProblem[] {
  const template = templateProblem(dataset);
  const problems: InputProblem[] =
    template === undefined ? [] : [{ input: "dataset", text: template }];
  if (dataset.includes("{digest}")) {
    const text =
      "contains {increment} and {digest}; use one of them: an increment's name already ends in its digest, and a version does not grow";
    problems.push({ input: "dataset", text });
  }
  return problems;
}

const PLACEHOLDERS = ["{increment}", "{digest}", "{folder}"];

function placeholderProblems(input: string, value: string, depth: 0 | 1): InputProblem[] {
  const texts = (value.match(/\{[^}]*\}/g) ?? [])
    .filter((found) => !PLACEHOLDERS.includes(found))
    .map(
      (unknown) => `${unknown} is not a known placeholder. ${suggestion(unknown, PLACEHOLDERS)}`,
    );
  if (depth === 1 && !value.includes("{folder}"))
    texts.push("must contain {folder} when partition-depth is 1, or all folders would share it");
  if (depth === 0 && value.includes("{folder}"))
    texts.push("contains {folder}, which is allowed only with partition-depth: 1");
  return texts.map((text) => ({ input, text }));
}
