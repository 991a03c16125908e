// What stands between the engine and every handler, in every method: secrets are known before the first call is made,
// errors leave without them, and what is returned is plain data. Knows nothing of what the handlers do.
import type { dynamic } from "@pulumi/pulumi";
import type { Secrets } from "../../src/api/secrets";
import { AvalaError } from "../../src/errors";
import { CHECK_BASE_URL } from "../../src/hints";
import { wellFormed } from "../../src/redact";
import type { ResourceKind } from "../loader";
import { SECRET_FIELDS, type SecretPath } from "../secret-fields";
import { takeCall } from "./calls";
import { shownFailures, specialInputs } from "./check-failures";
import { Problems, ProviderError, UnfinishedError } from "./failures";
import { refuseNothing } from "./gone";
import type { Handler, OwnMethods } from "./handler";
import { namingLastKey } from "./last-key";
import { plainProperties, UNKNOWNS } from "./plain";
import { isSame } from "./same";
import { createScopeGuard, type Needs, type ScopeGuard } from "./scopes";
import { secretTexts } from "./secret-texts";
import type { Session } from "./session";

interface HandlerDefinition<Inputs, Outputs> {
  readonly kind: ResourceKind;
  readonly session: Session;
  readonly handler: OwnMethods<Inputs, Outputs>;
  /** The scopes that a key needs for it. */
  readonly needs: Needs<Inputs, Outputs>;
  /** Outputs of our own making that may be long. */
  readonly long?: readonly string[] | undefined;
}

function hideTexts(secrets: Secrets, given: unknown, paths: readonly SecretPath[]): void {
  for (const text of secretTexts(given, paths)) secrets.add(text);
}

/** The engine would take it for none, or for one that is not known yet. */
function isId(id: unknown): id is string {
  return typeof id === "string" && id.trim() !== "" && !UNKNOWNS.has(id) && wellFormed(id) === id;
}

function badId(id: unknown): AvalaError {
  const text = `The server sent an invalid uid: ${JSON.stringify(id)}.`;
  return new AvalaError("bad_reply", text, {
    hint: CHECK_BASE_URL,
  });
}

interface Border<Outputs> {
  /** From now on what is secret in these properties is masked. */
  readonly know: (...given: readonly unknown[]) => void;
  /** Runs a method that was given `given`. */
  readonly run: <T>(given: object, work: () => Promise<T>) => Promise<T>;
  /** What a method returns as outputs. */
  readonly pass: (made: Outputs, given: object) => Outputs;
}

function borderOf<Inputs, Outputs extends object>({
  kind,
  session,
  long,
}: HandlerDefinition<Inputs, Outputs>): Border<Outputs> {
  const { secrets } = session;
  const know = (...given: readonly unknown[]): void => {
    for (const one of given) hideTexts(secrets, one, SECRET_FIELDS[kind]);
  };
  const leaving = (error: unknown, given: object): ProviderError => {
    const cause: unknown = error instanceof ProviderError ? error.cause : error;
    if (!(error instanceof UnfinishedError)) return new ProviderError(cause, secrets.hide);
    if (!isId(error.id)) return new ProviderError(badId(error.id), secrets.hide);
    const properties = plainProperties(error.properties, { given, long });
    return new UnfinishedError(cause, error.id, properties, secrets.hide);
  };
  return {
    know,
    run: async (given, work) => {
      try {
        return await work();
      } catch (error) {
        throw leaving(error, given);
      }
    },
    pass: (made, given) => {
      know(made);
      return plainProperties(made, { given, long });
    },
  };
}

/** A refusal of `check` as a failure of the resource, which the engine shows once; of what is thrown it shows two. */
async function asFailures<Inputs>(
  inputs: Inputs,
  check: () => Promise<dynamic.CheckResult<Inputs>>,
): Promise<dynamic.CheckResult<Inputs>> {
  try {
    return await check();
  } catch (error) {
    const problems = new Problems();
    problems.addError(error, "");
    return { inputs, failures: problems.failures };
  }
}

type Checking<Inputs> = Pick<HandlerDefinition<Inputs, never>, "kind" | "session"> & {
  readonly check: () => Promise<dynamic.CheckResult<Inputs>>;
};

async function checkPlain<Inputs extends object>(
  news: Inputs,
  { kind, session, check }: Checking<Inputs>,
): Promise<dynamic.CheckResult<Inputs>> {
  const { call, inputs } = takeCall<Inputs>(news);
  hideTexts(session.secrets, inputs, call.secrets ?? []);
  const special = specialInputs(inputs);
  const result = special.length > 0 ? { inputs: news, failures: special } : await check();
  const shown = {
    kind,
    inputs: news,
    call: "call" in news ? call : undefined,
    hide: session.secrets.hide,
  };
  const failures = shownFailures(result.failures ?? [], shown);
  const options = { keepsUnknown: true, given: news };
  const checked = plainProperties(result.inputs ?? news, options);
  return failures.length > 0 ? { inputs: checked, failures } : { inputs: checked };
}

