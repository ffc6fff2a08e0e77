//! Events to the objects they speak of, in the types that AWS's own crate has for them. Knows nothing of what is done
//! with them.
//!
//! More tolerant than those types in two things: a bucket's test event has no records, and hand-made or emulated events
//! leave out what nobody here looks at ([`unused`]).

use aws_lambda_events::event::s3::{S3EventRecord, S3Object};
use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::pipeline::{Again, Change, ObjectEvent};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::inbox::ROUND;

/// What the function was invoked with.
#[derive(Debug)]
pub enum Event {
    /// S3 invoked it: the objects.
    S3(Vec<ObjectEvent>),
    /// A queue did: each message stands for itself.
    Sqs(Vec<Message>),
}

/// One message of a queue.
#[derive(Debug)]
pub struct Message {
    /// The queue's own id: the same when it is received again.
    pub id: String,
    /// As it was sent.
    pub body: String,
    /// How often its event was sent anew before.
    pub round: u32,
    /// How often it was handed out, this time included.
    pub receives: u32,
    /// The objects, or why there are none.
    pub objects: Result<Vec<ObjectEvent>>,
}

/// The member of a record in which whoever has a document read again says how.
const OURS: &str = "fapiao";

/// What the crate demands of a record and we do not use, with something to stand for it.
fn unused() -> [(&'static str, Value); 3] {
    [("eventTime", json!("1970-01-01T00:00:00Z")), ("userIdentity", json!({})), ("requestParameters", json!({}))]
}

/// Tells a queue's event from S3's own.
///
/// # Errors
/// `internal` when it is neither, or S3's own cannot be read.
pub fn parse(event: Value) -> Result<Event> {
    let source = event.pointer("/Records/0/eventSource").and_then(Value::as_str);
    if source != Some("aws:sqs") {
        return s3_objects(event).map(Event::S3);
    }
    let event = SqsEvent::deserialize(event).map_err(|e| unreadable("the queue's event", &e))?;
    event.records.into_iter().map(message).collect::<Result<Vec<_>>>().map(Event::Sqs)
}

fn message(message: SqsMessage) -> Result<Message> {
    let Some(id) = message.message_id else {
        return Err(Error::new(ErrorKind::Internal, "a message has no messageId, so it could not be given back"));
    };
    let receives = message.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1);
    let round = message.message_attributes.get(ROUND).and_then(|round| round.string_value.as_deref());
    let round = round.and_then(|round| round.parse().ok()).unwrap_or(0);
    let body = message.body.unwrap_or_default();
    let event = serde_json::from_str(&body).map_err(|e| unreadable("the message", &e));
    Ok(Message { id, body, round, receives, objects: event.and_then(s3_objects) })
}

/// The objects of an S3 event, created or deleted, by whomever; folders and the test event speak of none.
fn s3_objects(mut event: Value) -> Result<Vec<ObjectEvent>> {
    if event["Event"] == "s3:TestEvent" {
        return Ok(Vec::new());
    }
    let Some(records) = event.get_mut("Records").and_then(Value::as_array_mut) else {
        return Err(Error::new(ErrorKind::Internal, "this is no S3 event: it has no Records")
            .with_hint("Send S3 events to this function, bare or through SQS."));
    };
    let objects = records.drain(..).map(read_record).collect::<Result<Vec<_>>>()?;
    Ok(objects.into_iter().flatten().collect())
}

fn read_record(record: Value) -> Result<Option<ObjectEvent>> {
    let again = again(&record[OURS]);
    Ok(s3_object(completed(record)?)?.map(|object| ObjectEvent { again, ..object }))
}

