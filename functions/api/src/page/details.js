// What is known of one invoice: what to do, its fields, the checks, the Report. Knows nothing of the page's picture but that
// fields have places on it.

const GROUPS = [
  ['group_head', ['type', 'title', 'invoice_code', 'invoice_number', 'issue_date', 'check_code', 'machine_number',
    'printed_number', 'special_mark', 'agent_issued', 'sheet', 'original_invoice_number', 'electronic_payment_id']],
  ['group_seller', ['seller.name', 'seller.tax_id', 'seller.address_phone', 'seller.bank_account']],
  ['group_buyer', ['buyer.name', 'buyer.tax_id', 'buyer.address_phone', 'buyer.bank_account']],
  ['group_totals', ['total_amount', 'total_tax', 'grand_total', 'grand_total_words', 'tax_rate']],
  ['group_rest', ['remarks', 'payee', 'reviewer', 'drawer', 'expense_category', 'seals.any', 'seals.supervision',
    'seals.invoice', 'seals.seller_name', 'seals.seller_tax_id', 'cipher_text', 'qr_code']],
];
const COLUMNS = ['name', 'specification', 'plate_number', 'vehicle_type', 'passage_start', 'passage_end', 'unit', 'quantity',
  'unit_price', 'amount', 'tax_rate', 'tax_amount'];

/** What to do next, by the kind of reason. */
/** Rules whose sentence says itself what to do. */
const SAYS_IT_ALL = ['not_seen_before', 'buyer_is_ours'];

function showDetails(row) {
  const { entry, invoice, other } = row;
  retell(entry);
  $('#details').hidden = false;
  $('#details-title').textContent = row.name;
  $('#details-badge').replaceChildren(badge(stateOf(row), entry.progress));
  $('#pager').replaceChildren();
  const marks = invoice ? marksOf(invoice) : [];
  $('#to-do').replaceChildren(...(invoice ? drawReasons(row) : drawWhyNot(row)));
  $('#fields').replaceChildren(...(invoice ? drawFields(invoice) : []));
  $('#checks').replaceChildren(...(invoice ? drawChecks(invoice) : []));
  $('#json-text').textContent = entry.report ? JSON.stringify(invoice ?? entry.report, null, 2) : '';
  for (const element of document.querySelectorAll('#details .needs-invoice')) element.hidden = !invoice;
  $('#json').hidden = !entry.report;
  settleFields();
  if (entry.report) showSheet(row, (invoice ?? other)?.place?.pages?.[0] ?? 1, marks);
  else showNothing();
}

let settleFields = () => {};

function showNothing() {
  sheet = null;
  $('#picture').replaceChildren();
}

function valueAt(invoice, path) {
  return path.split(/[.[\]]+/).filter(Boolean).reduce((value, name) => value?.[name], invoice);
}

