// Says that something long is under way once a button with data-busy is pressed, and lets it be pressed only once.
"use strict";

function show(button, isBusy) {
  const place = button.form.querySelector(".busy");
  button.toggleAttribute("aria-busy", false);
  if (isBusy) button.setAttribute("aria-busy", "true");
  place.querySelector("[role=status]").textContent = isBusy ? button.dataset.busy : "";
  place.querySelector("progress").hidden = !isBusy;
}

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.target.querySelector("[aria-busy=true]")) return event.preventDefault();
  if (button?.dataset.busy) show(button, true);
});
// Going back in the history shows the page as it was left.
addEventListener("pageshow", () => {
  document.querySelectorAll("[data-busy]").forEach((button) => show(button, false));
});
