// The clock's buttons and the reset, which has to be confirmed.

import { find } from "./document.js";
import { duration, readable } from "./time.js";

const dialog = find("confirm");

/** Wires the buttons. `send` makes a request of the admin API, `announce` says what has happened, `refresh` reads again. */
export function wireControls({ send, announce, refresh }) {
  const attempt = async (action) => {
    try {
      announce(await action());
    } catch (error) {
      announce(`That failed: ${error.message}`, true);
    }
    refresh();
  };
  const advance = (seconds) => attempt(async () => {
    const { now } = await send("POST", "clock", { advance_seconds: seconds });
    return `The clock went forward by ${duration(seconds)}, to ${readable(now)} UTC.`;
  });

  for (const button of document.querySelectorAll("[data-advance]")) {
    button.addEventListener("click", () => advance(Number(button.dataset.advance)));
  }
  find("advance").addEventListener("submit", (event) => {
    event.preventDefault();
    advance(find("amount").valueAsNumber * Number(find("unit").value));
  });
  find("reset").addEventListener("click", () => dialog.showModal());
  find("confirm-no").addEventListener("click", () => dialog.close());
  find("confirm-yes").addEventListener("click", () => {
    dialog.close();
    attempt(async () => {
      await send("POST", "reset");
      return "The mock begins again, without keys.";
    });
  });
}
