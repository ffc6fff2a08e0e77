//! In which language the API answers: the one that is asked for, else the setting's; refusals and Reports alike.

#![cfg(test)]

mod common;

use common::{Fake, api, failing, header, http, json_body, working};
use fapiao::error::ErrorKind;
use fapiao::sentence::Lang;
use fapiao_api::Api;
use http::Response;
use lambda_http::Body;
use serde_json::{Value, json};

/// Asks with this query and this `Accept-Language`.
async fn ask(api: &Api, query: &str, accepted: Option<&str>, alter: impl FnOnce(&mut Value)) -> Response<Body> {
    let request = http(|event| {
        event["rawQueryString"] = json!(query);
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        event["queryStringParameters"] = pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect();
        if let Some(accepted) = accepted {
            event["headers"]["accept-language"] = json!(accepted);
        }
        alter(event);
    });
    api.handle(request).await
}

type Alteration = fn(&mut Value);

fn no_change(_: &mut Value) {}

#[tokio::test]
async fn what_is_asked_for_goes_before_what_the_browser_likes_and_the_setting_comes_last() {
    let (zh, en) = (working().in_language(Lang::Zh), working());
    for (api, query, accepted, expected) in [
        (&en, "", None, "en"),
        (&en, "lang=zh", Some("en"), "zh-CN"),
        (&en, "", Some("zh-TW,en;q=0.5"), "zh-CN"),
        (&en, "lang=de", Some("fr"), "en"),
        (&zh, "", None, "zh-CN"),
        (&zh, "lang=en", Some("zh"), "en"),
    ] {
        let response = ask(api, query, accepted, no_change).await;
        assert_eq!(header(&response, "content-language"), Some(expected), "{query} {accepted:?}");
        let report = json_body(&response);
        let detail = report["invoices"][0]["checks"][0]["detail"].as_str().unwrap();
        assert_eq!(detail.is_ascii(), expected == "en", "{detail}");
        assert_eq!(report["invoices"][0]["checks"][0]["id"], "sources_do_not_differ");
    }
}

#[tokio::test]
async fn every_refusal_of_ours_is_told_in_chinese_with_its_id() {
    let method = |event: &mut Value| event["requestContext"]["http"]["method"] = json!("DELETE");
    let path = |event: &mut Value| event["rawPath"] = json!("/v2");
    let key = |event: &mut Value| event["headers"]["authorization"] = json!("Bearer wrong");
    let text = |event: &mut Value| {
        event["isBase64Encoded"] = json!(false);
        event["body"] = json!("a\u{fffd}");
    };
    let alterations: [(&str, Alteration); 5] = [
        ("lang=zh&provider=nobody", no_change),
        ("lang=zh", method),
        ("lang=zh", path),
        ("lang=zh", key),
        ("lang=zh", text),
    ];
    for (query, alter) in alterations {
        let problem = json_body(&ask(&working(), query, None, alter).await);
        for (text, id) in [("detail", "id"), ("hint", "hint_id")] {
            assert!(!problem[text].as_str().unwrap().is_ascii(), "{problem}");
            let id = problem[id].as_str().unwrap();
            assert!(!id.is_empty() && id != "verbatim", "{problem}");
        }
    }
}

#[tokio::test]
async fn what_a_provider_lacks_is_told_in_chinese_and_what_was_read_with_it() {
    let problem = json_body(&ask(&failing(ErrorKind::ProviderQuota), "lang=zh", None, no_change).await);
    assert_eq!(problem["code"], "provider_quota");
    assert_eq!(problem["detail"], "识别服务商的余额或次数已用完（详情：as told）");
    assert_eq!(problem["hint"], "请为识别服务商账户充值或提高额度。");
    let rejecting = api(vec![Fake { name: "embedded", failure: Some(ErrorKind::NoInvoice), ..Fake::default() }]);
    let report = json_body(&ask(&rejecting, "lang=zh", None, no_change).await);
    assert_eq!(report["error"]["hint"], "请确认图片上是一张完整的增值税发票，清晰且没有遮挡。");
}
