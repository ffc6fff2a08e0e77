//! What a worker gives up before it sees a document: rights, files, the network, and most of what a system can be asked for.
//! Each is given up where the system offers it, and what is not there is told. Knows nothing of documents.
//!
//! They overlap on purpose. Lambda's kernel has no landlock, so there the calls that are refused, and a parent that does not
//! let itself be looked into, are what counts.

use std::path::Path;

/// Confines this process for good; memory in bytes of address space. What could not be had is the answer.
#[cfg(target_os = "linux")]
pub(super) fn confine(models: &Path, memory: u64) -> Vec<String> {
    linux::confine(models, memory)
}

/// There is nothing of all this elsewhere.
#[cfg(not(target_os = "linux"))]
pub(super) fn confine(_models: &Path, _memory: u64) -> Vec<String> {
    vec!["this system has none of what Linux confines a process with".to_owned()]
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fmt::Display;
    use std::path::{Path, PathBuf};

    use landlock::{
        ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
        path_beneath_rules,
    };
    use rustix::process::{Resource, Rlimit, setrlimit};
    use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities, set_no_new_privs};

    use crate::document::fonts;
    use crate::worker::calls;

    /// What the engine's own library is linked with, where the system looks for it, and what it asks about the processor: it is
    /// opened when the first page of pixels comes.
    const LIBRARIES: [&str; 7] =
        ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/proc/cpuinfo", "/sys/devices/system/cpu"];

    /// Models, fonts and the three pipes; the engine opens one file at a time.
    const MAX_FILES: u64 = 64;

    pub(super) fn confine(models: &Path, memory: u64) -> Vec<String> {
        let steps = [
            ("limits", limit(memory).map_err(|error| error.to_string())),
            ("no new privileges", set_no_new_privs(true).map_err(|error| error.to_string())),
            ("no capabilities", drop_capabilities().map_err(|error| error.to_string())),
            ("landlock", close_files(models).unwrap_or_else(|error| Err(error.to_string()))),
            ("refused system calls", calls::refuse().map_err(|error| error.to_string())),
        ];
        let missing = |(what, outcome): (&str, Result<(), String>)| Some(describe(what, &outcome.err()?));
        steps.into_iter().filter_map(missing).collect()
    }

    fn describe(what: &str, why: &dyn Display) -> String {
        format!("{what}: {why}")
    }

    fn limit(memory: u64) -> rustix::io::Result<()> {
        let to = |most| Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(Resource::As, to(memory))?;
        setrlimit(Resource::Core, to(0))?;
        // It writes into pipes alone.
        setrlimit(Resource::Fsize, to(0))?;
        setrlimit(Resource::Nofile, to(MAX_FILES))
    }

    /// So that root's worker can do no more than anybody's.
    fn drop_capabilities() -> rustix::io::Result<()> {
        let none = CapabilitySet::empty();
        set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
    }

    /// Leaves the models, the fonts and the system's libraries to be read, and nothing else to be done with files, TCP or other processes.
    fn close_files(models: &Path) -> Result<Result<(), String>, RulesetError> {
        let newest = ABI::V6;
        let readable: Vec<PathBuf> = fonts::places(models).chain(LIBRARIES.map(PathBuf::from)).collect();
        let status = Ruleset::default()
            .handle_access(AccessFs::from_all(newest))?
            .handle_access(AccessNet::from_all(newest))?
            .scope(Scope::from_all(newest))?
            .create()?
            .add_rules(path_beneath_rules(readable, AccessFs::from_read(newest)))?
            .restrict_self()?;
        Ok(match status.ruleset {
            RulesetStatus::NotEnforced => Err("this kernel has none".to_owned()),
            RulesetStatus::PartiallyEnforced => Err("this kernel has only a part of it".to_owned()),
            RulesetStatus::FullyEnforced => Ok(()),
        })
    }
}
