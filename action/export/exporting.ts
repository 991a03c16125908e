// The part of a run that makes an export, waits for it, judges it and fetches it.
// Knows nothing of how datasets came about.
import { createHash } from "node:crypto";
import type { Avala } from "../../src/api/connection";
import { MAX_NAME_CHARACTERS } from "../../src/api/limits";
import { type Export, type ExportInput, getExport } from "../../src/api/endpoints/exports";
import { canonicalJson } from "../../src/canonical-json";
import { AvalaError, isAvalaError } from "../../src/errors";
import { startExport, waitForExport } from "../../src/operations/export";
import {
  countsOf,
  exportConditions,
  GateClosedError,
  refuseUnmet,
  type Condition,
  type Gate,
} from "../../src/operations/gate";
import { readProjectConditions } from "../../src/operations/project-conditions";
import { throughOutages } from "../../src/operations/wait";
import { fetchIfAsked } from "./fetching";
import { closedToTheEnd, GATE_NAMES, gateOf, nextLook, type NextLook } from "./gate";
import { formatDuration } from "../../src/text";
import type { ExportInputs, ExportSource } from "../inputs/export";
import { againText } from "../report/cancelled";
import { conditionText } from "../report/report";
import { timed } from "../report/facts/times";
import type { Outcome, Results } from "../report/results";
import type { Run } from "../run-context";
import { budgetText } from "../waiting";
import { checkUid, urlText } from "../report/server-text";

/**
 * While the gate is closed it looks again, if that is asked for and in time. An export that the server ended as failed
 * is not made again: it would fail the same way.
 * @throws AvalaError `export_failed`, `timeout`; GateClosedError
 */
export async function runExport(run: Run, inputs: ExportInputs, avala: Avala): Promise<Outcome> {
  const { retryMs } = inputs.gate;
  const { clock, signal } = avala;
  const startedMs = clock.now();
  let isLast = false;
  for (let checks = 1; ; checks += 1) {
    const lookedMs = clock.now();
    try {
      return await lookOnce(run, inputs, avala);
    } catch (error) {
      if (!(error instanceof GateClosedError) || retryMs === undefined) throw error;
      const leftMs = run.budget.leftMs();
      const next: NextLook | undefined = isLast
        ? undefined
        : nextLook(retryMs, leftMs, clock.now() - lookedMs);
      if (next === undefined) {
        const spentMs = clock.now() - startedMs;
        throw closedToTheEnd(error, { checks, spentMs, timeoutMs: run.inputs.timeoutMs });
      }
      ({ isLast } = next);
      const [wait, left] = [next.waitMs, leftMs].map((ms) => formatDuration(ms / 1000));
      const again = isLast ? "Checking once more" : "Checking again";
      run.log.info(`${error.message} ${again} in ${wait}; ${left} left.`);
      await timed(run.results.times, "gate", () => clock.sleep(next.waitMs, signal));
    }
  }
}

async function lookOnce(run: Run, inputs: ExportInputs, avala: Avala): Promise<Outcome> {
  // Before an export is made: what its projects say already would be known an hour later else.
  const before = await ofProjects(run, inputs, avala);
  const isClosed = before.some(({ isMet }) => !isMet);
  const rest = isClosed ? exportConditions(undefined, inputs.gate, GATE_NAMES) : [];
  requireMet(run, [...before, ...rest]);
  const started = await timed(run.results.times, "export", () =>
    startOrFind(run, inputs.source, avala),
  );
  keep(run, started);
  if (!inputs.isAwaited) {
    run.log.info(
      `Export ${started.uid} started (${started.status}). Not waiting: wait-for-export is false.`,
    );
    return "export_started";
  }
  const finished = await timed(run.results.times, "export", () =>
    waitInTime(run, avala, started.uid),
  );
  keep(run, finished);
  // And again: it may have taken hours, in which tasks came.
  const gate = gateOf(inputs, run.inputs);
  const found = exportConditions(finished, gate, GATE_NAMES);
  requireMet(run, [...found, ...(await ofProjects(run, inputs, avala))]);
  warnOfCounts(run, finished, gate);
  await fetchIfAsked(run, inputs, avala, started.uid);
  return "exported";
}

async function ofProjects(
  run: Run,
  { source, gate }: ExportInputs,
  avala: Avala,
): Promise<readonly Condition[]> {
  const projects = source.kind === "new" ? source.projects : [];
  const { conditions, warnings } = await readProjectConditions(avala, {
    ...{ projects, gate, names: GATE_NAMES },
    timeoutMs: run.budget.leftMs(),
  });
  for (const text of warnings) run.warn({ text });
  return conditions;
}

/** @throws GateClosedError */
function requireMet({ log, results }: Run, conditions: readonly Condition[]): void {
  results.conditions = conditions;
  if (conditions.length > 0) log.group("Gate", conditions.map(conditionText));
  const work = "Finish what is missing and run again, or lower the conditions of the gate.";
  refuseUnmet(conditions, work);
}

