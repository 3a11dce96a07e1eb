// Says how many characters a text still needs, then how many of its limit it has.
"use strict";

{
  function count(area) {
    let counter = area.nextElementSibling;
    if (!counter?.matches(".counter")) {
      counter = document.createElement("span");
      counter.className = "counter";
      area.after(counter);
    }
    const { minimum, maximum, oneMore, more } = area.dataset;
    const missing = (minimum ?? 0) - [...area.value.trim()].length;
    if (missing > 0) counter.textContent = missing === 1 ? oneMore : more.replace("{number}", missing);
    else counter.textContent = `${[...area.value].length} / ${maximum}`;
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-maximum]")) count(event.target);
  });
  document.querySelectorAll("textarea[data-maximum]").forEach(count);
}
