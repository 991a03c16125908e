// Stands for Node's `AsyncLocalStorage` where jest keeps which test runs. Node's has each promise carry a value, of each test
// file that its process has run so far: of a worker's time at the end of a whole run, half. Here one test runs at a time.
// @ts-check
"use strict";

class SequentialStorage {
  /** @type {unknown} */
  #value;

  getStore() {
    return this.#value;
  }

  /**
   * The value is there until `work` has ended, and so has the promise that it returned.
   * @template Result
   * @param {unknown} value @param {(...args: any[]) => Result} work @param {...any} args
   * @returns {Result}
   */
  run(value, work, ...args) {
    const before = this.#value;
    const end = () => {
      this.#value = before;
    };
    this.#value = value;
    /** @type {any} */
    let result;
    try {
      result = work(...args);
    } catch (error) {
      end();
      throw error;
    }
    if (typeof result?.then === "function") result.then(end, end);
    else end();
    return result;
  }
}

module.exports = { SequentialStorage };
