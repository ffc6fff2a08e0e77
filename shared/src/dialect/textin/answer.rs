//! The answer as it came, borrowed from its bytes: the little of it that is read, and the rest passed over.
//! Knows nothing of what the keys mean.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::quad::from_position;
use crate::dialect::json::Json;
use crate::report::Quad;

/// The envelope.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer<'a> {
    #[serde(borrow)]
    pub(super) code: Json<'a>,
    #[serde(borrow)]
    pub(super) message: Json<'a>,
    /// Beside an error's code anything may stand here.
    #[serde(borrow)]
    pub(super) result: Object<Outcome<'a>>,
}

/// What was made of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Outcome<'a> {
    #[serde(borrow)]
    pub(super) r#type: Json<'a>,
    #[serde(borrow)]
    pub(super) kind: Json<'a>,
    #[serde(borrow)]
    pub(super) image_angle: Json<'a>,
    #[serde(borrow)]
    pub(super) rotated_image_width: Json<'a>,
    #[serde(borrow)]
    pub(super) rotated_image_height: Json<'a>,
    #[serde(borrow)]
    pub(super) item_list: List<Entry<'a>>,
    #[serde(borrow)]
    pub(super) product_list: List<List<Entry<'a>>>,
}

impl Outcome<'_> {
    /// Whether it holds none of what an outcome holds.
    pub(super) fn is_blank(&self) -> bool {
        self.r#type == Json::Null && self.item_list.0.is_empty()
    }
}

/// One value and its place.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entry<'a> {
    #[serde(borrow)]
    key: Json<'a>,
    #[serde(borrow)]
    value: Json<'a>,
    position: Position,
}

impl Entry<'_> {
    /// What the value is; empty for none.
    pub(super) fn key(&self) -> &str {
        self.key.as_str().unwrap_or_default()
    }

    /// What is printed; none for nothing but blanks.
    pub(super) fn print(&self) -> Option<Cow<'_, str>> {
        self.value.print().filter(|print| !print.trim().is_empty())
    }

    /// Where it stands, in either order of corners.
    pub(super) fn place(&self) -> Option<Quad> {
        from_position(&self.position.0?)
    }
}

/// Some programs write what is empty as `""`, `null`, `false` or 0, and a call is paid by then.
macro_rules! scalars_are_nothing {
    () => {
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
}

/// An object; none where something else stands.
#[derive(Debug)]
pub(super) struct Object<T>(pub(super) Option<T>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Members(PhantomData))
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = Object<T>;

    scalars_are_nothing!();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Object(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|value| Object(Some(value)))
    }
}

/// A list; an empty one where something else stands.
#[derive(Debug)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Elements(PhantomData))
    }
}

struct Elements<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Elements<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    scalars_are_nothing!();

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(List::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element::<Option<T>>()? {
            elements.extend(element);
        }
        Ok(List(elements))
    }
}

/// Eight numbers; none for any other count. Half of an answer is positions, so they go without a list of their own.
#[derive(Debug, Default)]
struct Position(Option<[f64; 8]>);

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EightNumbers)
    }
}

struct EightNumbers;

impl<'de> Visitor<'de> for EightNumbers {
    type Value = Position;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a position")
    }

    scalars_are_nothing!();

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut numbers = [0.0; 8];
        for number in &mut numbers {
            match seq.next_element()? {
                Some(next) => *number = next,
                None => return Ok(Position(None)),
            }
        }
        let mut is_longer = false;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            is_longer = true;
        }
        Ok(Position((!is_longer).then_some(numbers)))
    }
}