async function waitInTime(run: Run, avala: Avala, uid: string): Promise<Export> {
  try {
    const finished = await waitForExport(avala, uid, { timeoutMs: run.budget.leftMs() });
    checkUid("export", finished.uid, uid);
    return { ...finished, uid };
  } catch (error) {
    if (!isAvalaError(error) || error.code !== "timeout") throw error;
    const again = againText(run.inputs.export?.source, uid);
    throw new AvalaError(
      "timeout",
      `Export ${uid} was not complete when ${budgetText(run.inputs.timeoutMs)} ran out.`,
      {
        hint: `The export is still running. ${again}, or increase timeout-minutes.`,
        cause: error,
      },
    );
  }
}

async function startOrFind(run: Run, source: ExportSource, avala: Avala): Promise<Export> {
  if (source.kind === "existing") {
    const found = await throughOutages(avala, {
      what: `export ${source.uid} to be read`,
      timeoutMs: run.budget.leftMs(),
      work: (within) => getExport(within, source.uid),
    });
    checkUid("export", found.uid, source.uid);
    return { ...found, uid: source.uid };
  }
  const wanted = exportOf(run, source);
  // A name that the workflow gives may be given to anything, so it proves nothing.
  const isNameMade = source.name === undefined;
  run.results.startingExport = wanted.name;
  const started = await throughOutages(avala, {
    what: `export ${wanted.name} to be started`,
    timeoutMs: run.budget.leftMs(),
    // The create has no deadline: cut off before the look for it, a second try could make a second export. A failure that
    // leaves open whether there is one is not repeated.
    work: (looks) =>
      startExport(avala, wanted, {
        looks,
        isNameUnique: isNameMade,
        isSameName: (name) => isNameMade && isMadeFor(wanted, name),
      }),
  });
  checkUid("the export", started.uid);
  const name = started.name ?? source.format;
  run.log.info(
    started.name === undefined || started.name === wanted.name
      ? `Started export ${started.uid} (${name}).`
      : `Export ${started.uid} (${name}) of the same sources is still running: waiting for it instead of starting another.`,
  );
  return started;
}

function exportOf(run: Run, source: Extract<ExportSource, { kind: "new" }>): ExportInput {
  const uploaded = source.hasUploaded ? uploadedUids(run.results) : [];
  const what = {
    format: source.format,
    datasets: [...new Set([...uploaded, ...source.datasets])],
    projects: source.projects,
    slices: source.slices,
  };
  return { name: source.name ?? madeName(run, what), ...what };
}

/** The datasets of this run, and of a growing set all that it has. */
function uploadedUids({ datasets, sets }: Results): readonly string[] {
  const all = [...sets.flatMap(({ increments }) => increments), ...datasets];
  return all.map(({ dataset }) => dataset.uid);
}

// Enough to keep the jobs of one run apart.
const MARK_CHARACTERS = 8;

/** Of what is exported: sources and format. */
function markOf({ format, datasets, projects, slices }: Omit<ExportInput, "name">): string {
  const what = { format, datasets, projects, slices };
  return createHash("sha256").update(canonicalJson(what)).digest("hex").slice(0, MARK_CHARACTERS);
}

/** Whether a run of this Action gave the name to an export of the same: with its own number in it. */
function isMadeFor(wanted: ExportInput, name: string): boolean {
  return / run \S+ \([0-9a-f]{8}\)$/.test(name) && name.endsWith(`(${markOf(wanted)})`);
}

/**
 * Says which run made the export, and stands for what is exported: the jobs of a matrix are one run, and an export whose
 * reply was lost is found by its name.
 */
function madeName({ environment: { env } }: Run, what: Omit<ExportInput, "name">): string {
  const run = env.GITHUB_RUN_ID ?? "local";
  const attempt = env.GITHUB_RUN_ATTEMPT ?? "1";
  const end = ` run ${run}.${attempt} (${markOf(what)})`;
  const repository = env.GITHUB_REPOSITORY ?? "upload-action";
  return repository.slice(0, MAX_NAME_CHARACTERS - end.length) + end;
}

function keep(run: Run, made: Export): void {
  const { results, log } = run;
  // Anything else is not a link, and masking a letter would leave nothing of the log.
  const url = urlText(made.downloadUrl);
  for (const secret of url === "" ? [] : new Set([url, made.downloadUrl ?? ""]))
    log.addSecret(secret);
  results.export = made;
  run.putOutputs();
}

/** Of an export that passed though it shows no annotations, or not how many. */
function warnOfCounts(run: Run, finished: Export, { mayBeUncounted }: Gate): void {
  const { uid } = finished;
  if (finished.totalTaskCount === 0)
    run.warn({
      text: `Export ${uid} is complete and contains no tasks. With gate-min-tasks: 1 the gate would stay closed.`,
    });
  const counts = countsOf(finished);
  if (mayBeUncounted === true && "missing" in counts)
    run.warn({
      text: `Export ${uid} is complete, but ${counts.missing}, so it was not checked that all tasks are exported. If it is enough that the export is complete, set gate-min-exported to 0.`,
    });
}
