// The conversation: a question is echoed at once, asked in its turn, and its answer drawn as it grows; stop, retry, edit, take back.
onrecord.talk = (() => {
  const { $, on, tell, say, count, number, put, copy, announce } = onrecord;
  const REMEMBERED = 8; // earlier exchanges that a follow-up may refer to
  const ECHO = 900; // characters of a question that are shown; a whole article may have been pasted
  const BACK = 4000; // characters; a longer question does not go back into the box when it is refused
  const line = []; // {talk, turn} that wait for the answer before them
  const drawn = new WeakMap(); // turn: its element
  const html = new WeakMap(); // turn: {html, evidence} as the server made it
  let running = null; // {talk, turn, abort}
  let editing = null; // the turn that the box replaces

  const key = () => globalThis.crypto?.randomUUID?.() ?? Date.now().toString(36) + Math.random().toString(36).slice(2);
  const fresh = () => ({ id: key(), name: "", turns: [] });
  let talk = fresh();

  // --- drawing ---
  const numberOf = (turn) => talk.turns.indexOf(turn) + 1;
  const part = (turn, name) => drawn.get(turn).querySelector(name);
  const text = (element, words) => {
    element.textContent = words;
    element.hidden = !words;
  };

  const draw = (turn) => {
    const n = numberOf(turn);
    if (!n) return; // of a conversation that is not shown
    let element = drawn.get(turn);
    if (!element) drawn.set(turn, (element = copy("or-exchange")));
    element.dataset.turn = n;
    element.setAttribute("aria-label", say("question", { number: number(n) }));
    element.classList.toggle("or-running", turn.state === "running");
    element.classList.toggle("or-waiting", turn.state === "waiting");
    const head = element.querySelector(".or-question");
    head.textContent = turn.question.slice(0, ECHO).trim();
    if (turn.question.length > ECHO) {
      const rest = head.appendChild(document.createElement("span"));
      rest.className = "or-note";
      rest.textContent = ` ${say("characters", { count: number(turn.question.length) })}`;
    }
    const words = part(turn, ".or-body").textContent.trim();
    text(part(turn, ".or-searching"), turn.state === "waiting" ? say("queued") : turn.state === "running" && !words ? turn.note : "");
    const ended = { stopped: say(words ? "stopped.words" : "stopped"), interrupted: say("interrupted") }[turn.state] ?? "";
    text(part(turn, ".or-ended"), ended);
    part(turn, ".or-error").hidden = turn.state !== "failed";
    part(turn, ".or-error .or-text").textContent = turn.state === "failed" ? turn.error : "";
    part(turn, ".or-actions").hidden = turn.state === "running";
    for (const button of element.querySelectorAll(".or-actions [data-do]")) {
      const does = button.dataset.do;
      button.hidden = (does === "unqueue") !== (turn.state === "waiting") || (does === "evidence" && turn.state !== "done");
      if (does === "retry") button.textContent = say(turn.state === "failed" ? "retry.failed" : "retry");
      if (["retry", "edit", "link"].includes(does)) {
        // Its own words first, then which question: a voice that says what stands on the button finds it.
        button.setAttribute("aria-label", `${button.textContent} – ${say("question", { number: number(n) })}`);
      }
    }
    const before = $("or-said").children[n - 1];
    if (before !== element) $("or-said").insertBefore(element, before ?? null);
    buttons();
  };

  const drawAll = () => {
    $("or-said").replaceChildren();
    for (const turn of talk.turns) {
      draw(turn);
      if (html.has(turn)) whole(turn);
      else if (turn.said?.length) plain(turn, turn.said.join(" "));
    }
    $("or-talk").classList.toggle("or-begun", talk.turns.length > 0);
    text($("or-talk-name"), talk.name);
    buttons();
  };

  const buttons = () => {
    const busy = Boolean(running && talk === running.talk);
    $("or-stop").hidden = !busy;
    $("or-ask").hidden = busy && !$("or-question").value.trim();
    $("or-talk").classList.toggle("or-begun", talk.turns.length > 0);
    $("or-editing").hidden = !editing;
  };

  const whole = (turn) => {
    put(part(turn, ".or-body"), html.get(turn).html);
    tell("evidence", numberOf(turn), html.get(turn).evidence);
    draw(turn);
  };

  const plain = (turn, words) => {
    const paragraph = document.createElement("p");
    Object.assign(paragraph, { className: "or-text or-unchecked", dir: "auto", textContent: words });
    part(turn, ".or-body").replaceChildren(paragraph);
    draw(turn);
  };

  // --- asking ---
  const ask = (question, more = {}) => {
    const turn = { question, filters: onrecord.filters.chosen(), ignore: [], as_written: false, ...more, state: "waiting" };
    talk.turns.push(turn);
    talk.name ||= question.trim().replace(/\s+/g, " ").slice(0, 80);
    text($("or-talk-name"), talk.name);
    enqueue(turn);
    tell("asked", numberOf(turn));
  };

  const enqueue = (turn) => {
    Object.assign(turn, { state: "waiting", answer: null, error: "", said: [], resume: false });
    html.delete(turn);
    draw(turn);
    part(turn, ".or-body").replaceChildren();
    tell("evidence", numberOf(turn), "");
    line.push({ talk, turn });
    draw(turn);
    keep(talk);
    next();
    if (turn.state === "waiting") announce(say("queued"));
  };

  const submit = () => {
    const box = $("or-question");
    const question = box.value.toWellFormed?.() ?? box.value;
    if (!question.trim()) return;
    box.value = "";
    tell("typed");
    if (editing) {
      const turn = editing;
      endEdit();
      if (running?.turn === turn) stop();
      Object.assign(turn, { question, filters: onrecord.filters.chosen(), ignore: [], as_written: false });
      drop(turn);
      enqueue(turn);
      tell("asked", numberOf(turn));
    } else ask(question);
  };

  const retry = (turn, more = {}) => {
    drop(turn);
    if (running?.turn === turn) stop();
    Object.assign(turn, more);
    enqueue(turn);
    tell("asked", numberOf(turn));
  };

  const drop = (turn) => {
    const at = line.findIndex((job) => job.turn === turn);
    if (at >= 0) line.splice(at, 1);
  };

  const next = () => {
    if (!running && line.length) run(line.shift());
  };

  const history = (job) =>
    job.talk.turns
      .slice(0, job.talk.turns.indexOf(job.turn))
      .filter((turn) => turn.state === "done" && turn.answer)
      .slice(-REMEMBERED)
      .map(({ answer }) => ({
        question: answer.standalone_question || answer.question,
        answer: answer.abstained ? "" : answer.text,
        titles: [...new Set(answer.citations.map((citation) => citation.article.title).filter(Boolean))],
      }));

  async function* events(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let left = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (left + value).split("\n");
      left = lines.pop();
      for (const one of lines) yield JSON.parse(one);
    }
  }

  const run = async (job) => {
    const { turn } = job;
    running = Object.assign(job, { abort: new AbortController() });
    Object.assign(turn, { state: "running", note: say("sending") });
    draw(turn);
    const n = job.talk.turns.indexOf(turn) + 1;
    const { question, filters, ignore, as_written } = turn;
    const body = { question, history: history(job), filters, ignore, as_written, turn: n };
    try {
      const headers = { accept: "application/x-ndjson" };
      const response = await onrecord.send("/api/v1/answers", body, { headers, signal: job.abort.signal });
      if (!response.ok) fail(turn, (await response.json()).error.message);
      else for await (const event of events(response)) hear(turn, event);
      if (turn.state === "running") fail(turn, say("cut"));
    } catch (error) {
      if (error instanceof onrecord.NotLoggedIn) {
        Object.assign(turn, { state: "failed", error: say("entry"), resume: true });
        await keep(job.talk);
        onrecord.enter();
      } else if (turn.state === "running") fail(turn, say(turn.said.length ? "cut" : "down"));
    }
    delete turn.note;
    if (running === job) running = null;
    draw(turn);
    keep(job.talk);
    next();
    buttons();
  };

  const fail = (turn, message) => {
    Object.assign(turn, { state: "failed", error: message });
    const box = $("or-question");
    if (!box.value && turn.question.length <= BACK && numberOf(turn)) box.value = turn.question; // to mend or to send again
    tell("typed");
  };

  const hear = (turn, event) => {
    if (turn.state !== "running") return;
    if (event.event === "waiting") turn.note = count("waiting", event.place);
    else if (event.event === "searching") turn.note = say("searching", { articles: count("articles", event.articles) });
    else if (event.event === "found") {
      const passages = count("passages", event.passages);
      turn.note = event.outlets ? say("reading", { passages, outlets: count("outlets", event.outlets) }) : say("reading.passages", { passages });
    } else if (event.event === "sentence") sentence(turn, event);
    else if (event.event === "error") fail(turn, event.message);
    else if (event.event === "final") {
      Object.assign(turn, { state: "done", answer: event.answer, said: [] });
      html.set(turn, event);
      if (numberOf(turn)) {
        whole(turn);
        tell("answered", numberOf(turn));
        announce(say("announced", { text: spoken(event.answer) }));
      }
      if (event.answer.index && event.answer.index !== onrecord.given.generation) onrecord.refresh();
    }
    if (event.event !== "final" && event.event !== "sentence") draw(turn);
  };

  const spoken = (answer) =>
    answer.abstained || !answer.sentences.length
      ? answer.text.replace(/\s*\[\d+\]/g, "")
      : answer.sentences.map((sentence) => sentence.text).join(" ");

  const sentence = (turn, event) => {
    turn.said[event.id] = event.text;
    if (!numberOf(turn)) return;
    let paragraph = drawn.get(turn).querySelector(".or-streaming .or-text");
    if (!paragraph) {
      const draft = copy("or-draft");
      part(turn, ".or-body").replaceChildren(draft);
      paragraph = draft.querySelector(".or-text");
      draw(turn);
    }
    while (paragraph.children.length <= event.id) paragraph.append(document.createElement("span"), " ");
    put(paragraph.children[event.id], event.html);
    draw(turn);
  };

  // --- ending ---
  const stop = () => {
    if (!running) return false;
    const { turn, abort, talk: of } = running;
    turn.state = "stopped";
    abort.abort();
    drawn.get(turn)?.querySelector(".or-streaming")?.classList.remove("or-streaming");
    draw(turn);
    keep(of);
    announce(say("stopped"));
    $("or-question").focus();
    return true;
  };

  const startEdit = (turn) => {
    editing = turn;
    $("or-question").value = turn.question;
    onrecord.filters.set(turn.filters);
    $("or-editing").querySelector("span").textContent = say("editing", { number: number(numberOf(turn)) });
    tell("typed");
    buttons();
    $("or-question").focus();
  };
  const endEdit = () => {
    if (!editing) return false;
    editing = null;
    $("or-question").value = "";
    tell("typed");
    buttons();
    return true;
  };

  // --- opening and keeping ---
  const keep = (of) => onrecord.history.save(of);

  const open = async (other) => {
    talk = other ?? fresh();
    endEdit();
    tell("evidence.clear");
    for (const turn of talk.turns) {
      if (["running", "waiting"].includes(turn.state) && running?.turn !== turn && !line.some((job) => job.turn === turn)) {
        turn.state = "interrupted";
      }
      if (turn.resume) setTimeout(() => retry(turn));
    }
    drawAll();
    tell("opened");
    const of = talk;
    const kept = of.turns.filter((turn) => turn.answer && !html.has(turn));
    for (let at = 0; at < kept.length; at += 20) {
      const some = kept.slice(at, at + 20);
      const answers = some.map((turn) => ({ turn: of.turns.indexOf(turn) + 1, answer: turn.answer }));
      let made = [];
      try {
        const response = await onrecord.send("/api/v1/rendered", { answers });
        if (response.ok) made = (await response.json()).rendered;
      } catch (error) {
        if (error instanceof onrecord.NotLoggedIn) return onrecord.enter();
      }
      some.forEach((turn, n) => {
        if (made[n]) html.set(turn, made[n]);
        if (of !== talk) return;
        if (made[n]) whole(turn);
        else {
          plain(turn, spoken(turn.answer));
          text(part(turn, ".or-ended"), say("plain"));
        }
      });
    }
    if (of === talk) tell("opened.whole", talk.turns.length);
  };

  on("ready", () => {
    const box = $("or-question");
    $("or-composer").addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      submit();
    });
    box.addEventListener("input", () => (tell("typed"), buttons()));
    $("or-stop").addEventListener("click", stop);
    $("or-edit-end").addEventListener("click", endEdit);
    $("or-examples").addEventListener("click", (event) => event.target.matches(".or-example") && ask(event.target.textContent));
    $("or-said").addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const turn = talk.turns[Number(event.target.closest(".or-exchange")?.dataset.turn) - 1];
      if (!button || !turn) return;
      const does = button.dataset.do;
      if (does === "retry") retry(turn);
      else if (does === "edit") startEdit(turn);
      else if (does === "link") onrecord.link.copy(turn, button);
      else if (does === "evidence") tell("evidence.show", numberOf(turn));
      else if (does === "unqueue") {
        drop(turn);
        talk.turns.splice(talk.turns.indexOf(turn), 1);
        drawn.get(turn).remove();
        talk.turns.forEach(draw);
        keep(talk);
      } else if (button.dataset.ignore !== undefined) {
        const read = turn.answer.filters.understood[Number(button.dataset.ignore)];
        retry(turn, { ignore: [...turn.ignore, read.words] });
      } else if (button.dataset.asWritten !== undefined) retry(turn, { as_written: true });
      else if (button.dataset.unfilter !== undefined) {
        onrecord.filters.set({});
        retry(turn, { filters: onrecord.filters.chosen() });
      }
    });
    $("or-scroll").setAttribute("role", "log");
    $("or-scroll").setAttribute("aria-live", "off"); // a streamed answer is announced once, whole
    drawAll();
    box.focus({ preventScroll: true });
  });

  return {
    ask, stop, open, endEdit, keep,
    get now() { return talk; },
    get running() { return running; },
    get editing() { return editing; },
    busyWith: (id) => (running?.talk.id === id ? running.talk : line.find((job) => job.talk.id === id)?.talk),
    forget: (id) => {
      for (const one of [talk, running?.talk, ...line.map((job) => job.talk)]) if (one?.id === id) one.gone = true;
      for (const job of line.filter((one) => one.talk.id === id)) drop(job.turn);
      if (running?.talk.id === id) stop();
    },
  };
})();
