//! OFD and XML files, read without pixels: drawn ones with every fault that real producers make, and the real ones of
//! a labelled folder when FAPIAO_CORPUS names it.

#![cfg(test)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fapiao::desk::Desk;
use fapiao::document::Limits;
use fapiao::pipeline::Pipeline;
use fapiao::provider::{Chain, Embedded};
use fapiao::report::{CheckStatus, CheckedInvoice, EvidenceSource, Report, Source, Status, Verdict};
use fapiao::worker::Workers;
use fapiao_tests::environment;
use fapiao_tests::ofd::{DIGITAL, ORIGINAL, OfdPackage, bare, invoice, zipped};

const PAGE: &str = "Doc_0/Pages/Page_0/Content.xml";
const TAGS: &str = "Doc_0/Tags/CustomTag.xml";
const DATA: &str = "Doc_0/Attachs/original_invoice.xml";

/// The Report of a file, by a reader without models: whatever looks at pixels fails.
fn report(file: Vec<u8>) -> Report {
    let pipeline = Pipeline::new(
        Workers::here(Desk::new("no/such/models")),
        Chain::new(vec![Arc::new(Embedded)]),
        Limits::default(),
    );
    let deadline = Instant::now() + Duration::from_secs(20);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(pipeline.read(file.into(), Source::default(), None, deadline)).unwrap()
}

/// The one invoice in a file.
fn read_one(file: Vec<u8>) -> CheckedInvoice {
    let mut report = report(file);
    assert_eq!((report.invoices.len(), report.others.len()), (1, 0));
    report.invoices.remove(0)
}

fn read(package: &OfdPackage) -> CheckedInvoice {
    read_one(package.zipped())
}

/// Everything that the drawn invoice says, as JSON.
#[track_caller]
fn assert_whole(read: &CheckedInvoice) {
    let invoice = serde_json::to_value(&read.invoice).unwrap();
    let fields = [
        ("/invoice_code", "031001900211"),
        ("/invoice_number", "12345678"),
        ("/issue_date", "2020-07-23"),
        ("/check_code", "12345678901234567890"),
        ("/machine_number", "661559759665"),
        ("/buyer/name", "上海甲乙丙有限公司"),
        ("/buyer/tax_id", "91310000834486035U"),
        ("/seller/name", "杭州丁戊己饭店"),
        ("/seller/tax_id", "91310104MA1FR7C72G"),
        ("/seller/address_phone", "杭州市庚路1号0571-88222001"),
        ("/seller/bank_account", "辛银行杭州支行6217993300118475"),
        ("/items/0/name", "*餐饮服务*餐费"),
        ("/items/0/unit", "次"),
        ("/items/0/quantity", "2"),
        ("/items/0/unit_price", "100.5"),
        ("/items/0/amount", "201.00"),
        ("/items/0/tax_rate", "0.06"),
        ("/items/0/tax_amount", "12.06"),
        ("/total_amount", "201.00"),
        ("/total_tax", "12.06"),
        ("/grand_total", "213.06"),
        ("/remarks", "订单123"),
        ("/payee", "王一"),
        ("/reviewer", "李二"),
        ("/drawer", "张三"),
    ];
    for (path, value) in fields {
        assert_eq!(invoice.pointer(path).and_then(|v| v.as_str()), Some(value), "{path}");
    }
    assert_eq!(invoice["items"].as_array().unwrap().len(), 1);
    assert_eq!((read.verdict, read.reasons.as_slice()), (Verdict::Verified, [].as_slice()));
    assert!(read.fields.iter().all(|(path, e)| e.verified || path == "qr_code"), "{:#?}", read.fields);
}

#[test]
fn every_source_agrees_and_is_named() {
    let report = report(invoice().zipped());
    assert_eq!((report.source.media_type.as_deref(), report.invoices.len()), (Some("application/ofd"), 1));
    let read = &report.invoices[0];
    assert_whole(read);
    for path in ["invoice_code", "buyer.name", "items[0].amount", "grand_total"] {
        assert_eq!(read.fields[path].sources, [EvidenceSource::Xml, EvidenceSource::Text], "{path}");
        assert!(read.fields[path].quad.is_some(), "{path} has its place on the page");
    }
    assert_eq!(read.fields["title"].sources, [EvidenceSource::Text]);
    assert_eq!(read.fields["grand_total_words"].sources, [EvidenceSource::Text]);
}

