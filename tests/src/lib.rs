//! What the tests that cross crates share. Knows nothing of what they test.

pub mod bombs;
pub mod contract;
#[cfg(unix)]
pub mod deeds;
pub mod environment;
pub mod faults;
pub mod fuzz;
pub mod label;
pub mod ofd;
pub mod plain;
pub mod protocols;
pub mod stub;
pub mod wire;
