//! What hostile files cost: each bomb is opened, its text taken and all of its pages drawn in a process of its own, with a
//! limit on time and on address space.
//!
//! `measure` measures all bombs, `measure NAME...` those whose names hold one of these words, `measure --files FILE...`
//! files, and `measure --write FOLDER` writes the bombs down.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fapiao::document::Limits;
use fapiao::parts;
use fapiao_tests::bombs::{self, Bomb};

/// No file may take longer.
const PATIENCE: Duration = Duration::from_secs(60);

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--one"] => one(),
        ["--write", folder] => write(folder),
        ["--files", files @ ..] => {
            files.iter().try_for_each(|file| measure(file, &std::fs::read(file)?).map(|row| println!("{row}")))
        }
        words => {
            let wanted = |bomb: &Bomb| words.is_empty() || words.iter().any(|word| bomb.name.contains(word));
            bombs::all()
                .into_iter()
                .filter(wanted)
                .try_for_each(|bomb| measure(bomb.name, &(bomb.make)()).map(|row| println!("{row}")))
        }
    }
}

fn write(folder: &str) -> Outcome<()> {
    std::fs::create_dir_all(folder)?;
    bombs::all()
        .into_iter()
        .try_for_each(|bomb| Ok(std::fs::write(std::path::Path::new(folder).join(bomb.name), (bomb.make)())?))
}

/// One file in a process of its own: its size, its time, its memory, and what it came to.
fn measure(name: &str, bytes: &[u8]) -> Outcome<String> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("--one")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (mut stdin, start) = (child.stdin.take().ok_or("no stdin")?, Instant::now());
    // A child that died early reads no more.
    let _ = stdin.write_all(bytes);
    drop(stdin);
    let mut memory = 0;
    let ended = loop {
        memory = memory.max(peak_memory(&child.id().to_string()).unwrap_or(0));
        match child.try_wait()? {
            Some(status) if status.success() => break None,
            Some(status) => break Some(status.to_string()),
            None if start.elapsed() > PATIENCE => {
                child.kill()?;
                child.wait()?;
                break Some("no end".to_owned());
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let elapsed = start.elapsed().as_secs_f32();
    let mut says = String::new();
    child.stdout.take().ok_or("no stdout")?.read_to_string(&mut says)?;
    let says = ended.unwrap_or_else(|| says.trim().replace('\n', " | "));
    Ok(format!("{name:34} {:9} B {elapsed:6.2} s {memory:5} MiB  {says}", bytes.len()))
}

/// What stands on stdin, opened, read and drawn.
fn one() -> Outcome<()> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let file = match parts::take_apart(bytes.into(), &Limits::default()) {
        Ok(file) => file,
        Err(error) => {
            println!("{error}");
            return Ok(());
        }
    };
    let mut said: Vec<String> = Vec::new();
    for (_, part) in file.parts {
        let outcome = part.and_then(|part| {
            let text = part.own_reading().is_some();
            part.document().pixels().map(|pixels| format!("text {text}, {} x {}", pixels.width(), pixels.height()))
        });
        let says = outcome.unwrap_or_else(|error| error.to_string());
        if !said.contains(&says) {
            said.push(says);
        }
    }
    println!("{}", said.join("\n"));
    Ok(())
}

fn peak_memory(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}