#[test]
fn page_text_alone_says_it_all() {
    assert_whole(&read(&bare()));
}

#[test]
fn what_real_producers_do_wrong_is_borne() {
    let gbk = |text: &str| text.replace("utf-8", "GBK");
    let marked = format!("\u{feff}{ORIGINAL}");
    let cdata = ORIGINAL.replace("<fp:Note>订单123<", "<fp:Note><![CDATA[订单123]]><");
    let moved = invoice().without(DATA).with("Doc_0/original_invoice.xml", ORIGINAL);
    let page_with = |from: &str, to: &str| invoice().edited(PAGE, from, to);
    let cases = [
        ("a byte order mark before the data", invoice().with(DATA, &marked)),
        ("an encoding that is not the declared one", invoice().with(DATA, &gbk(ORIGINAL))),
        ("CDATA", invoice().with(DATA, &cdata)),
        ("data beside its list's folder", moved),
        ("data that is cut off", invoice().with(DATA, ORIGINAL.split_once("<fp:Payee>").unwrap().0)),
        ("tags that are cut off", invoice().with(TAGS, "<:eInvoice xmlns:=\"\"><InvoiceNo>")),
        ("a list that names a missing file", invoice().without(TAGS)),
        ("a page without a size", page_with("<ofd:PhysicalBox>0 0 210 140</ofd:PhysicalBox>", "")),
        ("a page whose corner is not at zero", page_with("0 0 210 140", "-5 -5 220 150")),
        ("blocks around objects", page_with("<ofd:Layer>", "<ofd:Layer><ofd:PageBlock>")),
        ("objects in distances", page_with("Y=\"2.73\">¥213", "Y=\"2.73\" DeltaX=\"g 90 1.6\">¥213")),
        (
            "a copy below the page",
            page_with(
                "<ofd:Layer>",
                r#"<ofd:Layer><ofd:TextObject Boundary="121 285 80 4" Size="3.175"><ofd:TextCode X="0" Y="2.7">别人</ofd:TextCode></ofd:TextObject>"#,
            ),
        ),
        ("absolute paths", invoice().edited("OFD.xml", "Doc_0/Doc", "/Doc_0/Doc")),
        (
            "a folder around everything",
            OfdPackage(invoice().0.into_iter().map(|(n, c)| (format!("发票/{n}"), c)).collect()),
        ),
    ];
    for (name, package) in cases {
        println!("{name}");
        assert_whole(&read(&package));
    }
}

#[test]
fn a_source_that_contradicts_is_named_and_its_field_not_verified() {
    let read_payee = read(&invoice().edited(DATA, "<fp:Payee>王一", "<fp:Payee>赵四"));
    assert!(!read_payee.fields["payee"].verified && read_payee.fields["drawer"].verified);
    let failed = read_payee.checks.iter().filter(|c| c.status == CheckStatus::Fail);
    let details: Vec<&str> = failed.map(|c| c.detail.as_str()).collect();
    assert!(details.iter().any(|d| d.contains("赵四") && d.contains("王一")), "{details:?}");
    let altered =
        read(&invoice().edited(DATA, "<fp:TaxInclusiveTotalAmount>213.06", "<fp:TaxInclusiveTotalAmount>231.06"));
    assert_eq!(altered.verdict, Verdict::Review);
}

/// What a file that holds no invoice ends in.
#[track_caller]
fn assert_rejected(name: &str, file: Vec<u8>, code: &str) {
    let report = report(file);
    assert_eq!((report.status, report.error.map(|e| e.code)), (Status::Rejected, Some(code.to_owned())), "{name}");
}

#[test]
fn hostile_packages_are_refused_with_a_code() {
    let many = "<ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/>".repeat(51);
    let objects = format!("<ofd:Layer>{}", "<a b=\"\"/>".repeat(300_000));
    let cases = [
        ("no document", invoice().with("OFD.xml", "<OFD/>"), "undecodable"),
        ("a document that is missing", invoice().without("Doc_0/Document.xml"), "undecodable"),
        ("a page that is missing", invoice().without(PAGE), "undecodable"),
        ("a broken page", invoice().with(PAGE, "<ofd:Page>"), "undecodable"),
        (
            "too many pages",
            invoice().edited("Doc_0/Document.xml", "<ofd:Pages>", &format!("<ofd:Pages>{many}")),
            "too_large",
        ),
        ("too many elements", invoice().edited(PAGE, "<ofd:Layer>", &objects), "too_large"),
        (
            "a locked one",
            invoice().edited("OFD.xml", "<ofd:DocBody>", "<ofd:Encryptions>1</ofd:Encryptions><ofd:DocBody>"),
            "encrypted",
        ),
    ];
    for (name, package, code) in cases {
        assert_rejected(name, package.zipped(), code);
    }
}

