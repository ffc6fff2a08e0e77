//! OFD and XML files, read without pixels: drawn ones with every fault that real producers make, and the real ones of
//! a labelled folder when FAPIAO_CORPUS names it.

#![cfg(test)]

use bytes::Bytes;
use fapiao::document::text::TextLayer;
use fapiao::document::{Limits, ofd};
use fapiao::reader::sources::{self, Account};
use fapiao::reader::{self, layer, xml};
use fapiao::report::{EvidenceSource, PageInfo, Reading};
use fapiao_tests::ofd::{DIGITAL, ORIGINAL, Package, bare, invoice};

const PAGE: &str = "Doc_0/Pages/Page_0/Content.xml";
const TAGS: &str = "Doc_0/Tags/CustomTag.xml";
const DATA: &str = "Doc_0/Attachs/original_invoice.xml";

fn open(package: &Package) -> TextLayer {
    ofd::layer(&Bytes::from(package.zipped()), &Limits::default()).unwrap()
}

fn read(package: &Package) -> Reading {
    let layer = open(package);
    let page = layer::page_text(&layer.pages[0], (1654, 1102));
    let mut accounts = xml::accounts(&layer);
    if let Ok(reading) = reader::read_text(&page) {
        accounts.push(Account::of_reading(EvidenceSource::Text, reading));
    }
    sources::merge(accounts, PageInfo::default()).unwrap()
}

/// Everything that the drawn invoice says, as JSON.
#[track_caller]
fn assert_whole(reading: &Reading) {
    let invoice = serde_json::to_value(&reading.invoice).unwrap();
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
    assert_eq!(reading.conflicts, []);
}

#[test]
fn every_source_agrees_and_is_named() {
    let reading = read(&invoice());
    assert_whole(&reading);
    for path in ["invoice_code", "buyer.name", "items[0].amount", "grand_total"] {
        assert_eq!(reading.fields[path].sources, [EvidenceSource::Xml, EvidenceSource::Text], "{path}");
        assert!(reading.fields[path].quad.is_some(), "{path} has its place on the page");
    }
    assert_eq!(reading.fields["title"].sources, [EvidenceSource::Text]);
    assert_eq!(reading.fields["grand_total_words"].sources, [EvidenceSource::Text]);
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
        ("objects in distances", page_with("Y=\"2.73\">213", "Y=\"2.73\" DeltaX=\"g 90 1.6\">213")),
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
            Package(invoice().0.into_iter().map(|(n, c)| (format!("发票/{n}"), c)).collect()),
        ),
    ];
    for (name, package) in cases {
        let reading = std::panic::catch_unwind(|| assert_whole(&read(&package)));
        assert!(reading.is_ok(), "{name}");
    }
}

#[test]
fn a_source_that_contradicts_is_noted() {
    let reading = read(&invoice().edited(DATA, "<fp:Payee>王一", "<fp:Payee>赵四"));
    let paths: Vec<&str> = reading.conflicts.iter().map(|c| c.path.as_str()).collect();
    assert_eq!((paths, reading.invoice.payee.as_deref()), (vec!["payee"], Some("赵四")));
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
        let error = ofd::layer(&Bytes::from(package.zipped()), &Limits::default()).unwrap_err();
        assert_eq!(error.code(), code, "{name}: {error}");
    }
}

#[test]
fn a_digital_invoice_s_data_is_an_invoice_of_its_own() {
    for text in [DIGITAL.to_owned(), DIGITAL.replace("<EInvoice>", "<fp:einvoice>").replace("BuyerName", "x:buyername")]
    {
        let reading = xml::read(text.as_bytes()).unwrap();
        let invoice = serde_json::to_value(&reading.invoice).unwrap();
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
        assert_eq!(reading.fields["title"].sources, [EvidenceSource::Code]);
        assert_eq!(reading.fields["grand_total"].sources, [EvidenceSource::Xml]);
    }
}

#[test]
fn other_xml_is_no_invoice() {
    for text in ["<a/>", "<EInvoice><Header/></EInvoice>", "<eInvoice><InvoiceNo>12345678</InvoiceNo></eInvoice>"] {
        assert_eq!(xml::read(text.as_bytes()).unwrap_err().code(), "no_invoice", "{text}");
    }
}
