// The Action's run: inputs → files → datasets → export → gate → outputs. Each step is a function; the order is the point.
// Knows nothing of how inputs are parsed, files are read or GitHub is spoken to.
import { listingOptions, refusingAll, withAllProblems } from "./all-problems";
import { connect } from "../src/api/connect";
import type { Avala } from "../src/api/connection";
import { digestCacheFolder, readConfig } from "../src/config";
import { messageOf } from "../src/errors";
import type { Listener } from "../src/events";
import { describeLeftOut } from "../src/files/left-out";
import { isQuick } from "../src/files/hash";
import type { Beside } from "../src/flow/beside";
import { formatCount } from "../src/text";
import { destinationOf } from "./selection/destination";
import { runExport } from "./export/exporting";
import { checkBeforeWait } from "./export/fetching";
import { refuseUnfinished } from "./export/gate";
import type { ActionEnvironment } from "./environment";
import { describeParts } from "./report/checksum-parts";
import { endRun, fail } from "./report/ending";
import { describeFaults } from "../src/files/content/fault-counts";
import { createDigestCache } from "../src/files/digests/digest-cache";
import { readApiKey, readGiven, type Inputs } from "./inputs/inputs";
import { createLog } from "./report/log";
import { createOutputWriter } from "./report/output-writer";
import { createOutputFolder, outputsOf, writeSelection } from "./report/outputs";
import { createListener } from "./report/report";
import { createResults, noteLanded, type Outcome } from "./report/results";
import { lookAtNamedFiles } from "./named-files";
import { readPlan } from "./plan/plan-file";
import { pathFrom } from "./selection/file-paths";
import { select } from "./selection/selection";
import type { Run } from "./run-context";
import { checkScopes, checkWhileReading } from "./scope-check";
import { reported, reportStart, reportSuccess } from "./run-status";
import { createStatusCheck, dryStatusText } from "./report/status";
import { runUpload, type UploadOutcome } from "./upload/uploading";
import { partialIfLate, sessionWithinBudget } from "./upload/in-budget";
import { checkUids } from "./uid-check";
import { createWaitBudget } from "./waiting";

/** Runs the Action. Never throws: what fails becomes the step's one error, its outputs and its summary. */
export async function run(environment: ActionEnvironment): Promise<void> {
  const log = createLog(environment);
  log.addSecret(readApiKey(environment) ?? "");
  log.addSecret(environment.getInput("github-token"));
  const results = createResults(environment.clock);
  let inputs: Inputs | undefined;
  let folder: string | undefined;
  const outputs = createOutputWriter(
    (name, value) => environment.setOutput(name, value),
    () => outputsOf(results, inputs),
  );
  const rest: (() => Promise<void>)[] = [];
  try {
    folder = await createOutputFolder(environment);
    const given = readGiven(environment, lookAtNamedFiles);
    if (given.refused !== undefined)
      throw await withAllProblems({ environment, inputs: given.inputs, log }, given.refused);
    inputs = given.inputs;
    const ends = {
      putOutputs: () => outputs.put(),
      atEnd: (work: () => Promise<void>) => rest.push(work),
    };
    await runGuarded(startRun(environment, inputs, { log, results, folder, ...ends }));
  } catch (error) {
    fail(error, log, results);
  }
  await endRun(environment, { log, results, folder, inputs, outputs });
  for (const work of rest) await work().catch((error: unknown) => log.debug(messageOf(error)));
}

function startRun(
  environment: ActionEnvironment,
  inputs: Inputs,
  rest: Pick<Run, "log" | "results" | "folder" | "putOutputs" | "atEnd">,
): Run {
  return {
    environment,
    inputs,
    ...rest,
    budget: createWaitBudget(inputs.timeoutMs, environment.clock),
    startedMs: environment.clock.now(),
    warn(warning) {
      const { file, text } = warning;
      rest.results.warnings.push(warning);
      rest.log.warn(text, file === undefined ? undefined : inWorkspace(environment, file));
    },
  };
}

/** An annotation can point only at files of the repository. */
function inWorkspace({ workspace }: ActionEnvironment, file: string): string | undefined {
  const path = pathFrom(workspace, file);
  return path.startsWith("../") ? undefined : path;
}

/** The run between the two commit statuses: whatever ends it, the last one says how. */
async function runGuarded(run: Run): Promise<void> {
  // A dry run gates nothing, so it must not open a gate.
  const wanted = run.inputs.isDryRun ? undefined : run.inputs.status;
  const status = createStatusCheck(run.environment, wanted, run);
  for (const text of run.inputs.notices) run.warn({ text });
  if (wanted === undefined && run.inputs.status !== undefined)
    run.warn({ text: dryStatusText(run.inputs.status) });
  await reportStart(run, status);
  try {
    const outcome = await runSteps(run);
    run.results.outcome = outcome;
    // What was only planned is not known to be there.
    const isDone = outcome !== "partial" && outcome !== "planned";
    const { unverified, unlistedBegun } = run.results;
    run.results.isComplete = isDone && unverified + unlistedBegun === 0;
  } catch (error) {
    throw await reported(error, run, status);
  }
  await reportSuccess(run, status);
}

