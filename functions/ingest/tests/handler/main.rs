//! The real handler on the in-memory store, with a provider that counts what it is asked.

#![cfg(test)]

mod invoices;
mod messages;
mod paid;
mod rounds;
mod versions;
mod world;
