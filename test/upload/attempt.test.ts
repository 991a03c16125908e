import { countBytes } from "../../src/upload/send/attempt";

function counter(): { add(count: number): void; takeBack(count: number): void; bytes: number } {
  return {
    bytes: 0,
    add(count) {
      this.bytes += count;
    },
    takeBack(count) {
      this.bytes -= count;
    },
  };
}

describe("the bytes of a try", () => {
  test("count none when it failed, also those that the connection still takes afterwards", async () => {
    const bytes = counter();
    let late: ((count: number) => void) | undefined;
    const trying = countBytes(bytes, 100, (onBytes) => {
      late = onBytes;
      onBytes(40);
      return Promise.reject(new Error("refused"));
    });
    await expect(trying).rejects.toThrow("refused");
    late?.(25);
    expect(bytes.bytes).toBe(0);
  });

  test("count once when it succeeded, also where the store answered before it had read all", async () => {
    const bytes = counter();
    let late: ((count: number) => void) | undefined;
    await countBytes(bytes, 100, (onBytes) => {
      late = onBytes;
      onBytes(40);
      return Promise.resolve();
    });
    late?.(60);
    expect(bytes.bytes).toBe(100);
  });
});
