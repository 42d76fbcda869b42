// The page of the mock: reads the admin API each second, while somebody can see it, and shows what has changed.

import { wireControls } from "./controls.js";
import { find, setAttribute, setText } from "./document.js";
import { showFacts } from "./facts.js";
import { forgetTransitions, showGraph, transitionsFrom, useCloud as useCloudInGraph } from "./graph.js";
import { onChoice, showKeys, useCloud as useCloudInKeys } from "./keys.js";
import { addRequests, clearRequests, showRequests } from "./requests.js";
import { offset, readable } from "./time.js";

const PERIOD = 1000;
const TIMEOUT = 10000;

let cloud = null;
let seen = { since: null, last: 0 };
let chosenId = null;
let latest = null;
let paused = false;
let timer = null;
let reading = false;
let readAgain = false;

async function send(method, resource, body) {
  const response = await fetch(`/_mock/${resource}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
    // The admin token, where there is one: the browser has asked for it and sends it to this origin only.
    credentials: "same-origin",
    signal: AbortSignal.timeout(TIMEOUT),
  });
  const value = await response.json();
  if (!response.ok) {
    throw new Error(value.error ?? `status ${response.status}`);
  }
  return value;
}

const read = (resource) => send("GET", resource);

/** Reads which cloud is served. It does not change while the mock runs. */
async function readCloud() {
  const [program, found] = await Promise.all([read(""), read("cloud")]);
  cloud = found;
  setText(find("program"), `${cloud.title} · ${program.mock} ${program.version}`);
  useCloudInGraph(cloud);
  useCloudInKeys(cloud);
}

async function readAll() {
  if (!cloud) {
    await readCloud();
  }
  const [state, deviations, faults] = await Promise.all([read("state"), read("deviations"), read("faults")]);
  const { since, last } = state.exchanges;
  if (since !== seen.since) {
    seen = { since, last: 0 };
    clearRequests();
    forgetTransitions();
  }
  if (last > seen.last) {
    const exchanges = await read(`exchanges?after=${seen.last}`);
    addRequests(exchanges);
    seen.last = exchanges.at(-1)?.number ?? seen.last;
  }
  latest = { state, deviations, faults };
  show();
}

function show() {
  if (!latest) {
    return;
  }
  const { state, deviations, faults } = latest;
  const several = state.accounts.length > 1;
  const keys = state.accounts.flatMap(({ account, region, keys }) =>
    keys.map((key) => ({ ...key, place: several ? `${account} · ${region}` : "" })));
  keys.sort((one, other) => (one.created < other.created ? -1 : one.created > other.created ? 1 : 0));
  const counts = Object.fromEntries(cloud.states.map((name) => [name, 0]));
  for (const { states } of state.accounts) {
    Object.entries(states).forEach(([name, count]) => { counts[name] += count; });
  }
  const total = state.accounts.reduce((sum, { key_count }) => sum + key_count, 0);
  const chosen = keys.find((key) => key.id === chosenId) ?? null;

  setText(find("now"), readable(state.now));
  setAttribute(find("now"), "datetime", state.now);
  setText(find("offset"), offset(state.now));
  showGraph(keys, counts, chosen);
  showKeys(keys, total, counts, state.now, chosen);
  showRequests(state.exchanges.last, chosen);
  showFacts(state, keys, deviations, faults);
  setText(find("chosen"), chosenText(chosen));
}

function chosenText(chosen) {
  if (chosen) {
    return `${chosen.id} is ${chosen.state}. Transitions from here: ${transitionsFrom(chosen).join(", ")}.`;
  }
  return chosenId
    ? `${chosenId} is gone.`
    : "Choose a key in the table to see its state and its transitions.";
}

async function turn() {
  clearTimeout(timer);
  if (reading) {
    readAgain = true;
    return;
  }
  reading = true;
  do {
    readAgain = false;
    try {
      await readAll();
      connection("live", "Live");
    } catch {
      connection("lost", "No response");
    }
  } while (readAgain);
  reading = false;
  schedule();
}

function schedule() {
  clearTimeout(timer);
  if (paused || document.hidden) {
    connection("paused", "Paused");
  } else {
    timer = setTimeout(turn, PERIOD);
  }
}

function connection(is, text) {
  setAttribute(find("connection"), "data-is", is);
  setText(find("connection-text"), text);
}

function announce(text, bad = false) {
  find("announcement").classList.toggle("bad", bad);
  setText(find("announcement"), text);
}

find("pause").addEventListener("click", () => {
  paused = !paused;
  setAttribute(find("pause"), "aria-pressed", String(paused));
  if (paused) {
    schedule();
  } else {
    turn();
  }
});
document.addEventListener("visibilitychange", () => (document.hidden || paused ? schedule() : turn()));
onChoice((id) => {
  chosenId = id;
  show();
});
wireControls({ send, announce, refresh: turn });

setText(find("endpoint"), location.origin);
turn();
