//! The PROXY protocol, versions 1 and 2 (`HAProxy`, `doc/proxy-protocol.txt`).
