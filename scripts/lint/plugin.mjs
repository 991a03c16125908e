// The linter's rules of our own. What they hold is named here, where they hold is in .oxlintrc.jsonc.
// @ts-check
import { borders } from "./borders.mjs";
import { reasons } from "./reasons.mjs";
import { refusing } from "./refusing.mjs";

const clock = refusing(
  Object.fromEntries(
    Object.entries({
      setTimeout: "CallExpression[callee.name='setTimeout']",
      setInterval: "CallExpression[callee.name='setInterval']",
      "Date.now": "MemberExpression[object.name='Date'][property.name='now']",
      "new Date()": "NewExpression[callee.name='Date'][arguments.length=0]",
      "Math.random": "MemberExpression[object.name='Math'][property.name='random']",
      "performance.now": "MemberExpression[object.name='performance'][property.name='now']",
    }).map(([name, selector]) => [
      selector,
      `Only src/flow/clock.ts calls ${name}: take the clock, so that a run can be simulated.`,
    ]),
  ),
);

const environment = refusing({
  "MemberExpression[object.name='process'][property.name='env']":
    "Only src/config.ts reads the environment: take a parameter.",
});

const exit = refusing({
  "MemberExpression[object.name='process'][property.name='exit']":
    "The core does not end the process: throw, and let the caller decide.",
});

// `$&`, `$1` and `` $` `` mean something in a text that replaces: in text of users and servers they must not.
const replacement = refusing({
  "CallExpression[callee.property.name=/^replace(All)?$/][arguments.1.type=/^(Identifier|MemberExpression|CallExpression|ConditionalExpression|LogicalExpression)$/]":
    "Text that replaces is a pattern (`$&`): give a literal, or a function that returns it.",
});

// In a strict file octal numbers and two parameters of one name are errors of syntax.
const strict = refusing({
  "Program[body.0.directive!='use strict']": 'Begin with "use strict".',
});

// The linter's own rules for tests pass over suites in files that are not named as tests.
const suites = refusing({
  "MemberExpression[object.name=/^(test|it|describe)$/][property.name=/^(only|skip)$/]":
    "Each test runs: decide in test/support which can't.",
  "CallExpression[callee.name=/^[fx](test|it|describe)$/]":
    "Each test runs: decide in test/support which can't.",
});

/** @type {import("@oxlint/plugins").Plugin} */
export default {
  meta: { name: "house" },
  rules: { borders, clock, environment, exit, reasons, replacement, strict, suites },
};
