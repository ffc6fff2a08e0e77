// Brings together what people do and what is shown. It runs last.

function takeFiles(list) {
  const had = files.length;
  addFiles(list);
  if (!had && files.length) drawSummary();
}

/** Every file below what was dropped, folders too. */
async function dropped(transfer) {
  const items = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!items.some((item) => item.isDirectory)) return [...transfer.files];
  return (await Promise.all(items.map(filesBelow))).flat();
}

async function filesBelow(item) {
  if (item.isFile) return [await new Promise((resolve, reject) => item.file(resolve, reject))];
  const reader = item.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return (await Promise.all(all.map(filesBelow))).flat();
    all.push(...some);
  }
}

/** Every screenshot is pasted under the same name; the time tells one from the next. */
function withTime(file) {
  const time = new Date().toTimeString().slice(0, 8).replaceAll(':', '');
  const name = file.name === 'image.png' ? `image-${time}.png` : file.name;
  return new File([file], name, { type: file.type });
}

function hearDrops() {
  const zone = document.body;
  const over = (is_over) => (event) => {
    if (![...event.dataTransfer.types].includes('Files')) return;
    event.preventDefault();
    zone.classList.toggle('dropping', is_over);
  };
  zone.addEventListener('dragenter', over(true));
  zone.addEventListener('dragover', over(true));
  zone.addEventListener('dragleave', (event) => { if (!event.relatedTarget) over(false)(event); });
  zone.addEventListener('drop', async (event) => {
    over(false)(event);
    takeFiles(await dropped(event.dataTransfer));
  });
  document.addEventListener('paste', (event) => {
    if (event.clipboardData.files.length) takeFiles([...event.clipboardData.files].map(withTime));
  });
  for (const input of document.querySelectorAll('input[type=file]')) {
    input.addEventListener('change', () => { takeFiles([...input.files]); input.value = ''; });
  }
  $('#choose').addEventListener('click', () => $('#any-file').click());
  $('#camera').addEventListener('click', () => $('#photo').click());
}

function hearKey() {
  const show = (is_wanted, was_refused) => {
    $('#key-form').hidden = !is_wanted;
    $('#key-change').hidden = is_wanted;
    $('#key-note').textContent = say(was_refused ? 'key_refused' : files.length ? 'key_wanted' : 'key_hint');
    $('#key').setAttribute('aria-invalid', String(was_refused));
  };
  onKeyWanted = (was_refused) => { show(true, was_refused); $('#key').focus(); };
  $('#key-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const value = $('#key').value.trim();
    if (!value) return;
    key.set(value);
    $('#key').value = '';
    show(false, false);
    work();
  });
  $('#key-change').addEventListener('click', () => { key.forget(); onKeyWanted(false); });
  show(!key.get(), false);
}

function hearKeyboard() {
  settleRows = rove($('#rows'), '.name');
  settleFields = rove($('#fields'), '.field');
  $('#rows').addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !event.target.matches('.name')) return;
    event.preventDefault();
    event.target.click();
    $('#details-title').focus();
  });
  $('#details').addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && selected) $(`[data-row="${selected.entry.id}-${selected.at}"]`)?.focus();
  });
}

function hearButtons() {
  $('#language').addEventListener('click', () => { switchLanguage(); speak(); });
  $('#clear').addEventListener('click', () => {
    clearFiles();
    selected = null;
    $('#rows').querySelectorAll('tbody').forEach((body) => body.remove());
    $('#details').hidden = true;
    drawSummary();
    $('#choose').focus();
  });
  $('#csv').addEventListener('click', async () => {
    try {
      save('invoices.csv', await listOf(listed()));
    } catch (refusal) {
      announce(refusal.message);
      $('#summary').textContent = refusal.message;
    }
  });
  $('#json-all').addEventListener('click', () => {
    const reports = files.filter((entry) => entry.report).map(({ name, report }) => ({ file: name, report }));
    save('invoices.json', new Blob([JSON.stringify(reports, null, 2)], { type: 'application/json' }));
  });
  $('#copy-json').addEventListener('click', () => copy($('#json-text').textContent));
  $('#copy-values').addEventListener('click', () => copy(valuesText()));
  $('#zoom').addEventListener('click', () => {
    const is_large = $('#picture').classList.toggle('large');
    $('#zoom').textContent = say(is_large ? 'fit' : 'zoom');
    $('#zoom').setAttribute('aria-pressed', String(is_large));
  });
}

/** Says everything in the language that is chosen now. */
function speak() {
  translate();
  files.forEach(drawRows);
  drawSummary();
  if (selected) showDetails(rowsOf(selected.entry)[selected.at] ?? rowsOf(selected.entry)[0]);
}

onChange = (entry) => {
  drawRows(entry);
  const rows = rowsOf(entry);
  twins(entry).forEach(drawRows);
  const is_shown = selected && selected.entry === entry;
  if (is_shown) showDetails(rows[selected.at] ?? rows[0]);
  else if (!selected && ['done', 'failed'].includes(entry.state)) select(rows[0], false);
  if (['done', 'failed'].includes(entry.state)) announce(rows.map((row) => `${row.name}: ${say(stateOf(row))}`).join('; '));
};

$('#docs').href = `${BASE}docs`;
translate();
hearKey();
hearDrops();
hearKeyboard();
hearButtons();
drawSummary();
