//! The tools of whoever runs a stack, on the local AWS: what is missing is told and read again, and what has to go is
//! gone for good.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use fapiao_tests::label;
use fapiao_tests::stub::{self, Behaviour, Stub, StubVendor, number_of};
use serde_json::{Value, json};

use super::local::{Stack, deploy, fixture, root};

const PATIENCE: Duration = Duration::from_secs(120);

/// A stack that the tools take for the running one: they look for a note, and whether it is locked.
struct World {
    stack: Stack,
    textin: Stub,
    volcengine: Stub,
    note: PathBuf,
    _lock: File,
}

impl World {
    fn new() -> Self {
        let start = |vendor, name: &str| {
            let label = serde_json::from_slice(&fixture(&format!("{name}.json"))).unwrap();
            let stub = Stub::start(vendor, label::reading(&label)).unwrap();
            stub.tell_pictures_apart();
            stub
        };
        let (textin, volcengine) = (start(StubVendor::TextIn, "form-photo"), start(StubVendor::Volcengine, "roll"));
        let stack = deploy(&[
            "Providers=textin".to_owned(),
            "Concurrency=4".to_owned(),
            "MaxReceives=2".to_owned(),
            format!("TextinEndpoint={}", textin.endpoint()),
            format!("VolcengineEndpoint={}", volcengine.endpoint()),
            format!("ProviderSecret={}", stub::keys(stub::SECRET, stub::SECRET)),
        ]);
        let note = stack.folder().join("note.json");
        let mut lock = File::create(&note).unwrap();
        lock.write_all(stack.note().to_string().as_bytes()).unwrap();
        lock.lock().unwrap();
        Self { stack, textin, volcengine, note, _lock: lock }
    }

