// Makes what stands on the page like what the server sent, and touches nothing else: what is typed,
// what is unfolded, where the reader is. Children are matched by id, else by place and kind.

const TYPED = new Set(["INPUT", "TEXTAREA", "SELECT"]);

export function morph(now, next) {
  matchAttributes(now, next);
  if (now.nodeName === "TEXTAREA") return;
  const named = new Map();
  for (const child of now.children) if (child.id) named.set(child.id, child);
  let place = now.firstChild;
  for (const wanted of [...next.childNodes]) {
    const found = wanted.id ? named.get(wanted.id) : sameKind(place, wanted) ? place : null;
    if (!found) {
      now.insertBefore(document.importNode(wanted, true), place);
      continue;
    }
    if (found === place) place = place.nextSibling;
    else now.insertBefore(found, place);
    if (found.isEqualNode(wanted)) continue;
    if (found.nodeType === Node.ELEMENT_NODE) morph(found, wanted);
    else found.nodeValue = wanted.nodeValue;
  }
  while (place) {
    const following = place.nextSibling;
    place.remove();
    place = following;
  }
}

function sameKind(node, wanted) {
  return node && node.nodeType === wanted.nodeType && node.nodeName === wanted.nodeName && !node.id;
}

function matchAttributes(now, next) {
  if (!now.attributes) return;
  const isTyped = TYPED.has(now.nodeName) && now.type !== "hidden";
  const keeps = (name) =>
    (now.nodeName === "DETAILS" && name === "open") ||
    (isTyped && (name === "value" || name === "checked")) ||
    ("once" in now.dataset && name === "value");
  for (const { name } of [...now.attributes]) {
    if (!next.hasAttribute(name) && !keeps(name)) now.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (now.getAttribute(name) !== value && !keeps(name)) now.setAttribute(name, value);
  }
}
