// Elements made and found, and how the keyboard moves among them. Knows nothing of invoices.

const $ = (selector) => document.querySelector(selector);

/** An element with these attributes and children; what is not an element is text, never markup. */
function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function makeSvg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Lets arrows move among the elements that a selector finds; only one of them is a stop of the Tab key. */
function rove(container, selector) {
  const all = () => [...container.querySelectorAll(selector)];
  const only = (current) => all().forEach((element) => { element.tabIndex = element === current ? 0 : -1; });
  container.addEventListener('focusin', (event) => {
    const current = event.target.closest(selector);
    if (current) only(current);
  });
  container.addEventListener('keydown', (event) => {
    const elements = all();
    const at = elements.indexOf(event.target.closest(selector));
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: elements.length - 1 };
    const next = at < 0 ? undefined : elements[steps[event.key]];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  return () => {
    const elements = all();
    if (elements.length && !elements.some((element) => element.tabIndex === 0)) only(elements[0]);
  };
}

function announce(text) {
  $('#status').textContent = text;
}

/** Hands a file to whoever sits before the screen. */
function save(name, blob) {
  const url = URL.createObjectURL(blob);
  make('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    announce(say('copied'));
  } catch {
    announce(say('not_copied'));
  }
}
