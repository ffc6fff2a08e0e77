//! What every store must do: one suite that the in-memory twin and S3 both pass.

use bytes::Bytes;

use fapiao::error::{Error, ErrorKind, Result};
use fapiao::store::Store;

/// Runs the suite on an existing bucket; leaves it as it was.
///
/// # Errors
/// The store's own, and `internal` naming the promise that was broken.
pub async fn check(store: &dyn Store, bucket: &str) -> Result<()> {
    for key in ["contract/plain", "contract/发票 1+1%&=?.jpg"] {
        store.delete(bucket, key).await?;
        missing_is_none(store, bucket, key).await?;
        let etag = first_writer_wins(store, bucket, key).await?;
        stale_writer_loses(store, bucket, key, &etag).await?;
        size_is_checked(store, bucket, key).await?;
        store.delete(bucket, key).await?;
        store.delete(bucket, key).await?;
        missing_is_none(store, bucket, key).await?;
    }
    Ok(())
}

async fn put(store: &dyn Store, at: (&str, &str), body: &'static str, seen: Option<&str>) -> Result<Option<String>> {
    let body = Bytes::from_static(body.as_bytes());
    store.put(at.0, at.1, body, "text/plain", seen).await
}

async fn missing_is_none(store: &dyn Store, bucket: &str, key: &str) -> Result<()> {
    promise(store.get(bucket, key, 100).await?.is_none(), "a missing object is none")?;
    let written = put(store, (bucket, key), "x", Some(&"0".repeat(32))).await?;
    promise(written.is_none(), "a missing object has not stayed unchanged")
}

async fn first_writer_wins(store: &dyn Store, bucket: &str, key: &str) -> Result<String> {
    let first = put(store, (bucket, key), "one", None).await?;
    promise(first.is_some(), "the first writer wins")?;
    let etag = store.get(bucket, key, 100).await?.unwrap_or_default().etag;
    promise(first.as_ref() == Some(&etag), "a writer is told the etag that whoever looks finds")?;
    let second = put(store, (bucket, key), "two", None).await?;
    promise(second.is_none(), "the second writer loses")?;
    let object = store.get(bucket, key, 100).await?.unwrap_or_default();
    promise(object.body == "one", "the first content stays")?;
    promise(object.etag == etag, "an etag stays while the object does")?;
    promise(!etag.is_empty() && !etag.contains('"'), "an etag has no quotes")?;
    Ok(etag)
}

async fn stale_writer_loses(store: &dyn Store, bucket: &str, key: &str, etag: &str) -> Result<()> {
    let written = put(store, (bucket, key), "three", Some(etag)).await?;
    promise(written.is_some_and(|written| written != etag), "an unchanged object can be replaced")?;
    let stale = put(store, (bucket, key), "four", Some(etag)).await?;
    promise(stale.is_none(), "a stale writer loses")?;
    let object = store.get(bucket, key, 100).await?.unwrap_or_default();
    promise(object.body == "three", "the winner's content stays")
}

async fn size_is_checked(store: &dyn Store, bucket: &str, key: &str) -> Result<()> {
    let error = store.get(bucket, key, 4).await.err();
    promise(error.is_some_and(|e| e.kind() == ErrorKind::TooLarge), "five bytes are more than four")?;
    promise(store.get(bucket, key, 5).await?.is_some(), "five bytes are not more than five")
}

fn promise(holds: bool, what: &str) -> Result<()> {
    let broken = || Error::new(ErrorKind::Internal, format!("the store broke a promise: {what}"));
    if holds { Ok(()) } else { Err(broken()) }
}

#[cfg(test)]
mod tests {
    use fapiao::store::MemoryStore;

    #[tokio::test]
    async fn the_twin_in_memory_keeps_the_contract() {
        super::check(&MemoryStore::new(), "bucket").await.unwrap();
    }
}
