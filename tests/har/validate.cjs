// Validates a HAR file: node validate.cjs FILE, in a folder that has har-validator.
const { readFileSync } = require("node:fs");
const validate = require("har-validator");

const har = JSON.parse(readFileSync(process.argv[2], "utf8"));
validate
  .har(har)
  .then(() => console.log(`${har.log.entries.length} exchanges, valid HAR ${har.log.version}`))
  .catch((error) => {
    console.error(error.errors ? error.errors.slice(0, 5) : error);
    process.exitCode = 1;
  });
