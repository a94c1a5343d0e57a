"use strict";
(function () {
  const WHOLE = "@WHOLE@";
  const ZEROS = "0".repeat(64);
  const seal = document.getElementById("seal");
  const content = document.getElementById("content");
  const code = document.currentScript;

  const K = [];
  const FIRST = [];
  (function () {
    const isPrime = function (n) { for (let d = 2; d * d <= n; d++) { if (n % d === 0) { return false; } } return true; };
    const part = function (x) { return Math.floor((x - Math.floor(x)) * 4294967296); };
    for (let n = 2; K.length !== 64; n++) {
      if (isPrime(n)) {
        if (FIRST.length !== 8) { FIRST.push(part(Math.sqrt(n)) | 0); }
        K.push(part(Math.cbrt(n)) | 0);
      }
    }
  })();

  function sha256(bytes) {
    const size = bytes.length;
    const padded = new Uint8Array(((size + 72) >> 6) << 6);
    padded.set(bytes);
    padded[size] = 128;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(size / 536870912));
    view.setUint32(padded.length - 4, (size << 3) >>> 0);
    const H = FIRST.slice();
    const W = new Int32Array(64);
    const turn = function (x, n) { return (x >>> n) | (x << (32 - n)); };
    for (let at = 0; at !== padded.length; at += 64) {
      for (let i = 0; i !== 16; i++) { W[i] = view.getInt32(at + i * 4); }
      for (let i = 16; i !== 64; i++) {
        const p = W[i - 15];
        const q = W[i - 2];
        const s = turn(p, 7) ^ turn(p, 18) ^ (p >>> 3);
        const t = turn(q, 17) ^ turn(q, 19) ^ (q >>> 10);
        W[i] = (W[i - 16] + s + W[i - 7] + t) | 0;
      }
      let [a, b, c, d, e, f, g, h] = H;
      for (let i = 0; i !== 64; i++) {
        const s = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
        const one = (h + s + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
        const t = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
        const two = (t + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
      }
      [a, b, c, d, e, f, g, h].forEach(function (v, i) { H[i] = (H[i] + v) | 0; });
    }
    return H.map(function (v) { return (v >>> 0).toString(16).padStart(8, "0"); }).join("");
  }

  const ofText = function (text) { return sha256(new TextEncoder().encode(text)); };
  const unpack = function (base64) { return Uint8Array.from(atob(base64), function (c) { return c.charCodeAt(0); }); };

  function wholeFile() {
    const doctype = document.doctype ? document.doctype.name : "";
    const parts = [document.querySelector("meta"), seal, content, code].map(function (part) { return part.outerHTML; });
    return ("<!DOCTYPE " + doctype + ">" + parts.join("")).replace(WHOLE, ZEROS);
  }

  function element(name, text, parent) {
    const made = document.createElement(name);
    if (text !== undefined && text !== null) { made.textContent = text; }
    if (parent) { parent.appendChild(made); }
    return made;
  }

  function judge(data) {
    const faults = [];
    const found = ofText(wholeFile());
    const isSame = found === WHOLE;
    const isOther = found > WHOLE || WHOLE > found;
    if (!isSame) { faults.push(data.words.whole); }
    if (isOther) { faults.push(data.words.whole); }
    const chain = data.chain;
    const bySequence = new Map();
    let link = chain.previous;
    for (let i = 0; i * 64 !== chain.digests.length; i++) {
      const digest = chain.digests.slice(i * 64, i * 64 + 64);
      link = ofText(link + digest);
      bySequence.set(chain.first + i, [digest, link]);
    }
    if (chain.digests && link !== chain.last) { faults.push(data.words.chain); }
    data.records.forEach(function (record) {
      const digest = sha256(unpack(record.raw));
      const known = bySequence.get(record.sequence);
      record.ok = digest === record.sha256 && (!known || (known[0] === digest && known[1] === record.link));
      if (!record.ok) { faults.push(data.words.record + " " + record.sequence); }
    });
    data.pictures.forEach(function (picture) {
      if ("sha256:" + sha256(unpack(picture.body)) !== picture.digest) { faults.push(data.words.picture); }
    });
    return { isSame: isSame, isOther: isOther, faults: faults };
  }

  function table(head, rows, parent) {
    const made = element("table", null, parent);
    if (head) {
      const line = element("tr", null, element("thead", null, made));
      head.forEach(function (cell) { element("th", cell, line); });
    }
    const body = element("tbody", null, made);
    rows.forEach(function (row) {
      const line = element("tr", null, body);
      row.forEach(function (cell, i) { element(head || i ? "td" : "th", cell, line); });
    });
    return made;
  }

  function draw(data, main) {
    element("h1", data.title, main);
    data.sections.forEach(function (section) {
      element("h2", section.title, main);
      (section.lines || []).forEach(function (line) { element("p", line, main); });
      if (section.rows) { table(section.head, section.rows, main); }
    });
    data.pictures.forEach(function (picture) {
      element("h2", picture.title, main);
      const image = element("img", null, main);
      image.alt = picture.title;
      image.src = "data:" + picture.type + ";base64," + picture.body;
    });
    element("h2", data.words.records, main);
    const rows = data.records.map(function (record) {
      return [record.sequence, record.ok ? "\u2713" : "\u2717", record.at, record.kind, record.url, record.sha256, record.link];
    });
    table(data.words.columns, rows, element("div", null, main)).className = "records";
    const save = element("a", data.words.save, element("p", null, main));
    save.download = data.name + ".warc.gz";
    save.href = URL.createObjectURL(new Blob(data.records.map(function (record) { return unpack(record.raw); })));
  }

  const data = JSON.parse(content.textContent);
  const verdict = judge(data);
  document.documentElement.lang = data.language;
  document.title = data.title;
  element("style", data.style, document.head);
  const main = element("main", null, document.body);
  draw(data, main);
  if (verdict.isSame) {
    if (!verdict.isOther) {
      if (verdict.faults.length === 0) {
        seal.textContent = data.words.good;
        seal.style.background = "#1b6e3c";
        seal.dataset.verdict = "good";
      }
    }
  }
  if (verdict.faults.length !== 0) {
    seal.textContent = data.words.bad + verdict.faults.join("; ");
    seal.dataset.verdict = "bad";
  }
})();
