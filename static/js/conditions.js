// The editor of conditions: rows that write the JSON beside them, and the other way round.
// The JSON is what the form sends; what rows cannot show is edited there.
"use strict";

(() => {
  const NO_VALUE = new Set(["is_set", "is_empty"]);
  const MANY = new Set(["in", "not_in"]);
  const OTHER = "\u0000other";
  const GROUPS = ["all", "any", "none"];

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "class") made.className = value;
      else if (name in made && typeof value !== "string") made[name] = value;
      else made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  function read(id) {
    const script = document.getElementById(id);
    const data = script ? JSON.parse(script.textContent) : [];
    return Array.isArray(data) ? data : [];
  }

  // Between JSON and what the rows show --------------------------------------------
  // A node is {group, items}, {field, op, value} or {did}. Null: rows cannot show it.

  function fromJson(json) {
    if (json === null || typeof json !== "object" || Array.isArray(json)) return null;
    const names = Object.keys(json);
    if ("field" in json) {
      const known = names.every((name) => ["field", "op", "value"].includes(name));
      return known && typeof json.field === "string" ? { ...json } : null;
    }
    if (names.length !== 1) return null;
    const inner = json[names[0]];
    if (names[0] === "did") return fromDid(inner);
    if (names[0] === "all" || names[0] === "any") return fromGroup(names[0], inner);
    if (names[0] !== "not" || inner === null || typeof inner !== "object") return null;
    if ("any" in inner && Object.keys(inner).length === 1) return fromGroup("none", inner.any);
    return "all" in inner ? null : fromGroup("none", [inner]);
  }

  function fromGroup(group, parts) {
    if (!Array.isArray(parts)) return null;
    const items = parts.map(fromJson);
    return items.includes(null) ? null : { group, items };
  }

  function fromDid(json) {
    if (json === null || typeof json !== "object") return null;
    const known = ["kind", "where", "at_least", "within_days"];
    if (!Object.keys(json).every((name) => known.includes(name))) return null;
    const where = (json.where || []).map(fromJson);
    if (where.some((leaf) => leaf === null || !("field" in leaf))) return null;
    const kinds = [json.kind].flat().filter((kind) => typeof kind === "string");
    return { did: { ...json, kind: kinds.length ? kinds : [""], where } };
  }

  function toJson(node) {
    if ("group" in node) {
      const parts = node.items.map(toJson);
      return node.group === "none" ? { not: { any: parts } } : { [node.group]: parts };
    }
    if ("did" in node) return { did: toDid(node.did) };
    const leaf = { field: node.field, op: node.op };
    if (!NO_VALUE.has(node.op)) leaf.value = node.value;
    return leaf;
  }

  function toDid({ kind, where, at_least, within_days }) {
    const did = { kind: kind.length === 1 ? kind[0] : kind };
    if (where.length) did.where = where.map(toJson);
    if (at_least > 1) did.at_least = at_least;
    if (within_days) did.within_days = within_days;
    return did;
  }

  class Editor {
    constructor(root) {
      this.root = root;
      this.id = root.dataset.conditionEditor;
      this.isInteraction = root.dataset.mode === "interaction";
      this.rows = root.querySelector("[data-rows]");
      this.text = root.querySelector("textarea");
      this.details = root.querySelector(".lh-cond-json");
      this.note = root.querySelector("[data-note]");
      this.counter = root.querySelector("[data-count-url]");
      this.words = root.querySelector("[data-words]").dataset;
      this.fields = read(`${this.id}-fields`);
      this.behaviors = read(`${this.id}-behaviors`);
      this.where = read(`${this.id}-where`);
      this.text.addEventListener("input", () => this.takeText());
      this.details.open = false;
      this.takeText();
    }

    word(name) {
      return this.words[name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase())] || name;
    }

    // In and out -----------------------------------------------------------------

    takeText() {
      const text = this.text.value.trim() || this.root.dataset.empty;
      let json;
      try {
        json = JSON.parse(text);
      } catch {
        return this.giveUp(this.word("broken"));
      }
      const isEmpty = json && typeof json === "object" && Object.keys(json).length === 0;
      if (this.isInteraction) this.tree = isEmpty ? fromDid({ kind: "" }) : fromDid(json);
      else this.tree = isEmpty ? { group: "all", items: [] } : fromJson(json);
      if (this.tree === null) return this.giveUp(this.word("raw"));
      // A lone leaf is shown in a group, and stays alone until there is another.
      if (!this.isInteraction && !("group" in this.tree)) {
        this.tree = { group: "all", items: [this.tree], isAlone: true };
      }
      this.note.textContent = "";
      this.rows.hidden = false;
      this.draw();
      this.count();
    }

    giveUp(why) {
      this.rows.hidden = true;
      this.details.open = true;
      this.note.textContent = why;
      if (this.counter) this.counter.textContent = "";
    }

    json() {
      if (this.isInteraction) return toDid(this.tree.did);
      if (!this.tree.items.length) return JSON.parse(this.root.dataset.empty);
      if (this.tree.isAlone && this.tree.items.length === 1 && this.tree.group === "all") {
        return toJson(this.tree.items[0]);
      }
      return toJson(this.tree);
    }

    write() {
      this.text.value = JSON.stringify(this.json(), null, 2);
      this.text.dispatchEvent(new Event("change", { bubbles: true }));
      this.count();
    }

    // Draw anew, and put the focus where it was or where it is to go.
    redraw(focus) {
      const at = focus || (document.activeElement && document.activeElement.dataset.at);
      this.draw();
      this.write();
      const target = at && this.rows.querySelector(`[data-at="${CSS.escape(at)}"]`);
      if (target) target.focus();
    }

    count() {
      clearTimeout(this.timer);
      if (!this.counter) return;
      this.timer = setTimeout(() => {
        // Half written, or nothing at all: there is nothing to count yet.
        const isEmpty = Object.keys(this.json()).length === 0;
        if (isEmpty || this.rows.querySelector(":invalid")) {
          this.counter.textContent = "";
          return;
        }
        window.htmx.ajax("POST", this.counter.dataset.countUrl, {
          source: this.counter,
          target: this.counter,
          swap: "innerHTML",
          values: { condition: this.text.value },
        });
      }, 300);
    }

    // Rows -------------------------------------------------------------------------

    draw() {
      const drawn = this.isInteraction ? this.didRow(this.tree.did, "0") : this.group(this.tree, "0", 0);
      this.rows.replaceChildren(drawn);
    }

    group(node, at, depth, remove = null) {
      const choose = this.select(`${at}.group`, this.word("match"), GROUPS.map((name) => [name, this.word(name)]), node.group, (value) => {
        node.group = value;
        this.write();
      });
      const head = element("div", { class: "lh-cond-head" }, choose, remove && this.button(`${at}.remove`, this.word("remove-group"), remove, "btn btn-sm lh-plain"));
      const parts = node.items.map((item, place) => {
        const inner = `${at}.${place}`;
        const drop = () => {
          node.items.splice(place, 1);
          this.redraw(`${at}.add`);
          this.say(this.word("removed"));
        };
        if ("group" in item) return this.group(item, inner, depth + 1, drop);
        return "did" in item ? this.didRow(item.did, inner, drop) : this.leaf(item, this.fields, inner, drop);
      });
      const add = (item, part) => {
        node.items.push(item);
        node.isAlone = false;
        this.redraw(`${at}.${node.items.length - 1}.${part}`);
      };
      const tools = element("div", { class: "lh-cond-tools" },
        this.fields.length ? this.button(`${at}.add`, this.word("add"), () => add(this.newLeaf(this.fields), "field")) : null,
        this.behaviors.length ? this.button(`${at}.add-did`, this.word("add-did"), () => add(fromDid({ kind: this.behaviors[0].kind }), "kind0")) : null,
        depth === 0 ? this.button(`${at}.add-group`, this.word("add-group"), () => add({ group: "any", items: [this.newLeaf(this.fields)] }, "0.field")) : null);
      return element("div", { class: "lh-cond-group", role: "group", "aria-label": this.word("group") }, head, ...parts, tools);
    }

    newLeaf(fields) {
      const spec = fields[0];
      return { field: spec.field, op: spec.ops[0], value: this.firstValue(spec, spec.ops[0]) };
    }

    firstValue(spec, op) {
      if (op === "between") return ["", ""];
      if (MANY.has(op)) return [];
      if (op === "within_days") return 30;
      if (spec.type === "boolean") return true;
      return spec.choices && spec.choices.length && spec.type !== "words" ? spec.choices[0][0] : "";
    }

    leaf(node, fields, at, drop, isWhere = false) {
      let spec = fields.find((one) => one.field === node.field);
      if (!spec) spec = { field: node.field, label: node.field, type: this.guess(node.value), ops: this.anyOps(), choices: [] };
      const options = fields.map((one) => [one.field, one.label]);
      if (!fields.some((one) => one.field === node.field)) options.push([node.field, node.field]);
      if (isWhere) options.push([OTHER, this.word("custom-field")]);
      const name = this.isOpen(node, fields, isWhere)
        ? this.input(`${at}.field`, this.word("field"), { type: "text", value: node.field, required: true, placeholder: "properties.plan" }, (value) => {
            node.field = value.trim();
            this.write();
          })
        : this.select(`${at}.field`, this.word("field"), options, node.field, (value) => {
            if (value === OTHER) Object.assign(node, { field: "properties.", op: "eq", value: "" });
            else {
              const next = fields.find((one) => one.field === value);
              const op = next.ops.includes(node.op) && next.type === spec.type ? node.op : next.ops[0];
              Object.assign(node, { field: value, op, value: this.firstValue(next, op) });
            }
            this.redraw();
          });
      const op = this.select(`${at}.op`, this.word("operator"), spec.ops.map((one) => [one, this.word(`op-${one}`)]), node.op, (value) => {
        const isSame = this.shape(value) === this.shape(node.op);
        node.op = value;
        if (!isSame) node.value = this.firstValue(spec, value);
        this.redraw();
      });
      const label = `${this.word("remove")}: ${spec.label}`;
      return element("div", { class: "lh-cond-row" }, name, op, ...this.values(node, spec, at), this.remove(`${at}.remove`, label, drop));
    }

    isOpen(node, fields, isWhere) {
      return isWhere && node.field.startsWith("properties.") && !fields.some((one) => one.field === node.field);
    }

    anyOps() {
      return ["eq", "ne", "contains", "starts_with", "in", "not_in", "gt", "gte", "lt", "lte", "between", "is_set", "is_empty"];
    }

    guess(value) {
      const one = Array.isArray(value) ? value[0] : value;
      return { number: "number", boolean: "boolean" }[typeof one] || "text";
    }

    shape(op) {
      if (NO_VALUE.has(op)) return "none";
      return MANY.has(op) ? "many" : ["between", "within_days"].includes(op) ? op : "one";
    }

    values(node, spec, at) {
      const shape = this.shape(node.op);
      if (shape === "none") return [];
      if (shape === "many") return [this.many(node, spec, at)];
      if (shape === "between") {
        const pair = Array.isArray(node.value) ? node.value : ["", ""];
        const [first, last] = [0, 1].map((place) => this.one(spec, `${at}.value${place}`, pair[place], (value) => {
          node.value = [...(Array.isArray(node.value) ? node.value : ["", ""])];
          node.value[place] = value;
          this.write();
        }));
        return [first, element("span", {}, this.word("and")), last];
      }
      const kind = shape === "within_days" ? { ...spec, type: "days", choices: [] } : spec;
      const set = (value) => {
        node.value = value;
        this.write();
      };
      return [this.one(kind, `${at}.value`, node.value, set)];
    }

    one(spec, at, value, set) {
      const label = this.word("value");
      if (spec.type === "boolean") {
        const options = [[true, this.word("yes")], [false, this.word("no")]];
        return this.select(at, label, options, value, set);
      }
      if (spec.choices && spec.choices.length && spec.type !== "words") {
        return this.select(at, label, spec.choices, value, set);
      }
      const isNumber = spec.type === "number" || spec.type === "days";
      const type = isNumber ? "number" : { date: "date", datetime: "date" }[spec.type] || "text";
      // What is not a plain date (a moment with its time) stays as it is written.
      const isText = type === "date" && value && !/^\d{4}-\d{2}-\d{2}$/.test(value);
      const attributes = { type: isText ? "text" : type, value: String(value ?? ""), required: true };
      if (isNumber) attributes.step = spec.type === "days" ? "1" : "any";
      if (spec.type === "days") attributes.min = "1";
      const input = this.input(at, label, attributes, (text) => set(isNumber && text !== "" ? Number(text) : text));
      if (spec.type !== "words" || !spec.choices || !spec.choices.length) return input;
      const list = element("datalist", { id: `${this.id}-${at}-list` }, ...spec.choices.map(([, text]) => element("option", { value: text })));
      input.setAttribute("list", list.id);
      return element("span", { class: "lh-cond-value" }, input, list);
    }

    many(node, spec, at) {
      const chosen = [node.value].flat();
      if (spec.choices && spec.choices.length) {
        const box = element("select", { class: "form-select", multiple: true, size: String(Math.min(5, spec.choices.length)), "aria-label": this.word("value"), "data-at": `${at}.value`, required: true });
        box.append(...spec.choices.map(([value, label], place) => element("option", { value: String(place), selected: chosen.includes(value) }, label)));
        box.addEventListener("change", () => {
          node.value = [...box.selectedOptions].map((option) => spec.choices[Number(option.value)][0]);
          this.write();
        });
        return box;
      }
      const isNumber = spec.type === "number";
      return this.input(`${at}.value`, this.word("list"), { type: "text", value: chosen.join(", "), required: true, placeholder: this.word("list") }, (text) => {
        const parts = text.split(",").map((part) => part.trim()).filter(Boolean);
        node.value = isNumber ? parts.map((part) => (Number.isNaN(Number(part)) ? part : Number(part))) : parts;
        this.write();
      });
    }

    didRow(did, at, drop = null) {
      const known = new Map(this.behaviors.map(({ kind, label }) => [kind, label]));
      const kinds = did.kind.map((kind, place) => {
        if (did.typed === place || (kind && !known.has(kind) && did.typed !== undefined)) {
          return this.input(`${at}.kind${place}`, this.word("behavior"), { type: "text", value: kind, required: true, pattern: "[A-Za-z0-9_\\-]{1,40}" }, (value) => {
            did.kind[place] = value.trim();
            this.write();
          });
        }
        const options = [...known];
        if (kind && !known.has(kind)) options.push([kind, kind]);
        if (!kind) options.unshift(["", "–"]);
        options.push([OTHER, this.word("custom-kind")]);
        const select = this.select(`${at}.kind${place}`, this.word("behavior"), options, kind, (value) => {
          if (value === OTHER) did.typed = place;
          did.kind[place] = value === OTHER ? "" : value;
          this.redraw();
        });
        select.required = true;
        return select;
      });
      // One of several kinds: "or" stands between them, and adds another.
      const parts = kinds.flatMap((kind, place) => (place ? [element("span", {}, this.word("or")), kind] : [kind]));
      parts.push(this.button(`${at}.or`, `+ ${this.word("or")}`, () => {
        did.kind.push((this.behaviors[0] || { kind: "" }).kind);
        this.redraw(`${at}.kind${did.kind.length - 1}`);
      }, "btn btn-sm lh-plain"));
      if (did.kind.length > 1) {
        parts.push(this.button(`${at}.less`, this.word("remove-kind"), () => {
          did.kind.pop();
          this.redraw(`${at}.or`);
        }, "btn btn-sm lh-plain"));
      }
      if (!this.isInteraction) {
        parts.push(
          this.input(`${at}.times`, this.word("at-least"), { type: "number", min: "1", max: "1000", value: String(did.at_least || 1), required: true }, (value) => {
            did.at_least = Number(value) || 1;
            this.write();
          }),
          element("span", {}, `× ${this.word("within-text")}`),
          this.input(`${at}.days`, this.word("within"), { type: "number", min: "1", value: String(did.within_days || ""), placeholder: this.word("ever") }, (value) => {
            did.within_days = Number(value) || null;
            this.write();
          }),
          element("span", {}, this.word("days")));
      }
      if (drop) parts.push(this.remove(`${at}.remove`, `${this.word("remove")}: ${did.kind.map((kind) => known.get(kind) || kind).join(", ")}`, drop));
      const where = element("div", { class: "lh-cond-where" });
      did.where.forEach((leaf, place) => {
        where.append(this.leaf(leaf, this.where, `${at}.w${place}`, () => {
          did.where.splice(place, 1);
          this.redraw(`${at}.add-where`);
          this.say(this.word("removed"));
        }, true));
      });
      if (this.where.length) {
        where.append(element("div", { class: "lh-cond-tools" }, this.button(`${at}.add-where`, this.word("add-where"), () => {
          did.where.push(this.newLeaf(this.where));
          this.redraw(`${at}.w${did.where.length - 1}.field`);
        })));
      }
      return element("div", { class: "lh-cond-row" }, ...parts, where);
    }

    // Controls -----------------------------------------------------------------------

    select(at, label, options, value, set) {
      const made = element("select", { class: "form-select", "aria-label": label, "data-at": at });
      options.forEach(([choice, text], place) => made.append(element("option", { value: String(place), selected: choice === value }, text)));
      // A value that is none of the choices must not be lost by looking at it.
      if (!options.some(([choice]) => choice === value)) {
        made.append(element("option", { value: String(options.length), selected: true }, String(value ?? "–")));
      }
      made.addEventListener("change", () => {
        const chosen = options[Number(made.value)];
        if (chosen) set(chosen[0]);
      });
      // "required" looks at the text of the value: no choice yet is none.
      const blank = options.findIndex(([choice]) => choice === "");
      if (blank >= 0) made.options[blank].value = "";
      return made;
    }

    input(at, label, attributes, set) {
      const made = element("input", { class: "form-control", "aria-label": label, "data-at": at, autocomplete: "off", ...attributes });
      made.addEventListener("input", () => set(made.value));
      return made;
    }

    button(at, label, press, classes = "btn btn-sm") {
      const made = element("button", { type: "button", class: classes, "data-at": at }, label);
      made.addEventListener("click", press);
      return made;
    }

    remove(at, label, press) {
      const made = this.button(at, "×", press, "btn btn-icon btn-sm lh-plain lh-cond-remove");
      made.setAttribute("aria-label", label);
      return made;
    }

    say(text) {
      this.note.textContent = text;
    }
  }

  function start(root) {
    for (const found of root.querySelectorAll("[data-condition-editor]")) {
      if (found.dataset.isReady) continue;
      found.dataset.isReady = "yes";
      new Editor(found);
    }
  }

  document.addEventListener("htmx:load", (event) => start(event.detail.elt.parentElement || document));
  start(document);
})();
