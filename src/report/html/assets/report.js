"use strict";
// Everything that is shown is text of its own: no markup is made of what a file or an endpoint says.

const STEP = 100;
const SIGNS = { pass: "✔", "known-failure": "k", skipped: "–", "not-run": "…", inconclusive: "?", "unexpected-pass": "!", fail: "✘" };
const PHASES = { drive: "setup", settle: "observation", probe: "probe", effect: "verification", "clean-up": "teardown" };
const ORDER = Object.keys(SIGNS);
const data = JSON.parse(document.getElementById("data").textContent);
const cases = data.cases;
const form = document.getElementById("filters");
const list = document.getElementById("list");
const buttons = [...document.querySelectorAll("button[data-cell]")];
const NEWEST = Math.max(...data.columns.map((column) => Date.parse(column.began)));
const byCell = new Map();
for (const one of cases) {
  const texts = one.results.map((result) => (result ? result.line : ""));
  one.text = [one.id, one.clause, one.source, ...texts].join("\n").toLowerCase();
  one.worst = Math.max(...one.results.map((result) => (result ? ORDER.indexOf(result.verdict) : -1)));
  if (!byCell.has(one.cell)) byCell.set(one.cell, []);
  byCell.get(one.cell).push(one);
}
let cell = "";
let shown = STEP;

