// The files that were dropped, what has become of each, and whose turn it is. Knows nothing of how they look.

// The function has two processors where this was measured; more at once only wait for each other.
const AT_ONCE = 2;

/** In the order in which they came. */
const files = [];
let nextId = 1;
let running = 0;
/** Called with a file when anything of it has changed. */
let onChange = () => {};
/** Called when the API wants a key, with whether one was refused. */
let onKeyWanted = () => {};

function addFiles(list) {
  for (const file of list) {
    const entry = { id: nextId++, file, name: file.webkitRelativePath || file.name, state: 'waiting', progress: null,
      report: null, refusal: null, upload: null, language: null, pictures: new Map() };
    files.push(entry);
    onChange(entry);
  }
  work();
}

/** Reads whatever waits, a few at once. */
function work() {
  if (!key.get()) {
    if (files.some((entry) => entry.state === 'waiting')) onKeyWanted(false);
    return;
  }
  while (running < AT_ONCE) {
    const entry = files.find((file) => file.state === 'waiting');
    if (!entry) return;
    running += 1;
    readEntry(entry).finally(() => { running -= 1; if (key.get()) work(); });
  }
}

async function readEntry(entry) {
  const progress = (share, upload = null) =>
    change(entry, { state: share === null ? 'reading' : 'sending', progress: share, upload });
  change(entry, { state: 'reading', progress: null, refusal: null });
  try {
    change(entry, { state: 'done', ...await readFile(entry.file, progress) });
  } catch (refusal) {
    if (refusal.status === 401) {
      key.forget();
      change(entry, { state: 'waiting' });
      onKeyWanted(true);
    } else {
      change(entry, { state: 'failed', refusal, report: refusal.report });
    }
  }
}

/** Has a file's Report said in the language that is chosen now, where it is said in another. */
async function retell(entry) {
  if (!entry.report || entry.language === language) return;
  const wanted = language;
  entry.language = wanted;
  try {
    const report = await retold(entry.report);
    // Somebody has changed the language again meanwhile.
    if (language === wanted) change(entry, { report });
  } catch {
    // What was said before stays.
    entry.language = null;
  }
}

function change(entry, what) {
  Object.assign(entry, what);
  // Whoever has cleared the list wants to hear no more of it.
  if (files.includes(entry)) onChange(entry);
}

function retry(entry) {
  change(entry, { state: 'waiting' });
  work();
}

function clearFiles() {
  files.flatMap((entry) => [...entry.pictures.values()]).forEach(async (picture) => {
    const url = (await picture.catch(() => null))?.url;
    if (url) URL.revokeObjectURL(url);
  });
  files.length = 0;
}

/** What the list is made of: every file that is done, under a name of its own, without what no column shows. */
function listed() {
  const taken = new Map();
  return files.filter((entry) => ['done', 'failed'].includes(entry.state)).map(({ name, report, refusal }) => {
    const times = (taken.get(name) ?? 0) + 1;
    taken.set(name, times);
    const file = times > 1 ? `${name} (${times})` : name;
    const lean = report && { ...report, invoices: report.invoices.map((invoice) => ({ ...invoice, checks: [] })) };
    return { file, report: lean, reason: refusal?.message ?? '' };
  });
}

/** What stands in the table for a file: a row for each invoice, and one for whatever else needs a look. */
function rowsOf(entry) {
  const { report, name } = entry;
  if (!report) return [{ entry, at: 0, name, invoice: null, other: null }];
  const of = (member) => (member ? `${name}/${member}` : name);
  const invoices = report.invoices.map((invoice) => ({ invoice, other: null, name: of(invoice.place.member) }));
  const needsLook = (other) => !['no_invoice', 'copy'].includes(other.code);
  const others = invoices.length || !report.error ? report.others.filter(needsLook) : [report.error];
  const rest = others.map((other) => ({ invoice: null, other, name: of(other.place?.member) }));
  return [...invoices, ...rest].map((row, at) => ({ ...row, entry, at }));
}

/** The row that brought the same invoice before; null where none did. */
function repeats(row) {
  const identity = identityOf(row);
  if (!identity) return null;
  const all = files.flatMap(rowsOf);
  const first = all.find((other) => identityOf(other) === identity);
  return first.entry === row.entry && first.at === row.at ? null : first;
}

/** Other files that hold one of this file's invoices: which of them came first may have changed. */
function twins(entry) {
  const own = rowsOf(entry).map(identityOf).filter(Boolean);
  const holdsOne = (other) => rowsOf(other).some((row) => own.includes(identityOf(row)));
  return own.length ? files.filter((other) => other !== entry && holdsOne(other)) : [];
}

/** Code and number, on a digital invoice the number alone; null where they are not sure. */
function identityOf({ invoice }) {
  if (!invoice) return null;
  const sure = (path) => (invoice.fields[path]?.verified ? invoice.invoice[path] : null);
  const number = sure('invoice_number');
  if (!number || invoice.invoice.type.startsWith('digital_')) return number;
  const code = sure('invoice_code');
  return code && `${code}-${number}`;
}

/** `verified`, `review`, `rejected` or `failed`, and before that how far it has come. */
function stateOf(row) {
  const { entry, invoice } = row;
  if (entry.state === 'failed' && !invoice) return 'failed';
  if (!entry.report) return entry.state;
  if (!invoice) return entry.report.status === 'failed' ? 'failed' : 'rejected';
  return invoice.verdict === 'verified' && !repeats(row) ? 'verified' : 'review';
}
