//! Shared helpers of the workspace tests: mini-mta as a process, real programs where they are.

/// The README's examples, as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How long a test waits for something that should happen at once.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The mini-mta binary of this build.
///
/// # Panics
/// When cargo cannot build it.
pub fn mini_mta() -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "-p", "mini-mta", "--bin", "mini-mta"])
        .status()
        .expect("cargo runs");
    assert!(built.success(), "mini-mta does not build");
    let exe = std::env::current_exe().expect("a test has a path");
    exe.ancestors().nth(2).expect("target/debug/deps").join("mini-mta")
}

/// A program by name, or its reason to be skipped.
pub fn installed(program: &str) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|p| p.is_file())
        .ok_or_else(|| format!("skipped: {program} not installed"))
}

/// A Python that has `module`: the one that `POSTRIDER_PYTHON` names, else `python3`.
pub fn python_with(module: &str) -> Result<PathBuf, String> {
    let python = match std::env::var_os("POSTRIDER_PYTHON") {
        Some(path) => PathBuf::from(path),
        None => installed("python3")?,
    };
    let found = Command::new(&python).args(["-c", &format!("import {module}")]).output();
    match found {
        Ok(out) if out.status.success() => Ok(python),
        _ => Err(format!("skipped: {module} not installed")),
    }
}

/// `mini-mta serve`, ended when dropped.
pub struct Server {
    child: Child,
    /// Lines of standard error so far.
    pub log: Vec<String>,
    lines: mpsc::Receiver<String>,
    /// Where each role listens.
    pub roles: Vec<(String, SocketAddr)>,
}

impl Server {
    /// Starts it in `folder` and waits until it says that it is ready.
    pub fn start(folder: &Path, args: &[&str]) -> Self {
        let mut child = Command::new(mini_mta())
            .arg("serve")
            .args(args)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("mini-mta starts");
        let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || {
            stderr.lines().map_while(Result::ok).try_for_each(|l| send.send(l))
        });
        let mut server = Self { child, log: Vec::new(), lines, roles: Vec::new() };
        server.wait_for("ready");
        server
    }

    /// Waits for a line that contains `what`.
    pub fn wait_for(&mut self, what: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).unwrap_or_else(|_| {
                panic!("no line with {what:?} in time; so far:\n{}", self.log.join("\n"))
            });
            // listening mx (mx) on 127.0.0.1:2525
            if let Some((role, address)) =
                line.strip_prefix("listening ").and_then(|rest| rest.split_once(") on "))
            {
                let role = role.rsplit('(').next().unwrap_or(role);
                self.roles.push((role.to_owned(), address.parse().expect("an address")));
            }
            self.log.push(line.clone());
            if line.contains(what) {
                return line;
            }
        }
    }

    /// Where a role listens.
    pub fn address(&self, role: &str) -> SocketAddr {
        self.roles.iter().find(|(r, _)| r == role).unwrap_or_else(|| panic!("role {role}")).1
    }

    /// SIGKILL, as a power cut would be.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until a Maildir holds a message and gives its octets.
///
/// # Panics
/// When none comes in time.
pub fn wait_for_mail(maildir: &Path) -> Vec<u8> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(mail) = mails(maildir).pop() {
            return mail;
        }
        assert!(Instant::now() < deadline, "nothing came to {}", maildir.display());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The messages in `new` of a Maildir.
pub fn mails(maildir: &Path) -> Vec<Vec<u8>> {
    let Ok(dir) = std::fs::read_dir(maildir.join("new")) else {
        return Vec::new();
    };
    dir.map(|f| std::fs::read(f.expect("an entry").path()).expect("a file")).collect()
}

/// Runs a command to its end and gives what it printed.
///
/// # Panics
/// When it fails.
pub fn run(command: &mut Command) -> String {
    let out = command.output().expect("it runs");
    assert!(out.status.success(), "{command:?} failed:\n{}", both(&out));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// Standard output and error of a command.
pub fn both(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

/// An SMTP dialog in clear: sends each line, gives all replies.
///
/// # Panics
/// When the server does not answer.
pub fn dialog(address: SocketAddr, lines: &[&str]) -> String {
    let mut stream = std::net::TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut replies = String::new();
    read_reply(&mut reader, &mut replies);
    for line in lines {
        stream.write_all(format!("{line}\r\n").as_bytes()).expect("it takes octets");
        read_reply(&mut reader, &mut replies);
    }
    replies
}

fn read_reply(reader: &mut impl BufRead, replies: &mut String) {
    loop {
        let mut line = String::new();
        let octets = reader.read_line(&mut line).expect("a reply");
        replies.push_str(&line);
        if octets == 0 || line.as_bytes().get(3) != Some(&b'-') {
            return;
        }
    }
}
