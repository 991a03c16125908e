import * as axios from "axios";
import { exports as axiosExports } from "axios/package.json";
import { axiosCore } from "../../src/api/transport/axios-core";

// Elsewhere all of axios is read, and the start takes longer.
test("this version of axios has its build without clients where it is read from, and promises it", () => {
  expect(Object.keys(axiosExports)).toContain("./dist/browser/axios.cjs");
  const core = jest.requireActual<object>("axios/dist/browser/axios.cjs");
  expect(axiosCore).toBe(core);
});

test("its class is as that of all of axios", () => {
  const methods = (one: typeof axios.Axios): readonly string[] =>
    Object.getOwnPropertyNames(one.prototype);
  expect(methods(axiosCore.Axios)).toEqual(methods(axios.Axios));
});
