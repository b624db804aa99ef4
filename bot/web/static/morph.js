// Makes what stands on the page like what the server sent, and touches nothing else: what is typed,
// what is unfolded, where the reader is. Children are matched by id, else by place and kind.

const TYPED = new Set(["INPUT", "TEXTAREA", "SELECT"]);

export function morph(now, next) {
  matchAttributes(now, next);
  if (now.nodeName === "TEXTAREA" || "own" in now.dataset) return; // what stands in it is the script's
  const wantedIds = new Set([...next.children].map((child) => child.id).filter(Boolean));
  const named = new Map();
  for (const child of [...now.children]) {
    if (!child.id) continue;
    if (wantedIds.has(child.id)) named.set(child.id, child);
    else child.remove();
  }
  let place = now.firstChild;
  for (const wanted of [...next.childNodes]) {
    const found = wanted.id ? named.get(wanted.id) : likeIt(place, wanted);
    if (!found) {
      now.insertBefore(document.importNode(wanted, true), place);
      continue;
    }
    place = bring(found, place).nextSibling;
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

// The next node without an id that is of the same kind; a text only where it stands.
function likeIt(place, wanted) {
  if (wanted.nodeType !== Node.ELEMENT_NODE) return sameKind(place, wanted) ? place : null;
  while (place && !sameKind(place, wanted)) place = place.nextSibling;
  return place;
}

// Lets `found` stand where `place` is. What stands between and has no id goes, for a node that is
// moved would lose the reader's place in it.
function bring(found, place) {
  while (place !== found && place && !place.id) {
    const following = place.nextSibling;
    place.remove();
    place = following;
  }
  if (place !== found) found.parentNode.insertBefore(found, place);
  return found;
}

function sameKind(node, wanted) {
  return node && node.nodeType === wanted.nodeType && node.nodeName === wanted.nodeName && !node.id;
}

function matchAttributes(now, next) {
  if (!now.attributes) return;
  const isTyped = TYPED.has(now.nodeName) && now.type !== "hidden";
  const keeps = (name) =>
    (["DETAILS", "DIALOG"].includes(now.nodeName) && name === "open") ||
    (isTyped && (name === "value" || name === "checked")) ||
    ("once" in now.dataset && name === "value");
  for (const { name } of [...now.attributes]) {
    if (!next.hasAttribute(name) && !keeps(name)) now.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (now.getAttribute(name) !== value && !keeps(name)) now.setAttribute(name, value);
  }
}
