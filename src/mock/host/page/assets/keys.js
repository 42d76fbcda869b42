// The table of keys: newest first, filtered by state and text, one of them chosen.

import { KeyedList, find, make, oneTabStop, setAttribute, setClass, setHidden, setText } from "./document.js";
import { tone } from "./graph.js";
import { distance, readable } from "./time.js";

const body = find("key-rows");
const search = find("search");
const list = new KeyedList(body, createRow, updateRow);
const keepTabStop = oneTabStop(body, ".key-id");
let cloud = null;
let chips = [];
let shownState = "";
let rows = [];
let total = 0;
let chosenId = null;
let choose = () => {};

/** Makes a filter for each state, and heads the column of classes. */
export function useCloud(used) {
  cloud = used;
  setText(find("class-label"), cloud.class_label);
  chips = ["", ...cloud.states].map(createChip);
  find("chips").replaceChildren(...chips);
}

function createChip(state) {
  const chip = make("button", "chip", state || "All");
  chip.type = "button";
  chip.dataset.show = state;
  chip.setAttribute("aria-pressed", String(state === shownState));
  chip.addEventListener("click", () => {
    shownState = state;
    chips.forEach((other) => setAttribute(other, "aria-pressed", String(other === chip)));
    filter();
  });
  return chip;
}

/** Calls `chosen` with the id of a key, or null, when a person chooses one. */
export function onChoice(chosen) {
  choose = chosen;
}

/** Shows keys, oldest first as they come. `count` counts those too that are not listed. */
export function showKeys(keys, count, counts, now, chosen) {
  total = count;
  chosenId = chosen?.id ?? null;
  rows = keys.map((key) => ({ ...key, left: key.delete_date && distance(key.delete_date, now) })).reverse();
  list.show(rows.map((row) => [row.id, row]));
  for (const [id, { element }] of list.entries) {
    setClass(element, "chosen", id === chosenId);
    setAttribute(element.querySelector(".key-id"), "aria-pressed", String(id === chosenId));
  }
  for (const chip of chips) {
    const label = chip.dataset.show || "All";
    setText(chip, `${label} ${counts[label] ?? total}`);
  }
  filter();
}

function filter() {
  const wanted = search.value.trim().toLowerCase();
  let visible = 0;
  for (const row of rows) {
    const fits = (!shownState || row.state === shownState) && (!wanted || text(row).includes(wanted));
    visible += fits ? 1 : 0;
    setHidden(list.element(row.id), !fits);
  }
  setHidden(body.closest(".scroll"), visible === 0);
  setHidden(find("keys-help"), visible === 0);
  setHidden(find("keys-empty"), visible > 0);
  setText(find("keys-empty"), total === 0 ? "No keys yet." : "No key matches.");
  const parts = [total === 0 ? "None yet." : visible === total ? `${total}` : `${visible} of ${total}`];
  if (rows.length < total) {
    parts.push(`only the oldest ${rows.length} are listed`);
  }
  setText(find("keys-summary"), parts.join("; "));
  keepTabStop();
}

function text(row) {
  const tags = Object.entries(row.tags).map(([name, value]) => `${name}=${value}`);
  return [row.id, row.description, row.place, ...row.aliases, ...tags].join("\n").toLowerCase();
}

function createRow(id) {
  const row = make("tr");
  row.setAttribute("role", "row");
  const cells = ["", "State", find("class-label").textContent, "Created", "Delete date", "Aliases", "Tags"].map((label) => {
    const cell = make("td");
    cell.setAttribute("role", "cell");
    if (label) {
      cell.dataset.label = label;
    }
    return cell;
  });
  const button = make("button", "key-id", id);
  button.type = "button";
  button.tabIndex = -1;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => choose(chosenId === id ? null : id));
  cells[0].append(button, make("span", "quiet description"), make("span", "quiet place"));
  cells[1].append(make("span", "badge"));
  cells[2].append(make("span"), make("span", "quiet"));
  cells[3].append(make("time"));
  cells[4].append(make("time"), make("span", "quiet"));
  row.append(...cells);
  return row;
}

function updateRow(element, row) {
  const [name, state, keyClass, created, deleted, aliases, tags] = element.children;
  const [, description, place] = name.children;
  showOptional(description, row.description);
  showOptional(place, row.place);
  setText(state.firstElementChild, row.state);
  setAttribute(state.firstElementChild, "data-state", row.state);
  setAttribute(state.firstElementChild, "data-tone", tone(cloud, row.state));
  setText(keyClass.firstElementChild, row.class);
  showOptional(keyClass.lastElementChild, row.note);
  showTime(created.firstElementChild, row.created);
  showTime(deleted.firstElementChild, row.delete_date ?? "");
  showOptional(deleted.lastElementChild, row.left ?? "");
  setAttribute(deleted, "data-empty", String(!row.delete_date));
  showParts(aliases, row.aliases, "span");
  showParts(tags, Object.entries(row.tags).map(([tag, value]) => (value ? `${tag}=${value}` : tag)), "tag");
}

function showOptional(element, value) {
  setText(element, value);
  setHidden(element, !value);
}

function showTime(element, time) {
  setText(element, time ? readable(time) : "");
  setAttribute(element, "datetime", time || null);
}

function showParts(cell, parts, kind) {
  setAttribute(cell, "data-empty", String(parts.length === 0));
  cell.replaceChildren(...parts.map((part) => make(kind === "tag" ? "span" : "div", kind === "tag" ? "tag" : "", part)));
}

search.addEventListener("input", filter);
