//! What the programs say when they cannot begin: in the language that is set, with the next step.

#![cfg(test)]

use std::path::Path;
use std::process::{Command, Output};

use fapiao::ocr::MODEL_FILES;
use tempfile::TempDir;

const READ: &str = env!("CARGO_BIN_EXE_fapiao-read");
const LIST: &str = env!("CARGO_BIN_EXE_fapiao-list");

/// A folder with an empty `scans`, and models of which nothing is read.
fn desktop() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("scans")).unwrap();
    std::fs::create_dir(dir.path().join("models")).unwrap();
    MODEL_FILES.iter().for_each(|name| std::fs::write(dir.path().join("models").join(name), "").unwrap());
    dir
}

fn run(folder: &Path, program: &str, arguments: [&str; 2], settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env_clear().envs(settings.iter().copied());
    command.env("FAPIAO_MODELS", folder.join("models")).output().unwrap()
}

/// English words in a row, as no Chinese sentence has them.
fn is_english(text: &str) -> bool {
    let runs = text.split(|c: char| !c.is_ascii_alphabetic() && c != ' ');
    runs.into_iter().any(|run| run.split(' ').filter(|word| word.len() > 1).count() > 2)
}

#[test]
fn what_keeps_a_program_from_beginning_is_told_in_chinese() {
    let desktop = desktop();
    let zh = ("FAPIAO_LANG", "zh");
    for (program, arguments, setting, said) in [
        (READ, ["gone", "out"], zh, "无法打开gone：不存在"),
        (READ, ["scans", "scans"], zh, "是同一个文件夹"),
        (READ, ["scans", "scans/out"], zh, "scans/out在scans之内"),
        (READ, ["scans", "out"], ("FAPIAO_BUYERS", "我们公司:123"), "FAPIAO_BUYERS中的“我们公司:123”"),
        (READ, ["scans", "out"], ("FAPIAO_JOBS", "0"), "FAPIAO_JOBS的值“0”不是大于零的整数"),
        (LIST, ["scans", "list.txt"], zh, "list.txt不是以.xlsx或.csv结尾"),
        (LIST, ["scans", "list.csv"], zh, "scans中没有识别结果"),
        (LIST, ["s3://", "list.csv"], zh, "没有写明存储桶"),
    ] {
        let ended = run(desktop.path(), program, arguments, &[zh, setting]);
        let told = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(2), "{told}");
        assert!(told.contains(said) && told.lines().count() == 2 && !is_english(&told), "{said}: {told}");
    }
}

#[test]
fn who_asks_for_a_language_that_nobody_speaks_is_told_in_both() {
    let desktop = desktop();
    for program in [READ, LIST] {
        let ended = run(desktop.path(), program, ["scans", "list.csv"], &[("FAPIAO_LANG", "de")]);
        let told = String::from_utf8(ended.stderr).unwrap();
        assert_eq!((ended.status.code(), told.lines().count()), (Some(2), 4), "{told}");
        assert!(told.contains("which we do not speak") && told.contains("不是我们支持的语言"), "{told}");
    }
}

#[test]
fn an_empty_folder_is_told_to_be_empty() {
    let desktop = desktop();
    for (lang, said) in [("en", "There is no file in scans that can be read"), ("zh", "scans中没有可识别的文件")]
    {
        let ended = run(desktop.path(), READ, ["scans", "out"], &[("FAPIAO_LANG", lang)]);
        let told = String::from_utf8(ended.stderr).unwrap();
        assert!(ended.status.success() && told.contains(said), "{told}");
    }
}
