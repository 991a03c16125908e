// Runs on a server that meets completions with trouble, by a clock that goes on only where something waits.
import { join } from "node:path";
import type { Fault } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import type { AvalaEvent } from "../../src/events";
import type { Clock } from "../../src/flow/clock";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { uploadFiles } from "../../src/upload/run";
import { sessionWith } from "./session";
import type { UploadPlace } from "./upload-place";

export const COUNT = 20;
export const PRESIGN = "/datasets/manual-upload/file-upload-url/";

export function makeFiles(place: UploadPlace, count = COUNT): Promise<UploadFile[]> {
  const names = Array.from({ length: count }, (_, index) => `${String(index + 100)}.jpg`);
  return Promise.all(names.map((name) => place.put(name, Buffer.from(`content of ${name}`))));
}

/** Time goes on only where something waits. */
export function waitingClock(): Clock & { readonly waitedMs: () => number } {
  const startMs = Date.now();
  let nowMs = startMs;
  return {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
    waitedMs: () => nowMs - startMs,
  };
}

export interface Completion {
  readonly uid: string;
  /** Since the run began. */
  readonly atMs: number;
  /** From 1. */
  readonly nth: number;
  /** Of all, from 1. */
  readonly count: number;
}

export type Trouble = Omit<Fault, "on">;

export const refusal = (status: number, detail: string): Trouble => ({
  reply: { status, body: { detail } },
});

interface Calls {
  readonly upload: () => Promise<UploadResult>;
  readonly presigned: (string | undefined)[];
  readonly completions: Completion[];
  readonly waitedMs: () => number;
  readonly events: readonly AvalaEvent[];
}

interface How {
  /** The server calls sessions complete that are not. */
  readonly calledComplete?: ReadonlySet<string>;
  /** From the start. */
  readonly deadlineMs?: number;
}

/** A run on a server that meets completions with `troubleOf`. */
export function running(
  place: UploadPlace,
  files: readonly UploadFile[],
  troubleOf: (completion: Completion) => readonly Trouble[],
  { calledComplete = new Set(), deadlineMs }: How = {},
): Calls {
  const clock = waitingClock();
  const endMs = deadlineMs === undefined ? undefined : clock.now() + deadlineMs;
  const { avala, events } = sessionWith(place.emulator, { ports: { clock } });
  const presigned: (string | undefined)[] = [];
  const completions: Completion[] = [];
  const call: Avala["call"] = async (request) => {
    const uid = request.path.at(-2);
    if (request.route.endsWith(PRESIGN)) {
      presigned.push((request.body as { dataset_upload_uid?: string }).dataset_upload_uid);
      const reply = await avala.call(request);
      const json = reply.json as { readonly upload_uid: string };
      return calledComplete.has(json.upload_uid)
        ? { ...reply, json: { ...json, complete: true } }
        : reply;
    }
    if (!request.route.endsWith("/complete/") || uid === undefined) return avala.call(request);
    const nth = completions.filter((one) => one.uid === uid).length + 1;
    const one = { uid, nth, atMs: clock.waitedMs(), count: completions.length + 1 };
    completions.push(one);
    const on = { path: `*/uploads/${uid}/complete/` };
    place.emulator.setFault(...troubleOf(one).map((trouble) => ({ on, ...trouble })));
    return avala.call(request);
  };
  const stateDirectory = join(place.folder, "state");
  const request = { datasetName: "set", files, stateDirectory };
  const session = { ...avala, call, deadlineMs: endMs };
  const upload = (): Promise<UploadResult> => uploadFiles(session, request);
  return { upload, presigned, completions, waitedMs: clock.waitedMs, events };
}
