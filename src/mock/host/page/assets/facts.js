// What the mock has counted and how it is set: aliases, requests by operation, ignored parameters, deviations, faults.

import { KeyedList, find, make, setHidden, setText } from "./document.js";

const lists = new Map([
  ["aliases", pairs("aliases")],
  ["counters", pairs("counters")],
  ["ignored", pairs("ignored")],
  ["deviations", texts("deviations")],
  ["faults", texts("faults")],
]);

/** Shows pairs of a name and what is said of it. */
function pairs(id) {
  const create = () => {
    const pair = make("div");
    pair.append(make("dt"), make("dd"));
    return pair;
  };
  const update = (pair, [name, value]) => {
    setText(pair.firstElementChild, name);
    setText(pair.lastElementChild, value);
  };
  return new KeyedList(find(id), create, update);
}

function texts(id) {
  return new KeyedList(find(id), () => make("li"), (element, value) => setText(element, value));
}

function show(id, items) {
  lists.get(id).show(items);
  setHidden(document.querySelector(`[data-empty="${id}"]`), items.length > 0);
}

export function showFacts(state, keys, deviations, faults) {
  const aliases = keys.flatMap((key) => key.aliases.map((alias) => [`${key.place} ${alias}`, [alias, key.id]]));
  show("aliases", aliases.sort(([one], [other]) => (one < other ? -1 : 1)));
  const counters = Object.entries(state.requests).sort(([, one], [, other]) => other - one);
  show("counters", counters.map(([name, count]) => [name, [name, String(count)]]));
  const ignored = state.ignored_parameters.map(({ operation, parameter, requests }) => {
    const name = `${operation} ${parameter}`;
    return [name, [name, String(requests)]];
  });
  show("ignored", ignored);
  show("deviations", numbered(deviations));
  const rules = numbered(faults.rules);
  show("faults", rules.length > 0 ? [...rules, ["seed", `seed ${faults.seed}`]] : []);
}

/** The texts of a list, in which one may stand twice; what is not text is shown as JSON. */
function numbered(values) {
  return values.map((value, place) => [place, typeof value === "string" ? value : JSON.stringify(value)]);
}
