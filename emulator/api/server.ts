// From HTTP to a handler and back, in the order Django has: slash, key, throttle, method, scope, body.
import type { Exchange, Reply } from "../http/service";
import { readJson } from "./body";
import { handleControl } from "./control";
import { methodNotAllowed, noRoute, refuse, Refusal, throttled, worded } from "./replies";
import type { ApiReply, ApiRequest, Caller, World } from "./request";
import { PREFIX } from "./request";
import type { Match, Route } from "./router";
import { Router } from "./router";
import { ROUTES } from "./routes";
import { Throttle } from "./throttle";

const ANONYMOUS_PER_MINUTE = 30;

export class ApiServer {
  private readonly router = new Router(ROUTES);
  /** By user, whatever the key (contract, "Rate limits"). */
  private readonly throttle: Throttle;
  /** Of all who have no key that counts: the machine is one address. */
  private readonly anonymous: Throttle;

  constructor(private readonly world: World) {
    const { requestsPerMinute, burstPerSecond, dialect } = world.config;
    const showsHeaders = dialect.rateLimitHeaders === "present";
    this.throttle = new Throttle(requestsPerMinute, burstPerSecond, showsHeaders);
    const anonymousPerMinute = Math.min(requestsPerMinute, ANONYMOUS_PER_MINUTE);
    this.anonymous = new Throttle(anonymousPerMinute, burstPerSecond, showsHeaders);
  }

  async handle(exchange: Exchange): Promise<Reply> {
    const { state, config } = this.world;
    if (exchange.path.startsWith("/_emulator/")) return handleControl(exchange, this.world);
    const now = config.clock.now();
    const limits = { headers: this.throttle.untouched(now) };
    try {
      const reply = await this.answer(exchange, now, limits);
      // No reply reports a change that a kill could still undo.
      await state.journal.flush();
      return toHttp(reply, limits.headers);
    } catch (error) {
      if (error instanceof Refusal) return toHttp(worded(error, config.dialect), limits.headers);
      throw error;
    }
  }

  private async answer(
    exchange: Exchange,
    now: number,
    limits: { headers: Readonly<Record<string, string>> },
  ): Promise<ApiReply> {
    const { request, entry } = exchange;
    const path = exchange.path.startsWith(PREFIX) ? exchange.path.slice(PREFIX.length) : "";
    const match = this.router.find(path);
    if (match === undefined) return this.withoutSlash(exchange, path);
    entry.route = match.path;
    const key = request.headers["x-avala-api-key"];
    const known = this.authenticate(typeof key === "string" ? key : undefined);
    const verdict =
      known instanceof Refusal
        ? this.anonymous.take("", now)
        : this.throttle.take(known.caller.user.uid, now);
    limits.headers = verdict.headers;
    if (verdict.retryAfterSeconds !== undefined) throw throttled(verdict.retryAfterSeconds);
    if (known instanceof Refusal) throw known;
    const { caller, apiKey } = known;
    entry.apiKey = apiKey.slice(-4);
    const route = findMethod(match, exchange.method);
    const { dialect } = this.world.config;
    const scopes = route.scope[dialect.scopes];
    const { scopes: has } = caller;
    if (has !== undefined && scopes.length > 0 && !scopes.some((scope) => has.has(scope))) {
      throw refuse(403, {
        detail: `This API key does not have the required scope: ${scopes.join(" or ")}.`,
      });
    }
    const { body, bytes } = await readJson(request);
    entry.bytesIn = bytes;
    const origin = `http://${request.headers.host ?? "localhost"}`;
    const asked: ApiRequest = {
      method: exchange.method,
      origin,
      linkOrigin: dialect.pageLinks === "absolute" ? origin : "",
      path: exchange.path,
      params: match.params,
      query: new URLSearchParams(exchange.search),
      body,
      caller,
      now,
      expired: exchange.fault?.expired === true,
    };
    const reply = await route.handler(asked, this.world);
    entry.key = reply.key;
    return reply;
  }

  private authenticate(
    key: string | undefined,
  ): { readonly caller: Caller; readonly apiKey: string } | Refusal {
    const challenge = { "WWW-Authenticate": "Api-Key" };
    if (key === undefined || key === "") {
      return refuse(401, { detail: "Authentication credentials were not provided." }, challenge);
    }
    const known = this.world.state.keys.get(key);
    const user = known === undefined ? undefined : this.world.state.users.get(known.userUid);
    if (known === undefined || user === undefined)
      return refuse(401, { detail: "Invalid API key." }, challenge);
    return { caller: { user, scopes: known.scopes }, apiKey: key };
  }

  /** Django's APPEND_SLASH: sent to the path with its slash, a write too (it is an error in Django's debug mode alone). */
  private withoutSlash(exchange: Exchange, path: string): ApiReply {
    if (path.endsWith("/") || this.router.find(`${path}/`) === undefined) return noRoute();
    const query = exchange.search === "" ? "" : `?${exchange.search}`;
    return { status: 301, body: "", headers: { Location: `${exchange.path}/${query}` } };
  }
}

function findMethod(match: Match, method: string): Route {
  const route = match.methods.get(method === "HEAD" ? "GET" : method);
  if (route !== undefined) return route;
  throw methodNotAllowed(method, [...match.methods.keys()]);
}

function toHttp(reply: ApiReply, limits: Readonly<Record<string, string>>): Reply {
  const { status, body, file } = reply;
  const headers: Record<string, string> = { ...limits, ...reply.headers };
  if (file !== undefined)
    return {
      status,
      headers: { ...headers, "Content-Type": file.contentType },
      body: file.content,
    };
  if (body === undefined) return { status, headers };
  headers["Content-Type"] =
    typeof body === "string" ? "text/html; charset=utf-8" : "application/json";
  return { status, headers, body: typeof body === "string" ? body : JSON.stringify(body) };
}
