// The graph of states, which the cloud draws: how many keys are in each state, the transitions that they have just made,
// and those that are open to the chosen one. In the drawing, `.node` has `data-state`, and `.edge` has `data-from` (absent
// where keys are created), `data-to` (empty where keys are deleted) and, for some, `data-needs`: a mark of the key.

import { find, make, setAttribute, setClass, setText } from "./document.js";

const TONES = 4;
const DOTS_IN_ROW = 8;
const MOST_DOTS = 24;
const PITCH = 9;
const MARKED_FOR = 2500;

const graph = find("graph");
const edges = [...graph.querySelectorAll(".edge")];
const nodes = new Map([...graph.querySelectorAll(".node")].map((node) => [node.dataset.state, node]));
let cloud = null;
let former = null;

/** Sets the states and classes, and explains the colours of the classes. */
export function useCloud(used) {
  cloud = used;
  for (const [state, node] of nodes) {
    setAttribute(node, "data-tone", tone(cloud, state));
  }
  find("classes").replaceChildren(...cloud.classes.flatMap((name, place) => {
    const dot = make("span", `dot class-${place}`);
    dot.setAttribute("aria-hidden", "true");
    return [dot, ` ${name} `];
  }));
}

/** The colour of a state, by its place among all states. */
export function tone({ states }, state) {
  return String(states.indexOf(state) % TONES);
}

/** Shows keys; `counts` are those of all keys, also of keys that are not listed. */
export function showGraph(keys, counts, chosen) {
  for (const [state, node] of nodes) {
    setText(node.querySelector(".count"), short(counts[state]));
    setClass(node, "held", counts[state] > 0);
    setClass(node, "chosen", chosen?.state === state);
    showDots(node.querySelector(".dots"), keys.filter((key) => key.state === state), chosen);
  }
  const total = cloud.states.reduce((sum, state) => sum + counts[state], 0);
  const parts = cloud.states.map((state) => `${counts[state]} ${state}`);
  setText(find("graph-description"), total === 0 ? "No keys." : `${parts.join(", ")}.`);
  for (const edge of edges) {
    setClass(edge, "open", chosen !== null && isOpen(edge, chosen));
  }
  showTransitions(keys);
}

/** Forgets where keys were, so that what comes next counts as a beginning. */
export function forgetTransitions() {
  former = null;
}

/** The transitions that a key can make, as the graph names them. */
export function transitionsFrom(key) {
  const open = edges.filter((edge) => isOpen(edge, key));
  return open.map((edge) => edge.querySelector("text").textContent);
}

function isOpen(edge, key) {
  return (edge.dataset.from ?? "").split(" ").includes(key.state) && suits(edge, key);
}

function suits(edge, key) {
  return !edge.dataset.needs || key.marks.includes(edge.dataset.needs);
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
    setAttribute(dot, "class", `class-${cloud.classes.indexOf(key.class)}${key === chosen ? " chosen" : ""}`);
  });
}

/** Marks the transitions that keys have made since the last time. A key that made several at once marks none. */
function showTransitions(keys) {
  const current = new Map(keys.map((key) => [key.id, key]));
  if (former) {
    const made = new Set();
    for (const [id, key] of current) {
      const before = former.get(id);
      if (before?.state !== key.state) {
        made.add(edges.find((edge) => goes(edge, before?.state, key.state) && suits(edge, key)));
      }
    }
    for (const [id, before] of former) {
      if (!current.has(id)) {
        made.add(edges.find((edge) => goes(edge, before.state, "")));
      }
    }
    made.forEach(mark);
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
  setClass(edge, "marked", true);
  clearTimeout(edge.timer);
  edge.timer = setTimeout(() => setClass(edge, "marked", false), MARKED_FOR);
}
