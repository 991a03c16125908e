import { createPartMemories, createRings } from "../../src/upload/send/piece-memory";

test("the parts of each file are in the shared memory of the file before, as far as it was given back", async () => {
  const memories = createPartMemories();
  const first = await memories(1000, true).take(1000);
  const under = await memories(1000, true).take(10);
  expect(under.buffer).not.toBe(first.buffer);
  memories(1000, true).giveBack(first);
  expect((await memories(1000, true).take(500)).buffer).toBe(first.buffer);
  expect((await memories(2000, true).take(500)).buffer).not.toBe(first.buffer);
});

test("what is given back is not taken before digests have read it", async () => {
  const memory = createPartMemories()(1000, true);
  const part = await memory.take(1000);
  let isRead = false;
  const reading = Promise.resolve().then(() => {
    isRead = true;
  });
  memory.keepUntil(part, reading);
  memory.giveBack(part);
  await memory.take(1000);
  expect(isRead).toBe(true);
});

test("a ring is lent again once neither its reading nor its connection needs it", () => {
  const lend = createRings();
  const first = lend();
  first.release();
  const second = lend();
  expect(second.pieceBytes).toBeLessThan(first.pieceBytes);
  first.release();
  expect(lend().pieceBytes).toBe(first.pieceBytes);
  for (const user of [second, second]) user.release();
  expect(lend().pieceBytes).toBe(second.pieceBytes);
});

test("a ring that is lent again is the same memory, and waits for digests of the file before", async () => {
  const lend = createRings();
  const first = lend();
  const pieces = [await first.take(10), await first.take(10), await first.take(10)];
  const last = await first.take(10);
  let isRead = false;
  const reading = Promise.resolve().then(() => {
    isRead = true;
  });
  for (const piece of [...pieces, last]) first.keepUntil(piece, reading);
  for (const user of [first, first]) user.release();
  const next = await lend().take(10);
  expect(isRead).toBe(true);
  expect([...pieces, last].map(({ buffer }) => buffer)).toContain(next.buffer);
});