async function runSteps(run: Run): Promise<Outcome> {
  const { export: exporting, isDryRun } = run.inputs;
  await refusingAll(run, () => checkBeforeWait(run));
  // Before the files are read: a key that can't be one should not cost the hashing of a set.
  const avala = isDryRun && !hasKey(run) ? undefined : open(run);
  try {
    const inTime = avala && sessionWithinBudget(run, avala);
    const uploaded = await partialIfLate(run, () => prepareAndUpload(run, inTime));
    if (avala === undefined || isDryRun) return uploaded ?? "planned";
    refuseUnfinished(run.inputs, uploaded, run.results);
    if (exporting === undefined) return uploaded ?? "empty";
    return await runExport(run, exporting, avala);
  } finally {
    run.results.limit = avala?.pace.snapshot();
    avala?.close();
  }
}

/** All up to the end of the upload, if there is one. */
async function prepareAndUpload(
  run: Run,
  avala: Avala | undefined,
): Promise<UploadOutcome | undefined> {
  const { upload } = run.inputs;
  // Before the files are read, too.
  if (avala !== undefined) await refusingAll(run, () => checkUids(run.inputs, avala));
  const plan = readPlan(upload?.planFile, run.environment.workspace);
  // Before the first byte: what the key may not do would else show after the upload, or after an hour of waiting.
  if (avala !== undefined && upload !== undefined)
    await checkWhileReading(run, avala, (beside) => readFiles(run, avala, beside));
  else if (avala !== undefined) await checkScopes(run, avala);
  else await readFiles(run, avala);
  return upload === undefined ? undefined : runUpload(run, upload, { avala, plan });
}

function hasKey({ inputs }: Run): boolean {
  return inputs.connection.apiKey !== undefined;
}

function open(run: Run): Avala {
  const { environment, inputs, log } = run;
  const avala = connect({
    ...readConfig(inputs.connection, environment.env),
    userAgent: "avala-upload-action",
    onEvent: listen(run, createListener(log, environment.clock)),
    signal: environment.signal,
    ports: { clock: environment.clock },
  });
  run.results.baseUrl = destinationOf(environment, inputs, avala).baseUrl;
  run.results.times.watchLimit(() => avala.pace.waitedMs());
  return avala;
}

/** Notes what the outputs of a failed run need, and passes each event on to the log. */
function listen(run: Run, show: Listener): Listener {
  const { results, environment } = run;
  const comparing = new Map<string, () => void>();
  return (event) => {
    if (event.kind === "compare-progress") {
      const end = comparing.get(event.name) ?? results.times.start("comparing");
      comparing.set(event.name, end);
      if (event.filesDone === event.filesTotal && comparing.delete(event.name)) end();
    }
    if (event.kind === "request") results.calls.note(environment.clock.now() - event.durationMs);
    if (event.kind === "file-sent") noteLanded(results, event);
    if (event.kind === "warning") results.warnings.push({ text: event.text });
    if (event.kind === "retry") results.retries.note(event);
    if (event.kind === "export-status") {
      const { uid, status } = event;
      results.export = { ...results.export, uid, status };
      run.putOutputs();
    }
    show(event);
  };
}

/** @param beside what to begin where the files take long */
async function readFiles(run: Run, avala: Avala | undefined, beside?: Beside): Promise<void> {
  const { environment, inputs, log, results } = run;
  const { upload } = inputs;
  if (upload === undefined) return;
  const show = createListener(log, environment.clock);
  const endHashing = results.times.start("hashing");
  const onListing = (entries: number): void => show({ kind: "list-progress", entries });
  const selection = await select(upload, {
    ...listingOptions(environment, inputs, upload, onListing),
    signal: beside?.signal ?? environment.signal,
    onProgress: (progress) => {
      if (!isQuick(progress)) void beside?.begin();
      show({ kind: "hash-progress", ...progress });
    },
    cache: createDigestCache({
      folder: digestCacheFolder(environment.env),
      onWarning: (text) => run.warn({ text }),
    }),
  }).finally(endHashing);
  results.selection = selection;
  results.problems = selection.fileSet.contents;
  for (const warning of selection.warnings) run.warn(warning);
  const { ownLeftOut, leftOutFolders, uncut } = selection;
  const { files, contents, patterns, recalledCount, hiddenLeftOut, leftOut } = selection.fileSet;
  log.group("Files", [
    ...patterns.map(({ pattern, matched }) => `${pattern}: ${formatCount(matched)}`),
    ...(selection.list === undefined ? [] : [selection.list]),
    ...(contents.length > 0 ? [`contents: ${describeFaults(contents, files.length)}`] : []),
    ...(recalledCount > 0
      ? [`not read again, since they have not changed: ${formatCount(recalledCount)}`]
      : []),
    ...(hiddenLeftOut > 0 ? [`hidden, left out: ${formatCount(hiddenLeftOut)}`] : []),
    ...describeLeftOut(leftOut).map((line) => `left out: ${line}`),
    ...leftOutFolders,
    ...(ownLeftOut > 0 ? [`written by this Action, left out: ${formatCount(ownLeftOut)}`] : []),
    ...(uncut === undefined ? [] : [uncut]),
  ]);
  const destination = destinationOf(environment, inputs, avala);
  const to = { destination, nowMs: environment.clock.now() };
  Object.assign(results.files, await writeSelection(run.folder, selection, to));
  const cut = describeParts(results.files.checksumsParts?.length ?? 0, files.length);
  if (cut !== undefined) log.info(cut);
  run.putOutputs();
}