#[test]
fn a_digital_invoice_s_data_is_an_invoice_of_its_own() {
    for text in [DIGITAL.to_owned(), DIGITAL.replace("EInvoice>", "einvoice>").replace("BuyerName", "x:buyername")] {
        let report = read_one(text.into_bytes());
        let invoice = serde_json::to_value(&report.invoice).unwrap();
        let fields = [
            ("/type", "digital_common"),
            ("/title", "电子发票（普通发票）"),
            ("/invoice_number", "24322000000400497801"),
            ("/issue_date", "2024-10-17"),
            ("/buyer/name", "上海甲乙丙有限公司"),
            ("/seller/tax_id", "91310104MA1FR7C72G"),
            ("/items/0/name", "*餐饮服务*餐费"),
            ("/items/0/tax_rate", "0.06"),
            ("/total_amount", "201.00"),
            ("/grand_total", "213.06"),
            ("/grand_total_words", "贰佰壹拾叁圆零陆分"),
            ("/remarks", "订单123"),
            ("/drawer", "张三"),
        ];
        for (path, value) in fields {
            assert_eq!(invoice.pointer(path).and_then(|v| v.as_str()), Some(value), "{path}");
        }
        assert!(invoice["seller"]["address_phone"].is_null(), "the digital invoice prints no address");
        let title = &report.fields["title"];
        assert_eq!((&title.sources[..], &title.text), (&[EvidenceSource::Code][..], &None), "nothing prints it");
        assert_eq!(report.fields["grand_total"].sources, [EvidenceSource::Xml]);
        assert!(report.fields["grand_total"].verified && !report.fields["title"].verified);
        assert_eq!((report.verdict, report.reasons), (Verdict::Verified, vec![]));
    }
}

#[test]
fn what_is_readable_and_no_invoice_is_told() {
    let letter = bare().with(PAGE, "<Page><Content><Layer/></Content></Page>").without("Doc_0/Tpls/Tpl_0/Content.xml");
    assert_rejected("a letter", letter.zipped(), "no_invoice");
    for text in ["<EInvoice><Header/></EInvoice>", "<eInvoice><InvoiceNo>12345678</InvoiceNo></eInvoice>"] {
        assert_rejected(text, text.as_bytes().to_vec(), "no_invoice");
    }
    assert_rejected("other XML", b"<project/>".to_vec(), "unsupported_format");
    assert_rejected("XML that is cut off", DIGITAL.as_bytes()[..900].to_vec(), "undecodable");
}

#[test]
fn a_bundle_gives_one_report_for_all_of_its_files() {
    let files = [
        ("发票/一.ofd".to_owned(), invoice().zipped()),
        ("发票/二.xml".to_owned(), DIGITAL.as_bytes().to_vec()),
        ("__MACOSX/._一.ofd".to_owned(), b"x".to_vec()),
    ];
    let whole = report(zipped(&files));
    let found: Vec<_> =
        whole.invoices.iter().map(|i| (i.place.member.as_deref(), i.invoice.invoice_number.as_deref())).collect();
    assert_eq!(found, [(Some("发票/一.ofd"), Some("12345678")), (Some("发票/二.xml"), Some("24322000000400497801")),]);
    assert_eq!((whole.source.media_type.as_deref(), whole.verdict), (Some("application/zip"), Some(Verdict::Verified)));
    assert!(whole.others.is_empty());
}

#[test]
fn an_invoice_that_a_bundle_has_in_two_forms_is_one_invoice() {
    let files = [("一.ofd".to_owned(), invoice().zipped()), ("一.xml".to_owned(), ORIGINAL.as_bytes().to_vec())];
    let whole = report(zipped(&files));
    assert_eq!((whole.invoices.len(), whole.verdict), (1, Some(Verdict::Verified)), "{:?}", whole.reasons);
    let [other] = &whole.others[..] else { panic!("{:?}", whole.others) };
    assert_eq!((other.code.as_str(), other.message.as_str()), ("copy", "this is invoice 1 of this file again"));
}

