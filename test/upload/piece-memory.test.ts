import { createPartMemories } from "../../src/upload/send/piece-memory";

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
