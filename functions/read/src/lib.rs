//! What stands behind `make read`, a folder of files to Reports and a list, and behind `make list`, Reports to a list.
//! Knows nothing of how an invoice is read, nor of what the list's columns are.

pub mod fate;
pub mod folder;
pub mod gather;
pub mod job;
pub mod progress;
pub mod sheet;
pub mod stale;
pub mod watch;
pub mod write;
