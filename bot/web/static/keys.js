// Keys for everything on the desk. What a key does stands on the page, in aria-keyshortcuts: the first
// visible element that names it is pressed, or gets the focus where one writes in it.

const OFF = "keys-off"; // kept in this browser: some people dictate, and every letter would act
const WRITES = "input:not([type=radio], [type=checkbox], [type=hidden]), textarea, select, [contenteditable]";
const dialog = document.getElementById("keys");
const toggle = document.getElementById("keys-on");

toggle.checked = !localStorage.getItem(OFF);
toggle.addEventListener("change", () => {
  if (toggle.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "yes");
});

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-keys]")) dialog.showModal();
});

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open) return;
  if (target.closest(WRITES)) {
    if (key === "Escape") target.blur();
    return;
  }
  if (!toggle.checked && key !== "?") return;
  if (key === "j" || key === "k" ? step(key === "j" ? 1 : -1) : press(key)) event.preventDefault();
});

function press(key) {
  const found = [...document.querySelectorAll(`[aria-keyshortcuts="${CSS.escape(key)}"]`)];
  const target = found.find((one) => one.checkVisibility());
  if (!target) return false;
  if (target.matches(WRITES)) {
    target.focus();
    target.select?.();
  } else target.click();
  const unfolded = target.nodeName === "SUMMARY" && target.parentElement.querySelector(WRITES);
  const pen = target.control?.type === "radio" && document.getElementById(target.dataset.opens);
  (unfolded || pen)?.focus?.();
  return true;
}

// Goes to the next conversation of the list, or the one before.
function step(by) {
  const links = [...document.querySelectorAll("#items .item > a")];
  const at = links.findIndex((link) => link.hasAttribute("aria-current"));
  const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by];
  next?.click();
  return Boolean(next);
}
