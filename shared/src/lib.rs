//! Chinese VAT invoices to data that a finance team can trust.
//!
//! The story, one step a module, dependencies running downwards only:
//!
//! ```text
//! bytes -> worker (document -> parts) -> provider -> Reading -> check -> Report -> store or HTTP answer
//! ```
//!
//! - [`pipeline`] tells that story in one screen.
//! - [`provider`] says who reads: `embedded`, `textin`, `volcengine`; selection and fallback.
//! - [`worker`] opens documents in a process that holds no keys; [`desk`] is what it does there.
//! - [`parts`] takes a file apart: each invoice, each page that is none.
//! - [`dialect`] is each vendor's wire format, both ways.
//! - [`reader`] turns text lines into a [`report::Reading`].
//! - [`ocr`] turns pixels into text lines. Knows nothing of invoices.
//! - [`document`] makes untrusted bytes safe.
//! - [`check`] holds the rules, and what makes a field verified.
//! - [`store`] is object storage behind a narrow trait.
//! - [`invoice`] and [`report`] are the model: pure data and rules.
//! - [`list`] is what many Reports are booked from: a line an invoice.
//! - [`geometry`] is where things stand on a page.
//! - [`sentence`] is what people are told, in each language.
//! - [`config`], [`deadline`], [`secret`], [`aws`], [`logging`] and [`error`] are what everybody shares.

pub mod aws;
pub mod check;
pub mod config;
pub mod deadline;
pub mod desk;
pub mod dialect;
pub mod document;
pub mod error;
pub mod geometry;
pub mod invoice;
pub mod list;
pub mod logging;
pub mod ocr;
pub mod parts;
pub mod pipeline;
pub mod provider;
pub mod reader;
pub mod report;
pub mod secret;
pub mod sentence;
pub mod store;
pub mod worker;
