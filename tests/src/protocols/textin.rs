//! TextIn's calls. Knows nothing of who answers them.

use fapiao::dialect::textin::{APP_ID_HEADER, CODES, CONTENT_TYPE, PATH, SECRET_HEADER};
use fapiao::error::ErrorKind;

use serde_json::Value;

use super::{Call, NEW, OLD, Row, SMALL_LIMIT, World, picture};

/// A client's call, as the interface page says.
pub fn call(client: &str, file: &[u8]) -> Call {
    Call {
        method: "POST",
        target: PATH.to_owned(),
        headers: vec![
            (APP_ID_HEADER, format!("app-{client}")),
            (SECRET_HEADER, NEW.to_owned()),
            ("content-type", CONTENT_TYPE.to_owned()),
        ],
        body: file.to_vec(),
    }
}

/// At least one for every code of the page's table.
pub fn rows() -> Vec<Row> {
    let page = picture(100, 60);
    let good = || call("accounting", &page);
    let row = |code, cause, call| Row { code, message: message(code), status: 200, cause, call, world: World::Healthy };
    let failing = |code, kind| Row { world: World::Failing(kind), ..row(code, "the provider fails", good()) };
    let with_body = |body: &[u8]| call("accounting", body);
    let target = |target: &str| Call { target: target.to_owned(), ..good() };
    let large = with_body(&vec![0xff; usize::try_from(SMALL_LIMIT).unwrap_or_default() + 1]);
    vec![
        row(40101, "no app id", good().without(APP_ID_HEADER)),
        row(40101, "an empty secret code", good().with(SECRET_HEADER, " ")),
        row(40102, "an unknown app id", good().with(APP_ID_HEADER, "app-nobody")),
        row(40102, "a wrong secret code", good().with(SECRET_HEADER, "hunter2")),
        row(40102, "wrong credentials for no robot", target("/robot/v1.0/api/none").with(SECRET_HEADER, "hunter2")),
        row(40103, "an address that is not on the list", call("elsewhere", &page)),
        row(
            40103,
            "an address that claims to be another",
            call("elsewhere", &page).with("x-forwarded-for", "203.0.113.7"),
        ),
        failing(40003, ErrorKind::ProviderQuota),
        row(40004, "a form", with_body(b"--x\r\n\r\n--x--").with("content-type", "multipart/form-data; boundary=x")),
        row(40004, "JSON", with_body(br#"{"image_base64": "AAEC"}"#).with("content-type", "application/json")),
        row(40004, "a URL", with_body(b"http://127.0.0.1/a.jpg").with("content-type", "text/plain")),
        row(40004, "another method", Call { method: "PUT", ..good() }),
        row(40007, "an unknown robot", target("/robot/v1.0/api/train_ticket")),
        row(40007, "no robot", target("/robot/v1.0/api/vat_invoice/")),
        row(40008, "a provider that is not configured", call("unserved", &page)),
        failing(40008, ErrorKind::ProviderAuth),
        row(40301, "a damaged picture", with_body(b"\xff\xd8\xff\xe0 and no more")),
        row(40301, "a picture of a kind that is not read", with_body(b"\0\0\0\x18ftypavif\0\0\0\0mif1avif")),
        Row { world: World::Small, ..row(40302, "too many bytes", large) },
        row(40303, "a text", with_body(b"This is no picture.")),
        row(40303, "an archive", with_body(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")),
        row(40304, "too narrow", with_body(&picture(19, 100))),
        row(40304, "too wide", with_body(&picture(10_001, 20))),
        row(40305, "nothing", with_body(b"")),
        failing(30203, ErrorKind::ProviderUnavailable),
        failing(30203, ErrorKind::ProviderThrottled),
        failing(30203, ErrorKind::Deadline),
        failing(500, ErrorKind::Internal),
        failing(500, ErrorKind::ProviderProtocol),
        row(200, "no invoice", good()),
        row(200, "the old secret code", good().with(SECRET_HEADER, OLD)),
    ]
}

fn message(code: i64) -> &'static str {
    CODES.iter().find(|known| known.code == code).map_or("", |known| known.message)
}

/// What stands under a key, and under which path of a Report. Where there are two, the second is where it stands when
/// nothing is printed again.
pub const PLACES: [(&str, &[&str]); 27] = [
    ("vat_invoice_issue_date", &["issue_date"]),
    ("vat_invoice_issue_date_print", &["reprints.date_right", "issue_date"]),
    ("vat_invoice_payer_name", &["buyer.name"]),
    ("vat_invoice_rate_payer_id", &["buyer.tax_id"]),
    ("vat_invoice_seller_name", &["seller.name"]),
    ("vat_invoice_seller_id", &["seller.tax_id"]),
    ("vat_invoice_seller_addr_tell", &["seller.address_phone"]),
    ("vat_invoice_seller_bank_account", &["seller.bank_account"]),
    ("vat_invoice_daima", &["invoice_code"]),
    ("vat_invoice_daima_print", &["reprints.code", "invoice_code"]),
    ("vat_invoice_daima_right_side", &["reprints.code_right"]),
    ("vat_invoice_haoma", &["invoice_number"]),
    ("vat_invoice_haoma_large_size", &["reprints.number_large"]),
    ("vat_invoice_correct_code", &["check_code"]),
    ("vat_invoice_corrent_code_print", &["reprints.check_code", "check_code"]),
    ("vat_invoice_note_correct_code", &["reprints.check_code_in_remarks"]),
    ("vat_invoice_page_number", &["sheet"]),
    ("vat_invoice_headline_page_number", &["reprints.sheet"]),
    ("vat_invoice_machine_no", &["machine_number"]),
    ("vat_invoice_elec_payment_id", &["electronic_payment_id"]),
    ("vat_invoice_dai_kai_flag", &["agent_issued"]),
    ("vat_invoice_total", &["total_amount"]),
    ("vat_invoice_total_print", &["reprints.total_amount", "total_amount"]),
    ("vat_invoice_tax_total", &["total_tax"]),
    ("vat_invoice_total_cover_tax", &["grand_total_words"]),
    ("vat_invoice_total_cover_tax_digits", &["grand_total"]),
    ("vat_invoice_total_note", &["remarks"]),
];

/// The orders of corners in which a client may want a place, as indices into a Report's quad.
pub const CLOCKWISE: [usize; 8] = [0, 1, 2, 3, 4, 5, 6, 7];
/// As the interface page has it: the lower left one before the lower right one.
pub const ROWS: [usize; 8] = [0, 1, 2, 3, 6, 7, 4, 5];

/// A key of an answer's list.
pub fn entry<'a>(answer: &'a Value, key: &str) -> &'a Value {
    let list = answer["result"]["item_list"].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().find(|entry| entry["key"] == key).unwrap_or(&Value::Null)
}

/// The keys that lie more than three pixels from where the Report of the same page has them, or are nowhere where the
/// Report has a place.
pub fn misplaced(report: &Value, answer: &Value, order: [usize; 8]) -> Vec<&'static str> {
    let fields = &report["invoices"][0]["fields"];
    let differs = |(key, paths): &(&str, &[&str])| {
        let quad = paths.iter().find_map(|path| fields[path]["quad"].as_array());
        let at = |index: usize| quad.map_or(Some(0.0), |quad| quad.get(index).and_then(Value::as_f64));
        let shown = entry(answer, key)["position"].as_array();
        let pixel = |index: usize| shown.and_then(|position| position.get(index).and_then(Value::as_f64));
        let is_near =
            |(index, corner)| pixel(index).zip(at(corner)).is_some_and(|(a, b): (f64, f64)| (a - b).abs() <= 3.0);
        !order.into_iter().enumerate().all(is_near)
    };
    PLACES.into_iter().filter(differs).map(|(key, _)| key).collect()
}
