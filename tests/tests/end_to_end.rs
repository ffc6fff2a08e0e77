//! The deployed functions, by the real template, on a local AWS. `make test` builds what is deployed.

#[cfg(test)]
mod calls;
#[cfg(test)]
mod clients;
#[cfg(test)]
mod duplicates;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod local;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod paid;
#[cfg(test)]
mod soak;
#[cfg(test)]
mod uploads;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use fapiao_tests::contract;
    use serde_json::{Value, json};

    use super::local::{Stack, fixture, stack};

    const PATIENCE: Duration = Duration::from_secs(120);

    #[tokio::test]
    async fn s3_keeps_every_promise_of_the_store() {
        let stack = stack();
        contract::check(&stack.store(), stack.output("OutputBucket")).await.unwrap();
    }

    /// One story, because it ends by counting every object in the output bucket.
    #[tokio::test]
    async fn every_drop_gets_exactly_its_report() {
        let stack = stack();
        let roll = fixture("roll.jpg");
        stack.drop_file("报告 1+1%.jpg", &roll).await;
        stack.drop_file("a/b c.png", &fixture("digital.png")).await;
        stack.drop_file("notes.jpg", b"This is no picture.").await;
        stack.drop_file("folder/", b"").await;
        let report = stack.report("报告 1+1%.jpg.json", PATIENCE).await;
        assert_eq!(report["status"], "read");
        assert_eq!(report["invoices"][0]["invoice"]["invoice_number"], "03574125");
        assert_eq!(report["source"]["key"], "报告 1+1%.jpg");
        assert_eq!(stack.report("a/b c.png.json", PATIENCE).await["invoices"][0]["invoice"]["grand_total"], "52596.01");
        let rejected = stack.report("notes.jpg.json", PATIENCE).await;
        assert_eq!(
            (&rejected["status"], &rejected["error"]["code"]),
            (&json!("rejected"), &json!("unsupported_format"))
        );

        duplicate_event_changes_nothing(stack, &report).await;
        poison_alone_ends_in_the_dead_letter_queue(stack).await;
        let expected = ["a/b c.png.json", "notes.jpg.json", "报告 1+1%.jpg.json"];
        assert_eq!(stack.reports().await, BTreeSet::from(expected.map(str::to_owned)));
        api_answers_as_the_bucket_does(stack, &roll, report).await;
    }

    async fn duplicate_event_changes_nothing(stack: &Stack, report: &Value) {
        let etag = stack.report_etag("报告 1+1%.jpg.json").await;
        let source = &report["source"];
        let event = json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {
            "bucket": {"name": stack.output("InputBucket")},
            "object": {"key": "%E6%8A%A5%E5%91%8A+1%2B1%25.jpg", "size": source["bytes"], "eTag": source["etag"],
                       "versionId": source["version_id"], "sequencer": source["sequencer"]}}}]});
        stack.send_message(&event.to_string()).await;
        stack.wait_until_inbox_is_empty(PATIENCE).await;
        assert_eq!(stack.report_etag("报告 1+1%.jpg.json").await, etag, "the same version was read twice");
    }

    async fn poison_alone_ends_in_the_dead_letter_queue(stack: &Stack) {
        stack.retry_at_once().await;
        stack.send_message("no event at all").await;
        assert_eq!(stack.dead_letters(PATIENCE).await, 1);
        stack.wait_until_inbox_is_empty(PATIENCE).await;
        assert_eq!(stack.dead_letters(PATIENCE).await, 1);
    }

    async fn api_answers_as_the_bucket_does(stack: &Stack, roll: &[u8], mut from_bucket: Value) {
        assert_eq!(stack.post_invoice(roll, None).await.0, 401);
        assert_eq!(stack.post_invoice(roll, Some("wrong")).await.0, 401);
        let key = stack.api_key().await;
        let (status, mut from_api) = stack.post_invoice(roll, Some(&key)).await;
        assert_eq!(status, 200, "{from_api}");
        assert_eq!(from_api["source"]["sha256"], from_bucket["source"]["sha256"]);
        for report in [&mut from_api, &mut from_bucket] {
            without_place_and_time(report);
        }
        assert_eq!(from_api, from_bucket);
        what_the_gateway_takes_for_text_is_refused_at_once(stack, roll, &key).await;
    }

    async fn what_the_gateway_takes_for_text_is_refused_at_once(stack: &Stack, roll: &[u8], key: &str) {
        for media_type in ["text/plain", "application/json"] {
            let (status, problem) = stack.post_invoice_as(media_type, roll, Some(key)).await;
            assert_eq!((status, &problem["code"]), (415, &json!("unsupported_media_type")), "{media_type}: {problem}");
        }
        let xml = "<EInvoice>数电发票</EInvoice>";
        let (status, report) = stack.post_invoice_as("application/xml", xml.as_bytes(), Some(key)).await;
        assert_eq!((status, &report["source"]["bytes"]), (422, &json!(xml.len())), "{report}");
    }

    fn without_place_and_time(report: &mut Value) {
        report["source"] = Value::Null;
        let invoice = &mut report["invoices"][0];
        invoice["provider"]["elapsed_ms"] = Value::Null;
        for attempt in invoice["provider"]["attempts"].as_array_mut().unwrap() {
            attempt["elapsed_ms"] = Value::Null;
        }
        // Only what stands in a bucket can have been seen before.
        invoice["checks"].as_array_mut().unwrap().retain(|check| check["rule"] != "not_seen_before");
    }
}
