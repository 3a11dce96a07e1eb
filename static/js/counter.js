// Tells how many characters are left in a text that has a limit.
"use strict";

function count(area) {
  let counter = area.nextElementSibling;
  if (!counter?.matches(".counter")) {
    counter = document.createElement("span");
    counter.className = "counter";
    area.after(counter);
  }
  counter.textContent = `${[...area.value].length} / ${area.dataset.maximum}`;
}

document.addEventListener("input", (event) => {
  if (event.target.matches("textarea[data-maximum]")) count(event.target);
});
document.querySelectorAll("textarea[data-maximum]").forEach(count);
