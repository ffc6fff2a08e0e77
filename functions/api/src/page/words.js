// The page's own words, Chinese and English. What is said of an invoice comes from the API, in the language that is asked for.

const WORDS = {
  title: ['发票识别与核对', 'Invoices read and checked'],
  skip: ['跳到发票列表', 'Skip to the invoices'],
  key: ['接口密钥', 'API key'],
  key_hint: [
    '密钥请向管理员索取（在安装此服务的机器上运行 make key 即可显示）；只保存在当前标签页，关闭后即清除。',
    'Ask whoever runs this service for the key (there, `make key` prints it). It stays in this tab and is gone when you close it.',
  ],
  key_save: ['使用', 'Use'],
  key_change: ['更换密钥', 'Change key'],
  key_wanted: ['请输入密钥（可向管理员索取），文件随即开始识别。', 'Enter the key (whoever runs this service has it), and reading begins.'],
  key_refused: ['密钥无效，请核对后重新输入。', 'The key was refused. Check it and enter it again.'],
  drop: ['把发票拖到这里', 'Drop invoices here'],
  drop_hint: [
    '照片、扫描件、PDF、OFD、XML 或 ZIP，可一次多个；截图可直接粘贴。',
    'Photos, scans, PDF, OFD, XML or ZIP, as many as you like. A screenshot can be pasted.',
  ],
  choose: ['选择文件', 'Choose files'],
  camera: ['拍照', 'Take a photo'],
  language: ['English', '中文'],
  language_label: ['Switch to English', '切换到中文'],
  invoices: ['发票', 'Invoices'],
  csv: ['下载清单 CSV', 'Download CSV'],
  json_all: ['下载 JSON', 'Download JSON'],
  clear: ['清空', 'Clear'],
  verdict: ['结论', 'Verdict'],
  seller: ['销售方', 'Seller'],
  buyer: ['购买方', 'Buyer'],
  number: ['发票号码', 'Number'],
  date: ['开票日期', 'Date'],
  total: ['价税合计', 'Total'],
  file: ['文件', 'File'],
  verified: ['已核实', 'Verified'],
  review: ['待复核', 'To review'],
  rejected: ['未识别', 'Not read'],
  failed: ['失败', 'Failed'],
  waiting: ['等待中', 'Waiting'],
  sending: ['上传 {0}%', 'Sending {0} %'],
  reading: ['识别中', 'Reading'],
  summary: ['共 {0} 张：{1} 张已核实，{2} 张待复核，{3} 项未识别', '{0} invoices: {1} verified, {2} to review; {3} not read'],
  under_way: ['还有 {0} 个文件正在识别', '{0} files are being read'],
  to_do: ['需要处理', 'What to do'],
  nothing_to_do: ['关键字段均已由第二来源印证，各项规则全部通过，可以入账。', 'Every key field is confirmed by a second source and every rule holds: it can be booked.'],
  next_check_failed: ['请核对标红的字段；确有出入的，联系销售方。', 'Compare the fields in red; if they do differ, ask the seller.'],
  repeated: ['与“{0}”是同一张发票，请勿重复报销或入账。', 'The same invoice as “{0}”: do not pay it twice.'],
  retry: ['重试', 'Try again'],
  page_picture: ['票面', 'Page'],
  page_of: ['第 {0} 页，共 {1} 页', 'Page {0} of {1}'],
  page_before: ['上一页', 'Previous page'],
  page_after: ['下一页', 'Next page'],
  zoom: ['放大', 'Enlarge'],
  fit: ['适应宽度', 'Fit'],
  no_picture: ['此类文件（OFD、XML）没有图像，字段取自文件数据。', 'This kind of file (OFD, XML) has no picture; the fields come from its data.'],
  no_preview: ['无法显示票面：{0}', 'The page cannot be shown: {0}'],
  too_large_to_show: ['文件过大，不显示票面；字段仍可核对。', 'The file is too large to be shown; its fields are below.'],
  loading: ['正在载入票面', 'Loading the page'],
  legend_verified: ['已核实', 'verified'],
  legend_open: ['未核实', 'not confirmed'],
  legend_failed: ['规则不符', 'a check failed'],
  fields: ['字段', 'Fields'],
  field_verified: ['已核实', 'verified'],
  field_open: ['未核实', 'not confirmed'],
  field_failed: ['规则不符', 'a check failed'],
  field_none: ['未找到', 'not found'],
  field_told: ['由系统推断', 'told by us'],
  group_head: ['票头', 'Invoice'],
  group_buyer: ['购买方', 'Buyer'],
  group_seller: ['销售方', 'Seller'],
  group_totals: ['合计', 'Totals'],
  group_rest: ['其他', 'Other'],
  group_items: ['明细', 'Lines'],
  checks: ['规则核对', 'Checks'],
  checks_count: ['{0} 项通过，{1} 项提示，{2} 项不符', '{0} hold, {1} warn, {2} fail'],
  status_pass: ['通过', 'holds'],
  status_warn: ['提示', 'warns'],
  status_fail: ['不符', 'fails'],
  status_skip: ['不适用', 'does not apply'],
  json: ['JSON', 'JSON'],
  copy_json: ['复制 JSON', 'Copy JSON'],
  copy_values: ['复制字段', 'Copy fields'],
  copied: ['已复制', 'Copied'],
  not_copied: ['浏览器不允许复制', 'The browser does not let us copy'],
  unreachable: ['无法连接服务，请检查网络后重试。', 'The service cannot be reached. Check the network and try again.'],
  too_large: ['文件超过接口上限，且此服务未开通大文件上传。', 'The file is too large for a request, and this service takes no uploads.'],
  upload_failed: ['上传未成功（{0}）。', 'The upload did not succeed ({0}).'],
  too_slow: ['等待结果超时，请稍后重试。', 'There is no result yet. Try again later.'],
  is_invoice: ['是', 'yes'],
  is_not: ['否', 'no'],
  docs: ['接口文档', 'API'],
  places: ['票面字段位置', 'Places of the fields on the page'],
};

