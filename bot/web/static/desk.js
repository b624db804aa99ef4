// The desk: acts without a reload, news at once, countdowns that tick, drafts that survive.

import "./keys.js";
import { Live, post } from "./live.js";

const get = (id) => document.getElementById(id);
const DRAFTS = ["text", "note"];
let ahead = Date.parse(document.body.dataset.now) - Date.now();

const live = new Live({
  rest: 250,
  onNews: keepRefusal,
  onShown: (page) => {
    ahead = Date.parse(page.body.dataset.now) - Date.now();
    tick();
    hold();
  },
  onConnection: (isOpen) => {
    const sign = get("live");
    sign.classList.toggle("offline", !isOpen);
    sign.title = isOpen ? "" : sign.dataset.offline;
  },
});

// Replies wait a moment, so that they can be taken back; without script they leave at once.
function hold() {
  const held = get("form-reply")?.elements.hold;
  if (held) held.value = "yes";
}
hold();

// Why something was not done stays until its text changes or something is done, whatever news come.
let refusal = null;

function keepRefusal(page) {
  const line = refusal && page.getElementById("problem");
  if (!line) return;
  line.textContent = refusal.line;
  line.hidden = false;
  const sure = page.getElementById(refusal.sure);
  if (sure) sure.hidden = false;
}

function refuse(line, sure = "") {
  refusal = { line, sure };
  keepRefusal(document);
}

function forgive() {
  if (!refusal) return;
  refusal = null;
  get("problem").hidden = true;
  for (const sure of document.querySelectorAll("[data-sure]")) {
    sure.hidden = true;
    sure.querySelector("input").checked = false; // it was meant for other words
  }
}

document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-act] :is(textarea, input:not([type=checkbox], [type=file]))")) forgive();
});

// Forms on their way, with the button of what was sent behind; kept here, since the page is made like the
// server's meanwhile.
const busy = new Map();

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-act]");
  if (!form) return;
  event.preventDefault();
  if (busy.has(form)) {
    if (drafts(form).some((box) => box.value.trim())) busy.set(form, { button: event.submitter });
    return;
  }
  busy.set(form, null);
  const taken = form.dataset.act === "unsend" && form.closest(".said")?.querySelector(".bubble p").textContent;
  const waiting = post(form, event.submitter);
  const words = takeWords(form);
  const answer = await waiting;
  const behind = busy.get(form);
  busy.delete(form);
  if (answer?.ok) clear(form, words);
  else giveBack(words);
  if (!answer) return refuse(get("problem")?.dataset.lost);
  if (answer.status === 401) return location.reload();
  refusal = null;
  const page = live.show(answer.html);
  if (!answer.ok) return refuse(get("problem")?.textContent, document.querySelector("[data-sure]:not([hidden])")?.id);
  renew(form, page);
  if (taken) putBack(taken);
  if (behind && form.isConnected) form.requestSubmit(behind.button); // with a nonce of its own
});

const drafts = (form) => DRAFTS.map((name) => form.elements[name]).filter((box) => box?.nodeName === "TEXTAREA");

// The boxes are empty at once: news may show what was sent, and its undo, before the answer comes.
function takeWords(form) {
  const words = drafts(form).map((box) => [box, box.value]);
  if (form.elements.nonce) sessionStorage.setItem(sendingKey("nonce"), form.elements.nonce.value);
  for (const [box, text] of words) {
    sessionStorage.setItem(sendingKey(box.id), text);
    sessionStorage.removeItem(draftKey(box.id));
    box.value = "";
  }
  return words;
}

// What was not taken stands in its box again, before what was typed meanwhile.
function giveBack(words) {
  for (const [box, text] of words) {
    box.value = [text, box.value].filter((part) => part.trim()).join("\n");
    sessionStorage.setItem(draftKey(box.id), box.value);
    sessionStorage.removeItem(sendingKey(box.id));
  }
}

// What was sent is no draft any more; what was typed meanwhile stays.
function clear(form, words) {
  for (const [box] of words) sessionStorage.removeItem(sendingKey(box.id));
  for (const box of form.querySelectorAll("[type=checkbox]")) box.checked = false;
  for (const box of form.querySelectorAll("[type=file]")) box.value = "";
  if (form.elements.text) get("preview")?.replaceChildren();
  for (const name of ["reason", "by", "promise", "statement", "amount"]) {
    if (form.elements[name]) form.elements[name].value = "";
  }
  form.closest("details.folded")?.removeAttribute("open");
}

