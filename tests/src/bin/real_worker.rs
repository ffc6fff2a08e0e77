//! The worker as the functions start it, in a program that the tests can name.

use std::process::ExitCode;

use fapiao::desk::Desk;
use fapiao::worker;

fn main() -> ExitCode {
    worker::serve(|models| Desk::new(models))
}
