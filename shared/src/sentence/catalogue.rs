//! How a sentence is written down: a row with its id, its parameters and its text in each language. A row makes a function
//! of its name that asks for the parameters and gives the [`Sentence`](super::Sentence).

use std::collections::HashMap;
use std::sync::LazyLock;

use super::param::Form;
use super::{Lang, broken, check, fault, list, next, report, request, screen, step};

/// One sentence of the catalogue.
#[derive(Debug)]
pub(super) struct Row {
    pub id: &'static str,
    pub params: &'static [(&'static str, Form)],
    pub en: &'static str,
    pub zh: &'static str,
}

impl Row {
    pub(super) fn text(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }
}

/// Rows, each `id(name: Form, …) "English" "中文";` with `{name}` where the parameter goes.
macro_rules! sentences {
    ($($id:ident($($name:ident: $kind:ident),*) $en:literal $zh:literal;)+) => {
        $(
            #[doc = concat!("“", $en, "”")]
            pub fn $id($($name: impl $crate::sentence::param::Gives<$crate::sentence::param::kinds::$kind>),*)
                -> $crate::sentence::Sentence
            {
                $crate::sentence::Sentence::of(stringify!($id), [$((stringify!($name), $name.param())),*])
            }
        )+

        /// The same as a table.
        pub(super) const ROWS: &[$crate::sentence::catalogue::Row] = &[$(
            $crate::sentence::catalogue::Row {
                id: stringify!($id),
                params: &[$((stringify!($name), $crate::sentence::param::Form::$kind)),*],
                en: $en,
                zh: $zh,
            }
        ),+];
    };
}

pub(super) use sentences;

/// Every row there is.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    [
        check::ROWS,
        report::ROWS,
        list::ROWS,
        fault::ROWS,
        broken::ROWS,
        next::ROWS,
        request::ROWS,
        screen::ROWS,
        step::ROWS,
    ]
    .into_iter()
    .flatten()
}

/// The row of an id.
pub(super) fn row(id: &str) -> Option<&'static Row> {
    static BY_ID: LazyLock<HashMap<&str, &Row>> = LazyLock::new(|| rows().map(|row| (row.id, row)).collect());
    BY_ID.get(id).copied()
}

/// A text with its gaps filled; none when a gap has nothing to be filled with.
pub(super) fn fill(text: &str, param: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}')?;
        filled.push_str(&param(name)?);
        filled.push_str(rest);
    }
    Some(filled)
}
