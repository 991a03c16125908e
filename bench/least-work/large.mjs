// The least work that sends a large file with its sha256 in Node: reads it once into memory that is used again, hashes that in
// a thread and writes it to a socket. No API, no checks, no retries: `large.mjs FILE URL`, to the store that keeps nothing.
// @ts-check
import { createHash } from "node:crypto";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { Worker, isMainThread, parentPort } from "node:worker_threads";

const PIECE_BYTES = 4 * 1024 * 1024;
const WRITE_BYTES = 512 * 1024;
const BUFFERS = 4;
const FROM_BYTE = 256; // as src/flow/disk/read-memory.ts has it

function hashInThread() {
  const hash = createHash("sha256");
  parentPort?.on("message", (piece) => {
    if (piece !== null) hash.update(piece);
    parentPort?.postMessage(piece === null ? hash.digest("hex") : "");
    if (piece === null) parentPort?.close();
  });
}

/** @param {string} path @param {string} url */
async function send(path, url) {
  const { hostname, port, pathname } = new URL(url);
  const worker = new Worker(fileURLToPath(import.meta.url));
  const file = await open(path);
  const { size } = await file.stat();
  const socket = connect(Number(port), hostname);
  socket.write(
    `PUT ${pathname}sink/large HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: ${size}\r\n\r\n`,
  );
  const buffers = Array.from({ length: BUFFERS }, () =>
    Buffer.from(new SharedArrayBuffer(FROM_BYTE + PIECE_BYTES), FROM_BYTE),
  );
  /** @type {((answer: string) => void)[]} */
  const waiting = [];
  worker.on("message", (answer) => waiting.shift()?.(answer));
  /** @param {Buffer | null} piece @returns {Promise<string>} */
  const post = (piece) => {
    worker.postMessage(piece);
    return new Promise((resolve) => waiting.push(resolve));
  };
  /** @type {Promise<string>[]} */
  const hashed = [];
  /** @param {number} index */
  const read = async (index) => {
    const at = index * PIECE_BYTES;
    const buffer = buffers[index % BUFFERS] ?? Buffer.alloc(0);
    await hashed[index % BUFFERS];
    const piece = buffer.subarray(0, Math.min(PIECE_BYTES, size - at));
    await file.read(piece, 0, piece.length, at);
    hashed[index % BUFFERS] = post(piece);
    return piece;
  };
  let next = read(0);
  for (let index = 0; index * PIECE_BYTES < size; index++) {
    const piece = await next;
    if ((index + 1) * PIECE_BYTES < size) next = read(index + 1);
    for (let from = 0; from < piece.length; from += WRITE_BYTES)
      socket.write(piece.subarray(from, from + WRITE_BYTES));
    if (socket.writableNeedDrain) await once(socket, "drain");
  }
  console.log(await post(null));
  await once(socket, "data");
  socket.end();
  await file.close();
}

if (isMainThread) await send(process.argv[2] ?? "", process.argv[3] ?? "");
else hashInThread();