/** An element with attributes and children; texts become text. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** The same for a picture. */
function shape(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function words(verdict) {
  return verdict.replace("-", " ");
}

function mark(verdict, text = "") {
  return make("span", { class: `mark ${verdict}` }, `${SIGNS[verdict]}${text}`);
}

/** Some elements of one of the results: where there are several, in its place and with its number. */
function inPlace(index, ...elements) {
  if (data.columns.length < 2) return elements;
  return [make("span", { class: "of" }, make("sup", {}, `${index + 1}`), ...elements)];
}

/** What the filters say, as one object. */
function filters() {
  const { only, edition, origin, text } = form.elements;
  return { only: only.checked, edition: edition.value, origin: origin.value, text: text.value.trim().toLowerCase() };
}

function fits(one, wanted) {
  return (
    (!wanted.only || !["pass", "skipped"].includes(ORDER[one.worst])) &&
    (!wanted.edition || one.edition === wanted.edition) &&
    (!wanted.origin || one.key_class === wanted.origin) &&
    (!wanted.text || wanted.text.split(/\s+/).every((word) => one.text.includes(word)))
  );
}

/** How many days before the newest of the results the oldest verdict of some cases is. */
function age(results, column) {
  const judged = results.map((result) => Date.parse(result.judged || column.began)).filter((time) => !Number.isNaN(time));
  return judged.length ? Math.max(0, Math.floor((NEWEST - Math.min(...judged)) / 86_400_000)) : 0;
}

/** The marks of a cell, one for each column of results, and their words. */
function summarize(members) {
  return data.columns.map((column, index) => {
    const results = members.map((one) => one.results[index]).filter((result) => result);
    // Where the table has no such cell for one class of keys, the others count.
    const applicable = results.filter((result) => result.kind !== "not-applicable");
    const verdicts = (applicable.length ? applicable : results).map((result) => result.verdict);
    if (verdicts.length === 0) return null;
    // That some are skipped counts only where all are.
    const judged = verdicts.filter((verdict) => verdict !== "skipped");
    const worst = ORDER[Math.max(...(judged.length ? judged : verdicts).map((verdict) => ORDER.indexOf(verdict)))];
    const same = verdicts.filter((verdict) => verdict === worst).length;
    const count = same === verdicts.length ? `${same}` : `${same}/${verdicts.length}`;
    const name = data.columns.length > 1 ? `${column.name}: ` : "";
    const days = age(applicable.length ? applicable : results, column);
    const old = days ? `, last judged ${days} ${days === 1 ? "day" : "days"} before` : "";
    return { worst, count, days, words: `${name}${words(worst)}, ${same} of ${verdicts.length}${old}` };
  });
}

function drawTable(wanted) {
  for (const button of buttons) {
    const members = (byCell.get(button.dataset.cell) || []).filter((one) => fits(one, wanted));
    const marks = summarize(members);
    const parts = marks.flatMap((one, index) => inPlace(index, ...(one
      ? [mark(one.worst, ` ${one.count}`), ...(one.days ? [make("span", { class: "age" }, ` ${one.days} d`)] : [])]
      : [make("span", { class: "mark" }, "·")])));
    button.replaceChildren(...parts);
    const said = marks.filter((one) => one).map((one) => one.words);
    button.setAttribute("aria-label", `${button.dataset.name}: ${said.join("; ") || "no case"}`);
    button.setAttribute("aria-pressed", `${button.dataset.cell === cell}`);
  }
}

function pair(term, ...values) {
  return [make("dt", {}, term), make("dd", {}, ...values)];
}

function outcome(one) {
  return `${one.code || "no code"} (${one.status})`;
}

function exchange(one) {
  const { request, answer } = one;
  const headers = Object.entries(request.headers || {}).map(([name, value]) => `${name}: ${value}\n`);
  const sent = `${request.method} ${request.url}\n${headers.join("")}${request.body ? `\n${request.body}` : ""}`;
  const received = answer ? `${answer.status}\n${answer.body}` : "";
  const title = `${PHASES[one.purpose] || one.purpose}: ${one.operation}${answer ? ` → ${answer.status}` : ""}${one.error ? ` (${one.error})` : ""}`;
  return make("details", {}, make("summary", {}, title),
    make("div", {}, make("pre", {}, sent), received ? make("pre", {}, received) : null));
}

function resultOf(one, index) {
  const result = one.results[index];
  const several = data.columns.length > 1;
  const box = make("div", {});
  if (several) box.append(make("h3", {}, make("sup", {}, `${index + 1}`), ` ${data.columns[index].name}`));
  if (!result) return several ? (box.append(make("p", { class: "soft" }, "no such case")), box) : null;

  const rows = [...pair("verdict", mark(result.verdict, ` ${words(result.verdict)}`), result.kind ? ` ${result.kind}` : "")];
  if (result.expected) {
    const others = (result.also_accepted || []).map((other) => ` or ${outcome(other)}`);
    rows.push(...pair("expected", make("code", {}, outcome(result.expected) + others.join(""))));
  }
  if (result.actual) rows.push(...pair("got", make("code", {}, outcome(result.actual))));
  if (result.line) rows.push(...pair("result", result.line));
  for (const [label, text] of result.details || []) rows.push(...pair(label, label === "reproduce" ? make("pre", {}, text) : text));
  box.append(make("dl", {}, ...rows));
  const exchanges = result.exchanges || [];
  if (exchanges.length) box.append(make("p", { class: "soft" }, `${exchanges.length} requests, redacted`), ...exchanges.map(exchange));
  return box;
}

function fillCase(one, body) {
  const clause = data.clauses[one.clause];
  const rows = [
    ...pair("clause", clause ? `${clause.says} — ${clause.document}, ${clause.section}` : "", make("code", {}, ` ${one.clause}`), ` (${one.edition})`),
    ...pair("case file", make("code", {}, one.source)),
  ];
  const steps = one.path || one.route.map((operation) => ({ operation }));
  if (steps.length) {
    const texts = steps.map((step) => `${step.operation || "time"}${step.state ? ` → ${step.state}` : ""}`);
    if (!one.path && one.state) texts.push(one.state);
    const route = make("ol", { class: "route" }, ...texts.map((step) => make("li", {}, step)));
    rows.push(...pair("route", one.path ? pathOf(one) : null, route));
  }
  body.append(make("dl", {}, ...rows), ...data.columns.map((_, index) => resultOf(one, index)).filter((box) => box));
}

/** The route of a key as a path through the graph of states: arcs to the right above the states, others below. */
function pathOf(one) {
  const passed = one.path.map((step) => step.state);
  const states = [...data.states, ...passed].filter((state, index, all) => passed.includes(state) && all.indexOf(state) === index);
  const nodes = ["new key", ...states];
  // A name has room in its node.
  const size = Math.max(132, 12 + 9 * Math.max(...nodes.map((name) => name.length)));
  const middle = (index) => 4 + size / 2 + index * (size + 28);
  const arcs = new Map();
  one.path.forEach((step, index) => {
    const from = index ? nodes.indexOf(passed[index - 1]) : 0;
    const key = `${from} ${nodes.indexOf(step.state)}`;
    arcs.set(key, [...(arcs.get(key) || []), index + 1]);
  });
  const spans = [...arcs.keys()].map((key) => { const [from, to] = key.split(" ").map(Number); return to - from; });
  const up = 12 + 26 * Math.max(0, ...spans);
  const down = 12 + 26 * Math.max(0, ...spans.map((span) => -span)) + (spans.includes(0) ? 16 : 0);
  const width = middle(nodes.length - 1) + size / 2 + 6;
  const parts = [];
  for (const [key, numbers] of arcs) {
    const [from, to] = key.split(" ").map(Number);
    const label = numbers.join(", ");
    if (from === to) {
      parts.push(shape("g", { class: "arc" }, shape("text", { x: middle(to), y: up + 28 + 14 }, `↻ ${label}`)));
      continue;
    }
    const rises = to > from;
    const inset = (rises ? 1 : -1) * (nodes.length - Math.abs(to - from)) * 6;
    const [begin, end] = [middle(from) + inset, middle(to) - inset];
    const [base, level, tip] = rises ? [up, -26 * (to - from), -6] : [up + 28, 26 * (from - to), 6];
    const handle = base + (level * 4) / 3;
    parts.push(shape("g", { class: "arc" },
      shape("path", { d: `M${begin} ${base}C${begin} ${handle} ${end} ${handle} ${end} ${base}` }),
      shape("path", { class: "head", d: `M${end} ${base}l-4 ${tip}h8z` }),
      shape("text", { x: (begin + end) / 2, y: base + level + 4 }, label)));
  }
  nodes.forEach((name, index) => {
    const kind = index === 0 ? "" : name === passed[passed.length - 1] ? " passed end" : " passed";
    parts.push(shape("g", { class: `node${kind}` },
      shape("rect", { x: middle(index) - size / 2, y: up, width: size, height: 28, rx: 7 }),
      shape("text", { x: middle(index), y: up + 19 }, name)));
  });
  const frame = { viewBox: `0 0 ${width} ${up + 28 + down}`, width, height: up + 28 + down };
  return shape("svg", { class: "path", role: "img", "aria-label": "the steps of the route, which follow as a list", ...frame }, ...parts);
}

function drawCase(one) {
  const marks = one.results.flatMap((result, index) =>
    inPlace(index, result ? mark(result.verdict) : make("span", { class: "mark" }, "·")));
  const worst = one.results.find((result) => result && ORDER.indexOf(result.verdict) === one.worst);
  const said = one.results.map((result) => (result ? words(result.verdict) : "no result")).join(", ");
  const line = worst && worst.verdict !== "pass" && worst.line ? ` ${worst.line}` : "";
  const summary = make("summary", {}, ...marks, " ", make("code", {}, one.id), make("span", { class: "soft" }, ` ${said}`), line);
  const body = make("div", {});
  const details = make("details", { class: "case" }, summary, body);
  // Most cases are never opened.
  details.addEventListener("toggle", () => { if (details.open && !body.hasChildNodes()) fillCase(one, body); });
  return details;
}

function drawList(wanted) {
  const all = cell ? byCell.get(cell) || [] : cases;
  const chosen = all.filter((one) => fits(one, wanted) && (cell || wanted.text || one.worst > ORDER.indexOf("skipped")));
  const button = buttons.find((one) => one.dataset.cell === cell);
  const title = cell ? (button ? button.dataset.name : cell) : wanted.text ? "Cases found" : "Cases that did not pass";
  document.getElementById("list-title").textContent = `${title}: ${chosen.length} ${chosen.length === 1 ? "case" : "cases"}`;
  document.getElementById("all").hidden = !cell;
  list.replaceChildren(...chosen.slice(0, shown).map(drawCase));
  if (chosen.length > shown) {
    const more = make("button", { type: "button", class: "more" }, `Show ${Math.min(STEP, chosen.length - shown)} more of ${chosen.length - shown}`);
    more.addEventListener("click", () => { shown += STEP; draw(); });
    list.append(more);
  }
  if (cell && chosen.length && chosen.length <= 3) list.querySelectorAll("details.case").forEach((details) => { details.open = true; });
}

function draw() {
  const wanted = filters();
  drawTable(wanted);
  drawList(wanted);
}

/** Keeps the filters in the address, so that it can be sent to somebody. */
function keep() {
  const parts = new URLSearchParams();
  const { only, edition, origin, text } = form.elements;
  if (only.checked) parts.set("only", "1");
  if (edition.value) parts.set("edition", edition.value);
  if (origin.value) parts.set("origin", origin.value);
  if (text.value.trim()) parts.set("text", text.value.trim());
  if (cell) parts.set("cell", cell);
  // A viewer may show the page where it has no address.
  try { history.replaceState(null, "", `#${parts}`); } catch { /* it is shown all the same */ }
}

function restore() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const { only, edition, origin, text } = form.elements;
  only.checked = parts.get("only") === "1";
  edition.value = parts.get("edition") || "";
  origin.value = parts.get("origin") || "";
  if (edition.selectedIndex < 0) edition.value = "";
  if (origin.selectedIndex < 0) origin.value = "";
  text.value = parts.get("text") || "";
  cell = byCell.has(parts.get("cell")) ? parts.get("cell") : "";
  shown = STEP;
  draw();
}

