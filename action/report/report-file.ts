// A run's facts as report.json has them (docs/report.schema.json). Pure.
import type { LeftOut } from "../../src/files/left-out";
import { countSuffixes } from "../../src/files/scan/indexing";
import type { Facts } from "./facts/facts";
import type { Row, Totals } from "./facts/rows";
import { limitTotalMs } from "./facts/times";
import { setsReport } from "./growing-report";
import { nameOfMade, type Results } from "./results";

export function reportOf(facts: Facts): object {
  const { results, step, inputs, calls } = facts;
  const { selection } = results;
  return {
    version: 1,
    outcome: results.outcome,
    complete: results.isComplete,
    failure: results.failure ?? null,
    error: errorOf(facts),
    step: { name: step.name ?? null, job: step.job ?? null },
    run: step.run?.url ?? null,
    commit: step.commit?.url ?? null,
    baseUrl: results.baseUrl ?? null,
    inputs: Object.fromEntries(inputs.map(({ name, value }) => [name, value])),
    files: fileCounts(results),
    bytesUploaded: results.bytesSent,
    uploadSeconds: results.uploadMs / 1000,
    checkedByStore: results.checkedByStore,
    retries: results.retries.total,
    retriedFor: results.retries.causes(),
    rows: facts.rows.map(rowReport),
    totals: totalsReport(facts.totals),
    seconds: secondsOf(facts),
    calls: {
      made: calls.made,
      inBusiestMinute: calls.inBusiestMinute,
      limitPerMinute: calls.limit?.limit ?? null,
      left: calls.limit?.remaining ?? null,
    },
    slowest: results.slowest.map(({ path, sizeBytes, durationMs }) => ({
      ...{ path, sizeBytes, seconds: durationMs / 1000 },
    })),
    largest: facts.largest.map(({ path, sizeBytes }) => ({ path, sizeBytes })),
    digest: selection?.manifest.digest ?? null,
    datasets: results.datasets.map((one) => {
      const { slug, uid, status, itemCount: items } = one.dataset;
      return { folder: one.target.folder, name: nameOfMade(one), slug, uid, status, items };
    }),
    growingSets: setsReport(results.sets),
    replaced: results.replaced,
    export: exportOf(facts),
    gate: results.conditions,
    downloadPath: results.downloadPath ?? null,
    downloadFile: results.downloadFile ?? null,
    problems: results.problems.map(({ path, problem }) => ({ path, problem })),
    warnings: results.warnings.map(({ text }) => text),
  };
}

function errorOf({ results: { error }, helpUrl }: Facts): object | null {
  if (error === undefined) return null;
  const { code, nextStep } = error;
  return { code: code ?? null, nextStep: nextStep ?? null, help: helpUrl ?? null };
}

function rowReport(row: Row): object {
  const { folder, name, uid, url, state } = row;
  return { folder, name, uid: uid ?? null, url: url ?? null, state, ...totalsReport(row) };
}

function totalsReport(of: Totals): object {
  const { files, bytes, toSend, sent, unchanged, failed, unverified, bytesSent } = of;
  return { files, bytes, toSend, sent, unchanged, failed, unverified, bytesSent };
}

function secondsOf({ time }: Facts): object {
  const seconds = Object.entries(time.phases).map(([phase, ms]) => [phase, ms / 1000] as const);
  return {
    total: time.totalMs / 1000,
    ...Object.fromEntries(seconds),
    other: time.otherMs / 1000,
    waitingForLimit: limitTotalMs(time) / 1000,
    sendingWaitingForLimit: time.limitMs.sending / 1000,
  };
}

function exportOf({ results: { export: made }, exportUrl }: Facts): object | null {
  if (made === undefined) return null;
  const { uid, status, totalTaskCount, exportedTaskCount } = made;
  return {
    ...{ uid, status, url: exportUrl ?? null },
    totalTaskCount: totalTaskCount ?? null,
    exportedTaskCount: exportedTaskCount ?? null,
  };
}

function fileCounts(results: Readonly<Results>): Readonly<Record<string, number | object>> {
  const fileSet = results.selection?.fileSet;
  return {
    total: fileSet?.files.length ?? 0,
    uploaded: results.filesSent,
    skipped: results.filesUnchanged,
    failed: results.filesFailed,
    unverified: results.unverified,
    hiddenLeftOut: fileSet?.hiddenLeftOut ?? 0,
    leftOut: fileSet === undefined ? {} : leftOutCounts(fileSet.leftOut),
    leftOutFolders: results.selection?.leftOutFolders ?? [],
  };
}

/** As lists: what is a name would else not be masked. */
function leftOutCounts({ unindexed, junk, ignored, ...paths }: LeftOut): object {
  const suffixes = [...countSuffixes(unindexed)].map(([suffix, files]) => ({ suffix, files }));
  const { evicted, young, changed, unlisted } = paths;
  return {
    unindexed: suffixes,
    evicted: evicted.length,
    young: young.length,
    changed: changed.length,
    unlisted: unlisted.length,
    junk,
    ignored,
  };
}
