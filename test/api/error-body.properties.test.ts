import * as fc from "fast-check";
import { readErrorBody } from "../../src/api/reply/error-body";

const mask = (text: string): string => text.replaceAll("secret", "***");

test("any JSON at all is read without a crash, into text that has passed the mask", () => {
  const json = fc.jsonValue({ maxDepth: 6 });
  fc.assert(
    fc.property(json, fc.string(), (value, name) => {
      const bodies = [
        value,
        { detail: value },
        { [name]: value },
        { detail: { [name]: ["secret"] } },
      ];
      for (const body of bodies) {
        const { detail, fields } = readErrorBody(body, mask);
        expect(["string", "undefined"]).toContain(typeof detail);
        expect(JSON.stringify([detail, fields])).not.toContain('"secret"');
      }
    }),
  );
});

test("field errors read the same alone and within `detail`", () => {
  const field = fc
    .stringMatching(/^[a-z_]{1,12}$/)
    .filter(
      (name) =>
        !["detail", "code", "doc_url", "message", "error", "status", "request_id"].includes(name),
    );
  const messages = fc.array(fc.stringMatching(/^[A-Za-z ]{1,20}$/), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.dictionary(field, messages, { minKeys: 1, maxKeys: 5 }), (errors) => {
      expect(readErrorBody({ detail: errors }, mask)).toEqual(readErrorBody(errors, mask));
      expect(readErrorBody(errors, mask).fields).toEqual({ ...errors });
    }),
  );
});