const FIELD_WORDS = {
  type: ['发票类型', 'Kind'],
  title: ['发票名称', 'Title'],
  invoice_code: ['发票代码', 'Invoice code'],
  invoice_number: ['发票号码', 'Invoice number'],
  printed_number: ['机打号码', 'Printed number'],
  issue_date: ['开票日期', 'Issue date'],
  check_code: ['校验码', 'Check code'],
  machine_number: ['机器编号', 'Machine number'],
  cipher_text: ['密码区', 'Cipher text'],
  qr_code: ['二维码', 'QR code'],
  sheet: ['联次', 'Sheet'],
  special_mark: ['左上角标志', 'Special mark'],
  agent_issued: ['代开标志', 'Issued by a tax office'],
  electronic_payment_id: ['电子支付标识', 'Electronic payment id'],
  original_invoice_number: ['原发票号码', 'Original invoice'],
  expense_category: ['消费类型', 'Expense category'],
  name: ['名称', 'Name'],
  tax_id: ['纳税人识别号', 'Tax id'],
  address_phone: ['地址、电话', 'Address, telephone'],
  bank_account: ['开户行及账号', 'Bank, account'],
  total_amount: ['合计金额', 'Amount without tax'],
  total_tax: ['合计税额', 'Tax'],
  grand_total: ['价税合计', 'Total with tax'],
  grand_total_words: ['价税合计（大写）', 'Total in words'],
  tax_rate: ['税率', 'Rate'],
  remarks: ['备注', 'Remarks'],
  payee: ['收款人', 'Payee'],
  reviewer: ['复核人', 'Reviewer'],
  drawer: ['开票人', 'Drawer'],
  specification: ['规格型号', 'Specification'],
  unit: ['单位', 'Unit'],
  quantity: ['数量', 'Quantity'],
  unit_price: ['单价', 'Unit price'],
  amount: ['金额', 'Amount'],
  tax_amount: ['税额', 'Tax'],
  tax: ['税额', 'Tax'],
  tax_category_code: ['税收分类编码', 'Tax category code'],
  plate_number: ['车牌号', 'Plate'],
  vehicle_type: ['车辆类型', 'Vehicle'],
  passage_start: ['通行日期起', 'From'],
  passage_end: ['通行日期止', 'To'],
  'seals.any': ['印章', 'Has a seal'],
  'seals.supervision': ['发票监制章', 'Supervision seal'],
  'seals.invoice': ['发票专用章', 'Seller’s seal'],
  'seals.seller_name': ['印章上的销售方名称', 'Name in the seal'],
  'seals.seller_tax_id': ['印章上的销售方税号', 'Tax id in the seal'],
};

