//! The languages, and how people ask for one.

use std::fmt;
use std::str::FromStr;

/// A language that we speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// Both, for tables and tests.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// Its tag, as in `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// The one that a reader likes best of those in `Accept-Language` (RFC 9110, 12.5.4); none when ours are not among them.
    pub fn accepted(header: &str) -> Option<Self> {
        let wanted = header.split(',').filter_map(|range| {
            let (tag, quality) = range.split_once(';').unwrap_or((range, "q=1"));
            let quality: f32 = quality.trim().strip_prefix("q=")?.parse().ok()?;
            Some((tag.parse().ok()?, quality))
        });
        // Of equal ones the first.
        let better = |best: Option<(Self, f32)>, next: (Self, f32)| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        };
        wanted.filter(|(_, quality)| *quality > 0.0).fold(None, better).map(|(lang, _)| lang)
    }
}

impl FromStr for Lang {
    type Err = String;

    /// `en`, `zh`, or either with a region or a script: `zh-CN`, `zh_Hans`.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match text.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "en" => Ok(Self::En),
            "zh" => Ok(Self::Zh),
            _ => Err(text.to_owned()),
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_told_with_or_without_its_region() {
        for (text, lang) in
            [("en", Lang::En), ("en-GB", Lang::En), ("zh", Lang::Zh), ("zh_Hans_CN", Lang::Zh), (" ZH-cn", Lang::Zh)]
        {
            assert_eq!(text.parse(), Ok(lang));
            assert_eq!(lang.tag().parse(), Ok(lang));
        }
        for text in ["", "de", "english", "*"] {
            assert!(text.parse::<Lang>().is_err(), "{text}");
        }
    }

    #[test]
    fn of_accepted_languages_the_one_liked_best_is_taken() {
        for (header, lang) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Some(Lang::Zh)),
            ("de, en;q=0.5, zh-TW;q=0.7", Some(Lang::Zh)),
            ("en, zh", Some(Lang::En)),
            ("de", None),
            ("zh;q=0", None),
            ("zh;q=x,*", None),
            ("", None),
        ] {
            assert_eq!(Lang::accepted(header), lang, "{header}");
        }
    }
}
