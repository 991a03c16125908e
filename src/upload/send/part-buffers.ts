// Memory for the parts of one file: as many buffers as parts are under way, used again and again, so that a large file
// never waits for the garbage collector. Knows nothing of what is in them.

export interface PartBuffers {
  readonly take: (bytes: number) => Buffer;
  /** Only for buffers that neither a socket nor a thread reads any more. */
  readonly giveBack: (part: Buffer) => void;
}

/** `isShared`: of memory that other threads can read. */
export function createPartBuffers(partBytes: number, isShared: boolean): PartBuffers {
  const free: ArrayBufferLike[] = [];
  const make = (): ArrayBufferLike =>
    isShared ? new SharedArrayBuffer(partBytes) : new ArrayBuffer(partBytes);
  return {
    take: (bytes) => Buffer.from(free.pop() ?? make(), 0, bytes),
    giveBack: (part) => {
      free.push(part.buffer);
    },
  };
}
