//! What the reader finds on a page before any value is read, as outlines to be drawn: for whoever looks for a fault.
//! Knows nothing of pictures.

use crate::geometry::{Corners, Quad};
use crate::ocr::PageText;

/// The corners of one thing, in pixels of the page as uploaded; two for a stroke.
pub type Outline = Vec<(f32, f32)>;

/// What was found on a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sketch {
    /// The ruled lines.
    pub rules: Vec<Outline>,
    /// The cells that they make.
    pub cells: Vec<Outline>,
    /// The lines of text.
    pub lines: Vec<Outline>,
    /// The QR codes.
    pub codes: Vec<Outline>,
    /// The papers, invoices and others.
    pub papers: Vec<Outline>,
}

impl Sketch {
    /// Looks at a page as the reader does.
    pub fn of(page: &PageText) -> Sketch {
        let rules = page.rules.iter().map(|[x1, y1, x2, y2]| vec![(*x1, *y1), (*x2, *y2)]);
        Sketch {
            rules: rules.collect(),
            cells: Vec::new(),
            lines: page.lines.iter().map(|line| outline(&line.quad)).collect(),
            codes: page.qr_codes.iter().map(|code| outline(&code.quad)).collect(),
            papers: Vec::new(),
        }
    }

    /// Its layers, what covers others last, each with what belongs to it, e.g. a colour.
    pub fn layers<T>(self, [rules, cells, lines, codes, papers]: [T; 5]) -> [(Vec<Outline>, T); 5] {
        [(self.rules, rules), (self.cells, cells), (self.lines, lines), (self.codes, codes), (self.papers, papers)]
    }
}

fn outline(quad: &Quad) -> Outline {
    Corners::from_quad(quad).0.map(|corner| (corner.x, corner.y)).to_vec()
}