const TYPE_WORDS = {
  special: ['增值税专用发票', 'Special VAT invoice'],
  common: ['增值税普通发票', 'Common VAT invoice'],
  electronic_common: ['增值税电子普通发票', 'Electronic common invoice'],
  electronic_special: ['增值税电子专用发票', 'Electronic special invoice'],
  electronic_toll: ['增值税电子普通发票（通行费）', 'Electronic toll invoice'],
  blockchain: ['区块链电子普通发票', 'Blockchain invoice'],
  digital_common: ['数电票（普通发票）', 'Digital common invoice'],
  digital_special: ['数电票（增值税专用发票）', 'Digital special invoice'],
  roll: ['增值税普通发票（卷票）', 'Roll invoice'],
};

const CATEGORY_WORDS = {
  vehicle: ['用车', 'Vehicle'],
  education: ['教育', 'Education'],
  traffic: ['交通', 'Transport'],
  office: ['办公', 'Office'],
  daily: ['日用', 'Daily goods'],
  digital_appliance: ['数码电器', 'Electronics'],
  rent_decoration: ['房租装饰', 'Rent, decoration'],
  communication: ['通讯', 'Communication'],
  lodging: ['住宿', 'Lodging'],
  post: ['邮寄', 'Post'],
  medical_treatment: ['医疗', 'Medical'],
  repast: ['餐饮', 'Meals'],
  foodstuff: ['食品', 'Food'],
  raiment: ['服饰', 'Clothing'],
  service: ['服务', 'Services'],
  other: ['其他', 'Other'],
};

const LANGUAGES = ['zh', 'en'];
const LANGUAGE_KEY = 'fapiao-language';

/** The browser's own language, until somebody chooses another one in this tab. */
const chosen = sessionStorage.getItem(LANGUAGE_KEY) ?? (navigator.language || 'zh').slice(0, 2);
let language = LANGUAGES.includes(chosen) ? chosen : 'en';

function inLanguage(pair) {
  return pair[LANGUAGES.indexOf(language)];
}

/** A word of the table; what is to stand in it follows. */
function say(word, ...values) {
  return inLanguage(WORDS[word]).replace(/\{(\d)\}/g, (_, at) => values[at]);
}

/** How people call a field that has this path. */
function fieldName(path) {
  const last = path.split('.').pop();
  return inLanguage(FIELD_WORDS[path] ?? FIELD_WORDS[last] ?? [last, last.replaceAll('_', ' ')]);
}

/** How people call one of a table's names; the name itself where the API knows more than we. */
function named(table, name) {
  return table[name] ? inLanguage(table[name]) : name;
}

function switchLanguage() {
  language = LANGUAGES.find((other) => other !== language);
  sessionStorage.setItem(LANGUAGE_KEY, language);
}

/** Puts the page's words where elements ask for them. */
function translate() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = say('title');
  for (const element of document.querySelectorAll('[data-say]')) element.textContent = say(element.dataset.say);
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', say(element.dataset.label));
  }
}
