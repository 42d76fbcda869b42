// The list of requests: newest first; the details of one are made only when somebody opens it.

import { find, make, oneTabStop, setClass, setHidden, setText } from "./document.js";
import { timeOfDay } from "./time.js";

/** As many as the mock keeps. */
const KEPT = 200;

const log = find("requests");
const keepTabStop = oneTabStop(log, "summary");

/** Adds exchanges, oldest first, above those that are there. */
export function addRequests(exchanges) {
  const kept = exchanges.slice(-KEPT);
  const isAtTop = log.scrollTop < 4;
  const height = log.scrollHeight;
  log.prepend(...kept.map(createEntry).reverse());
  while (log.childElementCount > KEPT) {
    log.lastElementChild.remove();
  }
  // Whoever reads further down is not pushed away.
  if (!isAtTop) {
    log.scrollTop += log.scrollHeight - height;
  }
  keepTabStop();
}

export function clearRequests() {
  log.replaceChildren();
}

/** Says how many there were, and marks those that are about the chosen key. */
export function showRequests(last, chosen) {
  const shown = log.childElementCount;
  setHidden(find("requests-empty"), shown > 0);
  setHidden(find("requests-help"), shown === 0);
  setText(find("requests-summary"), last === 0 ? "" : last === shown ? `${last}` : `the last ${shown} of ${last}`);
  for (const entry of log.children) {
    setClass(entry, "of-chosen", chosen !== null && entry.keyId === chosen.id);
  }
}

function createEntry(exchange) {
  const entry = make("li");
  entry.keyId = exchange.key;
  const details = make("details");
  const summary = make("summary");
  summary.tabIndex = -1;
  const at = make("time", "at", timeOfDay(exchange.at));
  at.dateTime = exchange.at;
  summary.append(
    make("span", "number", String(exchange.number)),
    at,
    make("span", "operation", exchange.operation ?? "no operation"),
    outcome(exchange),
    make("span", "about", about(exchange)),
  );
  details.append(summary);
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) {
      details.append(createDetails(exchange));
    }
  });
  entry.append(details);
  return entry;
}

function outcome(exchange) {
  const isGood = exchange.status === 200 && !exchange.fault;
  const parts = [exchange.status === null ? "no response" : String(exchange.status)];
  if (exchange.code && exchange.status !== 200) {
    parts.push(exchange.code);
  }
  return make("span", `response ${isGood ? "good" : "bad"}`, parts.join(" "));
}

function about(exchange) {
  const subject = exchange.about ?? exchange.key ?? "";
  return [exchange.fault ? `fault ${exchange.fault}` : "", subject].filter(Boolean).join(" · ");
}

function createDetails(exchange) {
  const details = make("div", "details");
  const parts = [["Fault", exchange.fault], ["Parameters", exchange.parameters], ["Response", exchange.answer]];
  for (const [name, value] of parts) {
    if (value !== null && value !== undefined) {
      const shown = typeof value === "string" ? value : JSON.stringify(value, null, 2);
      details.append(make("h3", "", name), make("pre", "", shown));
    }
  }
  return details;
}
