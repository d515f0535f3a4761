use super::*;
use bytes::Bytes;
use postrider_core::{ForwardPath, ReversePath, UnixTime};
use postrider_spool::{IncomingKind, Rcpt};

const NOW: UnixTime = UnixTime::from_millis(1_795_508_500_150);

fn envelope() -> Envelope {
    let from = ReversePath::parse(b"<alice@example.org>").unwrap();
    let mut env = Envelope::new(IncomingKind::Inbound, from, NOW);
    env.rcpts.push(Rcpt::new(ForwardPath::parse(b"<bob@example.net>").unwrap()));
    env
}

async fn store(folder: &Path, envelope: &Envelope, body: impl Body) -> io::Result<Stored> {
    let rcpt = LeasedRcpt { n: 0, rcpt: envelope.rcpts[0].clone(), cause: None };
    let item =
        Item { id: "D21JJQD838RB".parse().unwrap(), envelope, rcpt: &rcpt, host: "mx.example.net" };
    deliver(folder, item, body).await
}

fn body() -> Bytes {
    Bytes::from_static(b"Subject: x\r\n\r\na\rb\r\n")
}

#[tokio::test]
async fn a_message_is_in_new_with_its_path_on_top() {
    let folder = tempfile::tempdir().unwrap();
    let Stored::New(path) = store(folder.path(), &envelope(), body()).await.unwrap() else {
        panic!("it was not there before");
    };
    let name = "1795508500.M150000QD21JJQD838RBR0.mx.example.net";
    assert_eq!(path, folder.path().join("new").join(name));
    assert_eq!(
        fs::read(path).unwrap(),
        b"Return-Path: <alice@example.org>\nDelivered-To: bob@example.net\nSubject: x\n\na\rb\n"
    );
    assert_eq!(fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_second_delivery_is_made_one_even_if_it_was_read_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let Stored::New(path) = store(folder.path(), &envelope(), body()).await.unwrap() else {
        panic!("it was not there before");
    };
    assert_eq!(
        store(folder.path(), &envelope(), body()).await.unwrap(),
        Stored::Before(path.clone())
    );
    let name = format!("{}:2,S", path.file_name().unwrap().to_str().unwrap());
    let read = folder.path().join("cur").join(name);
    fs::rename(path, &read).unwrap();
    assert_eq!(store(folder.path(), &envelope(), body()).await.unwrap(), Stored::Before(read));
}

#[tokio::test]
async fn quarantined_mail_goes_to_junk() {
    let folder = tempfile::tempdir().unwrap();
    let mut env = envelope();
    env.quarantine = Some(SafeText::from_static("DMARC policy"));
    let Stored::New(path) = store(folder.path(), &env, body()).await.unwrap() else {
        panic!("it was not there before");
    };
    assert!(path.starts_with(folder.path().join(".Junk/new")));
    assert!(fs::read_to_string(path).unwrap().contains("X-Quarantine: DMARC policy\n"));
}

struct Broken;

impl Body for Broken {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        Err(io::ErrorKind::InvalidData.into())
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_read_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert!(store(folder.path(), &envelope(), Broken).await.is_err());
    for sub in ["tmp", "new", "cur"] {
        assert_eq!(fs::read_dir(folder.path().join(sub)).unwrap().count(), 0, "{sub}");
    }
    // And a leftover of a crash is no obstacle.
    let tmp = folder.path().join("tmp/1795508500.M150000QD21JJQD838RBR0.mx.example.net");
    fs::write(tmp, "half").unwrap();
    assert!(matches!(store(folder.path(), &envelope(), body()).await, Ok(Stored::New(_))));
}

#[test]
fn line_ends_are_converted_wherever_chunks_are_split() {
    let whole = b"a\r\nb\r\r\n\rc\n\r";
    for at in 0..=whole.len() {
        let mut lines = LineEnds::default();
        let mut out = lines.convert(&whole[..at]);
        out.extend(lines.convert(&whole[at..]));
        out.extend_from_slice(lines.end());
        assert_eq!(out, b"a\nb\r\n\rc\n\r", "{at}");
    }
}

#[tokio::test]
async fn a_mailbox_is_made_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mailbox = folder.path().join("home/bob/Maildir");
    store(&mailbox, &envelope(), body()).await.unwrap();
    for path in ["home", "home/bob", "home/bob/Maildir", "home/bob/Maildir/new"] {
        let mode = fs::metadata(folder.path().join(path)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{path}");
    }
}
