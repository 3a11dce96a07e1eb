// Begins the reason of Login as User with the words of the chosen category, unless somebody has written their own.
"use strict";

{
  let byPointer = false;

  function begin(chip) {
    const area = chip.form.elements.text;
    const own = [...chip.form.elements.category].map((other) => other.dataset.begins);
    if (area.value && !own.includes(area.value)) return;
    area.value = chip.dataset.begins;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("pointerdown", (event) => {
    byPointer = Boolean(event.target.closest?.(".chips"));
  });
  document.addEventListener("keydown", () => {
    byPointer = false;
  });
  document.addEventListener("change", (event) => {
    const chip = event.target;
    if (!("begins" in (chip.dataset ?? {}))) return;
    begin(chip);
    if (!byPointer) return; // by arrow keys somebody walks through the chips
    const area = chip.form.elements.text;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  });
}