    /// Exit code and standard output of a tool.
    fn tool(&self, name: &str, arguments: &[&str]) -> (i32, String) {
        let mut command = Command::new(root().join(".venv/bin/python"));
        command.arg(root().join("tests/tools").join(name)).args(arguments).env("LOCAL_AWS_NOTE", &self.note);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code().unwrap_or(-1), said + &String::from_utf8_lossy(&output.stderr))
    }

    async fn drop_and_wait(&self, key: &str, picture: &[u8]) -> Value {
        self.stack.drop_file(key, picture).await;
        self.stack.report(&format!("{key}.json"), PATIENCE).await
    }

    /// The Report, as soon as it is as it should be.
    async fn report_when(&self, key: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..600 {
            match self.stack.report_now(&format!("{key}.json")).await {
                Some(report) if is_so(&report) => return report,
                _ => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
        panic!("{key}: {:?}", self.stack.report_now(&format!("{key}.json")).await);
    }
}

fn number(report: &Value) -> &Value {
    &report["invoices"][0]["invoice"]["invoice_number"]
}

/// One story, because the stack is everybody's.
#[tokio::test]
async fn what_is_missing_is_told_and_read_again_and_what_has_to_go_is_gone() {
    let world = World::new();
    let pictures = ["form-photo.jpg", "roll.jpg", "digital.png"].map(fixture);
    for (key, picture) in ["a/发票 1+1%.jpg", "a/b.jpg", "c.png"].iter().zip(&pictures) {
        assert_eq!(world.drop_and_wait(key, picture).await["status"], "read");
    }
    let (code, said) = world.tool("reconcile.py", &[]);
    assert_eq!((code, said.trim()), (0, "3 documents: 3 have a current Report"));
    a_missing_report_is_told_and_comes_again(&world).await;
    a_report_without_document_is_told(&world).await;
    what_one_provider_could_not_read_another_reads(&world).await;
    what_an_older_engine_has_read_is_read_again_once(&world).await;
    a_deleted_documents_report_is_withdrawn_and_wrong_nowhere(&world).await;
    an_erased_document_leaves_nothing(&world, &pictures[0]).await;
}

async fn a_missing_report_is_told_and_comes_again(world: &World) {
    world.stack.delete_report("a/b.jpg.json").await;
    let (code, said) = world.tool("reconcile.py", &["--prefix", "a/"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("2 documents: 1 have a current Report") && said.contains("a/b.jpg: no Report"), "{said}");
    let before = world.textin.calls().len();
    let (code, said) = world.tool("reprocess.py", &["--rate", "100"]);
    assert_eq!((code, said.trim()), (0, "3 documents looked at, 1 sent to be read."));
    world.stack.report("a/b.jpg.json", PATIENCE).await;
    world.stack.wait_until_inbox_is_empty(PATIENCE).await;
    assert!(world.textin.calls().len() <= before + 1);
    assert_eq!(world.tool("reprocess.py", &[]).1.trim(), "3 documents looked at, 0 sent to be read.");
}

async fn a_report_without_document_is_told(world: &World) {
    let report = world.stack.report("c.png.json", PATIENCE).await;
    world.stack.put_report("ghost.png.json", &report).await;
    let (code, said) = world.tool("reconcile.py", &[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("1 Reports have no document:\n  ghost.png.json"), "{said}");
    world.stack.delete_report("ghost.png.json").await;
    assert_eq!(world.tool("reconcile.py", &[]).0, 0);
}

async fn what_one_provider_could_not_read_another_reads(world: &World) {
    world.textin.always(Behaviour::Code(40_003));
    world.stack.retry_after(5).await;
    let picture = fixture("landscape.jpg");
    world.stack.drop_file("d.jpg", &picture).await;
    world.stack.dead_letters(PATIENCE).await;
    assert!(world.tool("reprocess.py", &["--provider", "volcengine"]).1.contains("4 documents looked at, 1 sent"));
    let report = world.report_when("d.jpg", |report| report["status"] == "read").await;
    assert_eq!(report["invoices"][0]["provider"]["name"], "volcengine");
    assert_eq!(number(&report), &json!(number_of(&picture)));
    assert_eq!(world.volcengine.calls().len(), 1);
    world.textin.always(Behaviour::Answer);
}

async fn what_an_older_engine_has_read_is_read_again_once(world: &World) {
    let mut report = world.stack.report("c.png.json", PATIENCE).await;
    let engine = report["engine"].clone();
    assert_eq!(engine, json!(world.stack.output("Engine")));
    report["engine"] = json!("0.0.1 older");
    world.stack.put_report("c.png.json", &report).await;
    assert!(world.tool("reprocess.py", &[]).1.contains("4 documents looked at, 0 sent"));
    assert!(world.tool("reprocess.py", &["--engine", "older"]).1.contains("4 documents looked at, 1 sent"));
    world.report_when("c.png", |report| report["engine"] == engine).await;
    assert!(world.tool("reprocess.py", &["--engine", "older"]).1.contains("4 documents looked at, 0 sent"));
}

async fn a_deleted_documents_report_is_withdrawn_and_wrong_nowhere(world: &World) {
    world.stack.delete_file("c.png").await;
    let report = world.report_when("c.png", |report| report["status"] == "withdrawn").await;
    assert!(!number(&report).is_null(), "what was read is gone");
    // By the tag the Report expires, which one that takes its place must not.
    assert_eq!(world.stack.tags("c.png.json").await, ["fapiao=withdrawn"]);
    world.stack.drop_file("c.png", &fixture("digital.png")).await;
    world.report_when("c.png", |report| report["status"] == "read").await;
    assert_eq!(world.stack.tags("c.png.json").await, [] as [&str; 0]);
    world.stack.delete_file("c.png").await;
    world.report_when("c.png", |report| report["status"] == "withdrawn").await;
    assert_eq!(world.tool("reconcile.py", &[]), (0, "3 documents: 3 have a current Report\n".to_owned()));
}

async fn an_erased_document_leaves_nothing(world: &World, picture: &[u8]) {
    let key = "a/发票 1+1%.jpg";
    world.stack.drop_file(key, &fixture("landscape.jpg")).await;
    world.report_when(key, |report| number(report) == &json!(number_of(&fixture("landscape.jpg")))).await;
    let report = world.stack.report("a/b.jpg.json", PATIENCE).await;
    let (code, said) = world.tool("erase.py", &["--", key]);
    assert_eq!(code, 1, "nobody has said yes: {said}");
    let (code, said) = world.tool("erase.py", &["--yes", "--", key]);
    assert_eq!(code, 0, "{said}");
    let left = world.stack.all_versions().await;
    assert_eq!(
        left.iter().filter(|(name, _)| name.contains("发票")).collect::<Vec<_>>(),
        [] as [&(String, Vec<u8>); 0]
    );
    let numbers = [picture.to_vec(), fixture("landscape.jpg")].map(|picture| number_of(&picture));
    // The second picture stands under another name, too, and what is said of that stays.
    let others = left.iter().filter(|(name, _)| name != "d.jpg.json" && !name.contains(&numbers[1]));
    let names_it = |body: &[u8]| String::from_utf8_lossy(body).contains(numbers[0].as_str());
    assert_eq!(
        others.filter(|(_, body)| names_it(body)).map(|(name, _)| name).collect::<BTreeSet<_>>(),
        BTreeSet::new()
    );
    assert_eq!(world.stack.report_now("a/b.jpg.json").await, Some(report), "another one's Report");
    let (code, said) = world.tool("erase.py", &["--yes", "--", key]);
    assert!(code == 0 && said.starts_with("There is nothing of"), "{said}");
    assert_eq!(world.tool("reconcile.py", &[]).0, 0);
    fs::remove_file(&world.note).unwrap();
}
