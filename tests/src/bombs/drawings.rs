//! PDFs of a kilobyte whose page is told to draw without end.

use super::Bomb;
use super::pack;
use super::pdf::{page, stream};

const fn bomb(name: &'static str, asks: &'static str, make: fn() -> Vec<u8>) -> Bomb {
    Bomb { name, asks, make }
}

pub(super) const BOMBS: &[Bomb] = &[
    bomb("pdf-recursion-form", "a form that draws itself ten times", || {
        page(
            "/X Do",
            "/XObject << /X 5 0 R >>",
            &[form("/Resources << /XObject << /X 5 0 R >> >>", &"/X Do ".repeat(10))],
        )
    }),
    bomb("pdf-nesting-forms", "ten forms, each of which draws the next one ten times", || nested_forms("")),
    bomb("pdf-nesting-groups", "ten groups, each of which draws the next one ten times", || {
        nested_forms("/Group << /S /Transparency >>")
    }),
    bomb("pdf-drawing-silent-form", "a form of 16 MB that draws nothing, drawn 200,000 times", || {
        let words = "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Filter /FlateDecode";
        let silent = stream(words, &pack::repeated(b"q Q ", 4_000_000));
        page(&"/X Do ".repeat(200_000), "/XObject << /X 5 0 R >>", &[silent])
    }),
    bomb("pdf-drawing-tiles", "a pattern whose tiles of 10^6 points stand a hundredth of a point apart", || {
        pattern("/BBox [0 0 1000000 1000000] /XStep 0.01 /YStep 0.01", "0 0 1 1 re f")
    }),
    bomb("pdf-drawing-small-tiles", "a pattern that steps by a millionth of a point", || {
        pattern("/BBox [0 0 500 500] /XStep 0.000001 /YStep 0.000001", "0 0 1 1 re f")
    }),
    bomb("pdf-drawing-tiles-many", "a pattern of 500 x 500 tiles in each, painted with 1,000 times", || {
        let tile = "/BBox [0 0 500 500] /XStep 1 /YStep 1";
        painted(tile, &"0 0 400 400 re f ".repeat(10), &"0 0 595 842 re f ".repeat(1_000))
    }),
    bomb("pdf-recursion-pattern", "a pattern that paints with itself", || {
        let words = "/Resources << /Pattern << /P 5 0 R >> >> /BBox [0 0 9 9] /XStep 1 /YStep 1";
        pattern(words, &"/Pattern cs /P scn 0 0 9 9 re f ".repeat(10))
    }),
    bomb("pdf-recursion-type3", "a font whose character writes itself ten times", || {
        let font = "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /FirstChar 97 /LastChar 97 \
            /Widths [9] /Encoding << /Differences [97 /a] >> /CharProcs << /a 6 0 R >> /Resources << /Font << /F 5 0 R >> >> >>";
        let character = stream("", b"9 0 d0 BT /F 9 Tf (aaaaaaaaaa) Tj ET 0 0 9 9 re f");
        page("BT /F 9 Tf (aaaaaaaaaa) Tj ET", "/Font << /F 5 0 R >>", &[font.into(), character])
    }),
    bomb("pdf-drawing-type3", "20,000 characters that each draw 20,000 areas", || {
        let font = "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /FirstChar 97 /LastChar 97 \
            /Widths [0] /Encoding << /Differences [97 /a] >> /CharProcs << /a 6 0 R >> >>";
        let character = stream("/Filter /FlateDecode", &pack::repeated(b"0 0 9 9 re f ", 20_000));
        let text = format!("BT /F 50 Tf ({}) Tj ET", "a".repeat(19_000));
        page(&text, "/Font << /F 5 0 R >>", &[font.into(), character])
    }),
    bomb("pdf-recursion-mask", "a soft mask that is masked by itself", || {
        let mask =
            form("/Group << /S /Transparency /CS /DeviceGray >> /Resources << /ExtGState << /G 6 0 R >> >>", MASKED);
        page(MASKED, "/ExtGState << /G 6 0 R >>", &[mask, b"<< /SMask << /S /Luminosity /G 5 0 R >> >>".to_vec()])
    }),
    bomb("pdf-count-masks", "20,000 areas, each behind a soft mask of its own", || {
        let mask = form("/Group << /S /Transparency /CS /DeviceGray >>", "0 0 595 842 re f");
        let masked =
            (0..20_000).map(|i| format!("1 0 0 1 0.001 {} cm /G gs 0 0 595 842 re f ", i % 2)).collect::<String>();
        page(&masked, "/ExtGState << /G 6 0 R >>", &[mask, b"<< /SMask << /S /Luminosity /G 5 0 R >> >>".to_vec()])
    }),
    bomb("pdf-drawing-dashes", "a line of 10^9 points in dashes of a millionth", || {
        page("[0.000001] 0 d 1 w 0 0 m 1000000000 500 l S", "", &[])
    }),
    bomb("pdf-drawing-dashes-many", "a dash pattern of 100,000 numbers, used 10,000 times", || {
        let dashes = "0.01 ".repeat(100_000);
        page(&format!("[{dashes}] 0 d {}", "0 0 m 500 500 l S ".repeat(10_000)), "", &[])
    }),
    bomb("pdf-drawing-areas", "300,000 areas of a whole page, laid over each other", || {
        page(&"0 0 595 842 re f ".repeat(299_000), "/ExtGState << /G << /ca 0.5 >> >>", &[])
    }),
    bomb("pdf-drawing-veils", "290,000 see-through areas of a whole page", || {
        page(&format!("/G gs {}", "0 0 595 842 re f ".repeat(290_000)), "/ExtGState << /G << /ca 0.5 >> >>", &[])
    }),
    bomb("pdf-drawing-veils-allowed", "500 see-through areas of a whole page, nearly as many as are allowed", || {
        page(&format!("/G gs {}", "0 0 595 842 re f ".repeat(500)), "/ExtGState << /G << /ca 0.5 >> >>", &[])
    }),
    bomb("pdf-drawing-clips-allowed", "2,000 clips inside each other", || {
        page(&format!("{} 0 0 595 842 re f", "0 0 m 595 0 l 595 842 l h W n ".repeat(2_000)), "", &[])
    }),
    bomb("pdf-drawing-shadings-allowed", "60 radial shadings of a whole page", || {
        let shading = "/Shading << /S << /ShadingType 3 /ColorSpace /DeviceRGB /Coords [10 20 0 500 600 900] /Extend [true true] \
            /Function << /FunctionType 2 /Domain [0 1] /C0 [0 0 0] /C1 [1 0 1] /N 1.7 >> >> >>";
        page(&"/S sh ".repeat(60), shading, &[])
    }),
    bomb("pdf-count-masks-allowed", "30 areas, each behind a soft mask of its own", || {
        let mask = form("/Group << /S /Transparency /CS /DeviceGray >>", "0 0 595 842 re f");
        let masked = (0..30).map(|i| format!("1 0 0 1 0.001 {} cm /G gs 0 0 595 842 re f ", i % 2)).collect::<String>();
        page(&masked, "/ExtGState << /G 6 0 R >>", &[mask, b"<< /SMask << /S /Luminosity /G 5 0 R >> >>".to_vec()])
    }),
    bomb("pdf-nesting-groups-allowed", "50 groups of a whole page, inside each other", || {
        let words =
            |i: usize| format!("/Group << /S /Transparency >> /Resources << /XObject << /X {} 0 R >> >>", 6 + i);
        let level = |i: usize| form(&words(i), "0.5 g 0 0 595 842 re f /X Do");
        page("/X Do", "/XObject << /X 5 0 R >>", &(0..45).map(level).collect::<Vec<_>>())
    }),
    bomb("pdf-drawing-path", "one path of 3,000,000 points across the page, filled and stroked", || {
        let points = (0..3_000_000_u64).map(|i| format!("{} {} l ", i * 7_919 % 595, i * 104_729 % 842));
        page(&format!("0 0 m {}B", points.collect::<String>()), "", &[])
    }),
    bomb("pdf-drawing-curves", "wide round strokes along 20,000 curves of 10^6 points", || {
        page(&format!("1 J 1 j 400 w {}", "0 0 m 1000000 9 9 1000000 595 842 c S ".repeat(20_000)), "", &[])
    }),
    bomb("pdf-drawing-clips", "100,000 clips inside each other", || {
        page(&format!("{} 0 0 9 9 re f", "0 0 m 500 0 l 500 500 l h W n ".repeat(100_000)), "", &[])
    }),
    bomb("pdf-nesting-states", "10,000,000 states saved", || page(&"q ".repeat(10_000_000), "", &[])),
    bomb("pdf-drawing-function", "a colour of a function with 100,000,000 samples", || {
        let words = "/FunctionType 0 /Domain [0 1 0 1 0 1 0 1] /Range [0 1 0 1 0 1] /Size [80 80 80 65] /BitsPerSample 8 \
            /Filter /FlateDecode";
        let space = "/ColorSpace << /S [/DeviceN [/A /B /C /D] /DeviceRGB 5 0 R] >>";
        page("/S cs 0.5 0.5 0.5 0.5 sc 0 0 9 9 re f", space, &[stream(words, &pack::zeros(99_840_000))])
    }),
    bomb("pdf-recursion-function", "a function stitched together of itself", || {
        let function = "<< /FunctionType 3 /Domain [0 1] /Functions [5 0 R 5 0 R] /Bounds [0.5] /Encode [0 1 0 1] >>";
        let space = "/ColorSpace << /S [/Separation /A /DeviceGray 5 0 R] >>";
        page("/S cs 0.5 sc 0 0 9 9 re f", space, &[function.into()])
    }),
    bomb("pdf-recursion-color", "a colour space that is its own alternative", || {
        page(
            "/S cs 0.5 sc 0 0 9 9 re f",
            "/ColorSpace << /S 5 0 R >>",
            &[
                b"[/Separation /A 5 0 R 6 0 R]".to_vec(),
                b"<< /FunctionType 2 /Domain [0 1] /C0 [0] /C1 [1] /N 1 >>".to_vec(),
            ],
        )
    }),
    bomb("pdf-drawing-program", "a shading by a program of 2,000,000 steps a pixel", || {
        let program = format!("{{ {} }}", "dup mul 2 div ".repeat(700_000));
        let function =
            stream("/FunctionType 4 /Domain [0 1 0 1] /Range [0 1]", program.replace("{ dup", "{ add dup").as_bytes());
        let shading = "/Shading << /S << /ShadingType 1 /ColorSpace /DeviceGray /Domain [0 1 0 1] \
            /Matrix [595 0 0 842 0 0] /Function 5 0 R >> >>";
        page("/S sh", shading, &[function])
    }),
    bomb("pdf-drawing-shadings", "a page-wide radial shading, 20,000 times", || {
        let shading = "/Shading << /S << /ShadingType 3 /ColorSpace /DeviceRGB /Coords [10 20 0 500 600 900] /Extend [true true] \
            /Function << /FunctionType 2 /Domain [0 1] /C0 [0 0 0] /C1 [1 0 1] /N 1.7 >> >> >>";
        page(&"/S sh ".repeat(20_000), shading, &[])
    }),
    bomb("pdf-drawing-mesh", "a mesh of 500,000 patches, each as large as the page", || {
        let words = "/ShadingType 6 /ColorSpace /DeviceGray /BitsPerCoordinate 8 /BitsPerComponent 8 /BitsPerFlag 8 \
            /Decode [0 595 0 842 0 1] /Filter /FlateDecode";
        let patch: Vec<u8> = [
            vec![0],
            [0, 0, 0, 85, 0, 170, 0, 255, 85, 255, 170, 255].to_vec(),
            [255, 255, 255, 170, 255, 85, 255, 0, 170, 0, 85, 0].to_vec(),
            vec![0, 80, 160, 255],
        ]
        .concat();
        page("/S sh", "/Shading << /S 5 0 R >>", &[stream(words, &pack::repeated(&patch, 500_000))])
    }),
    bomb("pdf-drawing-text", "19,000 characters of 100,000 points", || {
        let text = format!("BT /F 100000 Tf ({}) Tj ET", "W".repeat(19_000));
        page(&text, "/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>", &[])
    }),
    bomb("pdf-count-annotations", "100,000 annotations that draw the same form", || {
        let look = form("", &"0 0 9 9 re f ".repeat(100));
        let note = "<< /Type /Annot /Subtype /Stamp /Rect [0 0 595 842] /AP << /N 5 0 R >> >> ";
        let file = page("", "", &[look]);
        // The page's own dictionary gets them all; what stands behind it moves, and is found again.
        let with = format!("/Type /Page /Annots [{}] /Parent", note.repeat(100_000));
        String::from_utf8_lossy(&file).replacen("/Type /Page /Parent", &with, 1).into_bytes()
    }),
    bomb("pdf-count-widths", "a font that names 4,000,000,000 widths", || {
        let font = "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [<< /Type /Font \
            /Subtype /CIDFontType2 /BaseFont /A /W [0 4000000000 500] >>] >>";
        page("BT /F 9 Tf (aa) Tj ET", "/Font << /F 5 0 R >>", &[font.into()])
    }),
    bomb("pdf-count-names", "a font whose characters are named by a map of 4,000,000,000", || {
        let map = "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00000000> <FFFFFFFF> endcodespacerange \
            1 beginbfrange <00000000> <FFFFFFFF> <0030> endbfrange endcmap";
        let font = "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 6 0 R /DescendantFonts \
            [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A >>] >>";
        page("BT /F 9 Tf (aa) Tj ET", "/Font << /F 5 0 R >>", &[font.into(), stream("", map.as_bytes())])
    }),
];

const MASKED: &str = "/G gs 0 0 595 842 re f /G gs 0 0 595 842 re f";

fn form(words: &str, content: &str) -> Vec<u8> {
    stream(&format!("/Type /XObject /Subtype /Form /BBox [0 0 595 842] {words}"), content.as_bytes())
}

/// Each form draws the one behind it; the last fills the page.
fn nested_forms(words: &str) -> Vec<u8> {
    let level = |i: usize| {
        let next = format!("{words} /Resources << /XObject << /X {} 0 R >> >>", 6 + i);
        if i == 9 { form(words, "0.5 g 0 0 595 842 re f") } else { form(&next, &"/X Do ".repeat(10)) }
    };
    page("/X Do", "/XObject << /X 5 0 R >>", &(0..10).map(level).collect::<Vec<_>>())
}

/// The page painted once with a pattern.
fn pattern(words: &str, content: &str) -> Vec<u8> {
    painted(words, content, "0 0 595 842 re f")
}

fn painted(words: &str, content: &str, areas: &str) -> Vec<u8> {
    let words = format!("/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 {words}");
    page(&format!("/Pattern cs /P scn {areas}"), "/Pattern << /P 5 0 R >>", &[stream(&words, content.as_bytes())])
}
