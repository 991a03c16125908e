// Export: annotations turned into a file to download. What the engine calls.
import type { dynamic } from "@pulumi/pulumi";
import { getExport, type Export } from "../../../src/api/endpoints/exports";
import { isAvalaError } from "../../../src/errors";
import { startExport, waitForExport } from "../../../src/operations/export";
import { GateClosedError } from "../../../src/operations/gate";
import { countedOf } from "../../../src/text";
import { EXPORT_FIELDS } from "../../fields/export";
import { takeCall, type Call } from "../../process/calls";
import { defineHandler } from "../../process/define-handler";
import { Problems, UnfinishedError, providerOf } from "../../process/failures";
import { changedIn, passedOn } from "../../process/fields";
import { readOrGone } from "../../process/gone";
import type { Handler, OwnMethods } from "../../process/handler";
import type { Needs } from "../../process/scopes";
import type { Session } from "../../process/session";
import { checkUids } from "../../process/uid-check";
import { judgeGate } from "./gate";
import {
  checkExport,
  exportInputs,
  exportOutputs,
  isNamedByContent,
  timeoutMsOf,
  uidsIn,
  type ExportGiven,
  type ExportInputs,
  type ExportOutputs,
} from "./inputs";

function isWaiting({ waitForExport: waits }: ExportInputs): boolean {
  return waits !== false;
}

function isCode(error: unknown, code: string): boolean {
  return isAvalaError(error) && error.code === code;
}

class ExportHandler implements OwnMethods<ExportInputs, ExportOutputs> {
  constructor(private readonly session: Session) {}

  async check(_olds: ExportInputs, news: ExportInputs): Promise<dynamic.CheckResult<ExportInputs>> {
    const { call, inputs: given } = takeCall<ExportGiven>(news);
    const problems = new Problems();
    this.session.checkConfig(problems);
    checkExport(given, problems);
    if (problems.failures.length === 0)
      await checkUids(this.session, call, uidsIn(given), problems);
    if (problems.failures.length > 0) return { inputs: news, failures: problems.failures };
    const inputs = exportInputs(given);
    this.session.calls.keep(inputs, call);
    return { inputs };
  }

  diff(id: string, olds: ExportOutputs, news: ExportInputs): Promise<dynamic.DiffResult> {
    this.session.calls.of(news, id);
    const replaces: string[] = changedIn(EXPORT_FIELDS, "replace", { olds, news });
    // An export that has failed will not change: the next one is a new one.
    if (replaces.length === 0 && olds.state === "failed") replaces.push("name");
    if (replaces.length === 0 && olds.isClosed === true) replaces.push("gate");
    const isLeftToWait = olds.state === "running" && isWaiting(news);
    return Promise.resolve({ changes: replaces.length > 0 || isLeftToWait, replaces });
  }

  async create(inputs: ExportInputs): Promise<dynamic.CreateResult<ExportOutputs>> {
    const call = this.session.calls.of(inputs);
    // One that an `up` started that was killed is in no state: while it runs it is found by its name.
    const takesRunning = isNamedByContent(inputs);
    const avala = this.session.avala(call);
    // Before an export is made: what its projects say already would be known an hour later else.
    await judgeGate(undefined, this.judging(inputs, call));
    const started = await startExport(avala, passedOn(EXPORT_FIELDS, inputs), { takesRunning });
    try {
      return { id: started.uid, outs: await this.finish(started, inputs, call) };
    } catch (error) {
      // Not kept: the next `up` makes another.
      throw error instanceof UnfinishedError && error.cause instanceof GateClosedError
        ? error.cause
        : error;
    }
  }

  private judging(inputs: ExportInputs, call: Call) {
    return { inputs, avala: this.session.avala(call), messages: this.session.messages(call) };
  }

  async update(
    id: string,
    _olds: ExportOutputs,
    news: ExportInputs,
  ): Promise<dynamic.UpdateResult<ExportOutputs>> {
    const call = this.session.calls.of(news, id);
    const found = await getExport(this.session.avala(call), id);
    return { outs: await this.finish(found, news, call) };
  }

  /**
   * A wait that ends without an end of the export leaves it in the state: the next `up` waits for the same one. One that
   * has failed is not kept, so the next `up` starts another.
   */
  private async finish(started: Export, inputs: ExportInputs, call: Call): Promise<ExportOutputs> {
    if (!isWaiting(inputs)) return exportOutputs(started, inputs);
    const timeoutMs = timeoutMsOf(inputs);
    try {
      const ended = await waitForExport(this.session.avala(call), started.uid, { timeoutMs });
      await this.reportEnd(ended, call);
      await judgeGate(ended, this.judging(inputs, call));
      return exportOutputs(ended, inputs);
    } catch (error) {
      const isClosed = error instanceof GateClosedError;
      if (isCode(error, "export_failed") && !isClosed) throw error;
      const outs = { ...exportOutputs(started, inputs), ...(isClosed ? { isClosed } : {}) };
      const properties = { ...outs, __provider: providerOf(inputs) };
      throw new UnfinishedError(error, started.uid, properties);
    }
  }

  private async reportEnd(
    { exportedTaskCount, totalTaskCount }: Export,
    call: Call,
  ): Promise<void> {
    if (exportedTaskCount === undefined || totalTaskCount === undefined) return;
    await this.session
      .messages(call)
      .info(`exported ${countedOf(exportedTaskCount, totalTaskCount, "task")}`);
  }

  read(id: string, props?: ExportOutputs): Promise<dynamic.ReadResult<ExportOutputs>> {
    return readOrGone(id, async () =>
      exportOutputs(await getExport(this.session.avala({}), id), props ?? {}),
    );
  }

  /** The API has no call that removes an export: it leaves the state. */
  delete(): Promise<void> {
    return Promise.resolve();
  }
}

export function createExportHandler(session: Session): Handler<ExportInputs, ExportOutputs> {
  const needs: Needs<ExportInputs, ExportOutputs> = {
    create: (inputs) => [
      "exports.create",
      ...(isWaiting(inputs) ? (["exports.read"] as const) : []),
      ...(inputs.gate?.pendingTasks === undefined ? [] : (["tasks.read"] as const)),
      ...(inputs.gate?.qualityTargets === undefined ? [] : (["qc.read"] as const)),
    ],
    update: () => ["exports.read"],
    delete: [],
  };
  return defineHandler({ kind: "export", session, handler: new ExportHandler(session), needs });
}
