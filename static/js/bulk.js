// Counts the ticked people, ticks a whole page, and shows only the fields that the chosen action needs.
"use strict";

const ticks = () => [...document.querySelectorAll('input[name="person"][form="bulk"]')];
const choice = (value) => document.querySelector(`#bulk input[name="who"][value="${value}"]`);

function count() {
  const place = document.querySelector("[data-ticked]");
  if (!place) return;
  const ticked = ticks().filter((tick) => tick.checked).length;
  place.textContent = ticked ? place.dataset.ticked.replace("COUNT", ticked) : "";
}

function fields() {
  const form = document.querySelector("[data-bulk-choice]");
  if (!form) return;
  const action = form.querySelector('[name="action"]:checked')?.value;
  for (const field of form.querySelectorAll("[data-for]")) field.hidden = !field.dataset.for.split(" ").includes(action);
}

document.addEventListener("change", ({ target }) => {
  if (target.name === "person") choice("ticked").checked = true;
  // The boxes show the people of the choice.
  if (target.name === "who" && target.form?.id === "bulk") {
    for (const tick of ticks()) tick.checked = target.value !== "ticked";
  }
  count();
  fields();
});
addEventListener("pageshow", () => {
  count();
  fields();
});
