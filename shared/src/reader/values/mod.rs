//! From what is printed to what it means.
//!
//! - [`builder`]: a Reading under construction, every value with its evidence
//! - [`value_parsers`]: prints understood in spite of misread characters

pub(super) mod builder;
pub(super) mod value_parsers;
