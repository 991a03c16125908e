// One list tells of all increments, whatever their number.
import { listUnder } from "../../../src/operations/grow/find-increments";
import { growingName } from "../../../src/operations/grow/increment-name";
import { startQuietly } from "../../support/quiet-emulator";
import { sessionWith } from "../../support/session";

test("many known datasets are listed by one large page, and sets with a common part by one search", async () => {
  const emulator = await startQuietly({ dialect: { largePages: "taken" } });
  try {
    for (let number = 1; number <= 130; number += 1) {
      const name = `set-${number % 2 === 0 ? "cats" : "dogs"}-${String(number).padStart(4, "0")}-0123456789ab`;
      const body = JSON.stringify({ name, slug: name, data_type: "image" });
      const headers = { "X-Avala-Api-Key": emulator.apiKey, "Content-Type": "application/json" };
      await fetch(`${emulator.baseUrl}/datasets/`, { method: "POST", headers, body });
    }
    const sets = ["cats", "dogs"].map((folder) =>
      growingName("set-{folder}-{increment}", { folder }),
    );
    const before = emulator.requests().length;
    const { avala } = sessionWith(emulator);
    expect(await listUnder(avala, sets, { expected: 130 })).toHaveLength(130);
    expect(emulator.requests().length - before).toBe(1);
    expect(await listUnder(avala, sets.slice(0, 1))).toHaveLength(65);
  } finally {
    await emulator.stop();
  }
});
