//! Hostile calls to the API: headers, signatures and bodies that were tampered with. Without valid credentials nothing is let
//! in, and nothing breaks with them.

#![cfg(test)]

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use fapiao::desk::Desk;
use fapiao::dialect::volcengine;
use fapiao::document::Limits;
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::pipeline::Pipeline;
use fapiao::provider::{Answer, Chain, Provider};
use fapiao::secret::Secret;
use fapiao::worker::{Part, Workers};
use fapiao_api::Api;
use fapiao_api::clients::Clients;
use fapiao_tests::fuzz::{Dice, mutate};
use fapiao_tests::protocols::{self, Call, NEW, picture, textin, volcengine as signed};
use serde_json::{Value, json};

const HOST: &str = "abc.execute-api.cn-north-1.amazonaws.com.cn";
const KEY: &str = "hunter2-own";

struct NoInvoice;

#[async_trait]
impl Provider for NoInvoice {
    fn name(&self) -> &'static str {
        "embedded"
    }

    async fn read(&self, _: &Part, _: Instant) -> Result<Answer> {
        Err(Error::new(ErrorKind::NoInvoice, "as told"))
    }
}

fn api() -> Api {
    let pipeline =
        Pipeline::new(Workers::here(Desk::new("no/models")), Chain::new(vec![Arc::new(NoInvoice)]), Limits::default());
    Api::new(pipeline, Clients::new(Arc::new(Secret::new(protocols::secret(KEY)))))
}

/// A call of each kind that the API takes, with these secrets.
fn call(dice: &mut Dice, secret: &str, key: &str) -> Call {
    let page = picture(100, 60);
    let own = |target: &str, media_type: &str, body: Vec<u8>| Call {
        method: "POST",
        target: target.to_owned(),
        headers: vec![("authorization", format!("Bearer {key}")), ("content-type", media_type.to_owned())],
        body,
    };
    let form = volcengine::form(&page);
    let in_form =
        [b"--xYz\r\nContent-Disposition: form-data; filename=a\r\n\r\n".as_slice(), &page, b"\r\n--xYz--\r\n"];
    match dice.below(7) {
        0 | 1 => textin::call("accounting", &page).with("x-ti-secret-code", secret),
        2 | 3 => signed::call(HOST, &signed::credentials("accounting", secret), &form),
        4 => own("/v1/invoices?provider=embedded", "image/png", page),
        5 => own("/v1/invoices", "application/json", json!({"image_base64": "AAECAw=="}).to_string().into_bytes()),
        _ => own("/v1/invoices", "multipart/form-data; boundary=xYz", in_form.concat()),
    }
}

/// Changes one to three things about a call.
fn tampered(mut call: Call, dice: &mut Dice) -> Call {
    for _ in 0..=dice.below(2) {
        match dice.below(6) {
            0 => mutate(&mut call.body, 0, dice),
            1 => call.target = changed_target(&call.target, dice),
            2 => call.method = *dice.pick::<&'static str>(&["GET", "PUT", "POST", "DELETE"]),
            3 if !call.headers.is_empty() => {
                let at = dice.below(call.headers.len());
                call.headers.remove(at);
            }
            _ if !call.headers.is_empty() => {
                let at = dice.below(call.headers.len());
                call.headers[at].1 = changed(&call.headers[at].1, dice);
            }
            _ => {}
        }
    }
    call
}

/// A gateway passes on what may stand in a request line alone.
fn changed_target(target: &str, dice: &mut Dice) -> String {
    let mut bytes = target.as_bytes().to_vec();
    mutate(&mut bytes, 1, dice);
    let may_stand = |byte: &u8| byte.is_ascii_alphanumeric() || b"/?&=.-_~%+:;,@$!*'()".contains(byte);
    bytes.into_iter().filter(may_stand).map(char::from).collect()
}

fn changed(text: &str, dice: &mut Dice) -> String {
    let mut bytes = text.as_bytes().to_vec();
    mutate(&mut bytes, 0, dice);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Status and answer; none for what no gateway would pass on.
async fn answer(api: &Api, call: &Call) -> Option<(u16, Value)> {
    let request = lambda_http::request::from_str(&call.event(HOST).to_string()).ok()?;
    let response = api.handle(request).await;
    let body: Value = serde_json::from_slice(response.body()).expect("every answer is JSON");
    Some((response.status().as_u16(), body))
}

/// How many calls came as far as an answer.
async fn attack(from: u64, count: u64) -> usize {
    let (api, mut answered) = (api(), 0);
    for seed in from..from + count {
        let mut dice = Dice::new(seed);
        let is_holder = dice.once_in(3);
        let wrong = format!("hunter2-{seed}");
        let (secret, key) = if is_holder { (NEW, KEY) } else { (wrong.as_str(), wrong.as_str()) };
        let untouched = call(&mut dice, secret, key);
        let call = tampered(untouched, &mut dice);
        let Some((status, body)) = answer(&api, &call).await else { continue };
        answered += 1;
        let code = body["code"].as_i64();
        if is_holder {
            let is_sound = status < 500 && !matches!(code, Some(500 | 30203));
            assert!(is_sound, "{seed}: {status} {body} to {call:?}");
        } else {
            let is_refused = status == 401 || matches!(code, Some(40101 | 40102));
            assert!(is_refused, "{seed} was let in: {status} {body} to {call:?}");
        }
    }
    answered
}

#[tokio::test]
async fn no_call_breaks_the_api_and_none_comes_in_without_credentials() {
    assert!(attack(0, 2000).await > 1500);
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn a_hundred_thousand_calls_do_neither() {
    let start = Instant::now();
    let answered = attack(1_000_000, 100_000).await;
    eprintln!("100000 hostile calls, {answered} answered, 0 let in, 0 broke anything, in {:?}", start.elapsed());
}
