// Conversations, kept in this browser (IndexedDB) and nowhere else: the list of them, their names, opening and deleting.
onrecord.history = (() => {
  const { $, on, tell, say, count, copy, announce, given } = onrecord;
  const NAME = `onrecord:${given.root}:${given.user}`; // whoever logs in as another has conversations of their own
  const channel = globalThis.BroadcastChannel ? new BroadcastChannel(NAME) : null;
  let keeps = true;

  const base = new Promise((done) => {
    try {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("list", { keyPath: "id" });
        request.result.createObjectStore("talks", { keyPath: "id" });
      };
      request.onsuccess = () => done(request.result);
      request.onerror = () => done(null); // a private window keeps nothing
    } catch {
      done(null);
    }
  });

  const within = async (stores, mode, work) => {
    const open = await base;
    if (!open) {
      keeps = false;
      return undefined;
    }
    return new Promise((done, failed) => {
      const all = open.transaction(stores, mode);
      const request = work(...stores.map((store) => all.objectStore(store)));
      all.oncomplete = () => done(request?.result);
      all.onerror = all.onabort = () => failed(all.error);
    });
  };

  const plain = (turn) => JSON.parse(JSON.stringify({ ...turn, note: undefined }));
  const save = async (talk) => {
    if (!talk.turns.length || talk.gone) return; // a deleted one does not come back with its last answer
    const row = { id: talk.id, name: talk.name, changed: Date.now(), questions: talk.turns.length };
    const whole = { id: talk.id, turns: talk.turns.map(plain) };
    try {
      await within(["list", "talks"], "readwrite", (list, talks) => (list.put(row), talks.put(whole)));
    } catch {
      keeps = false; // the disk is full
    }
    if (talk === onrecord.talk.now) tell("kept", talk.id);
    channel?.postMessage("changed");
    if (!$("or-talks").hidden) draw();
  };
  const load = async (id) => {
    const busy = onrecord.talk.busyWith(id);
    if (busy) return busy; // it is being answered: the one in the memory is newer
    const row = await within(["list"], "readonly", (list) => list.get(id));
    const whole = row && (await within(["talks"], "readonly", (talks) => talks.get(id)));
    return whole && { id, name: row.name, turns: whole.turns };
  };
  const remove = async (id) => {
    onrecord.talk.forget(id);
    await within(["list", "talks"], "readwrite", (list, talks) => (list.delete(id), talks.delete(id)));
    channel?.postMessage("changed");
  };

  // --- the list ---
  const draw = async () => {
    const rows = ((await within(["list"], "readonly", (list) => list.getAll())) ?? []).sort((a, b) => b.changed - a.changed);
    const made = rows.map((row) => {
      const item = copy("or-talks-row");
      item.dataset.id = row.id;
      const [opens, , rename, erase] = item.children;
      opens.textContent = row.name || say("talk.unnamed");
      opens.dir = "auto";
      if (row.id === onrecord.talk.now.id) opens.setAttribute("aria-current", "true");
      item.querySelector(".or-note").textContent = count("questions", row.questions);
      rename.setAttribute("aria-label", say("talk.rename.of", { name: row.name }));
      erase.setAttribute("aria-label", say("talk.delete.of", { name: row.name }));
      return item;
    });
    $("or-talks-list").replaceChildren(...made);
    $("or-talks-none").hidden = made.length > 0;
    $("or-talks-none").textContent = say(keeps ? "talks.none" : "talks.not_kept");
  };
  const panel = async (open) => {
    if (open) await draw();
    $("or-talks").hidden = !open;
    $("or-talks-open").setAttribute("aria-expanded", open);
  };
  const close = () => {
    if ($("or-talks").hidden) return false;
    panel(false);
    $("or-talks-open").focus();
    return true;
  };

  const answered = (dialog) =>
    new Promise((done) => {
      dialog.returnValue = "";
      dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true });
      dialog.showModal();
    });
  const rename = async (id) => {
    const dialog = $("or-rename");
    const field = dialog.querySelector("input");
    const talk = id === onrecord.talk.now.id ? onrecord.talk.now : await load(id);
    field.value = talk.name;
    field.select();
    const name = (await answered(dialog)) && field.value.trim();
    if (!name) return;
    talk.name = name;
    await save(talk);
    if (talk.id === onrecord.talk.now.id) tell("renamed", name);
    await draw();
  };
  const erase = async (id) => {
    const dialog = $("or-sure");
    dialog.querySelector("p").textContent = say("talk.delete.sure");
    dialog.querySelector("[value=yes]").textContent = say("talk.delete.yes");
    if (!(await answered(dialog))) return;
    await remove(id);
    announce(say("talk.deleted"));
    if (id === onrecord.talk.now.id) tell("go", "ask", "");
    await draw();
    ($("or-talks-list").querySelector("button") ?? $("or-talks-open")).focus();
  };

  on("renamed", (name) => ($("or-talk-name").textContent = name));
  on("ready", () => {
    $("or-talks-open").addEventListener("click", () => panel($("or-talks").hidden));
    $("or-talks-list").addEventListener("click", (event) => {
      const id = event.target.closest("li")?.dataset.id;
      const does = event.target.closest("[data-do]")?.dataset.do;
      if (does === "open") {
        tell("go", "ask", id);
        close();
      } else if (does === "rename") rename(id);
      else if (does === "delete") erase(id);
    });
    channel?.addEventListener("message", () => !$("or-talks").hidden && draw());
  });

  return { save, load, close };
})();
