// Progress as a union of typed events. The core emits them, each front end shows them its own way.
// Errors are thrown, never emitted.
import type { AvalaError } from "./errors";

export type AvalaEvent =
  /** One request to the API has ended. `status` is absent when no reply came. */
  | {
      readonly kind: "request";
      readonly method: string;
      readonly route: string;
      readonly status?: number;
      readonly durationMs: number;
      readonly requestId?: string;
    }
  /** Something is about to be tried again after `waitMs`. */
  | {
      readonly kind: "retry";
      readonly what: string;
      readonly attempt: number;
      readonly waitMs: number;
      readonly error: AvalaError;
    }
  /** Files and folders below the root that were listed so far. */
  | { readonly kind: "list-progress"; readonly entries: number }
  | {
      readonly kind: "hash-progress";
      readonly filesDone: number;
      readonly filesTotal: number;
      readonly bytesDone: number;
      readonly bytesTotal: number;
    }
  /** Emitted as soon as it is known what had landed before, at most twice a second, every five seconds while it waits for the rate limit or for a response, and at the end. */
  | { readonly kind: "upload-progress"; readonly progress: UploadProgress }
  /**
   * A call waits for the rate limit: every five seconds as long as it does. `what`: `find dataset a`. `waitMs`: how much longer it is
   * likely to, absent while nothing says so. An upload says it in its progress.
   */
  | { readonly kind: "limit-wait"; readonly what: string; readonly waitMs?: number }
  /**
   * A call has had no response for `seconds`: every five seconds from ten on. After `secondsLeft` more it is given up. An upload says it in
   * its progress.
   */
  | {
      readonly kind: "response-wait";
      readonly what: string;
      readonly seconds: number;
      readonly secondsLeft: number;
    }
  /** Of the dataset `name` what a store keeps is held against the files: at the start, at most twice a second, and at the end. */
  | {
      readonly kind: "compare-progress";
      readonly name: string;
      readonly filesDone: number;
      readonly filesTotal: number;
    }
  | {
      readonly kind: "file-sent";
      readonly path: string;
      readonly sizeBytes: number;
      /** Since it was begun: with its waits and its tries. */
      readonly durationMs: number;
    }
  | { readonly kind: "file-failed"; readonly path: string; readonly error: AvalaError }
  /** What the user should know although nothing failed. */
  | { readonly kind: "warning"; readonly text: string; readonly path?: string }
  /** An outage of which a warning said continues; `text` says what still waits, and for how long. */
  | { readonly kind: "outage"; readonly text: string }
  /** What a warning said of an outage is over: `what`, as `Waiting for export 3f9a…`, continues. */
  | { readonly kind: "outage-end"; readonly what: string; readonly durationMs: number }
  | {
      readonly kind: "dataset-status";
      readonly name: string;
      readonly status: string;
      readonly itemCount: number;
    }
  | {
      readonly kind: "export-status";
      readonly uid: string;
      readonly status: string;
      readonly totalTaskCount?: number;
      readonly exportedTaskCount?: number;
    };

/** Requests that have had no response. */
export interface Silence {
  /** A host, or `Avala`. */
  readonly server: string;
  /** To that server. */
  readonly requests: number;
  /** Of the oldest: since it was begun, or its last bytes were taken. */
  readonly seconds: number;
  /** Until that one is given up. Where time is left, it is tried again. */
  readonly secondsLeft: number;
}

/** Tries that have failed since anything of an upload went forward. */
export interface Failing {
  /** Of the last one. */
  readonly error: AvalaError;
  /** Since the first one failed for the same reason. */
  readonly seconds: number;
  /** Until the next try. Absent while one is under way. */
  readonly nextSeconds?: number;
}

export interface UploadProgress {
  readonly filesTotal: number;
  /** For which the server was asked how it takes them. */
  readonly filesBegun: number;
  readonly filesSent: number;
  readonly filesUnchanged: number;
  /** Of them, those of which only the server showed it, when it was asked. */
  readonly filesFound: number;
  readonly filesFailed: number;
  readonly bytesTotal: number;
  readonly bytesSent: number;
  /** Of files that had landed before: with `bytesSent`, what has landed or is on its way. */
  readonly bytesSkipped: number;
  /** Of files that failed. */
  readonly bytesFailed: number;
  /** In the last ten seconds or so; those do not count in which all stood still. 0 while no pace is known. */
  readonly bytesPerSecond: number;
  /** Whether all of it stands still just now until the rate limit lets it go on. */
  readonly isWaitingForLimit: boolean;
  /** How much longer it is likely to stand still for it. Absent while nothing says so. */
  readonly waitSeconds?: number;
  /** What all of it waits for. Absent unless nothing has gone forward for ten seconds, and requests have had no response for as long. */
  readonly silence?: Silence;
  /** Why nothing goes forward. Absent unless tries have failed for two seconds, and nothing landed since. Then there are no rate and no time left. */
  readonly failing?: Failing;
  /** Whether calls and not the network are what the rest of it takes: then the rate of bytes says nothing of the time left. */
  readonly isBoundByCalls: boolean;
  /** The limit of the minute, where replies tell it and it leaves fewer calls than are needed. */
  readonly callsPerMinute?: number;
  /** Where others use the limit of the minute, too: about how many of its calls this run gets, and how many there are. */
  readonly ownCalls?: { readonly count: number; readonly limit: number };
  /** Of several sets that are sent one after the other, which one it is; all counts are of all of them. */
  readonly part?: { readonly name: string; readonly number: number; readonly count: number };
  /** As long as the last minutes let expect, where the rate limit is what bounds it. Absent until enough is known. */
  readonly secondsLeft?: number;
}

export type Listener = (event: AvalaEvent) => void;
