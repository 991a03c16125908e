// What the plain REST resources share: each is made, changed, read and removed by one call of the API. Knows none of them.
import type { dynamic } from "@pulumi/pulumi";
import type { Avala } from "../../../src/api/connection";
import type { Fields } from "../../fields/field";
import type { ResourceKind } from "../../loader";
import { takeCall, type Call } from "../../process/calls";
import { defineHandler } from "../../process/define-handler";
import { Problems } from "../../process/failures";
import { changedIn, checkFields } from "../../process/fields";
import { readOrGone, removeUnlessGone } from "../../process/gone";
import type { Handler, OwnMethods } from "../../process/handler";
import type { Messages } from "../../process/messages";
import type { Needs } from "../../process/scopes";
import type { Session } from "../../process/session";

/** The API and the user, for one call of the engine. */
export interface Acting {
  readonly avala: Avala;
  readonly messages: Messages;
}

export interface States<Inputs, Outputs> {
  readonly olds: Outputs;
  readonly news: Inputs;
}

interface Difference {
  readonly isChanged: boolean;
  /** Names of the fields that another resource is made for. */
  readonly replaces: readonly string[];
}

/** What is a resource's own. */
interface PlainResource<Inputs, Outputs> {
  readonly kind: ResourceKind;
  readonly fields: Fields;
  /** With what the configuration says where a program does not. @default as a program gives them */
  readonly complete?: (given: Inputs) => Inputs;
  /** What is wrong besides what the table says of each field. @default nothing */
  readonly check?: (inputs: Inputs, problems: Problems) => void;
  /** @default what the table says */
  readonly compare?: (states: States<Inputs, Outputs>) => Difference;
  /** What a preview says of another one that takes the place of this one. @default nothing */
  readonly describeReplacement?: (id: string, replaces: readonly string[], news: Inputs) => string;
  readonly create: (acting: Acting, inputs: Inputs) => Promise<dynamic.CreateResult<Outputs>>;
  readonly update: (
    acting: Acting,
    id: string,
    states: States<Inputs, Outputs>,
  ) => Promise<Outputs>;
  /** Of a program's own look there is nothing in the state. */
  readonly read: (avala: Avala, id: string, props: Partial<Outputs>) => Promise<Outputs>;
  readonly remove: (avala: Avala, id: string, props: Outputs) => Promise<void>;
  readonly needs: Needs<Inputs, Outputs>;
}

/** What a table says of two states. */
function differenceIn(
  fields: Fields,
  states: { readonly olds: object; readonly news: object },
): Difference {
  return {
    isChanged: changedIn(fields, "update", states).length > 0,
    replaces: changedIn(fields, "replace", states),
  };
}

class PlainHandler<Inputs extends object, Outputs extends object> implements OwnMethods<
  Inputs,
  Outputs
> {
  constructor(
    private readonly session: Session,
    private readonly resource: PlainResource<Inputs, Outputs>,
  ) {}

  check(_olds: Inputs, news: Inputs): Promise<dynamic.CheckResult<Inputs>> {
    const { fields, complete, check } = this.resource;
    const { call, inputs: given } = takeCall<Inputs>(news);
    const inputs = complete === undefined ? given : complete(given);
    const problems = new Problems();
    this.session.checkConfig(problems);
    checkFields(inputs, fields, problems);
    check?.(inputs, problems);
    if (problems.failures.length > 0)
      return Promise.resolve({ inputs: news, failures: problems.failures });
    this.session.calls.keep(inputs, call);
    return Promise.resolve({ inputs });
  }

  async diff(id: string, olds: Outputs, news: Inputs): Promise<dynamic.DiffResult> {
    const { fields, compare, describeReplacement } = this.resource;
    const call = this.session.calls.of(news, id);
    const states = { olds, news };
    const { isChanged, replaces } = compare?.(states) ?? differenceIn(fields, states);
    if (replaces.length > 0 && call.isPreview === true && describeReplacement !== undefined)
      await this.session.messages(call).info(describeReplacement(id, replaces, news));
    // Never deletes first, so that there always is one.
    return { changes: isChanged || replaces.length > 0, replaces: [...replaces] };
  }

  create(inputs: Inputs): Promise<dynamic.CreateResult<Outputs>> {
    return this.resource.create(this.acting(this.session.calls.of(inputs)), inputs);
  }

  async update(id: string, olds: Outputs, news: Inputs): Promise<dynamic.UpdateResult<Outputs>> {
    const acting = this.acting(this.session.calls.of(news, id));
    return { outs: await this.resource.update(acting, id, { olds, news }) };
  }

  private acting(call: Call): Acting {
    return { avala: this.session.avala(call), messages: this.session.messages(call) };
  }

  read(id: string, props?: Outputs): Promise<dynamic.ReadResult<Outputs>> {
    return readOrGone(id, () => this.resource.read(this.session.avala({}), id, props ?? {}));
  }

  delete(id: string, props: Outputs): Promise<void> {
    return removeUnlessGone(() =>
      this.resource.remove(this.session.avala(this.session.calls.ofId(id)), id, props),
    );
  }
}

export function createPlainHandler<Inputs extends object, Outputs extends object>(
  session: Session,
  resource: PlainResource<Inputs, Outputs>,
): Handler<Inputs, Outputs> {
  const { kind, needs } = resource;
  return defineHandler({ kind, session, needs, handler: new PlainHandler(session, resource) });
}
