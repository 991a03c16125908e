import { createHash, randomBytes } from "node:crypto";
import { Md5Thread, md5Here } from "../../src/upload/check/md5";

const md5 = (data: Buffer): string => createHash("md5").update(data).digest("hex");

const makers = { "in this thread": () => md5Here, "in a thread": () => new Md5Thread() };

describe.each(Object.entries(makers))("an MD5 %s", (_name, make) => {
  test("is that of all chunks in order, of several files at once, and of none", async () => {
    const maker = make();
    const datas = [randomBytes(3_000_000), randomBytes(5), Buffer.alloc(0)];
    const all = datas.map(async (data) => {
      const running = maker.start();
      for (let at = 0; at < data.length; at += 700_000) {
        await running.add(data.subarray(at, at + 700_000));
      }
      return running.digest();
    });
    expect(await Promise.all(all)).toEqual(datas.map(md5));
    maker.close();
  });
});

describe("the thread", () => {
  test("reads memory that is shared where it lies", async () => {
    const thread = new Md5Thread();
    const shared = Buffer.from(new SharedArrayBuffer(1_000_000));
    randomBytes(1_000_000).copy(shared);
    const running = thread.start();
    void running.add(shared);
    expect(await running.digest()).toBe(md5(shared));
    thread.close();
  });

  test("asks to wait when much is not hashed yet", async () => {
    const thread = new Md5Thread();
    const running = thread.start();
    const chunk = randomBytes(5_000_000);
    expect(running.add(chunk)).toBeUndefined();
    const wait = running.add(chunk);
    expect(wait).toBeInstanceOf(Promise);
    await wait;
    expect(await running.digest()).toBe(md5(Buffer.concat([chunk, chunk])));
    thread.close();
  });

  test("that ends leaves nobody waiting", async () => {
    const thread = new Md5Thread();
    const running = thread.start();
    const wait = running.add(randomBytes(20_000_000));
    const digest = running.digest();
    thread.close();
    await wait;
    expect(await digest).toBeUndefined();
    expect(await running.digest()).toBeUndefined();
    expect(running.add(randomBytes(5))).toBeUndefined();
  });
});