/// What an event of `make reprocess` asks for beside what S3 would say.
fn again(ours: &Value) -> Again {
    let text = |name: &str| ours[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    Again { provider: text("provider"), engine: text("engine") }
}

fn completed(mut record: Value) -> Result<S3EventRecord> {
    if let Some(members) = record.as_object_mut() {
        for (name, value) in unused() {
            members.entry(name).or_insert(value);
        }
    }
    S3EventRecord::deserialize(record).map_err(|e| unreadable("the S3 event", &e))
}

fn s3_object(record: S3EventRecord) -> Result<Option<ObjectEvent>> {
    let (Some(event), Some(bucket), Some(encoded)) = (record.event_name, record.s3.bucket.name, &record.s3.object.key)
    else {
        return Err(Error::new(ErrorKind::Internal, "the S3 event names no event, bucket or key"));
    };
    let Some(change) = change(&event) else { return Ok(None) };
    let key = decode_key(encoded)?;
    if key.ends_with('/') {
        return Ok(None);
    }
    let S3Object { size, sequencer, .. } = record.s3.object;
    let size = size.and_then(|size| u64::try_from(size).ok());
    Ok(Some(ObjectEvent { change, bucket, key, size, sequencer, again: Again::default() }))
}

/// What an event's name tells; none for what changes no object, as tags and archives.
fn change(event: &str) -> Option<Change> {
    match event.trim_start_matches("s3:").split_once(':')?.0 {
        "ObjectCreated" => Some(Change::Created),
        "ObjectRemoved" | "LifecycleExpiration" => Some(Change::Removed),
        _ => None,
    }
}

/// A key as it is in the bucket: in events a plus is a space, and the rest is percent-encoded UTF-8.
fn decode_key(encoded: &str) -> Result<String> {
    let spaced = encoded.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded
        .map(|key| key.into_owned())
        .map_err(|_| Error::new(ErrorKind::Internal, format!("the key `{encoded}` is no UTF-8")))
}

fn unreadable(what: &str, error: &serde_json::Error) -> Error {
    Error::new(ErrorKind::Internal, format!("{what} cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(name: &str, key: &str) -> Value {
        json!({
            "eventSource": "aws:s3", "eventName": name,
            "s3": {
                "bucket": {"name": "in"},
                "object": {"key": key, "size": 7, "eTag": "abc", "versionId": "v1", "sequencer": "0A"},
            },
        })
    }

    fn keys(event: Value) -> Vec<String> {
        let Event::S3(objects) = parse(event).unwrap() else { panic!("not an S3 event") };
        objects.into_iter().map(|object| object.key).collect()
    }

    #[test]
    fn a_record_tells_everything_of_the_object() {
        let event = json!({"Records": [record("ObjectCreated:Put", "a.jpg")]});
        let Event::S3(objects) = parse(event).unwrap() else { panic!("not an S3 event") };
        let expected = ObjectEvent {
            change: Change::Created,
            bucket: "in".into(),
            key: "a.jpg".into(),
            size: Some(7),
            sequencer: Some("0A".into()),
            again: Again::default(),
        };
        assert_eq!(objects, [expected]);
    }

    #[test]
    fn whoever_has_it_read_again_says_how() {
        let mut event =
            json!({"Records": [record("ObjectCreated:Reprocess", "a.jpg"), record("ObjectCreated:Put", "b.jpg")]});
        event["Records"][0]["fapiao"] = json!({"provider": "textin", "engine": "2"});
        event["Records"][1]["fapiao"] = json!({"provider": "", "engine": 2});
        let Event::S3(objects) = parse(event).unwrap() else { panic!("not an S3 event") };
        let asked = Again { provider: Some("textin".into()), engine: Some("2".into()) };
        assert_eq!(objects.into_iter().map(|object| object.again).collect::<Vec<_>>(), [asked, Again::default()]);
    }

    #[test]
    fn keys_are_decoded() {
        for (encoded, key) in [
            ("%E6%8A%A5%E5%91%8A+1%2B1%25.jpg", "报告 1+1%.jpg"),
            ("a/b+c.png", "a/b c.png"),
            ("%26%3D%3F.pdf", "&=?.pdf"),
            ("报告.jpg", "报告.jpg"),
        ] {
            assert_eq!(keys(json!({"Records": [record("ObjectCreated:Put", encoded)]})), [key]);
        }
    }

    #[test]
    fn a_key_that_is_no_utf8_is_an_error() {
        assert!(parse(json!({"Records": [record("ObjectCreated:Put", "%FF.jpg")]})).is_err());
    }

    #[test]
    fn what_speaks_of_no_new_object_is_dropped() {
        assert!(keys(json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "in"})).is_empty());
        assert!(keys(json!({"Records": [record("ObjectCreated:Put", "folder/")]})).is_empty());
        assert!(keys(json!({"Records": [record("ObjectRemoved:Delete", "folder/")]})).is_empty());
        assert!(keys(json!({"Records": [record("ObjectTagging:Put", "a.jpg")]})).is_empty());
        assert_eq!(keys(json!({"Records": [record("s3:ObjectCreated:Copy", "a.jpg")]})), ["a.jpg"]);
    }

    #[test]
    fn deletions_are_told_whoever_deletes() {
        for name in ["ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated", "LifecycleExpiration:Delete"] {
            let mut event = json!({"Records": [record(name, "a+b.jpg")]});
            event["Records"][0]["s3"]["object"]
                .as_object_mut()
                .unwrap()
                .retain(|name, _| name == "key" || name == "sequencer");
            let Event::S3(objects) = parse(event).unwrap() else { panic!("not an S3 event") };
            let expected = ObjectEvent {
                change: Change::Removed,
                bucket: "in".into(),
                key: "a b.jpg".into(),
                sequencer: Some("0A".into()),
                ..ObjectEvent::default()
            };
            assert_eq!(objects, [expected], "{name}");
        }
    }

    #[test]
    fn a_message_tells_how_often_it_was_handed_out() {
        let body = json!({"Records": [record("ObjectCreated:Put", "a.jpg")]}).to_string();
        for (attributes, receives) in [(json!({}), 1), (json!({"ApproximateReceiveCount": "5"}), 5)] {
            let message = json!({
                "eventSource": "aws:sqs", "messageId": "1", "body": body, "attributes": attributes,
            });
            let Event::Sqs(messages) = parse(json!({"Records": [message]})).unwrap() else {
                panic!("no queue's event")
            };
            assert_eq!(messages[0].receives, receives);
        }
    }

    #[test]
    fn a_strange_body_spoils_its_own_message_only() {
        let good = json!({"Records": [record("ObjectCreated:Put", "a.jpg")]}).to_string();
        let message = |id: &str, body: &str| json!({"eventSource": "aws:sqs", "messageId": id, "body": body});
        let event = json!({"Records": [
            message("1", &good), message("2", "not json"), message("3", "{}"), message("4", r#"{"Records":[{}]}"#),
        ]});
        let Event::Sqs(messages) = parse(event).unwrap() else { panic!("not a queue's event") };
        let readable: Vec<_> = messages.iter().map(|m| (m.id.as_str(), m.objects.is_ok())).collect();
        assert_eq!(readable, [("1", true), ("2", false), ("3", false), ("4", false)]);
    }

    #[test]
    fn a_message_tells_its_id_and_how_often_its_event_was_sent_anew() {
        let body = json!({"Records": [record("ObjectCreated:Put", "a.jpg")]}).to_string();
        let attribute = |value: &str| json!({ROUND: {"stringValue": value, "dataType": "Number"}});
        for (attributes, round) in [(json!({}), 0), (attribute("3"), 3), (attribute("many"), 0)] {
            let event = json!({"Records": [{"eventSource": "aws:sqs", "messageId": "m", "body": body,
                "messageAttributes": attributes}]});
            let Event::Sqs(messages) = parse(event).unwrap() else { panic!("not a queue's event") };
            let message = &messages[0];
            assert_eq!((message.round, &message.body), (round, &body));
            assert_eq!((message.id.as_str(), message.objects.as_ref().unwrap().len()), ("m", 1));
        }
    }

    #[test]
    fn what_is_no_event_is_an_error() {
        for event in [json!({}), json!(null), json!([1]), json!({"Records": "x"})] {
            assert!(parse(event.clone()).is_err(), "{event}");
        }
    }
}
