// What is being installed and how long it has taken: on a terminal a line with a running clock, elsewhere a new line now and then.
// @ts-check
"use strict";

/** `4:07`. @param {number} ms @returns {string} */
function elapsed(ms) {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const LIVE_MS = 1_000;
/** In a log each look is a line: often enough not to look hung. */
const LOGGED_MS = 15_000;

/**
 * Says a line on stderr (stdout is for results) and keeps the time beside it until `done` is called.
 * @param {string} line
 * @param {{ stream?: Pick<NodeJS.WriteStream, "isTTY" | "write">, startMs?: number }} [options] `startMs`: when it began, for a line that is shown late
 * @returns {(outcome: string) => void}
 */
function startProgress(line, { stream = process.stderr, startMs: start = Date.now() } = {}) {
  const isLive = stream.isTTY === true;
  stream.write(isLive ? line : `${line}\n`);
  const show = () => {
    const time = elapsed(Date.now() - start);
    stream.write(isLive ? `\r${line} ${time}` : `  still at it, ${time}\n`);
  };
  const timer = setInterval(show, isLive ? LIVE_MS : LOGGED_MS);
  // Only shows: it must not keep a process alive that has nothing else to do.
  timer.unref();
  return (outcome) => {
    clearInterval(timer);
    const last = `${outcome} ${elapsed(Date.now() - start)}`;
    stream.write(isLive ? `\r${line} ${last}\n` : `  ${last}\n`);
  };
}

module.exports = { elapsed, startProgress };
