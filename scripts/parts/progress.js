// One line that says what is being installed and how long it takes; on a terminal with a running clock.
// @ts-check
"use strict";

/** `4:07`. @param {number} ms @returns {string} */
function elapsed(ms) {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * Says a line on stderr (stdout is for results) and keeps the time beside it until `done` is called.
 * @param {string} line
 * @param {NodeJS.WriteStream} [stream]
 * @returns {(outcome: string) => void}
 */
function startProgress(line, stream = process.stderr) {
  const start = Date.now();
  const isLive = stream.isTTY === true;
  stream.write(isLive ? line : `${line}\n`);
  const timer = isLive
    ? setInterval(() => stream.write(`\r${line} ${elapsed(Date.now() - start)}`), 1000)
    : undefined;
  return (outcome) => {
    clearInterval(timer);
    const last = `${outcome} ${elapsed(Date.now() - start)}`;
    stream.write(isLive ? `\r${line} ${last}\n` : `  ${last}\n`);
  };
}

module.exports = { elapsed, startProgress };
