// A reader that others wrote, of npm: node readers.mjs RESULTS.json JUNIT.xml, in a folder that has them.
import { readFileSync } from "node:fs";
import { parse } from "junit2json";

const [resultsFile, junitFile] = process.argv.slice(2);
const results = JSON.parse(readFileSync(resultsFile, "utf8"));
const { summary } = results;
const leaks = results.leaks?.length ? 1 : 0;
const sum = Object.values(summary).reduce((one, other) => one + other, leaks);
const wanted = {
  tests: sum,
  failures: summary.fail + summary["unexpected-pass"],
  errors: summary.inconclusive + summary["not-run"] + leaks,
  skipped: summary.skipped + summary["known-failure"],
};
const wrong = [];
function same(reader, counts) {
  for (const [name, count] of Object.entries(counts)) {
    if (count !== wanted[name]) wrong.push(`${reader}: ${name} is ${count}, the results have ${wanted[name]}`);
  }
}

const document = await parse(readFileSync(junitFile, "utf8"));
const cases = document.testsuite.flatMap((suite) => suite.testcase ?? []);
const having = (name) => cases.filter((one) => one[name] !== undefined && one[name] !== null).length;
same("junit2json", { tests: cases.length, failures: having("failure"), errors: having("error"), skipped: having("skipped") });
const names = new Set(cases.map((one) => `${one.classname}\n${one.name}`));
same("junit2json", { tests: names.size });

for (const line of wrong) console.error(`${junitFile}: ${line}`);
console.log(`${junitFile}: ${JSON.stringify(wanted)} by junit2json`);
process.exitCode = wrong.length ? 1 : 0;
