// Times as people read them. The mock writes RFC 3339 in UTC.

const UNITS = [["year", 31536000], ["day", 86400], ["hour", 3600], ["minute", 60]];

/** `2024-01-02T03:04:05Z` as `2024-01-02 03:04:05`. */
export function readable(time) {
  return time.replace("T", " ").replace(/(\.\d+)?Z$/, "");
}

/** The time of day of an instant, in UTC. */
export function timeOfDay(time) {
  return time.slice(11, 19);
}

/** A number of seconds in its largest whole unit: `7 days`. */
export function duration(seconds) {
  for (const [name, length] of UNITS) {
    if (seconds >= length) {
      const count = Math.floor(seconds / length);
      return `${count} ${name}${count === 1 ? "" : "s"}`;
    }
  }
  return "less than a minute";
}

/** How far `time` is from `now`: `in 7 days`. */
export function distance(time, now) {
  const seconds = Math.round((Date.parse(time) - Date.parse(now)) / 1000);
  return seconds > 0 ? `in ${duration(seconds)}` : `${duration(-seconds)} ago`;
}

/** How the clock of keys stands to the clock of this browser. */
export function offset(now) {
  const seconds = Math.round((Date.parse(now) - Date.now()) / 1000);
  if (Math.abs(seconds) < 30) {
    return "UTC, real time";
  }
  return `UTC, ${duration(Math.abs(seconds))} ${seconds > 0 ? "ahead of" : "behind"} real time`;
}
