//! PDFs whose structure, streams or pictures ask for far more than their bytes.

use super::Bomb;
use super::pack;

const fn bomb(name: &'static str, asks: &'static str, make: fn() -> Vec<u8>) -> Bomb {
    Bomb { name, asks, make }
}

pub(super) const BOMBS: &[Bomb] = &[
    bomb("pdf-pixels-jbig2", "a JBIG2 picture of 60,000 x 60,000 pixels in 773 bytes", || {
        let mut file = picture("/Filter /JBIG2Decode /BitsPerComponent 1", (60_000, 60_000), &jbig2(60_000, 60_000));
        // Comments behind the end change nothing.
        file.resize(773, b'%');
        file
    }),
    bomb("pdf-pixels-jbig2-region", "a JBIG2 region of 60,000 x 60,000 pixels in a picture of 8 x 8", || {
        let region = jbig2_segment(38, &jbig2_region(60_000, 60_000));
        let page = jbig2_segment(48, &jbig2_page(8, 8));
        picture("/Filter /JBIG2Decode /BitsPerComponent 1", (8, 8), &[page, region].concat())
    }),
    bomb("pdf-pixels-ccitt", "a fax of 60,000 x 60,000 pixels", || {
        let filter = "/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 60000 /Rows 60000 >> /BitsPerComponent 1";
        picture(filter, (60_000, 60_000), &[0xff; 2_000])
    }),
    bomb("pdf-pixels-ccitt-columns", "a fax of 4,000,000,000 columns in a picture of 8 x 8", || {
        let filter = "/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 4000000000 >> /BitsPerComponent 1";
        picture(filter, (8, 8), &[0xff; 100])
    }),
    bomb("pdf-pixels-run-length", "a picture of 30,000 x 30,000 pixels in runs", || {
        picture("/Filter /RunLengthDecode /BitsPerComponent 8", (30_000, 30_000), &[129, 0].repeat(7_000_000))
    }),
    bomb("pdf-pixels-lzw", "a picture of 60,000 x 20,000 pixels in LZW", || {
        picture("/Filter /LZWDecode /BitsPerComponent 8", (60_000, 20_000), &pack::lzw_zeros(164))
    }),
    bomb("pdf-pixels-jpx", "a JPEG 2000 picture of 60,000 x 60,000 pixels in a picture of 8 x 8", || {
        picture("/Filter /JPXDecode", (8, 8), &jpx(60_000, 60_000, 60_000))
    }),
    bomb("pdf-count-jpx-tiles", "a JPEG 2000 picture of 100,000,000 tiles", || {
        picture("/Filter /JPXDecode", (10_000, 10_000), &jpx(10_000, 10_000, 1))
    }),
    bomb("pdf-pixels-jpeg", "a JPEG of 65,000 x 65,000 pixels", || {
        picture("/Filter /DCTDecode /BitsPerComponent 8", (65_000, 65_000), &jpeg_head(65_000, 65_000))
    }),
    bomb("pdf-pixels-bits", "a picture of one bit a pixel, 4,000,000,000 x 4,000,000,000 of them", || {
        picture("/BitsPerComponent 1", (4_000_000_000, 4_000_000_000), &[0; 8])
    }),
    bomb("pdf-pixels-mask", "a mask of 60,000 x 60,000 pixels behind a picture of 8 x 8", || {
        let mask =
            "/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 1 /ColorSpace /DeviceGray";
        let image = "/Type /XObject /Subtype /Image /Width 8 /Height 8 /BitsPerComponent 8 /ColorSpace /DeviceGray /SMask 6 0 R";
        page(
            "q 400 0 0 400 0 0 cm /X Do Q",
            "/XObject << /X 5 0 R >>",
            &[stream(image, &[0; 64]), stream(mask, &[0; 8])],
        )
    }),
    bomb("pdf-pixels-inline", "an inline picture of 100,000 x 100,000 pixels", || {
        page("q 9 0 0 9 0 0 cm BI /W 100000 /H 100000 /BPC 1 /CS /G ID aaaaaaaa EI Q", "", &[])
    }),
    bomb("pdf-count-pictures", "one picture of 100 megapixels drawn 2,000 times", || {
        let image = "/Type /XObject /Subtype /Image /Width 10000 /Height 10000 /BitsPerComponent 1 /ColorSpace /DeviceGray \
            /Filter /FlateDecode";
        let drawn = "q 400 0 0 400 0 0 cm /X Do Q ".repeat(2_000);
        page(&drawn, "/XObject << /X 5 0 R >>", &[stream(image, &pack::zeros(12_500_000))])
    }),
    bomb("pdf-data-flate", "a stream that unpacks to 4 GiB", || flate("/Filter /FlateDecode", &pack::zeros(4 << 30))),
    bomb("pdf-data-bare", "a stream without a header that unpacks to 2 GiB", || {
        flate("/Filter /FlateDecode", &pack::bare(b" ", 2 << 30))
    }),
    bomb("pdf-data-twice", "a stream packed three times, of 300 GB", || {
        let inner = pack::zeros(1 << 30);
        let twice = pack::repeated(&inner, 300);
        flate("/Filter [/FlateDecode /FlateDecode /FlateDecode]", &pack::deflated(&twice))
    }),
    bomb("pdf-data-run-lengths", "runs of runs of runs of runs, of 17 GB", || {
        // A run of this byte is packed as a run of this byte.
        let packed = [vec![129; 1 << 22], vec![0, 128, 128]].concat();
        let packed = pack::run_lengths(&pack::run_lengths(&packed));
        flate("/Filter [/RunLengthDecode /RunLengthDecode /RunLengthDecode /RunLengthDecode]", &packed)
    }),
    bomb("pdf-data-lzw", "LZW of 13 GB", || flate("/Filter /LZWDecode", &pack::lzw_zeros(1_800))),
    bomb("pdf-data-predictor", "rows of 2,000,000,000 columns", || {
        let filter =
            "/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 2000000000 /Colors 4 /BitsPerComponent 16 >>";
        flate(filter, &pack::deflated(b"\x02 q Q"))
    }),
    bomb("pdf-count-contents", "a page of 100,000 times the same stream of 10 MB", || {
        let contents = format!("/Contents [{}]", "5 0 R ".repeat(100_000));
        let content = stream("/Filter /FlateDecode", &pack::repeated(b"q Q ", 2_500_000));
        page_with(&contents, "", "", &[content])
    }),
    bomb("pdf-count-pages", "two million pages", || {
        let inline = "<< /Type /Page >> ".repeat(2_000_000);
        tree(&format!("<< /Type /Pages /Kids [{inline}] /Count 2000000 >>"), &[])
    }),
    bomb("pdf-pages-large", "50 pages of 10,000 points a side, each full of groups", || {
        let content = "q /X Do Q ".repeat(300);
        let kids = (0..50).map(|i| format!("{} 0 R ", 5 + i)).collect::<String>();
        let form = "/Type /XObject /Subtype /Form /BBox [0 0 10000 10000] /Group << /S /Transparency >>";
        let mut objects = vec![stream(form, b"0.5 g 0 0 10000 10000 re f"), stream("", content.as_bytes())];
        objects.extend((0..50).map(|_| {
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10000 10000] /Contents 4 0 R /Resources << /XObject << /X 3 0 R >> >> >>"
                .to_vec()
        }));
        tree(&format!("<< /Type /Pages /Kids [{kids}] /Count 50 >>"), &objects)
    }),
    bomb("pdf-pages-endless", "a page of 1e38 points", || {
        page_with("/MediaBox [0 0 1e38 1e38]", "0 0 1e38 1e38 re f", "", &[])
    }),
    bomb("pdf-recursion-pages", "a tree of pages that is its own branch", || {
        tree(
            "<< /Type /Pages /Kids [2 0 R 3 0 R 3 0 R] /Count 9 >>",
            &[b"<< /Type /Pages /Kids [2 0 R 3 0 R] >>".to_vec()],
        )
    }),
    bomb("pdf-recursion-xref", "a table of objects whose previous table is itself", || {
        let file = page("", "", &[]);
        let text = String::from_utf8_lossy(&file).into_owned();
        let start = text.find("xref\n").unwrap_or(0);
        text.replace("/Root", &format!("/Prev {start} /Root")).into_bytes()
    }),
    bomb("pdf-recursion-length", "streams whose lengths are each other", || {
        tree(
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            &[
                b"<< /Type /Page /Contents 4 0 R >>".to_vec(),
                b"<< /Length 5 0 R >>\nstream\nq\nendstream".to_vec(),
                b"<< /Length 4 0 R >>\nstream\nq\nendstream".to_vec(),
            ],
        )
    }),
    bomb("pdf-nesting-objects", "a dictionary in a dictionary, a million times", || {
        let deep = [b"<< /A ".repeat(1_000_000), b"1 ".to_vec(), b">> ".repeat(1_000_000)].concat();
        page("", "", &[deep])
    }),
    bomb("pdf-nesting-arrays", "an array in an array in the page's contents, a million times", || {
        page(&"[".repeat(1_000_000), "", &[])
    }),
    bomb("pdf-nesting-object-streams", "a stream of objects that lies in itself", object_stream_in_itself),
    bomb("pdf-count-object-streams", "a stream of objects of 100 MB, for each of 10,000 objects anew", object_streams),
    bomb("pdf-truncation", "a PDF that ends in its page", || {
        let mut file = page(&"0 0 9 9 re f ".repeat(100), "", &[]);
        file.truncate(400);
        file
    }),
    bomb("pdf-count-objects", "a table that says it has four billion objects", || {
        String::from_utf8_lossy(&page("", "", &[])).replace("xref\n0 ", "xref\n0 429496729").into_bytes()
    }),
    bomb("pdf-attachment", "an attached file of 400 kB that unpacks to 400 MB", || {
        let file = "<< /Type /Filespec /F (a.xml) /EF << /F 6 0 R >> >>";
        let names = "/Names << /EmbeddedFiles << /Names [(a.xml) 5 0 R] >> >>";
        let content = stream("/Filter /FlateDecode", &pack::zeros(400_000_000));
        catalog(names, &[kids(), one_page(""), stream("", b""), file.into(), content])
    }),
];