// What was taken back is written on, unless something new was begun.
function putBack(text) {
  const box = get("text");
  if (!box || box.value.trim()) return;
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
}

// The next reply needs a nonce of its own.
function renew(form, page) {
  const fresh = page?.querySelector(`[data-act="${form.dataset.act}"] [name=nonce]`);
  const nonce = form.isConnected && form.elements.nonce;
  if (fresh && nonce) nonce.value = fresh.value;
}

// A file too large is not sent in vain.
document.addEventListener("change", ({ target }) => {
  if (target.type !== "file" || !target.files.length) return;
  forgive();
  if (target.files[0].size <= Number(target.dataset.largest)) return;
  target.value = "";
  refuse(target.dataset.tooLarge);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-canned]");
  if (!link) return;
  event.preventDefault();
  const box = get("text");
  const [start, end] = [box.selectionStart, box.selectionEnd];
  box.setRangeText(link.dataset.canned, start, end, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
  link.closest("details").open = false;
  box.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const picker = get("canned");
    if (picker?.open) picker.open = false;
    if (location.hash === "#context") location.hash = "#main";
  }
  const box = event.target;
  if (event.key === "Escape" && box.id === "q") get("search-leave")?.click();
  if (box.nodeName !== "TEXTAREA") return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.form.requestSubmit();
  if (event.key === "/" && box.id === "text" && !box.value && get("canned")) {
    event.preventDefault();
    get("canned").open = true;
    get("canned").querySelector("a").focus();
  }
});

// Drafts stay with their conversation until they are sent, and what is on its way until it is answered.
const draftKey = (name) => `draft:${location.pathname}:${name}`;
const sendingKey = (name) => `sending:${location.pathname}:${name}`;
document.addEventListener("input", ({ target }) => {
  if (DRAFTS.includes(target.id)) sessionStorage.setItem(draftKey(target.id), target.value);
});
for (const name of DRAFTS) {
  const box = get(name);
  if (!box || box.value) continue;
  const [sending, draft] = [sendingKey(name), draftKey(name)].map((key) => sessionStorage.getItem(key) ?? "");
  box.value = [sending, draft].filter((part) => part.trim()).join("\n");
  if (box.value) sessionStorage.setItem(draftKey(name), box.value);
  sessionStorage.removeItem(sendingKey(name));
  // Whether it arrived nobody knows: with its own nonce it does not go twice.
  const nonce = sending && box.form.elements.nonce;
  if (nonce) nonce.value = sessionStorage.getItem(sendingKey("nonce")) ?? nonce.value;
}

// Who writes sees what the follower will read, and what the guard says of it, after a moment of rest.
const REST = 500;
let resting = 0;
document.addEventListener("input", ({ target }) => {
  if (target.id !== "text") return;
  clearTimeout(resting);
  resting = setTimeout(preview, REST);
});

async function preview() {
  const [box, shown] = [get("text"), get("preview")];
  if (!box || !shown) return;
  const text = box.value;
  if (!text.trim()) return shown.replaceChildren();
  const body = new URLSearchParams({ text, csrf: box.form.elements.csrf.value });
  try {
    const answer = await fetch(shown.dataset.from, { method: "POST", body });
    if (answer.ok && box.value === text) shown.innerHTML = await answer.text();
  } catch {
    shown.replaceChildren(); // without a connection there is nothing to say
  }
}

// The countdown says what the server says, every second; the colour follows.
function tick() {
  const now = Date.now() + ahead;
  for (const mark of document.querySelectorAll("time[data-due]")) {
    const rest = Date.parse(mark.dateTime) - now;
    const isLate = rest <= 0 || mark.dataset.state === "late";
    const words = span(Math.abs(rest));
    mark.textContent = rest <= 0 ? `${document.body.dataset.late} ${words}` : words;
    const isSoon = rest < 120000 || (mark.dataset.warn && Date.parse(mark.dataset.warn) <= now);
    mark.className = `left ${isLate ? "late" : isSoon ? "soon" : "calm"}`;
  }
}

function span(ms) {
  const [d, h, m] = document.body.dataset.units.split(" ");
  const seconds = Math.floor(ms / 1000);
  const two = (n) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(seconds / 3600);
  const days = Math.floor(seconds / 86400);
  if (hours < 1) return `${two(minutes)}:${two(seconds % 60)}`;
  if (days < 1) return `${hours}${h} ${two(minutes % 60)}${m}`;
  return `${days}${d} ${hours % 24}${h}`;
}

tick();
setInterval(tick, 1000);
