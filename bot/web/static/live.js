// Keeps a page in step with the server: an event says that something happened, the page is asked for
// again, and what changed is put in place. After a lost connection it catches up by the last position.

import { morph } from "./morph.js";

const ANYWAY = 30000; // ms after which we look even when no event came
const PATIENCE = 10000; // ms after which an answer that does not come is taken for lost
const AFTER_LOSS = 1000; // ms until a refresh that failed is tried again
const SENT_WITHIN = 30000; // ms after which a form without a file counts as not sent
const LONGEST_REST = 5000; // ms between two refreshes, however slow the server is

// The pause after a refresh that took so many ms: a busy server is asked less often, so that not all open
// pages ask at a time, and what followers write is not kept waiting.
export function pause(rest, took) {
  return Math.max(rest, Math.min(took / 2, LONGEST_REST));
}

export class Live {
  // `rest` is the pause between two refreshes in ms, however much happens.
  // `onNews` may change a page that tells of news before it is shown.
  constructor({ rest, onNews, onShown, onConnection, onTyping }) {
    this.rest = rest;
    this.onNews = onNews;
    this.onShown = onShown;
    this.onConnection = onConnection;
    this.onTyping = onTyping;
    this.busy = false;
    this.again = false;
    this.listen();
    setInterval(() => this.refresh(), ANYWAY);
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
  }

  listen() {
    const { events, position } = document.body.dataset;
    const address = new URL(events, location.href);
    address.searchParams.set("after", position);
    const source = new EventSource(address);
    source.addEventListener("news", () => this.refresh());
    source.addEventListener("typing", ({ data }) => this.onTyping?.(data));
    source.addEventListener("ended", () => location.reload());
    source.addEventListener("open", () => this.onConnection(true));
    source.addEventListener("error", () => {
      this.onConnection(false);
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.listen(), 3000);
    });
    addEventListener("pagehide", () => source.close());
  }

  async refresh() {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    const began = performance.now();
    let rest = this.rest;
    try {
      const answer = await fetch(location.href, { headers: { "x-live": "1" }, signal: AbortSignal.timeout(PATIENCE) });
      if (answer.status === 401) location.reload();
      if (answer.ok) this.show(await answer.text(), this.onNews);
      rest = pause(rest, performance.now() - began);
    } catch {
      this.again = true; // the connection is down: what happened meanwhile is not forgotten
      rest = AFTER_LOSS;
    }
    setTimeout(() => {
      this.busy = false;
      if (this.again) {
        this.again = false;
        this.refresh();
      }
    }, rest);
  }

  show(html, prepare) {
    const page = new DOMParser().parseFromString(html, "text/html");
    if (!page.body.dataset.events) return location.reload();
    prepare?.(page);
    const isOlder = Number(page.body.dataset.position) < Number(document.body.dataset.position);
    document.title = page.title;
    morph(document.body, page.body);
    this.onShown(page);
    if (isOlder) this.refresh(); // it was made before what stood here, and came after
    return page;
  }
}

// Sends a form without leaving the page; returns the answer, or null where there was no connection.
export async function post(form, button) {
  const data = new FormData(form, button);
  const files = [...data].filter(([, value]) => value instanceof File);
  for (const [name, file] of files) if (!file.size) data.delete(name); // none was chosen
  const hasFile = files.some(([, file]) => file.size);
  const body = hasFile ? data : new URLSearchParams(data);
  const signal = hasFile ? undefined : AbortSignal.timeout(SENT_WITHIN);
  try {
    const address = button?.getAttribute("formaction") ?? form.getAttribute("action");
    const answer = await fetch(address, { method: "POST", body, signal, headers: { "x-live": "1" } });
    return { ok: answer.ok, status: answer.status, url: answer.url, html: await answer.text() };
  } catch {
    return null;
  }
}
