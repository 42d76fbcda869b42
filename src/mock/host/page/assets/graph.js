// The state graph: how many keys stand where, which way they have just gone, and which ways are open to the chosen one.

import { find, setAttribute, setClass, setText } from "./document.js";

const STATES = ["Enabled", "Disabled", "PendingImport", "PendingDeletion"];
const DOTS_IN_ROW = 8;
const MOST_DOTS = 24;
const PITCH = 9;
const WALKED_FOR = 2500;

const graph = find("graph");
const edges = [...graph.querySelectorAll(".edge")];
const nodes = new Map(STATES.map((state) => [state, graph.querySelector(`.node[data-state="${state}"]`)]));
let former = null;

/** Shows keys; `counts` are those of all keys, also of keys that are not listed. */
export function showGraph(keys, counts, chosen) {
  for (const state of STATES) {
    const node = nodes.get(state);
    setText(node.querySelector(".count"), short(counts[state]));
    setClass(node, "held", counts[state] > 0);
    setClass(node, "chosen", chosen?.state === state);
    showDots(node.querySelector(".dots"), keys.filter((key) => key.state === state), chosen);
  }
  const total = STATES.reduce((sum, state) => sum + counts[state], 0);
  const parts = STATES.map((state) => `${counts[state]} ${state}`);
  setText(find("graph-description"), total === 0 ? "No keys." : `${parts.join(", ")}.`);
  for (const edge of edges) {
    setClass(edge, "open", chosen !== null && isOpen(edge, chosen));
  }
  showWalks(keys);
}

/** Forgets where keys were, so that what comes next counts as a beginning. */
export function forgetWalks() {
  former = null;
}

/** The operations by which a key can leave its state, as the graph names them. */
export function waysOut(key) {
  const open = edges.filter((edge) => isOpen(edge, key));
  return open.map((edge) => edge.querySelector("text").textContent);
}

function isOpen(edge, key) {
  return (edge.dataset.from ?? "").split(" ").includes(key.state) && suits(edge, key);
}

function suits(edge, key) {
  switch (edge.dataset.needs) {
    case "external": return key.origin === "EXTERNAL";
    case "own": return key.origin !== "EXTERNAL";
    case "material": return key.has_material;
    case "empty": return !key.has_material;
    default: return true;
  }
}

/** A count that leaves room for the dots. */
function short(count) {
  return count < 10000 ? String(count) : count.toLocaleString("en", { notation: "compact" });
}

function showDots(parent, keys, chosen) {
  let shown = keys.slice(0, MOST_DOTS);
  const hidden = chosen && !shown.includes(chosen) && keys.includes(chosen);
  if (hidden) {
    shown = [...shown.slice(0, MOST_DOTS - 1), chosen];
  }
  while (parent.childElementCount > shown.length) {
    parent.lastElementChild.remove();
  }
  const middle = (Math.ceil(shown.length / DOTS_IN_ROW) - 1) / 2;
  shown.forEach((key, place) => {
    let dot = parent.children[place];
    if (!dot) {
      dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      dot.setAttribute("cx", String((place % DOTS_IN_ROW) * PITCH));
      dot.setAttribute("r", "2.5");
      parent.append(dot);
    }
    setAttribute(dot, "cy", String((Math.floor(place / DOTS_IN_ROW) - middle) * PITCH));
    const names = [key.origin === "EXTERNAL" ? "external" : "", key === chosen ? "chosen" : ""];
    setAttribute(dot, "class", names.filter(Boolean).join(" ") || null);
  });
}

/** Marks the edges that keys have gone since the last time. A key that went two ways at once marks none. */
function showWalks(keys) {
  const current = new Map(keys.map((key) => [key.id, key]));
  if (former) {
    const walked = new Set();
    for (const [id, key] of current) {
      const before = former.get(id);
      if (before?.state !== key.state) {
        walked.add(edges.find((edge) => goes(edge, before?.state, key.state) && suits(edge, key)));
      }
    }
    for (const [id, before] of former) {
      if (!current.has(id)) {
        walked.add(edges.find((edge) => goes(edge, before.state, "")));
      }
    }
    walked.forEach(mark);
  }
  former = current;
}

function goes(edge, from, to) {
  const starts = from === undefined ? edge.dataset.from === undefined : (edge.dataset.from ?? "").split(" ").includes(from);
  return starts && edge.dataset.to === to;
}

function mark(edge) {
  if (!edge) {
    return;
  }
  setClass(edge, "walked", true);
  clearTimeout(edge.timer);
  edge.timer = setTimeout(() => setClass(edge, "walked", false), WALKED_FOR);
}
