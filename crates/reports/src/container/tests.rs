use super::*;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::Write;

fn leaves(octets: &[u8], limits: &Limits) -> Result<Vec<Vec<u8>>, UnpackError> {
    let found = unpack(octets, limits, &mut Notes::new(10))?;
    Ok(found.into_iter().map(|leaf| leaf.octets).collect())
}

/// An archive of one file.
fn zip(content: &[u8], method: u16, length: u32) -> Vec<u8> {
    let packed = match method {
        8 => {
            let mut to = DeflateEncoder::new(Vec::new(), Compression::best());
            to.write_all(content).unwrap();
            to.finish().unwrap()
        }
        _ => content.to_vec(),
    };
    let mut crc = flate2::Crc::new();
    crc.update(content);
    let mut common = Vec::new();
    common.extend([20, 0, 0, 0]);
    common.extend(method.to_le_bytes());
    common.extend([0; 4]);
    common.extend(crc.sum().to_le_bytes());
    common.extend(u32::try_from(packed.len()).unwrap().to_le_bytes());
    common.extend(length.to_le_bytes());
    common.extend([1, 0, 0, 0]);
    let mut out = [b"PK\x03\x04".as_slice(), &common, b"a", &packed].concat();
    let start = u32::try_from(out.len()).unwrap();
    out.extend(b"PK\x01\x02\x14\x00");
    out.extend(&common);
    out.extend([0; 14]);
    out.push(b'a');
    out.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    out.extend(47_u32.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

#[test]
fn expanded_octets_count_at_the_limit_and_not_beyond() {
    let gzip = compress(b"<feedback/>");
    for (expanded, is_fine) in [(10, false), (11, true), (12, true)] {
        let limits = Limits { expanded, ..Limits::DEFAULT };
        assert_eq!(leaves(&gzip, &limits).is_ok(), is_fine, "{expanded}");
    }
}

#[test]
fn octets_as_received_count_at_the_limit_and_not_beyond() {
    for (octets, is_fine) in [(10, false), (11, true), (12, true)] {
        let limits = Limits { octets, ..Limits::DEFAULT };
        assert_eq!(leaves(b"<feedback/>", &limits).is_ok(), is_fine, "{octets}");
    }
}

#[test]
fn containers_nest_to_the_limit_and_not_beyond() {
    let mut packed = b"<feedback/>".to_vec();
    for _ in 0..3 {
        packed = compress(&packed);
    }
    for (nesting, is_fine) in [(2, false), (3, true), (4, true)] {
        let limits = Limits { nesting, ..Limits::DEFAULT };
        assert_eq!(leaves(&packed, &limits).is_ok(), is_fine, "{nesting}");
    }
}

#[test]
fn parts_count_at_the_limit_and_not_beyond() {
    let mail = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n<a/>\n--b\n\n<b/>\n--b--\n";
    // Each part costs one when it is opened and one as a leaf.
    for (parts, is_fine) in [(3, false), (4, true), (5, true)] {
        let limits = Limits { parts, ..Limits::DEFAULT };
        assert_eq!(leaves(mail, &limits).is_ok(), is_fine, "{parts}");
    }
}

#[test]
fn zip_entries_are_read_stored_and_deflated() {
    for method in [0, 8] {
        let archive = zip(b"<feedback/>", method, 11);
        assert_eq!(leaves(&archive, &Limits::DEFAULT), Ok(vec![b"<feedback/>".to_vec()]));
    }
}

#[test]
fn zip_that_lies_about_its_length_is_refused() {
    assert_eq!(leaves(&zip(b"<feedback/>", 8, 12), &Limits::DEFAULT), Err(UnpackError::Zip));
}

#[test]
fn zip_with_an_unknown_method_is_refused() {
    assert_eq!(leaves(&zip(b"<feedback/>", 12, 11), &Limits::DEFAULT), Err(UnpackError::Zip));
}

#[test]
fn gzip_that_ends_early_is_noted() {
    let text = "<feedback>".repeat(5_000);
    let gzip = compress(text.as_bytes());
    let mut notes = Notes::new(10);
    let found = unpack(&gzip[..gzip.len() - 6], &Limits::DEFAULT, &mut notes).unwrap();
    assert!(text.as_bytes().starts_with(&found[0].octets));
    assert_eq!(notes.into_vec()[0].deviation, Deviation::Truncated);
}

#[test]
fn line_end_before_a_boundary_belongs_to_the_boundary() {
    let mail = b"Content-Type: multipart/mixed; boundary=\"b c\"\r\n\r\n--b c\r\n\r\n<a/>\r\n\r\n--b c--\r\n";
    assert_eq!(leaves(mail, &Limits::DEFAULT), Ok(vec![b"<a/>\r\n".to_vec()]));
}

#[test]
fn quoted_printable_is_decoded() {
    let mail =
        b"Content-Type: text/xml\nContent-Transfer-Encoding: quoted-printable\n\n<a b=3D\"=\n1\"/>";
    assert_eq!(leaves(mail, &Limits::DEFAULT), Ok(vec![b"<a b=\"1\"/>".to_vec()]));
}