/** A program always passes its call, which only the engine can have taken away. */
function isAllKept(olds: object, news: object): boolean {
  const { __provider: provider } = news as { readonly __provider?: unknown };
  const isEmpty = Object.keys(olds).length === 0;
  return !isEmpty && !("call" in news) && isSame({ ...olds, __provider: provider }, news);
}

type Parts<Inputs, Outputs> = HandlerDefinition<Inputs, Outputs> & {
  readonly border: Border<Outputs>;
  readonly scopes: ScopeGuard;
};

/** What a preview calls, and an `up` before it does anything. */
function planning<Inputs extends object, Outputs extends object>(
  parts: Parts<Inputs, Outputs>,
): Pick<Handler<Inputs, Outputs>, "configure" | "check" | "diff"> {
  const { kind, session, handler, needs, border, scopes } = parts;
  const check = async (olds: Inputs, news: Inputs): Promise<dynamic.CheckResult<Inputs>> => {
    const result = await handler.check(olds, news);
    const { call } = takeCall<Inputs>(news);
    const isNew = Object.keys(olds).length === 0 && (result.failures ?? []).length === 0;
    if (isNew && call.isPreview === true)
      await scopes.preview("create", needs.create(result.inputs ?? news), call);
    return result;
  };
  return {
    configure: (request) => border.run({}, () => session.configure(request)),
    check: (olds, news) => {
      border.know(olds, news);
      // All of it is what `check` returned before (`ignoreChanges: ["*"]`), and so it stays.
      if (isAllKept(olds, news)) return Promise.resolve({ inputs: { ...news } });
      return border.run(news, () =>
        checkPlain(news, { kind, session, check: () => asFailures(news, () => check(olds, news)) }),
      );
    },
    diff: (id, olds, news) => {
      border.know(olds, news);
      return border.run(news, async () => {
        const result = await handler.diff(id, olds, news);
        const call = session.calls.of(news, id);
        const isReplaced = (result.replaces ?? []).length > 0;
        if (result.changes === true && call.urn !== undefined) session.changing.add(call.urn);
        // Of a replacement the engine checks the new one next.
        if (result.changes === true && !isReplaced && call.isPreview === true)
          await scopes.preview("update", needs.update(olds, news), call);
        return result;
      });
    },
  };
}

/** What a refresh and a destroy do. */
async function naming<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw namingLastKey(error);
  }
}

/** What changes something, or reads it. */
function doing<Inputs extends object, Outputs extends object>(
  parts: Parts<Inputs, Outputs>,
): Pick<Handler<Inputs, Outputs>, "create" | "update" | "read" | "delete"> {
  const { kind, session, handler, needs, border, scopes } = parts;
  const { know, run, pass } = border;
  return {
    create: (inputs) => {
      know(inputs);
      return run(inputs, async () => {
        await scopes.require("create", needs.create(inputs), session.calls.of(inputs));
        const { id, outs } = await handler.create(inputs);
        if (!isId(id)) throw badId(id);
        return outs === undefined ? { id } : { id, outs: pass(outs, inputs) };
      });
    },
    update: (id, olds, news) => {
      know(olds, news);
      return run(news, async () => {
        await scopes.require("update", needs.update(olds, news), session.calls.of(news, id));
        const { outs } = await handler.update(id, olds, news);
        return outs === undefined ? {} : { outs: pass(outs, { ...olds, ...news }) };
      });
    },
    read: (id, props) => {
      know(props);
      return run(props ?? {}, async () => {
        const found = await naming(() => handler.read(id, props));
        refuseNothing({ kind, id }, found, props);
        return found.props === undefined
          ? found
          : { ...found, props: pass(found.props, props ?? {}) };
      });
    },
    delete: (id, props) => {
      know(props);
      return run(props, async () => {
        await naming(async () => {
          await scopes.require("delete", needs.delete, session.calls.ofId(id));
          await handler.delete(id, props);
        });
      });
    },
  };
}

/** The handler as the engine gets it. */
export function defineHandler<Inputs extends object, Outputs extends object>(
  definition: HandlerDefinition<Inputs, Outputs>,
): Handler<Inputs, Outputs> {
  const scopes = createScopeGuard(definition.kind, definition.session);
  const parts = { ...definition, border: borderOf(definition), scopes };
  return { ...planning(parts), ...doing(parts) };
}
