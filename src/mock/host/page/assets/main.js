// The page of the mock: looks at the admin API each second, while somebody can see it, and shows what has changed.

import { wireControls } from "./controls.js";
import { find, setAttribute, setText } from "./document.js";
import { showFacts } from "./facts.js";
import { forgetWalks, showGraph, waysOut } from "./graph.js";
import { onChoice, showKeys } from "./keys.js";
import { addRequests, clearRequests, showRequests } from "./requests.js";
import { offset, readable } from "./time.js";

const PERIOD = 1000;
const PATIENCE = 10000;

let seen = { since: null, last: 0 };
let chosenId = null;
let latest = null;
let paused = false;
let timer = null;
let looking = false;
let lookAgain = false;

async function send(method, resource, body) {
  const response = await fetch(`/_mock/${resource}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
    credentials: "omit",
    signal: AbortSignal.timeout(PATIENCE),
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.error ?? `status ${response.status}`);
  }
  return answer;
}

const read = (resource) => send("GET", resource);

async function look() {
  const [state, deviations, faults] = await Promise.all([read("state"), read("deviations"), read("faults")]);
  const { since, last } = state.exchanges;
  if (since !== seen.since) {
    seen = { since, last: 0 };
    clearRequests();
    forgetWalks();
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
  const counts = { Enabled: 0, Disabled: 0, PendingImport: 0, PendingDeletion: 0 };
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
    return `${chosen.id} is ${chosen.state}. Ways out: ${waysOut(chosen).join(", ")}.`;
  }
  return chosenId
    ? `${chosenId} is gone.`
    : "Choose a key in the table to see where it stands and where it can go.";
}

async function turn() {
  clearTimeout(timer);
  if (looking) {
    lookAgain = true;
    return;
  }
  looking = true;
  do {
    lookAgain = false;
    try {
      await look();
      connection("live", "Live");
    } catch {
      connection("lost", "No answer");
    }
  } while (lookAgain);
  looking = false;
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
read("").then(
  ({ mock, version }) => setText(find("program"), `Alibaba Cloud KMS · ${mock} ${version}`),
  () => {},
);
turn();
