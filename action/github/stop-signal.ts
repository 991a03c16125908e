// A job's cancel as an AbortSignal. The runner sends SIGINT, after 7.5 s SIGTERM, and 2.5 s later it kills.

// Stopping takes far less; should anything hang, the journal is written anyway, for it is written file by file.
const HARD_STOP_MS = 4_500;

export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) return;
    controller.abort();
    // Not `process.exit`: it waits for threads, and one whose disk does not answer never ends.
    setTimeout(() => process.kill(process.pid, "SIGKILL"), HARD_STOP_MS).unref();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}