/// A file of objects, the first of which is its root.
pub(super) fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file.extend(format!("{} 0 obj\n", index + 1).as_bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let (start, size) = (file.len(), objects.len() + 1);
    let tail = format!("{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    file.extend(tail.as_bytes());
    file
}

pub(super) fn stream(dictionary: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("<< {dictionary} /Length {} >>\nstream\n", content.len());
    [head.as_bytes(), content, b"\nendstream"].concat()
}

/// A file whose catalog says more than where its pages are; they are object 2.
fn catalog(more: &str, objects: &[Vec<u8>]) -> Vec<u8> {
    file(&[&[format!("<< /Type /Catalog /Pages 2 0 R {more} >>").into_bytes()], objects].concat())
}

fn tree(pages: &str, objects: &[Vec<u8>]) -> Vec<u8> {
    catalog("", &[&[pages.as_bytes().to_vec()], objects].concat())
}

fn kids() -> Vec<u8> {
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec()
}

fn one_page(resources: &str) -> Vec<u8> {
    let head = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R";
    format!("<< {head} /Resources << {resources} >> >>").into_bytes()
}

/// A page with this content; the objects are those from 5 on.
pub(super) fn page(content: &str, resources: &str, objects: &[Vec<u8>]) -> Vec<u8> {
    catalog("", &[&[kids(), one_page(resources), stream("", content.as_bytes())], objects].concat())
}

/// A page of its own words; the objects are those from 5 on.
fn page_with(words: &str, content: &str, resources: &str, objects: &[Vec<u8>]) -> Vec<u8> {
    let page = format!("<< /Type /Page /Parent 2 0 R /Contents 4 0 R {words} /Resources << {resources} >> >>");
    // What stands twice in a dictionary counts once, and readers differ in which.
    let page = if words.contains("/Contents") { page.replace("/Contents 4 0 R ", "") } else { page };
    catalog("", &[&[kids(), page.into_bytes(), stream("", content.as_bytes())], objects].concat())
}

/// A page that is one picture.
fn picture(words: &str, (width, height): (u32, u32), data: &[u8]) -> Vec<u8> {
    let color = if words.contains("JPX") { "" } else { "/ColorSpace /DeviceGray" };
    let dictionary = format!("/Type /XObject /Subtype /Image /Width {width} /Height {height} {color} {words}");
    page("q 400 0 0 400 0 0 cm /X Do Q", "/XObject << /X 5 0 R >>", &[stream(&dictionary, data)])
}

/// A page whose content is packed so.
fn flate(words: &str, data: &[u8]) -> Vec<u8> {
    page_with("/Contents 5 0 R", "", "", &[stream(words, data)])
}

// Pictures in PDFs

fn jbig2_segment(kind: u8, content: &[u8]) -> Vec<u8> {
    [&[0, 0, 0, 0, kind, 0, 1], (content.len() as u32).to_be_bytes().as_slice(), content].concat()
}

fn jbig2_page(width: u32, height: u32) -> Vec<u8> {
    [width.to_be_bytes().as_slice(), &height.to_be_bytes(), &[0; 11]].concat()
}

/// A generic region, every row as the one before it.
fn jbig2_region(width: u32, height: u32) -> Vec<u8> {
    let head = [width.to_be_bytes().as_slice(), &height.to_be_bytes(), &[0; 9]].concat();
    [head, vec![0x08, 3, 0xff, 0xfd, 0xff, 2, 0xfe, 0xfe, 0xfe], vec![0; 16]].concat()
}

fn jbig2(width: u32, height: u32) -> Vec<u8> {
    [jbig2_segment(48, &jbig2_page(width, height)), jbig2_segment(38, &jbig2_region(width, height))].concat()
}

/// The bare codestream of a grey picture without data.
fn jpx(width: u32, height: u32, tile: u32) -> Vec<u8> {
    let sides = [width, height, 0, 0, tile, tile, 0, 0].map(u32::to_be_bytes).concat();
    let size = [b"\xff\x4f\xff\x51\0\x29\0\0".as_slice(), &sides, &[0, 1, 7, 1, 1]].concat();
    let coding = b"\xff\x52\0\x0c\0\0\0\x01\0\x05\x04\x04\0\x01".to_vec();
    let quantity = [b"\xff\x5c\0\x13\x40".as_slice(), &[0x48; 16]].concat();
    let tile = b"\xff\x90\0\x0a\0\0\0\0\0\0\0\x01\xff\x93\0\0\0\0\0\0\0\0\xff\xd9".to_vec();
    [size, coding, quantity, tile].concat()
}

fn jpeg_head(width: u16, height: u16) -> Vec<u8> {
    let frame = [&[8], height.to_be_bytes().as_slice(), &width.to_be_bytes(), &[1, 1, 0x11, 0]].concat();
    let tables = [b"\xff\xdb\0\x43\0".as_slice(), &[1; 64], b"\xff\xc4\0\x14\0\x01", &[0; 16]].concat();
    let ac = [b"\xff\xc4\0\x14\x10\x01".as_slice(), &[0; 16]].concat();
    let scan = [b"\xff\xda\0\x08\x01\x01\0\0\x3f\0".as_slice(), &[0; 500], b"\xff\xd9"].concat();
    [b"\xff\xd8".to_vec(), tables, ac, b"\xff\xc0\0\x0b".to_vec(), frame, scan].concat()
}

// Streams of objects

/// Objects 6 and up are in object 5's stream, as the table of this file says.
fn with_object_stream(stream_five: Vec<u8>, entries: &[(u8, u32, u16)]) -> Vec<u8> {
    let objects =
        [b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(), kids(), one_page(""), stream("", b"q Q"), stream_five];
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut table = vec![0, 0, 0, 0, 0, 0xff, 0xff];
    for (index, object) in objects.iter().enumerate() {
        table.push(1);
        table.extend((file.len() as u32).to_be_bytes());
        table.extend([0, 0]);
        file.extend(format!("{} 0 obj\n", index + 1).as_bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    for (kind, place, index) in entries {
        table.push(*kind);
        table.extend(place.to_be_bytes());
        table.extend(index.to_be_bytes());
    }
    let (start, number) = (file.len(), objects.len() + entries.len() + 1);
    let words = format!("/Type /XRef /Size {number} /W [1 4 2] /Root 1 0 R");
    file.extend(format!("{number} 0 obj\n").as_bytes());
    file.extend(stream(&words, &table));
    file.extend(format!("\nendobj\nstartxref\n{start}\n%%EOF\n").as_bytes());
    file
}

fn object_stream_in_itself() -> Vec<u8> {
    let inner = stream("/Type /ObjStm /N 2 /First 10 /Extends 6 0 R", b"6 0 7 0    << /Length 7 0 R >>");
    with_object_stream(inner, &[(2, 6, 0), (2, 6, 1), (2, 5, 0)])
}

fn object_streams() -> Vec<u8> {
    let content = [b"6 0 ".repeat(10_000), b" ".repeat(100_000_000)].concat();
    let inner = stream("/Type /ObjStm /N 10000 /First 40000 /Filter /FlateDecode", &pack::deflated(&content));
    let entries: Vec<(u8, u32, u16)> = (0..10_000).map(|index| (2, 5, index)).collect();
    with_object_stream(inner, &entries)
}
