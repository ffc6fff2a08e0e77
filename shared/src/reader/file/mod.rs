//! What a file says of itself: no pixels, no engine.
//!
//! - [`text_lines`]: a page's characters as the lines that the layouts read
//! - [`pages`]: several pages to the invoices on them
//! - [`goods_list`]: the list of goods on pages of its own
//! - [`xml`]: attached data, labelled objects, named values

mod goods_list;
pub(crate) mod pages;
pub mod text_lines;
pub mod xml;