function changed() {
  shown = STEP;
  keep();
  draw();
}

function choose(name) {
  cell = name;
  changed();
  if (name) document.getElementById("list-title").focus();
}

/** One stop for the tab key in each table, and arrows within it. */
function moveInTable(event) {
  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  const from = event.target.closest("td");
  if (!from || !steps[event.key]) return;
  event.preventDefault();
  const rows = [...from.closest("tbody").rows];
  let [row, column] = [rows.indexOf(from.parentElement), from.cellIndex];
  const [down, right] = steps[event.key];
  for (;;) {
    row += down;
    column += right;
    const next = rows[row] && rows[row].cells[column];
    if (!next || next.tagName !== "TD") return;
    const button = next.querySelector("button");
    if (button) {
      event.target.tabIndex = -1;
      button.tabIndex = 0;
      button.focus();
      return;
    }
  }
}

function option(select, values) {
  for (const value of [...new Set(values)].filter((one) => one).sort()) select.append(make("option", { value }, value));
}

/** How the verdicts went from one result to the next: a line for each. */
function drawTrend() {
  const place = document.getElementById("trend");
  if (!place || data.columns.length < 2) return;
  const items = [];
  for (const verdict of [...ORDER].reverse()) {
    const numbers = data.columns.map((column) => column.summary[verdict]);
    if (!numbers.some((number) => number)) continue;
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
    const y = (number) => (most === least ? 20 : 37 - (34 * (number - least)) / (most - least));
    const points = numbers.map((number, index) => `${2 + (index * 96) / (numbers.length - 1)},${y(number)}`);
    const said = `${words(verdict)}: ${numbers.join(", ")}`;
    const line = shape("polyline", { points: points.join(" "), class: `line-${verdict}` });
    const svg = shape("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none", class: "trend", role: "img", "aria-label": said }, line);
    const [first, last] = [numbers[0], numbers[numbers.length - 1]];
    const label = first === last ? ` ${words(verdict)} ${last}` : ` ${words(verdict)} ${first} → ${last}`;
    items.push(make("li", {}, svg, mark(verdict, label)));
  }
  place.append(make("ul", { class: "trends", "aria-label": "from the first of the results to the last" }, ...items));
}

option(form.elements.edition, cases.map((one) => one.edition));
option(form.elements.origin, cases.map((one) => one.key_class));
form.hidden = false;
form.addEventListener("input", changed);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => { cell = ""; setTimeout(changed); });
document.getElementById("all").addEventListener("click", () => choose(""));
for (const button of buttons) button.disabled = false;
for (const table of document.querySelectorAll("table.matrix")) {
  const inside = [...table.querySelectorAll("button")];
  inside.forEach((button, index) => { button.tabIndex = index ? -1 : 0; });
  table.addEventListener("keydown", moveInTable);
}
for (const cells of document.querySelectorAll(".matrix")) {
  cells.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) choose(button.dataset.cell === cell ? "" : button.dataset.cell);
  });
}
window.addEventListener("hashchange", restore);
document.getElementById("results").hidden = false;
document.getElementById("plain").hidden = true;
drawTrend();
restore();
document.documentElement.dataset.ready = "yes";
