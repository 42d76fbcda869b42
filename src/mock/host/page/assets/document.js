// Changes to the document: only where something differs, and every text as text.

/** The element with this id. */
export function find(id) {
  return document.getElementById(id);
}

/** A new element with a class and a text, both of which may be empty. */
export function make(name, className = "", text = "") {
  const element = document.createElement(name);
  if (className) {
    element.className = className;
  }
  if (text) {
    element.textContent = text;
  }
  return element;
}

/** Gives an element this text. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** Gives an element this attribute, or takes it away when the value is null. */
export function setAttribute(element, name, value) {
  if (value === null) {
    if (element.hasAttribute(name)) {
      element.removeAttribute(name);
    }
  } else if (element.getAttribute(name) !== value) {
    element.setAttribute(name, value);
  }
}

/** Gives an element a class or takes it away. */
export function setClass(element, name, on) {
  if (element.classList.contains(name) !== on) {
    element.classList.toggle(name, on);
  }
}

export function setHidden(element, hidden) {
  if (element.hidden !== hidden) {
    element.hidden = hidden;
  }
}

/** A list of elements by key that is brought to what it should be with as few changes as can be. */
export class KeyedList {
  constructor(parent, create, update) {
    this.parent = parent;
    this.create = create;
    this.update = update;
    this.entries = new Map();
  }

  /** Shows `items`, pairs of a key and a value that is its own whole content (compared as JSON). */
  show(items) {
    const wanted = new Map(items);
    for (const [key, entry] of this.entries) {
      if (!wanted.has(key)) {
        entry.element.remove();
        this.entries.delete(key);
      }
    }
    let next = this.parent.firstElementChild;
    for (const [key, value] of wanted) {
      const content = JSON.stringify(value);
      let entry = this.entries.get(key);
      if (!entry) {
        entry = { element: this.create(key, value), content: null };
        this.entries.set(key, entry);
      }
      if (entry.content !== content) {
        this.update(entry.element, value, key);
        entry.content = content;
      }
      if (entry.element === next) {
        next = next.nextElementSibling;
      } else {
        this.parent.insertBefore(entry.element, next);
      }
    }
  }

  element(key) {
    return this.entries.get(key)?.element;
  }
}

/**
 * Makes a long list one stop for the Tab key, with the arrow keys moving inside it. `selector` finds the elements that
 * take the focus.
 */
export function oneTabStop(parent, selector) {
  const stops = () => [...parent.querySelectorAll(selector)].filter((stop) => stop.offsetParent !== null);
  const choose = (stop) => {
    for (const other of parent.querySelectorAll(`${selector}[tabindex="0"]`)) {
      if (other !== stop) {
        other.tabIndex = -1;
      }
    }
    if (stop && stop.getAttribute("tabindex") !== "0") {
      stop.tabIndex = 0;
    }
  };
  parent.addEventListener("focusin", (event) => {
    const stop = event.target.closest(selector);
    if (stop) {
      choose(stop);
    }
  });
  parent.addEventListener("keydown", (event) => {
    const stop = event.target.closest(selector);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
    if (!stop || !step || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    event.preventDefault();
    const all = stops();
    const place = Math.min(Math.max(all.indexOf(stop) + step, 0), all.length - 1);
    all[place].focus();
  });
  // After the list has changed: there is always one stop as long as there is an element.
  return () => {
    const current = parent.querySelector(`${selector}[tabindex="0"]`);
    if (!current || current.offsetParent === null) {
      choose(stops()[0] ?? null);
    }
  };
}