/** A field that a failed check names is `failed`; whether it is the field itself or the table that holds it. */
function fieldState(invoice, path) {
  const failed = invoice.checks.filter((check) => check.status === 'fail').flatMap((check) => check.fields);
  const [table, column] = [path.replace(/\[.*/, ''), path.replace(/\[\d+\]/, '')];
  if ([path, table, column].some((name) => failed.includes(name))) return 'failed';
  return invoice.fields[path]?.verified ? 'verified' : 'open';
}

function marksOf(invoice) {
  return Object.entries(invoice.fields).map(([path, evidence]) =>
    ({ path, state: fieldState(invoice, path), quad: evidence.quad, page: evidence.page }));
}

function shown(path, value) {
  if (path === 'type') return named(TYPE_WORDS, value);
  if (path === 'expense_category') return named(CATEGORY_WORDS, value);
  if (typeof value === 'boolean') return say(value ? 'is_invoice' : 'is_not');
  return String(value);
}

function drawFields(invoice) {
  const groups = GROUPS.map(([word, paths]) => {
    const rows = paths.map((path) => drawField(invoice, path)).filter(Boolean);
    return rows.length ? make('section', {}, make('h4', {}, say(word)), make('ul', { class: 'fields' }, rows)) : null;
  });
  // Lines stand before the totals, as on the paper.
  groups.splice(3, 0, drawItems(invoice));
  return groups.filter(Boolean);
}

function drawField(invoice, path) {
  const value = valueAt(invoice.invoice, path);
  const is_missed = invoice.reasons.some((reason) => reason.id === 'field_not_found' && reason.params?.field === path);
  if ((value === null || value === undefined) && !is_missed) return null;
  const is_told = !invoice.fields[path];
  const state = is_missed ? 'failed' : is_told ? 'told' : fieldState(invoice, path);
  const word = say(is_missed ? 'field_none' : `field_${state}`);
  return make('li', {}, make('button', { type: 'button', class: `field ${state}`, 'data-path': path, tabindex: -1,
    ...hearings(path) }, make('span', { class: 'label' }, fieldName(path)),
  make('span', { class: 'value' }, is_missed ? '—' : shown(path, value)), make('span', { class: 'state' }, word)));
}

function hearings(path) {
  return { onmouseenter: () => highlight(path), onmouseleave: () => highlight(null), onfocus: () => highlight(path),
    onblur: () => highlight(null), onclick: () => turnTo(path) };
}

function drawItems({ invoice, ...of }) {
  const columns = COLUMNS.filter((column) => invoice.items.some((item) => item[column] !== null && item[column] !== undefined));
  if (!columns.length) return null;
  const cell = (item, at, column) => {
    const path = `items[${at}].${column}`;
    const state = fieldState({ invoice, ...of }, path);
    const text = item[column] ?? '';
    return make('td', {}, text === '' ? '' : make('button', { type: 'button', class: `field cell ${state}`, 'data-path': path,
      tabindex: -1, 'aria-label': `${fieldName(column)}: ${text}, ${say(`field_${state}`)}`, ...hearings(path) }, text));
  };
  const head = make('tr', {}, columns.map((column) => make('th', { scope: 'col' }, fieldName(column))));
  const rows = invoice.items.map((item, at) => make('tr', {}, columns.map((column) => cell(item, at, column))));
  return make('section', {}, make('h4', {}, say('group_items')),
    make('div', { class: 'scrolls', tabindex: 0, role: 'region', 'aria-label': say('group_items') },
      make('table', { class: 'items' }, make('thead', {}, head), make('tbody', {}, rows))));
}

function drawReasons(row) {
  const { invoice } = row;
  const first = repeats(row);
  // Its Report may have said so.
  const is_told = invoice.reasons.some(({ params }) => params?.rule === 'not_seen_before');
  const repeated = first && !is_told ? [{ message: say('repeated', first.name), id: 'repeated' }] : [];
  const reasons = [...repeated, ...invoice.reasons];
  if (!reasons.length) return [make('p', { class: 'all-well' }, say('nothing_to_do'))];
  return [make('h3', {}, say('to_do')), make('ul', { class: 'reasons' }, reasons.map((reason) => drawReason(reason, invoice)))];
}

function drawReason(reason, invoice) {
  const paths = fieldsOf(reason, invoice);
  const isToCompare = reason.id === 'check_failed' && !SAYS_IT_ALL.includes(reason.params.rule);
  const next = isToCompare ? make('span', { class: 'next' }, say('next_check_failed')) : null;
  const links = paths.filter((path) => invoice.fields[path]).map((path) => make('button', { type: 'button', class: 'link',
    ...hearings(path), onclick: () => { turnTo(path); focusField(path); } }, fieldName(path)));
  return make('li', {}, make('span', { class: 'why' }, reason.message ?? reason), next, links.length
    ? make('span', { class: 'links' }, links) : null);
}

/** The fields that a reason speaks of: its own, or those of the check that failed. */
function fieldsOf({ params }, invoice) {
  if (params?.field) return [params.field];
  const check = invoice.checks.find((other) => other.status === 'fail' && other.rule === params?.rule);
  return check?.fields ?? [];
}

/** Why there is no invoice, and what to do about it. */
function drawWhyNot({ entry, other }) {
  const why = other ?? entry.refusal;
  if (!why) return [make('p', {}, say(entry.state, Math.round(100 * (entry.progress ?? 0))))];
  const again = make('button', { type: 'button', onclick: () => retry(entry) }, say('retry'));
  return [make('h3', {}, say('to_do')), make('p', { class: 'why' }, why.message), make('p', { class: 'next' }, why.hint ?? ''),
    entry.state === 'failed' ? again : null].filter(Boolean);
}

function drawChecks({ checks }) {
  const count = (status) => checks.filter((check) => check.status === status).length;
  const order = ['fail', 'warn', 'pass', 'skip'];
  const sorted = [...checks].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  const rows = sorted.map((check) => make('li', { class: check.status }, make('span', { class: 'state' },
    say(`status_${check.status}`)), make('span', {}, check.detail), make('code', {}, check.rule)));
  return [make('summary', {}, say('checks'), make('span', { class: 'count' },
    say('checks_count', count('pass'), count('warn'), count('fail')))), make('ul', { class: 'rules' }, rows)];
}

function focusField(path) {
  document.querySelector(`#fields [data-path="${CSS.escape(path)}"]`)?.focus();
}

/** The fields as lines of a spreadsheet: name, value. */
function valuesText() {
  const rows = [...document.querySelectorAll('#fields li .field')];
  return rows.map((row) => ['.label', '.value'].map((part) => row.querySelector(part).textContent).join('\t')).join('\n');
}
