//! A server that we did not write, as a process that is ended when dropped.

use postrider_tests::PATIENCE;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) struct Peer {
    child: Child,
    pub(crate) at: SocketAddr,
}

impl Peer {
    /// Starts what `command` makes of a free address, and waits until it listens there.
    pub(crate) fn start(command: impl FnOnce(SocketAddr) -> Command) -> Self {
        let at = free_address();
        let mut command = command(at);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
        let mut peer = Self { child: child.spawn().expect("it starts"), at };
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(at).is_err() {
            let ended = peer.child.try_wait().expect("a child");
            assert!(ended.is_none() && Instant::now() < deadline, "{command:?} does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        peer
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address that nobody uses at this moment.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address")
}
