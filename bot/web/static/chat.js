// The follower's chat: sends without a reload, shows news at once, grows the box with the text.

import { Attachment } from "./attachment.js";
import { Live, post } from "./live.js";

const TYPES = 5000; // ms after which somebody who wrote is not said to write any more
const MANY = 3500; // characters from which the counter shows
const main = document.getElementById("main");
const pen = document.getElementById("pen");
const text = document.getElementById("text");
const get = (id) => document.getElementById(id);
const file = get("file");
const attachment = new Attachment(file, get("chosen"), complain);

// Kept here and not on the page, which is made like the server's while a message is on its way.
let isSending = false;
let again = false;

const live = new Live({
  rest: 60,
  onShown: settle,
  onConnection: (isOpen) => (get("offline").hidden = isOpen),
  onTyping: showTyping,
});

// A person writes; it is said again while it goes on, and news takes it away.
let typed = 0;
function showTyping(name) {
  const line = get("person-typing");
  line.lastElementChild.textContent = line.dataset.words.replace("{name}", name);
  line.hidden = false;
  clearTimeout(typed);
  typed = setTimeout(() => (line.hidden = true), TYPES);
}

document.addEventListener("submit", (event) => {
  const rating = event.target.closest("form[data-rate]");
  if (rating) {
    event.preventDefault();
    rate(rating, event.submitter);
    return;
  }
  const form = event.target.closest("form[data-send]");
  if (!form) return;
  event.preventDefault();
  send(form);
});

text.addEventListener("keydown", (event) => {
  const isTouch = matchMedia("(pointer: coarse)").matches;
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || isTouch) return;
  event.preventDefault();
  if (text.value.trim() || file?.files.length) send(pen);
});
text.addEventListener("input", measure);

async function send(form) {
  const words = form === pen ? text.value : form.elements.text.value;
  if (!words.trim() && !file?.files.length) return text.focus();
  if (isSending) {
    again ||= form === pen; // goes after its forerunner, with a nonce of its own
    return;
  }
  isSending = true;
  const files = form === pen ? attachment.take() : null;
  echo([files?.[0]?.name, words].filter(Boolean).join("\n"));
  const waiting = post(form);
  if (form === pen) {
    text.value = "";
    attachment.set(null);
    measure();
    text.focus();
  }
  const answer = await waiting;
  const followed = again;
  isSending = again = false;
  if (answer && (answer.ok || answer.status === 422 || answer.status === 429)) live.show(answer.html);
  if (answer?.ok) {
    renew(answer.html);
    if (followed) send(pen);
    return;
  }
  get("echo")?.remove();
  get("typing").hidden = true;
  if (form === pen && !text.value) text.value = words;
  if (files?.length) attachment.set(files);
  if (!answer || answer.status >= 500 || answer.status < 422) {
    complain(pen.dataset.notSent);
  }
  measure();
}

function complain(line) {
  get("problem").textContent = line;
  get("problem").hidden = !line;
}

// Keeps a mark, or the words to it; the page that comes back shows what became of it.
async function rate(form, button) {
  const answer = await post(form, button);
  if (answer && (answer.ok || answer.status === 422 || answer.status === 429)) return live.show(answer.html);
  complain(pen.dataset.notSent);
}

// Shows the words at once, until the page from the server has them.
function echo(words) {
  const said = document.createElement("article");
  said.id = "echo";
  said.className = "said mine";
  const bubble = document.createElement("div");
  bubble.className = "bubble";
  const line = document.createElement("p");
  line.dir = "auto";
  line.textContent = words;
  const meta = document.createElement("p");
  meta.className = "meta";
  meta.textContent = pen.dataset.sending;
  bubble.append(line);
  said.append(bubble, meta);
  get("echo")?.remove();
  get("log").insertBefore(said, get("typing"));
  get("typing").hidden = get("presence").dataset.mode !== "bot";
  get("problem").hidden = true;
  main.scrollTop = 0;
}

// The next message needs a nonce of its own.
function renew(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  pen.elements.nonce.value = page.querySelector("#pen [name=nonce]").value;
}

function settle() {
  measure();
}

function measure() {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 160)}px`;
  const counter = get("counter");
  const left = text.maxLength - text.value.length;
  counter.textContent = text.value.length < MANY ? "" : counter.dataset.words.replace("{n}", left);
}

measure();
if (matchMedia("(pointer: fine)").matches && window === parent) text.focus(); // in a frame when it is opened
