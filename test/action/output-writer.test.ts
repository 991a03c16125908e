// Outputs as soon as they are known, and what becomes of those that can't be written.
import { createOutputWriter } from "../../action/report/output-writer";

function writerOf(values: Map<string, string>, refused: () => readonly string[] = () => []) {
  const lines: string[] = [];
  const writer = createOutputWriter(
    (name, value) => {
      if (refused().includes(name))
        throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      lines.push(`${name}=${value}`);
    },
    () => values,
  );
  return { writer, lines };
}

test("each goes out once, and again when it has changed", () => {
  const values = new Map([
    ["uid", ""],
    ["complete", "false"],
  ]);
  const { writer, lines } = writerOf(values);
  writer.put();
  values.set("uid", "u");
  writer.put();
  writer.put();
  expect(lines).toEqual(["uid=", "complete=false", "uid=u"]);
  expect(writer.problem()).toBeUndefined();
});

test("what can't go out is named, keeps nothing else back, and goes out later", () => {
  const refused = ["uid", "empty"];
  const { writer, lines } = writerOf(
    new Map([
      ["uid", "u"],
      ["empty", ""],
      ["complete", "true"],
    ]),
    () => refused,
  );
  writer.put();
  expect(lines).toEqual(["complete=true"]);
  const problem = writer.problem();
  expect(problem?.code).toBe("file");
  expect(problem?.message).toContain("uid: ENOSPC");
  expect(problem?.message).not.toContain("empty");
  refused.length = 0;
  writer.put();
  expect(writer.problem()).toBeUndefined();
});
