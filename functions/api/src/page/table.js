// The table of what was dropped: a row for each invoice, kept up to date file by file. Knows nothing of the details.

const SIGNS = { verified: '✓', review: '!', rejected: '✕', failed: '✕', waiting: '…', sending: '↑', reading: '…' };

/** The row that is looked at, as file and place in it. */
let selected = null;

/** Draws a file's rows anew. */
function drawRows(entry) {
  const had = document.activeElement?.dataset?.row;
  const body = make('tbody', { id: `file-${entry.id}` }, rowsOf(entry).map(drawRow));
  const before = document.getElementById(body.id);
  if (before) before.replaceWith(body);
  else $('#rows').append(body);
  if (had && body.querySelector(`[data-row="${had}"]`)) body.querySelector(`[data-row="${had}"]`).focus();
  settleRows();
  drawSummary();
}

let settleRows = () => {};

function drawRow(row) {
  const state = stateOf(row);
  const values = row.invoice?.invoice;
  const is_selected = selected?.entry === row.entry && selected?.at === row.at;
  const name = make('button', { type: 'button', class: 'name', 'data-row': `${row.entry.id}-${row.at}`, tabindex: -1,
    'aria-current': is_selected ? 'true' : null, title: row.name }, row.name);
  const total = make('td', { class: 'total' }, values?.grand_total ?? values?.total_amount ?? '');
  const cells = [values?.seller?.name, values?.buyer?.name, values?.invoice_number, values?.issue_date]
    .map((text) => make('td', {}, text ?? ''));
  const tr = make('tr', { class: is_selected ? 'selected' : null, onclick: () => select(row, true) },
    make('td', {}, badge(state, row.entry.progress)), make('th', { scope: 'row' }, name), cells, total);
  // What stands above the columns is not to be seen on a narrow screen.
  ['verdict', 'file', 'seller', 'buyer', 'number', 'date', 'total'].forEach((word, at) => { tr.cells[at].dataset.head = say(word); });
  return tr;
}

function badge(state, progress = null) {
  const text = state === 'sending' ? say('sending', Math.round(100 * progress)) : say(state);
  return make('span', { class: `badge ${state}` }, make('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[state]), text);
}

/** Looks at a row; `is_wanted` where somebody asked for it, and not where it is only the first that is ready. */
function select(row, is_wanted) {
  const before = selected;
  selected = { entry: row.entry, at: row.at };
  new Set([before?.entry, row.entry]).forEach((entry) => { if (entry && files.includes(entry)) drawRows(entry); });
  showDetails(row);
  if (is_wanted) $('#details').scrollIntoView({ block: 'nearest' });
}

function drawSummary() {
  const states = files.flatMap(rowsOf).map(stateOf);
  const count = (...names) => states.filter((state) => names.includes(state)).length;
  const [verified, review, rest] = [count('verified'), count('review'), count('rejected', 'failed')];
  const waits = count('waiting', 'sending', 'reading');
  const parts = [say('summary', verified + review, verified, review, rest), waits ? say('under_way', waits) : null];
  $('#summary').textContent = files.length ? parts.filter(Boolean).join(language === 'zh' ? '；' : '; ') : '';
  $('#work').hidden = !files.length;
  document.body.classList.toggle('has-files', files.length > 0);
  for (const button of document.querySelectorAll('#work .needs-report')) {
    button.disabled = !files.some((entry) => entry.report);
  }
}
