//! A `multipart/form-data` body taken apart (RFC 7578), as far as it takes to find the file in it. Knows nothing of what is
//! in the file.

/// One part of a form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'b> {
    /// Whether it names a file.
    pub is_file: bool,
    /// Its bytes.
    pub content: &'b [u8],
}

/// More parts than any client has use for.
const MAX_PARTS: usize = 64;

/// The parts of a form, in order; none where the media type names no boundary or the body does not keep to it.
pub(super) fn parts<'b>(media_type: &str, body: &'b [u8]) -> Vec<Part<'b>> {
    let Some(boundary) = boundary(media_type) else {
        return Vec::new();
    };
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    // The first delimiter may stand at the very beginning.
    let Some(mut rest) = body.strip_prefix(&delimiter[2..]).or_else(|| Some(split(body, &delimiter)?.1)) else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") && parts.len() < MAX_PARTS {
        let Some((part, after)) = split(rest, &delimiter) else { break };
        parts.extend(taken_apart(part));
        rest = after;
    }
    parts
}

/// `multipart/form-data; boundary="x"` to `x`.
fn boundary(media_type: &str) -> Option<&str> {
    let parameters = media_type.split(';').skip(1).filter_map(|parameter| parameter.trim().split_once('='));
    let mut named = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"));
    let boundary = named.next()?.1.trim().trim_matches('"');
    (!boundary.is_empty() && boundary.len() <= 70).then_some(boundary)
}

/// Head and content, after the line end that follows a delimiter.
fn taken_apart(part: &[u8]) -> Option<Part<'_>> {
    let part = part.strip_prefix(b"\r\n")?;
    let (head, content) = split(part, b"\r\n\r\n").or_else(|| Some((&[][..], part.strip_prefix(b"\r\n")?)))?;
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let disposition = head.lines().find(|line| line.starts_with("content-disposition:"));
    Some(Part { is_file: disposition.is_some_and(|line| line.contains("filename")), content })
}

fn split<'b>(bytes: &'b [u8], mark: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    Some((bytes.get(..at)?, bytes.get(at + mark.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; charset=utf-8; boundary=\"xYz\"";

    fn file(content: &[u8]) -> Part<'_> {
        Part { is_file: true, content }
    }

    #[test]
    fn fields_and_files_are_told_apart_and_bytes_are_kept() {
        let body = b"preamble\r\n--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
            --xYz\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\
            Content-Type: image/jpeg\r\n\r\n\xff\xd8\r\n\r\n--xY\r\n\x00\r\n--xYz--\r\nepilogue";
        let field = Part { is_file: false, content: b"1" };
        assert_eq!(parts(TYPE, body), [field, file(b"\xff\xd8\r\n\r\n--xY\r\n\x00")]);
    }

    #[test]
    fn an_empty_file_is_a_part_all_the_same() {
        let body = b"--xYz\r\nContent-Disposition: form-data; filename=a\r\n\r\n\r\n--xYz--";
        assert_eq!(parts(TYPE, body), [file(b"")]);
        assert_eq!(parts(TYPE, b"--xYz\r\n\r\nno head\r\n--xYz--"), [Part { is_file: false, content: b"no head" }]);
    }

    #[test]
    fn what_keeps_to_no_boundary_has_no_parts() {
        let whole = b"--xYz\r\nContent-Disposition: form-data; filename=a\r\n\r\nabc\r\n--xYz--".as_slice();
        for (media_type, body) in [
            ("multipart/form-data", whole),
            ("multipart/form-data; boundary=", whole),
            ("multipart/form-data; boundary=other", whole),
            (TYPE, b"".as_slice()),
            (TYPE, b"--xYz--"),
            (TYPE, b"--xYz\r\nContent-Disposition: form-data; filename=a\r\n\r\ncut off"),
            (TYPE, b"\xff\xd8\xff"),
        ] {
            assert_eq!(parts(media_type, body), [], "{media_type}");
        }
    }
}
