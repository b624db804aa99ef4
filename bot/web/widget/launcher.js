// The button on a brand's own site that opens the chat in a frame. It asks for nothing but that frame,
// writes no markup and no inline style, so that a strict Content-Security-Policy lets it work. What the
// page and the frame tell each other goes to, and is taken from, their exact origins only.
//
// Mimin serves this file as a call: what it is given is the look, the words and who may show the chat.
((given) => {
  "use strict";

  const { look, words, language, sites } = given;
  const script = document.currentScript ?? document.querySelector('script[src*="/widget.js"]');
  const home = new URL(script.src).origin;
  const chosen = [script.dataset.language, document.documentElement.lang]
    .map((tag) => tag?.toLowerCase().split("-")[0].replace(/^in$/, "id"))
    .find((tag) => Object.hasOwn(words, tag));
  const shown = chosen ?? language;
  const say = words[shown];
  const OPEN = "mimin-open"; // in sessionStorage: whether it is open in this tab
  const SEEN = "mimin-seen"; // in localStorage: the newest message read; there once one has talked with us
  const PATIENCE = 10000; // ms within which the chat has to answer
  const ICONS = {
    open: "M21 11.5c0 4.4-4 8-9 8-1.2 0-2.4-.2-3.5-.6L4 20.5l1.3-3.7C3.8 15.4 3 13.5 3 11.5c0-4.4 4-8 9-8s9 3.6 9 8zM8 11.5h.01M12 11.5h.01M16 11.5h.01",
    close: "M6 6l12 12M18 6 6 18",
  };
  const phone = matchMedia("(max-width: 480px), (max-height: 420px)");

  if (!sites.includes(location.origin)) {
    complain(`${home} does not let ${location.origin} show its chat; set [web] embed = ["${location.origin}"] in its config.toml`);
  } else if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", begin);
  } else {
    begin();
  }

  function begin() {
    if (document.querySelector("mimin-chat")) return; // the tag stands there twice
    const host = document.createElement("mimin-chat");
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(look);
    root.adoptedStyleSheets = [sheet];

    const dot = make("span", { class: "dot", hidden: "" });
    const news = make("p", { class: "unseen", role: "status" });
    const button = make("button", { class: "launcher", type: "button", "aria-haspopup": "dialog" }, draw("open"), draw("close"), dot);
    const shut = make("button", { class: "shut", type: "button", "aria-label": say.close, title: say.close }, draw("close"));
    const waiting = make("p", { class: "waiting", role: "status" }, say.loading);
    const panel = make("dialog", { class: "panel", lang: shown, "aria-label": say.title }, shut, waiting);
    host.lang = shown;
    root.append(button, news, panel);
    document.body.append(host);

    let frame = null;
    let newest = 0;
    let isThere = false;

    button.addEventListener("click", () => (panel.open ? panel.close() : open()));
    shut.addEventListener("click", () => panel.close());
    panel.addEventListener("close", closed);
    root.addEventListener("keydown", (event) => event.key === "Escape" && panel.open && panel.close());
    phone.addEventListener("change", () => panel.open && turn());
    visualViewport?.addEventListener("resize", measure);
    addEventListener("message", hear);

    label();
    if (keep("sessionStorage", OPEN) === "yes" && !phone.matches) {
      load();
      panel.setAttribute("open", ""); // not show(), which would take the focus from the page
      label();
    } else if (keep("localStorage", SEEN) !== null) {
      (window.requestIdleCallback ?? setTimeout)(load); // somebody who talked with us may have news
    }

    function open() {
      load();
      if (phone.matches) panel.showModal();
      else panel.show();
      measure();
      keep("sessionStorage", OPEN, "yes");
      label();
      if (isThere) enter();
      read();
    }

    // The frame has the keyboard first, and then puts it where one writes.
    function enter() {
      frame.focus();
      tell("opened");
    }

    // Whether the keyboard is with us, and not with the page, whose reader it must not be taken from.
    function isOurs() {
      return document.activeElement === host;
    }

    function closed() {
      if (panel.open) return; // it was only turned
      keep("sessionStorage", OPEN, "no");
      label();
      button.focus();
    }

    // A window that was turned or made smaller: the same chat, over the page or beside it.
    function turn() {
      panel.close();
      if (phone.matches) panel.showModal();
      else panel.show();
      measure();
    }

    // Leaves the keyboard of a phone its room.
    function measure() {
      const height = panel.open && phone.matches && visualViewport ? `${visualViewport.height}px` : "";
      panel.style.setProperty("--height", height);
    }

    function load() {
      if (frame) return;
      const query = new URLSearchParams({ embedded: "1", ...(chosen && { lang: chosen }) });
      frame = make("iframe", { title: say.title, src: `${home}/?${query}`, referrerpolicy: "no-referrer" });
      frame.addEventListener("load", () => tell("hello"));
      panel.append(frame);
      setTimeout(() => isThere || fail(), PATIENCE);
    }

    function fail() {
      complain(`the chat of ${home} did not answer; is it running, and does this site's Content-Security-Policy allow frame-src ${home}?`);
      const link = make("a", { href: `${home}/`, target: "_blank", rel: "noopener" }, say.own_tab);
      waiting.replaceChildren(link);
    }

    function hear(event) {
      if (!frame || event.source !== frame.contentWindow || event.origin !== home) return;
      if (event.data?.mimin === "close") {
        if (panel.open) panel.close();
      } else if (event.data?.mimin === "news" && Number.isSafeInteger(event.data.newest)) {
        if (!isThere) {
          isThere = waiting.hidden = true;
          frame.className = "there";
          if (panel.open && isOurs()) enter();
        }
        newest = event.data.newest;
        read();
      }
    }

    // What is shown is read; what came while the chat was closed is announced.
    function read() {
      const seen = Number(keep("localStorage", SEEN) ?? 0);
      if (panel.open && newest > seen) keep("localStorage", SEEN, String(newest));
      const isNew = !panel.open && newest > seen;
      if (isNew === !dot.hidden) return;
      dot.hidden = !isNew;
      news.textContent = isNew ? say.unread : "";
      label();
    }

    function label() {
      const words = panel.open ? say.close : dot.hidden ? say.open : `${say.open} (${say.unread})`;
      button.setAttribute("aria-label", words);
      button.setAttribute("aria-expanded", String(panel.open));
      button.title = words;
    }

    function tell(what) {
      frame.contentWindow.postMessage({ mimin: what }, home);
    }
  }

  function make(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function draw(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", ICONS[name]);
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", name);
    svg.setAttribute("aria-hidden", "true");
    svg.append(path);
    return svg;
  }

  // Reads or writes what the browser keeps for this site; where it keeps nothing, null.
  function keep(storage, key, value) {
    try {
      if (value !== undefined) window[storage].setItem(key, value);
      return window[storage].getItem(key);
    } catch {
      return null;
    }
  }

  function complain(line) {
    console.error(`Mimin: ${line}`);
  }
})
