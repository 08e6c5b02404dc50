// The tab "Collection": what the server says of it, outlets in another order, files to add with their progress, files to delete.
(() => {
  const { $, on, given, put, say, announce, send } = onrecord;
  const EVERY = 1000; // milliseconds between two looks at a job
  const box = () => $("or-collection-tab");
  let sending = null;
  let looking = 0;
  let wasBusy = false;

  const asked = async (path) => {
    try {
      const response = await send(`${path}?lang=${given.language}`);
      return response.ok ? await response.json() : null;
    } catch (error) {
      if (error instanceof onrecord.NotLoggedIn) onrecord.enter();
      return null;
    }
  };
  const load = async () => {
    const told = await asked("/api/v1/page/collection");
    if (!told) return announce(say("collection.failed"));
    const open = $("or-uploads");
    put(box(), told.html);
    if (open) $("or-uploads")?.replaceWith(open);
    if ($("or-uploads")) look();
  };

  // --- jobs ---
  const look = async () => {
    clearTimeout(looking);
    const told = await asked("/api/v1/page/uploads");
    if (!told || !$("or-uploads")) return;
    const wasOpen = $("or-added")?.open;
    const focused = document.activeElement?.dataset?.cancel;
    put($("or-uploads"), told.html);
    if ($("or-added")) $("or-added").open = Boolean(wasOpen);
    if (focused) box().querySelector(`[data-cancel="${focused}"]`)?.focus();
    if (told.busy) looking = setTimeout(look, EVERY);
    else if (wasBusy) {
      announce(told.said);
      wasBusy = false;
      return void onrecord.refresh(); // which brings this tab up to date, too
    }
    wasBusy = told.busy;
  };
  const ask = async (method, path) => {
    try {
      const response = await fetch(given.root + path, { method });
      if (response.status === 401) return onrecord.enter();
      if (!response.ok) wrong((await response.json()).error.message);
    } catch {
      wrong(say("down"));
    }
    wasBusy = true;
    look();
  };

  // --- sending ---
  const wrong = (words) => {
    $("or-upload-wrong").textContent = words;
    $("or-upload-wrong").hidden = !words;
  };
  const upload = (files) => {
    wrong(files.length ? "" : say("uploads.none"));
    if (!files.length || sending) return;
    const form = new FormData();
    for (const file of files) form.append("file", file, file.webkitRelativePath || file.name);
    sending = new XMLHttpRequest(); // fetch does not say how much has gone
    sending.open("POST", `${given.root}/api/v1/uploads`);
    sending.upload.addEventListener("progress", (event) => ($("or-sent").value = event.total ? event.loaded / event.total : 0));
    sending.addEventListener("loadend", () => {
      const { status, responseText } = sending;
      sending = null;
      $("or-sending").hidden = true;
      if (status === 401) return onrecord.enter();
      if (status !== 202) {
        let message = status ? say("down") : "";
        try {
          message = JSON.parse(responseText).error.message;
        } catch {
          // cancelled, or no answer of ours
        }
        return wrong(message);
      }
      wasBusy = true;
      look();
    });
    $("or-sending").hidden = false;
    $("or-sent").value = 0;
    sending.send(form);
  };

  const sure = (words) =>
    new Promise((done) => {
      const dialog = $("or-delete");
      $("or-delete-says").textContent = words;
      dialog.returnValue = "";
      dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true });
      dialog.showModal();
    });

  // --- outlets ---
  const sort = (button) => {
    const head = button.closest("th");
    const way = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    for (const one of head.parentElement.children) one.setAttribute("aria-sort", one === head ? way : "none");
    const at = [...head.parentElement.children].indexOf(head);
    const body = $("or-outlet-table").tBodies[0];
    const value = (row) => row.children[at].dataset.value;
    const by = (a, b) => (button.dataset.sort === "articles" ? value(a) - value(b) : value(a).localeCompare(value(b)));
    body.append(...[...body.rows].sort((a, b) => (way === "ascending" ? by(a, b) : by(b, a))));
  };

  on("tab", (name) => name === "collection" && load());
  on("fresh", () => box() && !box().hidden && load());
  on("ready", () => {
    box().addEventListener("click", async (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const { sort: by, cancel, remove, name } = button.dataset;
      if (by) sort(button);
      else if (button.id === "or-send-stop") sending?.abort();
      else if (cancel) ask("DELETE", `/api/v1/uploads/jobs/${cancel}`);
      else if (remove && (await sure(say("uploads.remove.sure", { name })))) ask("DELETE", `/api/v1/uploads/${remove}`);
    });
    box().addEventListener("change", (event) => {
      if (event.target.type !== "file") return;
      upload([...event.target.files]);
      event.target.value = "";
    });
    for (const kind of ["dragover", "drop"]) {
      box().addEventListener(kind, (event) => {
        if (!$("or-upload")) return;
        event.preventDefault(); // else the browser would leave the page for the file
        if (kind === "drop") upload([...event.dataTransfer.files]);
      });
    }
  });
})();
