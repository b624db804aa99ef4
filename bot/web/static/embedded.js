// The chat in a frame on a brand's own site: tells the launcher around it what is new and when to close,
// and hears when it is opened. Only sites that the configuration names are heard or told anything.

const sites = document.body.dataset.sites.split(" ");
let site = null; // the one around us, once it has spoken

addEventListener("message", (event) => {
  if (event.source !== parent || !sites.includes(event.origin) || !event.data?.mimin) return;
  site = event.origin;
  if (event.data.mimin === "opened" && matchMedia("(pointer: fine)").matches) document.getElementById("text").focus();
  tellNews();
});

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) tell({ mimin: "close" });
});

new MutationObserver(tellNews).observe(document.getElementById("log"), { childList: true });

function tellNews() {
  const theirs = [...document.querySelectorAll(".said:not(.mine)")];
  const newest = Math.max(0, ...theirs.map((said) => Number(said.id.slice(1)) || 0));
  tell({ mimin: "news", newest });
}

function tell(what) {
  if (site) parent.postMessage(what, site);
}
