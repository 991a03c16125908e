// Gathers one small reply from undici, without a stream in between. Knows the request's bounds and nothing of what it is.
import type { Dispatcher } from "undici";
import { isAvalaError } from "../../errors";
import { cancelled } from "../../flow/clock";
import { headerValues } from "./header-values";
import { startPatience, type Patience } from "./request-bounds";
import type { HttpRequest, HttpResponse } from "./transport";
import type { Way } from "./proxy/proxy-errors";
import { notAReply, tooLarge, tooSlow, transportError } from "./transport-errors";

type Headers = Record<string, string | string[] | undefined>;

export class ReplyHandler implements Dispatcher.DispatchHandler {
  /** The promise is settled. */
  isOver = false;
  private controller: Dispatcher.DispatchController | undefined;
  private status = 0;
  private headers: Record<string, string> = {};
  private chunks: Buffer[] = [];
  private size = 0;
  private patience: Patience | undefined;

  constructor(
    private readonly request: HttpRequest,
    private readonly resolve: (response: HttpResponse) => void,
    private readonly reject: (error: unknown) => void,
    /** The proxy on the way to a URL, as `host:port`. */
    private readonly proxyOf: (url: string) => string | undefined,
  ) {
    const { signal } = request;
    if (signal?.aborted === true) this.stop();
    else signal?.addEventListener("abort", this.stop, { once: true });
  }

  private readonly stop = (): void => {
    this.fail(cancelled("A request"));
    this.controller?.abort(cancelled("A request"));
  };

  private fail(error: unknown): void {
    if (this.isOver) return;
    this.end();
    this.reject(error);
  }

  private end(): void {
    this.isOver = true;
    this.patience?.end();
    this.request.signal?.removeEventListener("abort", this.stop);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // Stopped while it waited for a connection.
    if (this.isOver) controller.abort(cancelled("A request"));
    else this.patience ??= startPatience(this.request, this.giveUp);
  }

  /** Bytes of the body have been taken. */
  onBodySent(): void {
    if (!this.isOver) this.patience?.sent();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Headers,
  ): void {
    if (status < 200) {
      if (this.patience?.hasTooManyReplies() === true) this.refuse(`endless ${status} responses`);
      return;
    }
    this.status = status;
    this.headers = headerValues(headers);
  }

  private refuse(what: string): void {
    this.fail(notAReply(this.host, what));
    this.controller?.abort(new Error("not a response"));
  }

  private get host(): string {
    return new URL(this.request.url).host;
  }

  private get way(): Way {
    return { host: this.host, proxy: this.proxyOf(this.request.url) };
  }

  private readonly giveUp = (): void => {
    this.fail(tooSlow(this.host));
    this.controller?.abort(new Error("response too slow"));
  };

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size <= this.request.maxReplyBytes) {
      this.chunks.push(chunk);
      return;
    }
    this.fail(tooLarge(this.host, this.request.maxReplyBytes));
    controller.abort(new Error("response too large"));
  }

  onResponseEnd(): void {
    if (this.isOver) return;
    this.end();
    const [first] = this.chunks;
    const body = this.chunks.length === 1 && first ? first : Buffer.concat(this.chunks, this.size);
    this.resolve({ status: this.status, headers: this.headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.isOver) return;
    const isSent = this.controller !== undefined;
    this.fail(isAvalaError(error) ? error : transportError(this.way, error, isSent));
  }
}
