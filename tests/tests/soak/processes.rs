//! The processes that the local AWS runs a function in: how much memory they take, and their end at a bad moment.
//! Knows nothing of what they do.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Everything that runs from that folder as the function of this name.
pub fn of_function(folder: &Path, function: &str) -> Vec<u32> {
    let name = format!("AWS_LAMBDA_FUNCTION_NAME={function}");
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let Ok(program) = fs::read_link(entry.path().join("exe")) else { continue };
        let variables = fs::read(entry.path().join("environ")).unwrap_or_default();
        let ours = program.starts_with(folder) && variables.split(|byte| *byte == 0).any(|one| one == name.as_bytes());
        if ours {
            found.push(id);
        }
    }
    found.sort_unstable();
    found
}

/// Megabytes that a process has in memory; none when it is gone.
pub fn megabytes(id: u32) -> Option<f64> {
    Some(status(id, "VmRSS:")?.parse::<f64>().ok()? / 1024.0)
}

/// Who started it.
pub fn parent(id: u32) -> Option<u32> {
    status(id, "PPid:")?.parse().ok()
}

fn status(id: u32, name: &str) -> Option<String> {
    let status = fs::read_to_string(of(id).join("status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1).map(str::to_owned)
}

/// The ports at a process's end of its connections.
pub fn ports(id: u32) -> BTreeSet<u16> {
    let open = fs::read_dir(of(id).join("fd")).into_iter().flatten().flatten();
    let links = open.filter_map(|file| fs::read_link(file.path()).ok());
    let sockets: BTreeSet<String> = links.filter_map(|link| socket(&link)).collect();
    let table = fs::read_to_string(of(id).join("net/tcp")).unwrap_or_default();
    table.lines().filter_map(|line| local_port(line, &sockets)).collect()
}

fn socket(link: &Path) -> Option<String> {
    Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
}

/// A line of the kernel's table: number, local and remote address in hexadecimal, state, ..., the socket in the tenth place.
fn local_port(line: &str, sockets: &BTreeSet<String>) -> Option<u16> {
    let columns: Vec<&str> = line.split_whitespace().collect();
    let (local, socket) = (columns.get(1)?, columns.get(9)?);
    let port = u16::from_str_radix(local.rsplit_once(':')?.1, 16).ok()?;
    sockets.contains(*socket).then_some(port)
}

/// Sends a signal, e.g. `KILL`. Whoever is gone already does not get it.
pub fn signal(id: u32, signal: &str) {
    let _ = Command::new("kill").arg(format!("-{signal}")).arg(id.to_string()).stderr(Stdio::null()).status();
}

fn of(id: u32) -> PathBuf {
    Path::new("/proc").join(id.to_string())
}
