// Begins the reason of Login as User with the sentence of the chosen category, unless somebody has written their own.
"use strict";

{
  const blank = "…"; // as in impersonation/forms.py
  let byPointer = false;

  const isBegun = (area) => [...area.form.elements.category].some(({ dataset }) => dataset.begins && dataset.begins === area.value);

  function begin(chip) {
    const area = chip.form.elements.text;
    if (area.value && !isBegun(area)) return;
    area.value = chip.dataset.begins;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // What somebody types then takes the place of the blank.
  function select(area) {
    const place = isBegun(area) ? area.value.lastIndexOf(blank) : -1;
    if (place >= 0) area.setSelectionRange(place, place + blank.length);
  }

  document.addEventListener("pointerdown", (event) => {
    byPointer = Boolean(event.target.closest?.(".chips"));
  });
  document.addEventListener("keydown", () => {
    byPointer = false;
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea[name=text]") && event.target.form?.elements.category) select(event.target);
  });
  document.addEventListener("change", (event) => {
    const chip = event.target;
    if (!("begins" in (chip.dataset ?? {}))) return;
    begin(chip);
    if (!byPointer) return; // by arrow keys somebody walks through the chips
    const area = chip.form.elements.text;
    area.setSelectionRange(area.value.length, area.value.length);
    area.focus();
  });
}
