// Opens Login as User in a dialog over the list; without this file, the same link opens a page of its own.
"use strict";

const dialog = document.createElement("dialog");
dialog.setAttribute("aria-labelledby", "login-as-title");
document.body.append(dialog);
let opener;

function part(html) {
  return new DOMParser().parseFromString(html, "text/html").querySelector("#login-as");
}

function show(section, address) {
  dialog.replaceChildren(section);
  const form = section.querySelector("form");
  if (form) form.action = address;
  section.querySelector("[data-cancel]")?.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  (section.querySelector("[aria-invalid=true]") ?? section.querySelector("input, textarea, a"))?.focus();
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
  const button = form.querySelector("button:not([type=button])");
  event.preventDefault();
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" });
    if (response.redirected) return location.assign(response.url);
    if (response.status >= 500) return failed(form, button);
    const section = part(await response.text());
    if (!section) return location.assign(form.action);
    show(section, form.action);
  } catch {
    button.removeAttribute("aria-busy");
    form.submit();
  }
});

dialog.addEventListener("close", () => {
  dialog.replaceChildren();
  opener?.focus();
});