#[test]
fn a_bundle_with_something_unreadable_in_it_is_to_review_and_one_without_invoices_rejected() {
    let member = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
    let letter = member("letter.xml", b"<EInvoice><Header/></EInvoice>");
    let invoice = member("1.ofd", &invoice().zipped());
    let whole = report(zipped(&[invoice.clone(), letter.clone()]));
    assert_eq!((whole.verdict, whole.others.len()), (Some(Verdict::Verified), 1));
    assert_eq!(
        (whole.others[0].code.as_str(), whole.others[0].place.member.as_deref()),
        ("no_invoice", Some("letter.xml"))
    );

    let whole = report(zipped(&[invoice, letter.clone(), member("photo.avif", b"\0\0\0\x18ftypavif")]));
    assert_eq!((whole.status, whole.verdict), (Status::Read, Some(Verdict::Review)));
    assert_eq!(whole.reasons.len(), 1);
    assert!(whole.reasons[0].message.starts_with("photo.avif: unsupported_format: "), "{:?}", whole.reasons);

    let whole = report(zipped(&[letter, member("empty.jpg", b"")]));
    assert_eq!((whole.status, whole.verdict, whole.others.len()), (Status::Rejected, None, 2));
    assert_eq!(whole.error.map(|error| error.code).as_deref(), Some("no_invoice"));
}

#[test]
fn a_page_of_an_ofd_that_is_a_picture_is_mentioned_as_not_read() {
    const DOCUMENT: &str = "Doc_0/Document.xml";
    const SCAN: &str = r#"<Page><Content><Layer>
        <ImageObject ID="9" Boundary="0 0 210 140" CTM="210 0 0 140 0 0" ResourceID="5"/></Layer></Content></Page>"#;
    const MEDIA: &str =
        r#"<Res><MultiMedias><MultiMedia ID="5"><MediaFile>1.png</MediaFile></MultiMedia></MultiMedias></Res>"#;
    let second = r#"<ofd:Page ID="4" BaseLoc="Pages/Page_1/Content.xml"/></ofd:Pages>"#;
    let resources = "<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes><ofd:PageArea>";
    let package = bare().edited(DOCUMENT, "</ofd:Pages>", second).edited(DOCUMENT, "<ofd:PageArea>", resources);
    let package = package.with("Doc_0/DocumentRes.xml", MEDIA).with("Doc_0/1.png", "a picture");
    let package = package.with("Doc_0/Pages/Page_1/Content.xml", SCAN);
    let scan = report(package.zipped());
    assert_eq!((scan.invoices.len(), scan.invoices[0].place.pages.as_slice()), (1, [1].as_slice()));
    let others: Vec<_> = scan.others.iter().map(|o| (o.place.pages.as_slice(), o.code.as_str())).collect();
    assert_eq!((others, scan.verdict), (vec![([2].as_slice(), "unsupported_format")], Some(Verdict::Review)));
}

#[test]
fn a_scored_corpus_is_read_without_a_fault() {
    let Some(corpus) = environment::corpus() else {
        return;
    };
    let labels = Path::new(&corpus).join("real");
    let output = tempfile::tempdir().unwrap();
    let mut count = 0;
    for entry in labels.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "ofd") {
            let report = report(std::fs::read(&path).unwrap());
            assert_eq!(
                (report.verdict, report.reasons.as_slice()),
                (Some(Verdict::Verified), [].as_slice()),
                "{path:?}"
            );
            let name = format!("{}.json", path.file_name().unwrap().to_string_lossy());
            std::fs::write(output.path().join(name), serde_json::to_vec(&report).unwrap()).unwrap();
            count += 1;
        }
    }
    let score = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/score.py");
    let judge = std::process::Command::new("python3")
        .args([Path::new(score), &labels, output.path()])
        .args(["--errors", "--match", "[.]ofd$"])
        .output()
        .unwrap();
    let table = String::from_utf8_lossy(&judge.stdout);
    println!("{table}");
    assert!(table.contains(&format!("every field right {count}, every key field right {count}")));
    assert!(table.contains("of them wrong 0,"));
}
