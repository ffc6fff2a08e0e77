//! ZIPs, OFDs and XML that unpack, nest or repeat far beyond their bytes.

use super::{Bomb, named};
use crate::ofd::{ORIGINAL, OfdPackage, bare, invoice, zipped};

const fn bomb(name: &'static str, asks: &'static str, make: fn() -> Vec<u8>) -> Bomb {
    Bomb { name, asks, make }
}

pub(super) const BOMBS: &[Bomb] = &[
    bomb("zip-data", "a member of 400 MB of spaces", || zip(&[("1.xml", vec![b' '; 400 << 20])])),
    bomb("zip-data-total", "forty members of 40 MB each", || {
        let member = [vec![b' '; 40 << 20], ORIGINAL.into()].concat();
        zip(&(0..40).map(|_| ("1.xml", member.clone())).collect::<Vec<_>>())
    }),
    bomb("zip-nesting", "a ZIP in a ZIP, ten deep", || {
        (0..10).fold(ORIGINAL.as_bytes().to_vec(), |inner, _| zip(&[("1.zip", inner)]))
    }),
    bomb("zip-recursion-overlap", "members that are all the same bytes", zip_overlap),
    bomb("zip-count", "65,000 members", || zip(&(0..65_000).map(|_| ("1.xml", Vec::new())).collect::<Vec<_>>())),
    bomb("zip-count-allowed", "fifty files of two megapixel-hungry kinds", || {
        let (picture, page) = (made("png-pixels-allowed"), made("pdf-drawing-veils"));
        zip(&(0..50)
            .map(|i| if i % 2 == 0 { ("1.png", picture.clone()) } else { ("2.pdf", page.clone()) })
            .collect::<Vec<_>>())
    }),
    bomb("zip-of-bombs", "thirty other bombs in one ZIP", || {
        let small = super::pictures::BOMBS.iter().chain(super::drawings::BOMBS).filter(|b| !b.name.contains("data"));
        let files = small.map(|b| (b.name, (b.make)())).filter(|(_, bytes)| bytes.len() < 400_000).take(30);
        zip(&files.collect::<Vec<_>>())
    }),
    bomb("zip-truncation", "a ZIP without its end", || {
        let mut file = zip(&[("1.xml", ORIGINAL.into())]);
        file.truncate(file.len() / 2);
        file
    }),
    bomb("ofd-pixels", "an OFD whose code's picture has 2,147,483,647 pixels a side", || ofd_with(made("png-pixels"))),
    bomb("ofd-metadata", "an OFD whose code's picture has a profile of 4 GiB", || {
        ofd_with(made("png-metadata-profile"))
    }),
    bomb(
        "ofd-pixels-jbig2",
        "an OFD whose code is a JBIG2 region of 60,000 x 60,000 pixels",
        || ofd_with(jbig2_file()),
    ),
    bomb("ofd-data", "an OFD whose page has 400 MB of spaces", || {
        let mut package = bare();
        package
            .0
            .iter_mut()
            .filter(|(name, _)| name.ends_with("Content.xml"))
            .for_each(|f| f.1 = vec![b' '; 400 << 20]);
        package.zipped()
    }),
    bomb("ofd-count-pages", "an OFD of 400,000 pages, all the same file", || {
        let page = r#"<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/>"#;
        edited(invoice(), "Document.xml", "</ofd:Pages>", &format!("{}</ofd:Pages>", page.repeat(400_000)))
    }),
    bomb(
        "ofd-count-templates",
        "an OFD of fifty pages that each lay its largest page on themselves 2,000 times",
        || {
            let template = r#"<ofd:TemplatePage ID="9" BaseLoc="Pages/Page_0/Content.xml"/></ofd:CommonData>"#;
            let package = OfdPackage(edited_files(invoice(), "Document.xml", "</ofd:CommonData>", template));
            let used = format!("{}<ofd:Content>", r#"<ofd:Template TemplateID="9"/>"#.repeat(2_000));
            edited(package, "Content.xml", "<ofd:Content>", &used)
        },
    ),
    bomb("ofd-recursion", "an OFD whose root is its document", || {
        let package = invoice();
        let root = package.0.iter().find(|(name, _)| name == "OFD.xml").map(|f| f.1.clone()).unwrap_or_default();
        let mut files = package.0;
        files.iter_mut().filter(|(name, _)| name.ends_with("Document.xml")).for_each(|f| f.1 = root.clone());
        zipped(&files)
    }),
    bomb("ofd-deltas", "an OFD whose text runs a billion characters on", || {
        edited(invoice(), "Content.xml", "DeltaX=\"", "DeltaX=\"g 1000000000 1 ")
    }),
    bomb("ofd-nesting", "an OFD whose page is 100,000 groups deep", || {
        let deep = format!("{}{}", "<ofd:PageBlock>".repeat(100_000), "</ofd:PageBlock>".repeat(100_000));
        edited(invoice(), "Content.xml", "</ofd:Layer>", &format!("{deep}</ofd:Layer>"))
    }),
    bomb("ofd-truncation", "an OFD without its end", || {
        let mut file = invoice().zipped();
        file.truncate(file.len() / 2);
        file
    }),
    bomb("xml-entities", "ten entities, each ten of the next one", || {
        let entities = (1..10).map(|i| format!("<!ENTITY e{i} \"{}\">", format!("&e{};", i - 1).repeat(10)));
        let entities = entities.collect::<String>();
        format!("<?xml version='1.0'?><!DOCTYPE eInvoice [<!ENTITY e0 \"lol\">{entities}]><eInvoice>&e9;</eInvoice>")
            .into()
    }),
    bomb("xml-external", "an entity that is a file of the machine", || {
        "<?xml version='1.0'?><!DOCTYPE eInvoice [<!ENTITY e SYSTEM 'file:///dev/zero'>]><eInvoice>&e;</eInvoice>"
            .into()
    }),
    bomb("xml-nesting", "an element in an element, a million times", || {
        format!("<eInvoice>{}{}</eInvoice>", "<a>".repeat(1_000_000), "</a>".repeat(1_000_000)).into()
    }),
    bomb("xml-count", "three million elements", || format!("<eInvoice>{}</eInvoice>", "<a/>".repeat(3_000_000)).into()),
    bomb("xml-count-attributes", "an element of a million attributes", || {
        format!("<eInvoice {}/>", "a='1' ".repeat(1_000_000)).into()
    }),
    bomb("xml-data", "an element of 45 MB of text", || {
        format!("<eInvoice><InvoiceNumber>{}</InvoiceNumber></eInvoice>", "1".repeat(45_000_000)).into()
    }),
    bomb("xml-lines", "an invoice of 30,000 lines of goods", || {
        let (before, after) = ORIGINAL.split_once("<fp:GoodsInfo>").unwrap_or((ORIGINAL, ""));
        let (goods, after) = after.split_once("</fp:GoodsInfo>").unwrap_or(("<x/>", after));
        format!("{before}{}{after}", format!("<fp:GoodsInfo>{goods}</fp:GoodsInfo>").repeat(30_000)).into()
    }),
    bomb("xml-truncation", "XML that ends in its middle", || ORIGINAL.as_bytes()[..ORIGINAL.len() / 2].to_vec()),
    bomb("xml-ends", "ends of elements that never began, seven million bytes of them", || {
        format!("<eInvoice>{}</eInvoice>", "</a>".repeat(1_750_000)).into()
    }),
];

fn made(name: &str) -> Vec<u8> {
    named(name).map(|bomb| (bomb.make)()).unwrap_or_default()
}

fn zip(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    // A writer refuses two members of one name.
    let files = files.iter().enumerate().map(|(i, (name, bytes))| (format!("{i}-{name}"), bytes.clone()));
    zipped(&files.collect::<Vec<_>>())
}

/// Forty entries of the directory that are one member of 40 MB.
fn zip_overlap() -> Vec<u8> {
    let one = zip(&[("1.xml", vec![b' '; 40 << 20])]);
    let find = |mark: &[u8]| one.windows(4).rposition(|w| w == mark).unwrap_or(0);
    let (entry, end) = (find(b"PK\x01\x02"), find(b"PK\x05\x06"));
    let entries = one[entry..end].repeat(40);
    let mut tail = one[end..].to_vec();
    tail[8..10].copy_from_slice(&40_u16.to_le_bytes());
    tail[10..12].copy_from_slice(&40_u16.to_le_bytes());
    tail[12..16].copy_from_slice(&(entries.len() as u32).to_le_bytes());
    [&one[..entry], &entries, &tail].concat()
}

fn edited_files(OfdPackage(mut files): OfdPackage, path: &str, from: &str, to: &str) -> Vec<(String, Vec<u8>)> {
    for (_, content) in files.iter_mut().filter(|(name, _)| name.ends_with(path)) {
        *content = String::from_utf8_lossy(content).replacen(from, to, 1).into_bytes();
    }
    files
}

fn edited(package: OfdPackage, path: &str, from: &str, to: &str) -> Vec<u8> {
    zipped(&edited_files(package, path, from, to))
}

/// An invoice whose page shows this picture where its code stands.
fn ofd_with(picture: Vec<u8>) -> Vec<u8> {
    let listed = r#"<Res BaseLoc="Res"><MultiMedias><MultiMedia ID="5"><MediaFile>qr</MediaFile></MultiMedia></MultiMedias></Res>"#;
    let shown = r#"<ofd:Layer><ImageObject Boundary="8 3 20 20" CTM="20 0 0 20 0 0" ResourceID="5"/>"#;
    let resources = "<DocumentRes>DocumentRes.xml</DocumentRes></ofd:CommonData>";
    let files = edited_files(invoice(), "Document.xml", "</ofd:CommonData>", resources);
    let mut files = edited_files(OfdPackage(files), "Content.xml", "<ofd:Layer>", shown);
    files.extend([("Doc_0/Res/qr".to_owned(), picture), ("Doc_0/DocumentRes.xml".to_owned(), listed.into())]);
    zipped(&files)
}

/// A JBIG2 file of a page of 8 x 8 with a region that is far larger.
fn jbig2_file() -> Vec<u8> {
    let segment = |kind: u8, content: &[u8]| {
        [&[0, 0, 0, 0, kind, 0, 1], (content.len() as u32).to_be_bytes().as_slice(), content].concat()
    };
    let sides = |side: u32| [side.to_be_bytes(), side.to_be_bytes()].concat();
    let page = segment(48, &[sides(8), vec![0; 11]].concat());
    let coded = [0x08, 3, 0xff, 0xfd, 0xff, 2, 0xfe, 0xfe, 0xfe];
    let region = segment(38, &[sides(60_000), vec![0; 9], coded.to_vec(), vec![0; 16]].concat());
    [b"\x97JB2\r\n\x1a\n\x01\0\0\0\x01".to_vec(), page, region, segment(49, &[]), segment(51, &[])].concat()
}
