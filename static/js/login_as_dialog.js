// Opens Login as User in a dialog over the list; without this file, the same link opens a page of its own.
"use strict";

const dialog = document.createElement("dialog");
dialog.setAttribute("aria-labelledby", "login-as-title");
document.body.append(dialog);
const drafts = new Map(); // what was written and not sent, by address: one address is one person
let opener;
let shown; // the address of the form in the dialog

function part(html) {
  return new DOMParser().parseFromString(html, "text/html").querySelector("#login-as");
}

function show(section, address) {
  dialog.replaceChildren(section);
  const form = section.querySelector("form");
  shown = address;
  if (form) form.action = address;
  section.querySelector("[data-cancel]")?.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  const reason = section.querySelector("textarea");
  (section.querySelector("fieldset[aria-invalid=true] input, [aria-invalid=true]:not(fieldset)") ?? reason ?? section.querySelector("[data-cancel]"))?.focus();
  tell(reason);
}

// The counter and what else listens learn what stands in the reason now.
function tell(reason) {
  reason?.setSelectionRange(reason.value.length, reason.value.length);
  reason?.dispatchEvent(new Event("input", { bubbles: true }));
}

const KEPT = ["category", "text", "ticket"];

function keep(form) {
  const written = Object.fromEntries([...new FormData(form)].filter(([name]) => KEPT.includes(name)));
  drafts.set(shown, written);
}

function fill(form) {
  const written = form && drafts.get(shown);
  if (!written) return;
  for (const [name, value] of Object.entries(written)) form.elements[name].value = value;
  tell(form.elements.text);
}

// The server is in trouble: what was typed stays where it is.
function failed(form, button) {
  button.removeAttribute("aria-busy");
  form.querySelector("[data-failed]").hidden = false;
  button.focus();
}

async function open(link) {
  opener = document.querySelector(`[popovertarget="${link.closest(".menu")?.id}"]`) ?? link;
  try {
    const response = await fetch(link.href, { credentials: "same-origin" });
    const section = response.redirected ? null : part(await response.text());
    if (!section) return location.assign(link.href);
    link.closest(".menu")?.hidePopover();
    show(section, link.href);
    fill(section.querySelector("form"));
  } catch {
    location.assign(link.href);
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-login-as]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(link);
});

dialog.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  event.preventDefault();
  if (form.querySelector("[aria-busy=true]")) return;
  button.setAttribute("aria-busy", "true");
  const sent = new FormData(form, button);
  try {
    const response = await fetch(form.action, { method: "POST", body: sent, credentials: "same-origin" });
    if (response.redirected) return location.assign(response.url);
    if (response.status >= 500) return failed(form, button);
    const section = part(await response.text());
    if (!section) return location.assign(form.action);
    show(section, form.action);
  } catch {
    button.removeAttribute("aria-busy");
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "mode", value: button.value }));
    form.submit();
  }
});

dialog.addEventListener("close", () => {
  const form = dialog.querySelector("form");
  if (form) keep(form);
  dialog.replaceChildren();
  opener?.focus();
});
