// One chat in one element: what was said, answers as buttons, a box to type in, a photo and a place.
import { make, mine, theirs, wordsOf } from "./draw.js";

const WORDS = {
  type: "พิมพ์ข้อความ", send: "ส่ง", photo: "ส่งรูป", place: "ส่งตำแหน่ง", again: "เริ่มแชตใหม่",
  sure: "เริ่มแชตใหม่ไหม หน้านี้จะไม่แสดงบทสนทนาเดิมอีก กรุณาจดรหัสเรื่องและรหัสลับไว้ก่อน",
  failed: "ส่งไม่สำเร็จ แตะเพื่อส่งอีกครั้ง", locating: "กำลังอ่านตำแหน่ง…",
  noplace: "อ่านตำแหน่งไม่ได้ พิมพ์ชื่อสถานที่แทนได้ค่ะ", large: "ไฟล์ใหญ่เกิน 10 MB ค่ะ ลองส่งรูปที่เล็กลง",
  log: "บทสนทนา", answers: "คำตอบที่เลือกได้", offline: "ขาดการเชื่อมต่อ กำลังต่อใหม่…",
};
const LARGEST = 10 * 1024 * 1024;
const SILENCE = 45000; // ms: the server says something every 15 seconds, so this long means the line is dead
const BURST = 2500; // ms: what comes closer together is read as one answer, from its beginning
const UNFINISHED = /^\/(แจ้ง|ผล) /; // an officer's command that still needs words

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
const newId = () => (crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`);

class Refused extends Error {} // the server will never take it so; its words say why

// What this browser keeps; where it may keep nothing, as long as the page is open.
const kept = {
  more: {},
  get(name) { try { return localStorage.getItem(name); } catch { return this.more[name] || null; } },
  put(name, value) { try { localStorage.setItem(name, value); } catch { this.more[name] = value; } },
  drop(name) { try { localStorage.removeItem(name); } catch { delete this.more[name]; } },
};

export class Chat {
  constructor(root) {
    this.root = root;
    this.key = `pratu-chat-${root.dataset.pane}-${root.dataset.session}`;
    this.token = kept.get(this.key);
    this.after = 0;
    this.onnews = () => {};
    this.mine = new Map(); // event id → bubble of what was sent from here and not yet come back
    this.told = new Set(); // event ids the server has shown
    this.posting = new Set();
    this.line = Promise.resolve();
    this.build();
  }

  build() {
    const data = this.root.dataset;
    const tools = (data.tools ?? "photo place").split(" ");
    this.log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": WORDS.log, tabindex: "0" });
    this.choices = make("div", { class: "choices", role: "group", "aria-label": WORDS.answers });
    this.state = make("p", { class: "state", role: "status" });
    this.box = make("textarea", { id: this.root.id === "chat" ? "box" : `box-${data.pane}`, rows: "1",
      "aria-label": WORDS.type, placeholder: WORDS.type, maxlength: "5000", enterkeyhint: "send" });
    this.file = make("input", { type: "file", accept: "image/jpeg,image/png,image/webp,image/gif", hidden: "" });
    this.file.addEventListener("change", () => this.picked());
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit(); }
    });
    const tool = (text, onclick) => make("button", { type: "button", class: "tool", text, onclick });
    const row = make("div", { class: "tools" },
      tools.includes("photo") && tool(WORDS.photo, () => this.pick(false)),
      tools.includes("place") && tool(WORDS.place, () => this.locate()),
      data.ask && tool(data.askLabel, () => this.send({ kind: "text", text: data.ask })));
    const form = make("form", { class: "write", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      this.box, make("button", { type: "submit", class: "send", text: WORDS.send }), row, this.file);
    this.root.append(make("div", { class: "head" }, make("h2", { text: data.title }), make("a", { class: "phone", hidden: "" }),
      make("button", { type: "button", class: "again", text: WORDS.again, onclick: () => this.restart() })),
    this.log, this.state, this.choices, form);
  }

  start() {
    this.listen();
    addEventListener("online", () => this.hurry?.());
    // A hidden page lets its line go: browsers open only six to one server, and phones save the battery.
    document.addEventListener("visibilitychange", () => (document.hidden ? this.cut?.() : this.hurry?.()));
  }

  restart() {
    if (this.log.childElementCount && !confirm(WORDS.sure)) return;
    kept.drop(this.key);
    location.reload();
  }

  // --- the session ---------------------------------------------------------------------------------------------
  async session() {
    if (!this.token) {
      this.opening ??= this.open().finally(() => { this.opening = null; });
      await this.opening;
    }
    return this.token;
  }

  async open() {
    const answer = await fetch(this.root.dataset.session, {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ pane: this.root.dataset.pane }),
    });
    const data = await answer.json();
    if (!data.token) throw new Error(data.message);
    this.token = data.token;
    this.after = 0;
    kept.put(this.key, this.token);
    if (this.root.dataset.first) this.send({ kind: "text", text: this.root.dataset.first }, true);
  }

  forget(token) {
    if (this.token !== token) return;
    this.token = null;
    kept.drop(this.key);
  }

  // --- out -----------------------------------------------------------------------------------------------------
  submit() {
    const text = this.box.value.trim();
    if (!text) return;
    this.box.value = "";
    this.send({ kind: "text", text });
  }

  send(message, quiet = false, picture = null) {
    if (this.choices.contains(document.activeElement)) this.log.focus({ preventScroll: true });
    if (!quiet) this.choices.replaceChildren();
    const bubble = quiet ? null : this.add(mine(wordsOf(message), picture), true);
    return this.deliver({ ...message, id: newId() }, bubble, picture);
  }

  async deliver(message, bubble, picture) {
    const trying = this.post(message, picture);
    this.posting.add(trying);
    try {
      const event = await trying;
      this.say("");
      if (bubble && this.told.has(event)) bubble.remove(); // it came back before its answer did
      else if (bubble) this.mine.set(event, bubble);
    } catch (error) {
      if (bubble) this.failed(message, bubble, picture, error);
    } finally { this.posting.delete(trying); }
  }

  failed(message, bubble, picture, error) {
    if (error instanceof Refused) {
      this.say(error.message);
      if (message.text && !this.box.value) { this.box.value = message.text; bubble.remove(); return; }
      message.file = undefined; // a picture is taken to the server anew
    }
    bubble.classList.add("failed");
    const retry = make("button", { type: "button", class: "retry", text: WORDS.failed, onclick: () => {
      retry.remove();
      bubble.classList.remove("failed");
      this.deliver(message, bubble, picture);
    } });
    bubble.append(retry);
    this.scroll();
  }

  async post(message, picture) {
    if (picture && !message.file) {
      const form = new FormData();
      form.append("file", picture, picture.name || "photo");
      Object.assign(message, await this.call("/chat/files", form, 180000));
    }
    return (await this.call("/chat/messages", JSON.stringify(message), 30000)).id;
  }

  async call(address, body, limit) {
    for (let again = false; ; again = true) {
      const token = await this.session();
      const headers = { authorization: `Bearer ${token}` };
      if (typeof body === "string") headers["content-type"] = "application/json";
      const answer = await fetch(address, { method: "POST", headers, body, signal: AbortSignal.timeout?.(limit) });
      if (answer.status === 401 && !again) { this.forget(token); continue; }
      const data = await answer.json();
      if (answer.ok) return data;
      if (answer.status < 500) throw new Refused(data.message);
      this.say(data.message);
      throw new Error(data.error);
    }
  }

  pick(camera) {
    this.file.toggleAttribute("capture", camera); // straight to the camera only where the bot asked for it
    this.file.click();
  }

  picked() {
    const file = this.file.files[0];
    this.file.value = "";
    if (!file) return;
    if (file.size > LARGEST) { this.say(WORDS.large); return; }
    this.send({ kind: "file", text: "", name: file.name }, false, file);
  }

  locate() {
    const unknown = () => this.say(WORDS.noplace);
    if (!navigator.geolocation) { unknown(); return; }
    this.say(WORDS.locating);
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      this.say("");
      this.send({ kind: "place", lat: coords.latitude, lon: coords.longitude });
    }, unknown, { timeout: 15000, enableHighAccuracy: true, maximumAge: 60000 });
  }

  // --- in ------------------------------------------------------------------------------------------------------
  async listen() {
    for (let wait = 500; ; wait = Math.min(wait * 2, 15000)) {
      if (document.hidden) await new Promise((done) => { this.hurry = done; });
      try {
        const token = await this.session();
        const stop = new AbortController();
        this.cut = () => stop.abort();
        const headers = { authorization: `Bearer ${token}`, "last-event-id": String(this.after) };
        const answer = await fetch("/chat/events", { headers, signal: stop.signal });
        if (answer.status === 401) { this.forget(token); continue; }
        if (!answer.ok) throw new Error(answer.status);
        this.root.classList.remove("offline");
        if (this.state.textContent === WORDS.offline) this.say("");
        wait = 500;
        await this.read(answer.body.getReader(), stop);
      } catch { if (!document.hidden) this.say(WORDS.offline); }
      await Promise.race([pause(wait), new Promise((done) => { this.hurry = done; })]);
    }
  }

  async read(reader, stop) {
    const decoder = new TextDecoder();
    for (let rest = ""; ;) {
      const watch = setTimeout(() => stop.abort(), SILENCE);
      const { done, value } = await reader.read().finally(() => clearTimeout(watch));
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) this.take(block);
    }
  }

  take(block) {
    const field = (name) => block.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const id = Number(field("id"));
    if (!id || id <= this.after) return;
    const data = JSON.parse(field("data"));
    this.after = id;
    this.line = this.line.then(() => this.show(data)).catch((error) => console.error(error));
  }

  async show(data) {
    if (data.dir === "in") { await this.back(data); return; }
    const element = this.add(theirs(data, (choice) => this.tap(choice)));
    if (this.renew) { this.live?.remove(); this.live = element; this.renew = false; }
    const answers = (data.choices || []).filter((choice) => choice.opens !== "link");
    if (answers.length || !(data.choices || []).length) this.offer(answers);
    this.onnews(data);
  }

  // One's own message come back: it has a bubble when it was sent from here, and its answer may still be on its way.
  async back(data) {
    if (this.posting.size) await Promise.race([Promise.allSettled([...this.posting]), pause(3000)]);
    this.told.add(data.event);
    if (data.text && data.text === this.root.dataset.live) this.renew = true; // the next answer takes the last one's place
    if (this.mine.delete(data.event) || data.text === (this.root.dataset.first ?? null)) return;
    this.choices.replaceChildren();
    this.add(mine(wordsOf(data)), true);
  }

  offer(choices) {
    this.choices.replaceChildren(...choices.map((choice) => make("button", {
      type: "button", text: choice.label, onclick: () => this.tap(choice),
    })));
    this.scroll();
  }

  tap(choice) {
    const says = choice.send || choice.label;
    if (choice.opens === "place") this.locate();
    else if (choice.opens === "camera" || choice.opens === "photos") this.pick(choice.opens === "camera");
    else if (UNFINISHED.test(says)) this.fill(`${says} `);
    else this.send({ kind: "text", text: says });
  }

  fill(text) {
    this.box.value = text;
    this.box.focus();
  }

  say(text) { this.state.textContent = text || ""; }

  // --- where one reads -----------------------------------------------------------------------------------------
  add(element, own = false) {
    const now = performance.now();
    if (own || now - (this.came ?? 0) > BURST) this.top = element;
    this.came = own ? 0 : now;
    this.log.append(element);
    this.scroll();
    return element;
  }

  // A long answer is read from its beginning, so its first message stays in sight.
  scroll() {
    if (!this.top?.isConnected) this.top = this.log.lastElementChild;
    if (this.top) this.log.scrollTop = Math.min(this.log.scrollHeight, this.top.offsetTop - 12);
  }
}
