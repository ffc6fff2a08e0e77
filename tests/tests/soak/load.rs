//! What is dropped: small pictures, some of them copies of others, some overwritten, some of their events doubled.
//! Knows nothing of how they are read.

use std::io::Cursor;

use fapiao_tests::fuzz::Dice;
use futures::stream::{self, StreamExt};
use image::{GrayImage, ImageFormat, Luma};
use serde_json::json;

use super::Size;
use crate::local::Stack;

/// Per mille of the objects.
const COPIES: usize = 50;
const DOUBLED: usize = 50;
const OVERWRITTEN: usize = 30;
/// As many uploads at once.
const UPLOADS: usize = 16;

pub struct Load {
    pub objects: Vec<Dropped>,
}

/// One key, and what it gets.
pub struct Dropped {
    pub key: String,
    /// In this order; the last one stays.
    pub versions: Vec<Vec<u8>>,
    pub doubled: bool,
    pub is_copy: bool,
}

impl Load {
    pub fn new(size: &Size) -> Self {
        let mut dice = Dice::new(size.seed);
        let mut objects = Vec::<Dropped>::new();
        for number in 0..size.objects {
            let is_copy = number > 0 && dice.below(1000) < COPIES;
            let first = if is_copy { objects[dice.below(number)].versions[0].clone() } else { picture(number * 2) };
            let mut versions = vec![first];
            if dice.below(1000) < OVERWRITTEN {
                versions.push(picture(number * 2 + 1));
            }
            let doubled = dice.below(1000) < DOUBLED;
            objects.push(Dropped { key: format!("soak/{number:04}.png"), versions, doubled, is_copy });
        }
        Self { objects }
    }

    /// Drops everything as fast as it goes; gives each object's last etag.
    pub async fn drop_all(&self, stack: &Stack) -> Vec<String> {
        stream::iter(&self.objects).map(|object| object.drop_into(stack)).buffered(UPLOADS).collect().await
    }

    pub fn events(&self) -> u32 {
        let events = self.objects.iter().map(|object| object.versions.len() + usize::from(object.doubled));
        u32::try_from(events.sum::<usize>()).unwrap()
    }

    pub fn count(&self, which: impl Fn(&Dropped) -> bool) -> usize {
        self.objects.iter().filter(|object| which(object)).count()
    }
}

impl Dropped {
    async fn drop_into(&self, stack: &Stack) -> String {
        let mut last = String::new();
        for version in &self.versions {
            let etag = stack.drop_file(&self.key, version).await;
            if self.doubled {
                let event = json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {
                    "bucket": {"name": stack.output("InputBucket")},
                    "object": {"key": self.key, "size": version.len(), "eTag": etag}}}]});
                stack.send_message(&event.to_string()).await;
            }
            last = etag;
        }
        last
    }

    pub fn last(&self) -> &[u8] {
        self.versions.last().unwrap()
    }
}

/// A small picture, another one for each number.
pub fn picture(number: usize) -> Vec<u8> {
    let mut image = GrayImage::from_pixel(40, 30, Luma([255]));
    for (bit, pixel) in image.pixels_mut().enumerate().take(24) {
        *pixel = Luma([if number >> bit & 1 == 1 { 0 } else { 255 }]);
    }
    let mut png = Cursor::new(Vec::new());
    image.write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}
