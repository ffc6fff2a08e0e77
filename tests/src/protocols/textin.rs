//! TextIn's calls. Knows nothing of who answers them.

use fapiao::dialect::textin::{APP_ID_HEADER, CODES, CONTENT_TYPE, PATH, SECRET_HEADER};
use fapiao::error::ErrorKind;

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
        row(40301, "a phone's photo", with_body(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")),
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
